/**
 * What is cleaned up by itself once a plan is complete (`task_tracking.auto_cleanup`): the run directories of attempts that
 * led to nothing, and the worktrees and branches of work that is merged. The newest attempt of each task stays, since its
 * log is what people read after the end; `rondo clean` removes it, too. No task is touched. What an end that was cut short left is found by the next look at the plan.
 */
import { type Problem, RondoError } from '../errors.ts';
import { type Plan, planStatusOf } from '../model/plan.ts';
import type { Seen } from '../plan/seen.ts';
import type { Outside } from '../ports.ts';
import { cleanWork } from './clean-work.ts';

/** Cleans up where the plan is complete; what cannot be removed is told, and holds up nothing. */
export function endWorkflow(outside: Outside, seen: Seen, plan: Plan): readonly Problem[] {
  if (!seen.settings.task_tracking.auto_cleanup || planStatusOf(plan) !== 'complete') return [];
  const newest = new Map<string, number>();
  for (const { task, attempt } of seen.runs) newest.set(task, Math.max(newest.get(task) ?? 0, attempt));
  const isNewest = (task: string, attempt: number) => (newest.get(task) ?? attempt) <= attempt;
  const isApart = plan.tasks.some((task) => task.fields.attempt?.branch !== undefined);
  try {
    if (isApart) cleanWork(outside, seen, plan, new Map());
    if (!seen.runs.every((run) => isNewest(run.task, run.attempt)))
      outside.workers.clean(plan.name, isNewest);
    return [];
  } catch (error) {
    if (error instanceof RondoError) return error.problems.map((p) => ({ ...p, severity: 'warning' }));
    throw error;
  }
}
