/** A task goes back to pending, or ends without being done. Attempts go on counting, whatever happens. */
import type { Problem } from '../../errors.ts';
import type { Task } from '../../model/plan.ts';
import type { TaskStatus } from '../../model/status.ts';
import { formatTime } from '../../model/time.ts';
import { clearOutcome } from '../dispatch.ts';
import type { Draft } from '../draft.ts';
import type { Seen } from '../seen.ts';
import { isProblem, refuseStep, requireTask } from './legal-step.ts';

/** The work is done again: after a failure, or where a gate does not let it pass. */
export function retryTask(draft: Draft, seen: Seen, id: string): Problem | undefined {
  const { blocker } = draft.task(id)?.fields ?? {};
  const byGate = draft.status(id) === 'blocked' && blocker?.type === 'gate';
  // Work that could not be merged is done again, from where the others are by now.
  const anew = byGate || (draft.status(id) === 'blocked' && blocker?.type === 'conflict');
  const reason = `tried again by ${seen.person}`;
  const refusal = backToPending(draft, seen, id, anew ? ['blocked'] : ['failed'], reason);
  // Whoever does it again is to know what did not pass.
  if (refusal === undefined && byGate && blocker.detail !== undefined)
    draft.set(id, 'rejected', { reason: blocker.detail, by: 'gate', at: formatTime(seen.now) }, reason);
  return refusal;
}

export function reopenTask(draft: Draft, seen: Seen, id: string): Problem | undefined {
  const reason = `reopened by ${seen.person}`;
  const refusal = backToPending(draft, seen, id, ['completed', 'cancelled'], reason);
  // What was accepted was the plan with this task as it stood.
  if (refusal !== undefined) return refusal;
  draft.setPlan('accepted_by', undefined, reason);
  draft.set(id, 'rejected', undefined, reason);
  return undefined;
}

export function cancelTask(
  draft: Draft,
  seen: Seen,
  id: string,
  why: string | undefined,
): Problem | undefined {
  const task = requireTask(draft, seen, id);
  if (isProblem(task)) return task;
  const refusal = refuseStep(seen, task, 'cancelled');
  if (refusal !== undefined) return refusal;
  draft.step(task.id, 'cancelled', why ?? `cancelled by ${seen.person}`);
  return undefined;
}

function backToPending(
  draft: Draft,
  seen: Seen,
  id: string,
  from: readonly TaskStatus[],
  reason: string,
): Problem | undefined {
  const task = requireTask(draft, seen, id);
  if (isProblem(task)) return task;
  const refusal = refuseStep(seen, task, 'pending', from);
  if (refusal !== undefined) return refusal;
  clearTask(draft, task, reason);
  return undefined;
}

/** Takes back what an attempt left in the task's fields; its attempt number stays, its automatic retries start anew. */
export function clearTask(draft: Draft, task: Task, reason: string, except?: 'result'): void {
  draft.step(task.id, 'pending', reason);
  draft.set(task.id, 'owner', undefined, reason);
  clearOutcome(draft, task.id, reason, except);
  const attempt = task.fields.attempt;
  if (attempt?.retry !== undefined || attempt?.returned_at !== undefined) {
    const { retry: _, retry_of: __, returned_at: ___, ...rest } = attempt;
    draft.set(task.id, 'attempt', rest, reason);
  }
}
