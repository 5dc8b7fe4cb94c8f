/** `rondo step`: whoever calls runs a task's command; the attempt is announced, and entered after the commit. */
import { type Problem, problem } from '../../errors.ts';
import { type Task, taskStatusOf } from '../../model/plan.ts';
import { announceAttempt, nextAttempt, workOrder } from '../dispatch.ts';
import type { Draft } from '../draft.ts';
import { effectId } from '../effect.ts';
import type { Request } from '../request.ts';
import type { Seen } from '../seen.ts';
import { STEP_RETURNS } from '../step.ts';
import { isProblem, refuseStep, refuseUnready, requireTask } from './legal-step.ts';
import { clearTask } from './reset-task.ts';

/**
 * A failed task is tried again by it; what a person has claimed is done by that person's own step. Refused as a claim is
 * otherwise, and with `disabled` where steps are not tracked.
 */
export function startStep(
  draft: Draft,
  seen: Seen,
  request: Extract<Request, { kind: 'step' }>,
): Problem | undefined {
  if (!seen.settings.task_tracking.enabled)
    return problem('disabled', 'task_tracking.enabled is false, so no step is tracked', {
      file: seen.plan.file,
      hint: 'Set task_tracking.enabled to true.',
    });
  const found = requireTask(draft, seen, request.task);
  if (isProblem(found)) return found;
  const reason = `step of ${seen.person}`;
  if (taskStatusOf(found) === 'failed') clearTask(draft, found, `tried again by a ${reason}`);
  const task = draft.task(found.id) ?? found;
  const refusal = isOwnClaim(seen, task)
    ? undefined
    : (refuseStep(seen, task, 'in_progress') ?? refuseUnready(draft, seen, task));
  if (refusal !== undefined) return refusal;
  const number = nextAttempt(seen, task);
  const attempt = { number, machine: seen.machine, returns: STEP_RETURNS };
  announceAttempt(draft, seen, task, seen.person, attempt, reason);
  const order = workOrder(draft, seen, task, number, { command: request.command });
  draft.effects.push({
    kind: 'enter',
    id: effectId(seen.plan.name, task.id, number),
    task: task.id,
    attempt: number,
    reason,
    order: { ...order, kind: 'step', timeoutMs: null },
  });
  return undefined;
}

function isOwnClaim(seen: Seen, task: Task): boolean {
  const { owner, attempt } = task.fields;
  return taskStatusOf(task) === 'in_progress' && attempt?.machine === undefined && owner === seen.person;
}
