/** A new task, placed after the last task it depends on. */
import { type Problem, problem } from '../../errors.ts';
import { dependencyId } from '../../model/dependency.ts';
import { isId } from '../../model/id.ts';
import { planStatusOf } from '../../model/plan.ts';
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
    return problem('invalid-id', `${JSON.stringify(request.id)} is not a task id`, { file: seen.plan.file });
  if (request.title.trim() === '' || /[\r\n]/.test(request.title))
    return problem('usage', 'a title is one line, and not empty', { file: seen.plan.file });
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
  const last = draft.tasks.filter((task) => blockers.includes(task.id)).at(-1);
  draft.apply({
    kind: 'task-added',
    task: request.id,
    title: request.title,
    fields: request.fields,
    brief: request.brief,
    after: last?.id ?? null,
    reason: `added by ${seen.person}`,
  });
  return undefined;
}
