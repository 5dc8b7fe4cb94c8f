/** `rondo status --brief`: a line a plan. */

import { RondoError } from '../errors.ts';
import type { BriefDocument } from '../model/documents.ts';
import { planStatusOf } from '../model/plan.ts';
import { countTasks } from '../plan/count-tasks.ts';
import type { Outside } from '../ports.ts';
import { findPlans, type PlanFile } from '../round/find-plans.ts';
import { viewPlan } from './read-only.ts';

type BriefPlan = BriefDocument['plans'][number];

/** Where that plan stands, or every plan of the work tree. A broken one has no status, and says what is wrong. */
export async function briefStatus(outside: Outside, target: PlanFile | undefined): Promise<BriefDocument> {
  const { plans, problems } =
    target === undefined ? await findPlans(outside) : { plans: [target], problems: [] };
  const out: BriefPlan[] = [];
  for (const plan of plans) out.push(await briefPlan(outside, plan));
  for (const problem of problems) out.push(broken(problem.file ?? '', problem.message));
  return { plans: out };
}

async function briefPlan(outside: Outside, target: PlanFile): Promise<BriefPlan> {
  try {
    const { plan } = await viewPlan(outside, target);
    const { completed, total, in_progress, blocked, failed } = countTasks(plan);
    const { next_action = null, next_checkpoint = null } = plan.fields;
    const status = planStatusOf(plan);
    return {
      plan: target.name,
      status,
      completed,
      total,
      in_progress,
      blocked,
      failed,
      next: status === 'complete' ? null : next_action,
      next_checkpoint,
    };
  } catch (error) {
    if (!(error instanceof RondoError)) throw error;
    return broken(target.name, error.message);
  }
}

function broken(plan: string, message: string): BriefPlan {
  const none = { completed: 0, total: 0, in_progress: 0, blocked: 0, failed: 0 };
  return { plan, status: null, ...none, next: message, next_checkpoint: null };
}
