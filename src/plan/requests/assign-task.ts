/** A person says which specialist does a task. It answers the question of `ask_user`, too. */
import { type Problem, problem } from '../../errors.ts';
import { taskStatusOf } from '../../model/plan.ts';
import type { Draft } from '../draft.ts';
import { nearest } from '../graph.ts';
import { specialistOf } from '../routing.ts';
import { asksForRoute } from '../rules/ask-route.ts';
import type { Seen } from '../seen.ts';
import { isProblem, requireTask } from './legal-step.ts';

export function assignTask(draft: Draft, seen: Seen, id: string, specialist: string): Problem | undefined {
  const task = requireTask(draft, seen, id);
  if (isProblem(task)) return task;
  const refusal = refuseUnknown(seen, id, specialist) ?? refuseOver(seen, id, taskStatusOf(task));
  if (refusal !== undefined) return refusal;
  const reason = `assigned to ${specialist} by ${seen.person}`;
  draft.set(id, 'specialist', specialist, reason);
  if (!asksForRoute(task)) return undefined;
  draft.step(id, 'pending', reason);
  draft.set(id, 'blocker', undefined, reason);
  return undefined;
}

function refuseUnknown(seen: Seen, id: string, specialist: string): Problem | undefined {
  if (specialistOf(seen.settings, specialist) !== undefined) return undefined;
  const names = Object.keys(seen.settings.specialists);
  const near = nearest(specialist, names);
  return problem('unknown-specialist', `no specialist is called ${specialist}`, {
    file: seen.plan.file,
    task: id,
    hint:
      names.length === 0
        ? 'rondo.yaml names no specialist yet: `rondo init` writes some, or add one under `specialists`.'
        : `${near === undefined ? '' : `Did you mean ${near}? `}There are: ${names.join(', ')}.`,
  });
}

/** Whoever has the task goes on with it, and what is over stays as it was done. */
function refuseOver(seen: Seen, id: string, status: string): Problem | undefined {
  if (status !== 'in_progress' && status !== 'completed' && status !== 'cancelled') return undefined;
  return problem('illegal-transition', `${id} is ${status}, so it goes to no other specialist`, {
    file: seen.plan.file,
    task: id,
    hint:
      status === 'in_progress'
        ? `Give it back first: rondo release ${id}`
        : `Open it again first: rondo reopen ${id}`,
  });
}
