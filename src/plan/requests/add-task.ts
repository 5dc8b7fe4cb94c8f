/** A new task, placed after the last task it depends on, and after those that were placed there before it. */
import { type Problem, problem } from '../../errors.ts';
import { dependencyId } from '../../model/dependency.ts';
import { isId } from '../../model/id.ts';
import { planStatusOf, type Task } from '../../model/plan.ts';
import type { Draft } from '../draft.ts';
import type { Request } from '../request.ts';
import type { Seen } from '../seen.ts';
import { isProblem, requireTask } from './legal-step.ts';

export function addTask(
  draft: Draft,
  seen: Seen,
  request: Extract<Request, { kind: 'add' }>,
): Problem | undefined {
  if (!isId(request.id))
    return problem('usage', `${JSON.stringify(request.id)} is not a task id`, {
      file: seen.plan.file,
      hint: 'Use at most 64 letters, digits, `.`, `_` and `-`; no `..`, no final `.` or `.lock`.',
    });
  const badTitle = refuseTitle(seen, request.title);
  if (badTitle !== undefined) return badTitle;
  if (planStatusOf(draft.plan) === 'complete')
    return problem('illegal-transition', 'the plan is complete', {
      file: seen.plan.file,
      hint: `Reopen it first: rondo reopen --plan ${seen.plan.name}`,
    });
  if (draft.tasks.some((task) => task.id.toLowerCase() === request.id.toLowerCase()))
    return problem('already-exists', `the plan has a task ${request.id} already`, {
      file: seen.plan.file,
      task: request.id,
    });
  const blockers = (request.fields.blocked_by ?? []).map(dependencyId);
  for (const id of blockers) {
    const blocker = requireTask(draft, seen, id);
    if (isProblem(blocker)) return blocker;
  }
  draft.apply({
    kind: 'task-added',
    task: request.id,
    title: request.title,
    fields: request.fields,
    brief: request.brief,
    after: placeBehind(draft.tasks, blockers),
    reason: `added by ${seen.person}`,
  });
  return undefined;
}

/** The problem of a title that no heading can hold; undefined where one can. */
export function refuseTitle(seen: Seen, title: string): Problem | undefined {
  if (title.trim() !== '' && !/[\r\n]/.test(title)) return undefined;
  return problem('usage', 'a title is one line, and not empty', { file: seen.plan.file });
}

/** The task to stand after; null where the new one waits for none. */
function placeBehind(tasks: readonly Task[], blockers: readonly string[]): string | null {
  const at = tasks.findLastIndex((task) => blockers.includes(task.id));
  const last = tasks[at];
  if (last === undefined) return null;
  // Its followers, and theirs, in an unbroken row: in the order in which they came.
  const row = new Set([last.id]);
  let behind = last;
  for (const task of tasks.slice(at + 1)) {
    if (!(task.fields.blocked_by ?? []).some((dependency) => row.has(dependencyId(dependency)))) break;
    row.add(task.id);
    behind = task;
  }
  return behind.id;
}
