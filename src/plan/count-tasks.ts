/** How many tasks stand where. */
import type { CountsDocument } from '../model/documents.ts';
import { type Plan, taskStatusOf } from '../model/plan.ts';

export function countTasks(plan: Plan): CountsDocument {
  const counts = {
    total: plan.tasks.length,
    pending: 0,
    in_progress: 0,
    completed: 0,
    blocked: 0,
    failed: 0,
    cancelled: 0,
  };
  for (const task of plan.tasks) counts[taskStatusOf(task)] += 1;
  return counts;
}
