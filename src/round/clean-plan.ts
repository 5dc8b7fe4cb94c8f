/** `rondo clean`: removes run directories whose result is consumed, and the worktrees and branches of work that is merged. */
import { type Plan, taskStatusOf } from '../model/plan.ts';
import { isEnded } from '../model/status.ts';
import type { Outside } from '../ports.ts';
import { type CleanedWork, cleanWork } from './clean-work.ts';
import type { PlanFile } from './find-plans.ts';
import { read } from './read.ts';

export interface Cleaned extends CleanedWork {
  /** Run directories. */
  readonly removed: number;
}

/** The newest attempt of each open task stays as it is. */
export async function cleanPlan(outside: Outside, target: PlanFile): Promise<Cleaned> {
  const lock = outside.local.lock(10_000);
  try {
    const { seen } = await read(outside, target, { kind: 'watchdog' });
    const open = openAttempts(seen.plan);
    const work = cleanWork(outside, seen, seen.plan, open);
    const removed = outside.workers.clean(target.name, (task, attempt) => open.get(task) === attempt);
    return { removed, ...work };
  } finally {
    lock.release();
  }
}

function openAttempts(plan: Plan): ReadonlyMap<string, number | undefined> {
  return new Map(
    plan.tasks
      .filter((task) => !isEnded(taskStatusOf(task)))
      .map((task) => [task.id, task.fields.attempt?.number]),
  );
}
