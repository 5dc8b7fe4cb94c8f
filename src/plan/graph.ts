/** The graph of `blocked_by`: generations, cycles, what a task waits for. Linear in tasks and edges. */
import { type Problem, problem } from '../errors.ts';
import { dependencyId } from '../model/dependency.ts';
import { editDistance } from '../model/edit-distance.ts';
import type { Dependency } from '../model/fields.ts';
import { findTask, type Plan, type Task, taskStatusOf } from '../model/plan.ts';
import { isEnded } from '../model/status.ts';
import { didNotPass } from './verdict.ts';

/** Why a dependency is not satisfied yet; undefined where it is. `task` is undefined where the plan has no such task. */
export function unmetBecause(dependency: Dependency, task: Task | undefined): string | undefined {
  const id = dependencyId(dependency);
  if (task === undefined) return `${id} is not in the plan`;
  const status = taskStatusOf(task);
  if (status === 'cancelled') {
    const orCancelled = typeof dependency === 'object' && dependency.or_cancelled === true;
    return orCancelled ? undefined : `${id} is cancelled`;
  }
  if (status !== 'completed') return `${id} is ${status}`;
  if (awaitsApproval(task)) return `${id} awaits approval`;
  if (didNotPass(task)) return `${id} did not pass`;
  return undefined;
}

/** Whether a task is done and waits for a person's approval. */
export function awaitsApproval(task: Task): boolean {
  return (
    taskStatusOf(task) === 'completed' &&
    task.fields.needs_approval === true &&
    task.fields.approved_by === undefined
  );
}

/** Whether a task needs nothing more from anybody. */
export function endedWell(task: Task): boolean {
  const status = taskStatusOf(task);
  return status === 'cancelled' || (status === 'completed' && !didNotPass(task) && !awaitsApproval(task));
}

/** Ids of the tasks that a task still waits for. */
export function waitingOn(task: Task, find: (id: string) => Task | undefined): readonly string[] {
  return (task.fields.blocked_by ?? [])
    .filter((d) => unmetBecause(d, find(dependencyId(d))) !== undefined)
    .map(dependencyId);
}

/** Topological generations of the given tasks, in file order within each; tasks on or behind a cycle are left out. */
export function generations(tasks: readonly Task[]): readonly (readonly Task[])[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const open = new Map<string, number>();
  const dependents = new Map<string, Task[]>();
  for (const task of tasks) {
    const blockers = new Set((task.fields.blocked_by ?? []).map(dependencyId).filter((id) => byId.has(id)));
    open.set(task.id, blockers.size);
    for (const id of blockers) {
      const list = dependents.get(id);
      if (list === undefined) dependents.set(id, [task]);
      else list.push(task);
    }
  }
  const order = new Map(tasks.map((task, i) => [task.id, i]));
  const out: Task[][] = [];
  let current = tasks.filter((task) => open.get(task.id) === 0);
  while (current.length > 0) {
    out.push(current);
    const next: Task[] = [];
    for (const task of current) {
      for (const dependent of dependents.get(task.id) ?? []) {
        const left = (open.get(dependent.id) ?? 0) - 1;
        open.set(dependent.id, left);
        if (left === 0) next.push(dependent);
      }
    }
    current = next.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  }
  return out;
}

/** Generations of what is left to do: the batches of `rondo batches`. */
export function openBatches(plan: Plan): readonly (readonly Task[])[] {
  return generations(plan.tasks.filter((task) => !isEnded(taskStatusOf(task))));
}

/** One cycle of `blocked_by` among tasks that have not ended, as ids in waiting order with the first repeated at the end; undefined where there is none. */
export function findCycle(plan: Plan): readonly string[] | undefined {
  const open = plan.tasks.filter((task) => !isEnded(taskStatusOf(task)));
  if (waitUpwards(open)) return undefined;
  const placed = new Set(generations(open).flatMap((batch) => batch.map((task) => task.id)));
  const stuck = new Map(open.filter((task) => !placed.has(task.id)).map((task) => [task.id, task]));
  const start = stuck.keys().next();
  if (start.done === true) return undefined;
  // Every stuck task waits for another stuck one, so walking blockers must come round.
  const seen = new Map<string, number>();
  const walk: string[] = [];
  for (let id = start.value; ; ) {
    const first = seen.get(id);
    if (first !== undefined) return [...walk.slice(first), id];
    seen.set(id, walk.length);
    walk.push(id);
    const next = (stuck.get(id)?.fields.blocked_by ?? []).map(dependencyId).find((b) => stuck.has(b));
    if (next === undefined) return undefined;
    id = next;
  }
}

