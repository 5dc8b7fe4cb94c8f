/** `rondo clean`: removes run directories whose result is consumed; the newest of each open task stays. */
import { taskStatusOf } from '../model/plan.ts';
import { isEnded } from '../model/status.ts';
import type { Outside } from '../ports.ts';
import type { PlanFile } from './find-plans.ts';
import { read } from './read.ts';

export async function cleanPlan(outside: Outside, target: PlanFile): Promise<{ readonly removed: number }> {
  const lock = outside.local.lock(10_000);
  try {
    const { seen } = await read(outside, target, { kind: 'watchdog' });
    const open = new Map(
      seen.plan.tasks
        .filter((task) => !isEnded(taskStatusOf(task)))
        .map((task) => [task.id, task.fields.attempt?.number]),
    );
    return { removed: outside.workers.clean(target.name, (task, attempt) => open.get(task) === attempt) };
  } finally {
    lock.release();
  }
}
