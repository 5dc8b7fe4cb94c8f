/** How the plans stand that tasks stand for, for `status`, `show` and `list`. */
import type { TaskDocument } from '../model/documents.ts';
import type { Task } from '../model/plan.ts';
import { type SubPlan, subPlanFile } from '../plan/sub-plan.ts';
import type { Outside } from '../ports.ts';
import { readSubPlans } from '../round/read-sub-plans.ts';

type Inside = Required<Pick<TaskDocument, 'sub_plan'>>;

/** By task id; as the work tree has them now. */
export async function plansInside(
  outside: Outside,
  tasks: readonly Task[],
): Promise<ReadonlyMap<string, Inside>> {
  const found = await readSubPlans(outside, { file: '', tasks });
  return new Map(
    tasks.flatMap((task) => {
      const sub = found[subPlanFile(task) ?? ''];
      return sub === undefined ? [] : [[task.id, { sub_plan: asDocument(sub) }] as const];
    }),
  );
}

function asDocument(sub: SubPlan): NonNullable<TaskDocument['sub_plan']> {
  if (sub.kind !== 'plan')
    return { file: sub.file, plan: null, status: null, completed: null, total: null, next_action: null };
  const { file, name, status, completed, total, nextAction } = sub;
  return { file, plan: name, status, completed, total, next_action: nextAction ?? null };
}
