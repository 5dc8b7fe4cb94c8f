/** A person moves the plan as a whole: pause, resume, launch, accept, reopen, restart. */
import { diffCriteria } from '../../compare/diff.ts';
import { type Problem, problem } from '../../errors.ts';
import { planStatusOf, taskStatusOf } from '../../model/plan.ts';
import { isStamped } from '../../model/workflow-id.ts';
import type { Draft } from '../draft.ts';
import { hasReturned } from '../gates.ts';
import { currentBatch } from '../rules/strategy.ts';
import type { Seen } from '../seen.ts';
import { clearTask } from './reset-task.ts';

/** Workers finish; with `stop` those of this machine are stopped and their tasks go back to pending. */
export function pausePlan(draft: Draft, seen: Seen, stop: boolean): Problem | undefined {
  if (planStatusOf(draft.plan) === 'complete')
    return illegal(seen, 'the plan is complete and cannot be paused');
  const reason = `paused by ${seen.person}`;
  if (draft.plan.fields.paused_by === undefined) draft.setPlan('paused_by', seen.person, reason);
  if (!stop) return undefined;
  for (const task of draft.tasks) {
    if (taskStatusOf(task) !== 'in_progress' || task.fields.attempt?.machine !== seen.machine) continue;
    if (hasReturned(task)) continue; // its work is done; its gates are stopped
    draft.step(task.id, 'pending', reason);
  }
  return undefined;
}

/** Ends a person's pause; where the plan is blocked by a failed check of a criterion, has it checked again. */
export function resumePlan(draft: Draft, seen: Seen): Problem | undefined {
  if (draft.plan.fields.paused_by === undefined && planStatusOf(draft.plan) === 'complete')
    return illegal(seen, 'the plan is complete', `To go on with it: rondo reopen --plan ${seen.plan.name}`);
  draft.setPlan('paused_by', undefined, `resumed by ${seen.person}`);
  return undefined;
}

/** Lets the batch that waits start (`auto_launch: false`). */
export function launchPlan(draft: Draft, seen: Seen): Problem | undefined {
  if (seen.settings.parallelism.auto_launch) return undefined;
  const batch = currentBatch(draft);
  if (batch !== undefined && batch.number > (draft.plan.fields.launched ?? 1))
    draft.setPlan('launched', batch.number, `batch ${batch.number} launched by ${seen.person}`);
  return undefined;
}

/** Takes every criterion that is not met as accepted, and lets a reopened plan be complete again. */
export function acceptPlan(draft: Draft, seen: Seen): Problem | undefined {
  if (planStatusOf(draft.plan) === 'complete') return illegal(seen, 'the plan is complete already');
  const { origin } = draft.plan.fields;
  if (origin !== undefined && origin !== seen.person)
    draft.problems.push(
      problem('not-owner', `${seen.person} accepts for ${origin}, who is the origin of this plan`, {
        severity: 'info',
        file: seen.plan.file,
        hint: 'The commit records who accepted.',
      }),
    );
  draft.setPlan('accepted_by', seen.person, `accepted by ${seen.person}`);
  draft.setPlan('reopened_by', undefined, `accepted by ${seen.person}`);
  return undefined;
}

export function reopenPlan(draft: Draft, seen: Seen): Problem | undefined {
  if (planStatusOf(draft.plan) !== 'complete')
    return illegal(seen, 'the plan is not complete, so there is nothing to reopen');
  const reason = `reopened by ${seen.person}`;
  draft.setPlan('reopened_by', seen.person, reason);
  draft.setPlan('accepted_by', undefined, reason);
  return undefined;
}

/** A fresh run of the same plan: every task back to pending, checked boxes off again; attempts go on counting. */
export function restartPlan(draft: Draft, seen: Seen): Problem | undefined {
  const reason = `restarted by ${seen.person}`;
  for (const task of draft.tasks) {
    clearTask(draft, task, reason);
    draft.set(task.id, 'rejected', undefined, reason);
    draft.set(task.id, 'iteration', undefined, reason);
  }
  const { criteria } = draft.plan;
  const unmet = criteria.map((criterion) =>
    criterion.check === undefined ? criterion : { ...criterion, met: false },
  );
  for (const change of diffCriteria(criteria, unmet, reason)) draft.apply(change);
  for (const field of ['accepted_by', 'paused_by', 'reopened_by', 'launched', 'overrun_batches'] as const)
    draft.setPlan(field, undefined, reason);
  // It is another run of the workflow, which gets an id of its own.
  if (isStamped(draft.plan.fields.workflow_id ?? ''))
    for (const field of ['workflow_id', 'started_at'] as const) draft.setPlan(field, undefined, reason);
  return undefined;
}

function illegal(seen: Seen, message: string, hint?: string): Problem {
  return problem('illegal-transition', message, {
    file: seen.plan.file,
    ...(hint === undefined ? {} : { hint }),
  });
}
