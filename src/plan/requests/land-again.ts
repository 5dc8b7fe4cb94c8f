/** `unblock` of a task whose work passed and could not be merged: the same work is taken up and merged again. */
import type { Task } from '../../model/plan.ts';
import { durationMs, formatTime, timeMs } from '../../model/time.ts';
import { hasPassed } from '../consume.ts';
import type { Draft } from '../draft.ts';
import { isolationOf } from '../isolation.ts';
import { collect } from '../rules/land-work.ts';
import type { Seen } from '../seen.ts';

/** False where there is no such work on this machine: the task is then done anew. */
export function landAgain(draft: Draft, seen: Seen, task: Task, reason: string): boolean {
  const { attempt, blocker } = task.fields;
  const isolation = isolationOf(seen, task, attempt);
  if (blocker?.type !== 'conflict' || attempt === undefined || isolation === undefined) return false;
  if (attempt.machine !== seen.machine) return false;
  const run = seen.runs.find((each) => each.task === task.id && each.attempt === attempt.number);
  if (run?.state.kind !== 'ended' || !hasPassed(seen, task, attempt, run.state)) return false;
  takeUpAgain(draft, seen, task);
  draft.step(task.id, 'in_progress', reason);
  draft.set(task.id, 'blocker', undefined, reason);
  const lease = durationMs(seen.settings.lease) ?? 0;
  if ((timeMs(attempt.lease_until ?? '') ?? 0) - seen.now < lease / 6)
    draft.set(task.id, 'attempt', { ...attempt, lease_until: formatTime(seen.now + lease) }, reason);
  return true;
}

/** A person may have mended the work in its worktree, and not committed. */
export function takeUpAgain(draft: Draft, seen: Seen, task: Task): void {
  const { attempt } = task.fields;
  const isolation = isolationOf(seen, task, attempt);
  if (attempt === undefined || isolation === undefined || attempt.machine !== seen.machine) return;
  collect(draft, seen, task, attempt, isolation, 'what was mended in its worktree is taken up');
}
