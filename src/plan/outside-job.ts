/** `await: {check, every}`: an outside job, whose end one attempt waits for by running a command again and again. */
import { type Problem, problem } from '../errors.ts';
import type { Attempt } from '../model/fields.ts';
import { type Plan, type Task, taskStatusOf } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import { isEnded } from '../model/status.ts';
import { durationMs, formatDuration, timeMs } from '../model/time.ts';
import type { WorkOrder } from '../ports.ts';

const DEFAULT_EVERY = '5m';
/** Whatever the plan says: nothing is looked at in a hot loop. */
const LEAST_MS = 1000;

/** How an attempt looks at the outside job; undefined where the task awaits none. */
export function pollOf(task: Task, settings: Settings): WorkOrder['poll'] {
  if (task.fields.await === undefined) return undefined;
  return { everyMs: everyMs(task), timeoutMs: durationMs(settings.check_timeout) ?? 0 };
}

/** What ends the wait for an attempt that a command does, in words. */
export function returnsOf(task: Task): string {
  if (task.fields.await === undefined) return 'process exit';
  return `its check passes, looked at every ${formatDuration(everyMs(task))}`;
}

/**
 * Whether an attempt that is gone without a word is just started again: what it waited for goes on outside. One that did
 * not live to look twice is a failure like any other.
 */
export function isToBePolledAgain(task: Task, attempt: Attempt, now: number): boolean {
  const started = timeMs(attempt.started_at ?? '');
  return task.fields.await !== undefined && started !== undefined && now - started >= everyMs(task);
}

function everyMs(task: Task): number {
  return Math.max(LEAST_MS, durationMs(task.fields.await?.every ?? DEFAULT_EVERY) ?? 0);
}

/** A warning for each open task that says two things of who does it; the first of `plan`, `await`, `run` counts. */
export function conflictingFields(plan: Plan): readonly Problem[] {
  return plan.tasks.flatMap((task) => {
    if (isEnded(taskStatusOf(task))) return [];
    const [first, ...others] = (['plan', 'await', 'run'] as const).filter(
      (name) => task.fields[name] !== undefined,
    );
    return others.map((other) =>
      problem('conflicting-fields', `${task.id}: \`${other}\` has no effect beside \`${first}\``, {
        severity: 'warning',
        file: plan.file,
        task: task.id,
        path: [other],
      }),
    );
  });
}
