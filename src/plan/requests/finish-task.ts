/** A person says how a task ended, that something stands in its way, or that nothing does any more. */
import { type Problem, problem } from '../../errors.ts';
import type { Blocker, TaskResult } from '../../model/fields.ts';
import { taskStatusOf } from '../../model/plan.ts';
import { formatTime } from '../../model/time.ts';
import { clearOutcome } from '../dispatch.ts';
import type { Draft } from '../draft.ts';
import { awaitGates, hasReturned, returnWork } from '../gates.ts';
import { inline } from '../inline.ts';
import { markBlocked } from '../mark-blocked.ts';
import type { Request } from '../request.ts';
import { reopenBetween } from '../rules/rework.ts';
import type { Seen } from '../seen.ts';
import { landAgain, takeUpAgain } from './land-again.ts';
import { isProblem, refuseStep, refuseUnready, requireTask } from './legal-step.ts';

/** Refused where the task waits for something, or where its output is not there. It is completed once its gates pass. */
export function finishTask(
  draft: Draft,
  seen: Seen,
  request: Extract<Request, { kind: 'done' }>,
): Problem | undefined {
  const task = requireTask(draft, seen, request.task);
  if (isProblem(task)) return task;
  const unready = taskStatusOf(task) === 'pending' ? refuseUnready(draft, seen, task) : undefined;
  const refusal = refuseStep(seen, task, 'completed') ?? unready;
  if (refusal !== undefined) return refusal;
  if (seen.missingOutputs.has(task.id))
    return problem('missing-output', `${task.id} is to leave ${task.fields.output}, which is not there`, {
      file: seen.plan.file,
      task: task.id,
    });
  const reason = request.summary ?? `done by ${seen.person}`;
  const result: TaskResult = {
    ...(request.summary === undefined ? {} : { summary: inline(request.summary, 500) }),
    ...(request.passed === undefined ? {} : { passed: request.passed }),
    ...(Object.keys(request.metadata).length === 0 ? {} : { metadata: { ...request.metadata } }),
  };
  const given = Object.keys(result).length === 0 ? undefined : result;
  if (task.fields.owner === undefined) draft.set(task.id, 'owner', seen.person, reason);
  if (awaitGates(draft, seen, task, given, reason)) return undefined;
  draft.step(task.id, 'completed', reason);
  clearOutcome(draft, task.id, reason);
  draft.set(task.id, 'completed_at', formatTime(seen.now), reason);
  draft.set(task.id, 'result', given, reason);
  return undefined;
}

export function failTask(
  draft: Draft,
  seen: Seen,
  { task: id, reason: why, failure }: Extract<Request, { kind: 'fail' }>,
): Problem | undefined {
  const task = requireTask(draft, seen, id);
  if (isProblem(task)) return task;
  const refusal = refuseStep(seen, task, 'failed');
  if (refusal !== undefined) return refusal;
  const reason = why ?? `failed, says ${seen.person}`;
  draft.step(task.id, 'failed', reason);
  const kind = failure === undefined || failure === 'code' ? {} : { failure };
  draft.set(task.id, 'result', { summary: inline(reason, 500), ...kind }, reason);
  return undefined;
}

export function blockTask(
  draft: Draft,
  seen: Seen,
  id: string,
  type: Blocker['type'],
  detail: string | undefined,
): Problem | undefined {
  const task = requireTask(draft, seen, id);
  if (isProblem(task)) return task;
  const refusal = refuseStep(seen, task, 'blocked');
  if (refusal !== undefined) return refusal;
  const reason = detail === undefined ? type : `${type}: ${detail}`;
  markBlocked(draft, seen, task.id, { type, detail }, reason);
  return undefined;
}

export function unblockTask(draft: Draft, seen: Seen, id: string): Problem | undefined {
  const task = requireTask(draft, seen, id);
  if (isProblem(task)) return task;
  const refusal = refuseStep(seen, task, 'pending', ['blocked']);
  if (refusal !== undefined) return refusal;
  const reason = `unblocked by ${seen.person}`;
  if (landAgain(draft, seen, task, reason)) return undefined;
  if (hasReturned(task)) {
    // What came back is there still: its gates run again, not the work.
    takeUpAgain(draft, seen, task);
    returnWork(draft, seen, task, task.fields.result, reason);
    return undefined;
  }
  draft.step(task.id, 'pending', reason);
  draft.set(task.id, 'blocker', undefined, reason);
  draft.set(task.id, 'result', undefined, reason);
  reopenBetween(draft, task, reason);
  return undefined;
}
