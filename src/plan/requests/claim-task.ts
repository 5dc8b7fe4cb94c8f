/** A person takes a task, or gives it back. */
import { type Problem, problem } from '../../errors.ts';
import type { Task } from '../../model/plan.ts';
import { announceAttempt, nextAttempt } from '../dispatch.ts';
import type { Draft } from '../draft.ts';
import type { Request } from '../request.ts';
import { WriteSets } from '../rules/write-sets.ts';
import type { Seen } from '../seen.ts';
import { isProblem, refuseStep, refuseUnready, requireTask } from './legal-step.ts';

/** The owner defaults to who git says the user is; the lease to the plan's. */
export function claimTask(
  draft: Draft,
  seen: Seen,
  request: Extract<Request, { kind: 'claim' }>,
): Problem | undefined {
  const task = requireTask(draft, seen, request.task);
  if (isProblem(task)) return task;
  const refusal =
    refuseStep(seen, task, 'in_progress') ??
    refuseUnready(draft, seen, task) ??
    refuseOverlap(draft, seen, task);
  if (refusal !== undefined) return refusal;
  const owner = request.owner ?? seen.person;
  const reason = `claimed by ${owner}`;
  const attempt = {
    number: nextAttempt(seen, task),
    ...(request.until === undefined ? {} : { lease_until: request.until }),
    returns: request.returns ?? `${owner} reports`,
  };
  announceAttempt(draft, seen, task, owner, attempt, reason);
  return undefined;
}

/** Two who change the same files in one checkout spoil each other's work, whoever they are. */
function refuseOverlap(draft: Draft, seen: Seen, task: Task): Problem | undefined {
  const other = new WriteSets(draft, seen).overlapOf(task);
  if (other === undefined) return undefined;
  return problem('not-ready', `${task.id} may change the same files as ${other}, which is under way`, {
    file: seen.plan.file,
    task: task.id,
    path: ['writes'],
    hint: `Wait for the end of ${other}, or correct \`writes\` of the two.`,
  });
}

export function releaseTask(draft: Draft, seen: Seen, id: string): Problem | undefined {
  const task = requireTask(draft, seen, id);
  if (isProblem(task)) return task;
  const refusal = refuseStep(seen, task, 'pending', ['in_progress']);
  if (refusal !== undefined) return refusal;
  const reason = `released${task.fields.owner === undefined ? '' : ` by ${task.fields.owner}`}`;
  draft.step(task.id, 'pending', reason);
  draft.set(task.id, 'owner', undefined, reason);
  return undefined;
}
