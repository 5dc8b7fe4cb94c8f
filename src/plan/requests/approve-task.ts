/** A person lets others build on a task's result, or sends it back. Who and when are recorded. */
import { type Problem, problem } from '../../errors.ts';
import { formatTime } from '../../model/time.ts';
import { refuseApprover } from '../approvers.ts';
import type { Draft } from '../draft.ts';
import { awaitsApproval } from '../graph.ts';
import { inline } from '../inline.ts';
import type { Seen } from '../seen.ts';
import { isProblem, requireTask } from './legal-step.ts';
import { clearTask } from './reset-task.ts';

export function approveTask(draft: Draft, seen: Seen, id: string): Problem | undefined {
  const task = requireTask(draft, seen, id);
  if (isProblem(task)) return task;
  const refusal = awaitsApproval(task) ? refuseApprover(seen, id) : refuse(seen, id);
  if (refusal !== undefined) return refusal;
  const reason = `approved by ${seen.person}`;
  draft.set(id, 'approved_by', seen.person, reason);
  draft.set(id, 'approved_at', formatTime(seen.now), reason);
  draft.set(id, 'rejected', undefined, reason);
  return undefined;
}

/** The task goes back to pending, with the reason for whoever does it next. */
export function rejectTask(draft: Draft, seen: Seen, id: string, why: string): Problem | undefined {
  const task = requireTask(draft, seen, id);
  if (isProblem(task)) return task;
  const refusal = awaitsApproval(task) ? refuseApprover(seen, id) : refuse(seen, id);
  if (refusal !== undefined) return refusal;
  const reason = `rejected by ${seen.person}: ${why}`;
  clearTask(draft, task, reason);
  draft.set(id, 'rejected', { reason: inline(why, 500), by: seen.person, at: formatTime(seen.now) }, reason);
  return undefined;
}

function refuse(seen: Seen, id: string): Problem {
  return problem('illegal-transition', `${id} does not await approval`, {
    file: seen.plan.file,
    task: id,
    hint: 'A task awaits it when it is completed, says `needs_approval: true` and was not approved yet.',
  });
}