/** Whether each task waits only for tasks above it, as plans are mostly written: then there is no cycle. */
function waitUpwards(tasks: readonly Task[]): boolean {
  const below = new Set(tasks.map((task) => task.id));
  for (const { id, fields } of tasks) {
    if (fields.blocked_by?.some((d) => below.has(dependencyId(d))) === true) return false;
    below.delete(id);
  }
  return true;
}

/** Whether each open task waits only for tasks that stand above it: then each is known, and there is no cycle. */
function onlyWaitForAbove(tasks: readonly Task[]): boolean {
  const above = new Set<string>();
  for (const task of tasks) {
    const blockers = task.fields.blocked_by;
    if (blockers !== undefined && !isEnded(taskStatusOf(task)))
      for (const dependency of blockers) if (!above.has(dependencyId(dependency))) return false;
    above.add(task.id);
  }
  return true;
}

/** A suggestion costs a pass over all ids, so only this many problems get one. */
const MOST_SUGGESTIONS = 20;

/** Problems of the graph among tasks that have not ended: unknown blockers, and a cycle with ways out. */
export function graphProblems(plan: Plan): readonly Problem[] {
  if (onlyWaitForAbove(plan.tasks)) return [];
  const ids = new Set(plan.tasks.map((task) => task.id));
  const out: Problem[] = [];
  for (const task of plan.tasks) {
    if (isEnded(taskStatusOf(task))) continue;
    for (const [i, dependency] of (task.fields.blocked_by ?? []).entries()) {
      const id = dependencyId(dependency);
      if (ids.has(id)) continue;
      const near = out.length < MOST_SUGGESTIONS ? nearest(id, ids) : undefined;
      out.push(
        problem('unknown-blocker', `${task.id} waits for ${id}, which is not in the plan`, {
          file: plan.file,
          task: task.id,
          path: ['blocked_by', i],
          ...(near === undefined
            ? {}
            : { hint: `Did you mean ${near}? Otherwise correct \`blocked_by\` or add the task.` }),
        }),
      );
    }
  }
  const cycle = findCycle(plan);
  if (cycle !== undefined) out.push(cycleProblem(plan, cycle));
  return out;
}

function cycleProblem(plan: Plan, cycle: readonly string[]): Problem {
  const [first, second] = cycle;
  const last = cycle[cycle.length - 2];
  return problem('dependency-cycle', `tasks wait for each other: ${cycle.join(' -> ')}`, {
    file: plan.file,
    cycle: cycle.slice(0, -1),
    ...(first === undefined ? {} : { task: first, path: ['blocked_by', edgeIndex(plan, first, second)] }),
    hint:
      cycle.length === 2
        ? `Remove ${first} from its own blocked_by.`
        : `Remove one edge (such as ${first} from blocked_by of ${last}), split ${first} in two, or take ${second} as done: \`rondo edit ${second} status=completed\`.`,
  });
}

/** Which of the blockers of a task is the other one. */
function edgeIndex(plan: Plan, from: string, to: string | undefined): number {
  const blockers = findTask(plan, from)?.fields.blocked_by ?? [];
  return Math.max(
    0,
    blockers.findIndex((dependency) => dependencyId(dependency) === to),
  );
}

/** The id closest to a mistyped one, within two edits; undefined where none is close. */
export function nearest(id: string, ids: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = 3;
  for (const candidate of ids) {
    if (Math.abs(candidate.length - id.length) >= bestDistance) continue;
    const d = editDistance(id.toLowerCase(), candidate.toLowerCase());
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return best;
}
