/** `rondo show --group`: what came of the tasks of one parallel group. */
import { problem, RondoError } from '../errors.ts';
import type { GroupDocument, TaskDocument } from '../model/documents.ts';
import { countTasks } from '../plan/count-tasks.ts';
import { nearest } from '../plan/graph.ts';
import type { Outside } from '../ports.ts';
import type { PlanFile } from '../round/find-plans.ts';
import { viewPlan } from './read-only.ts';
import { taskDocuments } from './status.ts';

/** Its members by how they ended. Throws `unknown-group`. */
export async function showGroup(outside: Outside, target: PlanFile, group: string): Promise<GroupDocument> {
  const view = await viewPlan(outside, target);
  const { plan } = view;
  const members = plan.tasks.filter((task) => task.fields.parallel_group === group);
  if (members.length === 0) throw unknownGroup(target, group, new Set(groupsOf(plan.tasks)));
  const ids = new Set(members.map((task) => task.id));
  const tasks = (await taskDocuments(outside, view)).filter((task) => ids.has(task.id));
  const of = (fits: (task: TaskDocument) => boolean) => tasks.filter(fits);
  return {
    plan: target.name,
    group,
    counts: countTasks({ ...plan, tasks: members }),
    completed: of((task) => task.status === 'completed' && task.passed !== false),
    failed: of((task) => task.status === 'failed' || (task.status === 'completed' && task.passed === false)),
    open: of((task) => ['pending', 'in_progress', 'blocked'].includes(task.status)),
    cancelled: of((task) => task.status === 'cancelled'),
  };
}

function groupsOf(tasks: readonly { readonly fields: { readonly parallel_group?: string | undefined } }[]) {
  return tasks.flatMap((task) => task.fields.parallel_group ?? []);
}

function unknownGroup(target: PlanFile, group: string, known: ReadonlySet<string>): RondoError {
  const near = nearest(group, known);
  const hint =
    near !== undefined
      ? `Did you mean ${near}?`
      : known.size === 0
        ? 'No task of it has a `parallel_group`.'
        : `Groups there: ${[...known].slice(0, 10).join(', ')}.`;
  return new RondoError(
    problem('unknown-group', `the plan ${target.name} has no parallel group ${JSON.stringify(group)}`, {
      file: target.file,
      hint,
    }),
  );
}
