/** What a round sees of the plans that tasks stand for (`plan: <path>`). */
import type { Plan, Task } from '../model/plan.ts';
import { taskStatusOf } from '../model/plan.ts';
import { isEnded, type PlanStatus } from '../model/status.ts';

export type SubPlan =
  /** No file is there, or none that is a plan of this repository. */
  | { readonly kind: 'missing'; readonly file: string }
  | { readonly kind: 'broken'; readonly file: string; readonly message: string }
  | {
      readonly kind: 'plan';
      readonly file: string;
      readonly name: string;
      readonly status: PlanStatus;
      readonly completed: number;
      readonly total: number;
      readonly nextAction: string | undefined;
      /** What stands in its way, each with the path to it: `<plan>/<task>: <what>`. */
      readonly blockers: readonly string[];
      /** The files by which it contains the plan that looks at it, from that to that; undefined where it does not. */
      readonly cycle: readonly string[] | undefined;
    };

/** The path of a task's plan as the work tree has it; undefined where the task is none. */
export function subPlanFile({ fields }: Task): string | undefined {
  return fields.plan?.replace(/^(?:\.\/)+/, '');
}

/** The files of the plans that tasks of a plan stand for and that matter still. */
export function openSubPlans(plan: Plan): readonly string[] {
  return plan.tasks.flatMap((task) => {
    const file = subPlanFile(task);
    return file === undefined || isEnded(taskStatusOf(task)) ? [] : [file];
  });
}
