/** The one place where a request's step between task statuses is checked. */
import { type Problem, problem } from '../../errors.ts';
import { type Task, taskStatusOf } from '../../model/plan.ts';
import { TASK_TRANSITIONS, type TaskStatus } from '../../model/status.ts';
import type { Draft } from '../draft.ts';
import { nearest } from '../graph.ts';
import { waitReasons } from '../rules/ready.ts';
import type { Seen } from '../seen.ts';

/** What a person runs to take a step to each status. */
const COMMAND: Readonly<Record<TaskStatus, string>> = {
  pending: 'reopen',
  in_progress: 'claim',
  completed: 'done',
  blocked: 'block',
  failed: 'fail',
  cancelled: 'cancel',
};

/** Back to pending has a word of its own from each status. */
function commandFor(from: TaskStatus, to: TaskStatus): string {
  if (to !== 'pending') return COMMAND[to];
  return from === 'in_progress'
    ? 'release'
    : from === 'failed'
      ? 'retry'
      : from === 'blocked'
        ? 'unblock'
        : 'reopen';
}

/** The task a request names, or the problem that there is none. */
export function requireTask(draft: Draft, seen: Seen, id: string): Task | Problem {
  const task = draft.task(id);
  if (task !== undefined) return task;
  const near = nearest(
    id,
    draft.tasks.map((t) => t.id),
  );
  return problem('unknown-task', `the plan ${seen.plan.name} has no task ${id}`, {
    file: seen.plan.file,
    ...(near === undefined ? hintOfPlan(seen, id) : { hint: `Did you mean ${near}?` }),
  });
}

/** A plan's own name where a task's is wanted. */
function hintOfPlan({ plan }: Seen, id: string): { readonly hint?: string } {
  if (id !== plan.name) return {};
  return {
    hint: `${id} is the plan itself. Name one of its tasks (rondo status ${id}); some commands take --plan ${id}.`,
  };
}

/** The problem of a step that is not legal, with the legal ones; undefined where it is. */
export function refuseStep(
  seen: Seen,
  task: Task,
  to: TaskStatus,
  from: readonly TaskStatus[] = [],
): Problem | undefined {
  const status = taskStatusOf(task);
  const legal = TASK_TRANSITIONS[status];
  const allowed = legal.includes(to) && (from.length === 0 || from.includes(status));
  if (allowed) return undefined;
  const what = status === to ? `is ${status} already` : `is ${status} and cannot become ${to} this way`;
  return problem('illegal-transition', `${task.id} ${what}`, {
    file: seen.plan.file,
    task: task.id,
    hint: `From ${status} it can become ${legal.map((s) => `${s} (rondo ${commandFor(status, s)})`).join(', ')}.`,
  });
}

/** The problem of a task that still waits; undefined where it is ready. */
export function refuseUnready(draft: Draft, seen: Seen, task: Task): Problem | undefined {
  const reasons = waitReasons(draft, task);
  if (reasons.length === 0) return undefined;
  return problem('not-ready', `${task.id} is not ready: ${reasons.join(', ')}`, {
    file: seen.plan.file,
    task: task.id,
    hint: `See \`rondo show ${task.id}\` for what it waits for.`,
  });
}

export function isProblem(value: Task | Problem): value is Problem {
  return 'code' in value;
}
