/** Which of the ready tasks the strategy lets start now: all of them, those of the current batch, or one at a time. */
import { dependencyId } from '../../model/dependency.ts';
import { type Task, taskStatusOf } from '../../model/plan.ts';
import { isEnded } from '../../model/status.ts';
import { planBatches } from '../batches.ts';
import type { Draft } from '../draft.ts';
import { awaitsApproval, unmetBecause } from '../graph.ts';
import type { Seen } from '../seen.ts';

export interface Allowed {
  readonly tasks: readonly Task[];
  /** The batch that waits for `rondo launch`; undefined where none does. */
  readonly awaitsLaunch: number | undefined;
}

/** Filters the ready tasks. Batch numbers count the generations of the whole plan, so that they stand still while it runs. */
export function allowedByStrategy(draft: Draft, seen: Seen, ready: readonly Task[]): Allowed {
  const { strategy, auto_launch } = seen.settings.parallelism;
  const allowed =
    auto_launch && strategy !== 'batched'
      ? { tasks: ready, awaitsLaunch: undefined }
      : allowedByBatch(draft, ready, auto_launch);
  if (strategy !== 'sequential') return allowed;
  const busy = draft.tasks.some((task) => taskStatusOf(task) === 'in_progress');
  return { ...allowed, tasks: busy ? [] : allowed.tasks.slice(0, 1) };
}

function allowedByBatch(draft: Draft, ready: readonly Task[], autoLaunch: boolean): Allowed {
  const current = currentBatch(draft);
  if (current === undefined) return { tasks: [], awaitsLaunch: undefined };
  if (!autoLaunch && current.number > (draft.plan.fields.launched ?? 1))
    return { tasks: [], awaitsLaunch: current.number };
  return { tasks: ready.filter((task) => current.ids.has(task.id)), awaitsLaunch: undefined };
}

/** The first generation of the whole plan with a task that has not ended and can still move without mending. */
export function currentBatch(
  draft: Draft,
): { readonly number: number; readonly ids: ReadonlySet<string> } | undefined {
  const stuck = new Set<string>();
  for (const { number, tasks } of planBatches(draft.tasks)) {
    for (const task of tasks) if (isStuck(draft, task, stuck)) stuck.add(task.id);
    if (tasks.some((task) => !isEnded(taskStatusOf(task)) && !stuck.has(task.id)))
      return { number, ids: new Set(tasks.map((task) => task.id)) };
  }
  return undefined;
}

/** Failed or blocked, or waiting for what only mending can bring. Blockers of earlier generations are judged already. */
function isStuck(draft: Draft, task: Task, stuck: ReadonlySet<string>): boolean {
  const status = taskStatusOf(task);
  if (status === 'failed' || status === 'blocked') return true;
  if (status !== 'pending') return false;
  return (task.fields.blocked_by ?? []).some((dependency) => {
    const blocker = draft.task(dependencyId(dependency));
    if (unmetBecause(dependency, blocker) === undefined) return false;
    if (blocker === undefined || stuck.has(blocker.id)) return true;
    return isEnded(taskStatusOf(blocker)) && !awaitsApproval(blocker);
  });
}
