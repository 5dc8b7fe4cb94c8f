/** Which tasks could start now, and for each other open task, what it waits for. */
import { dependencyId } from '../../model/dependency.ts';
import { type Task, taskStatusOf } from '../../model/plan.ts';
import type { Draft } from '../draft.ts';
import { unmetBecause } from '../graph.ts';

/** Pending tasks whose blockers are all satisfied: by priority, then in file order. */
export function readyTasks(draft: Draft): readonly Task[] {
  const ready = draft.tasks.filter((task) => taskStatusOf(task) === 'pending' && isReady(draft, task));
  return ready.some((task) => task.fields.priority !== undefined)
    ? [...ready].sort((a, b) => (b.fields.priority ?? 0) - (a.fields.priority ?? 0))
    : ready;
}

export function isReady(draft: Draft, task: Task): boolean {
  return (task.fields.blocked_by ?? []).every(
    (d) => unmetBecause(d, draft.task(dependencyId(d))) === undefined,
  );
}

/** Why a task is not ready, one reason a blocker. */
export function waitReasons(draft: Draft, task: Task): readonly string[] {
  return (task.fields.blocked_by ?? []).flatMap((d) => unmetBecause(d, draft.task(dependencyId(d))) ?? []);
}
