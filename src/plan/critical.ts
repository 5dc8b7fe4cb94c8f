/**
 * The critical path: the longest way through what is left, by estimates; how much later each task could end without making
 * the whole longer; and edges that add nothing, because another way leads to the same blocker.
 */
import { dependencyId } from '../model/dependency.ts';
import type { Dependency } from '../model/fields.ts';
import { type Plan, type Task, taskStatusOf } from '../model/plan.ts';
import { isEnded } from '../model/status.ts';
import { estimateMs } from './batches.ts';
import { generations } from './graph.ts';

export interface Critical {
  /** Ids from the first task to the last; empty where nothing is left. */
  readonly path: readonly string[];
  /** Milliseconds; where no task says an estimate, each counts as one and this is how many are on the path. */
  readonly length: number;
  /** Whether any task says an estimate. Those that say none count as nothing then. */
  readonly timed: boolean;
  /** Of each task that is left, in the units of the length: 0 on the path. */
  readonly slack: ReadonlyMap<string, number>;
  readonly redundant: readonly RedundantEdge[];
  /** Whether the search for such edges was given up: the graph is too dense to look at all of it. */
  readonly partly: boolean;
}

export interface RedundantEdge {
  readonly task: string;
  readonly blocker: string;
  /** Another blocker of the task, which waits for the same. */
  readonly through: string;
}

/** Of what is left; tasks on or behind a cycle are left out. */
export function criticalPath(plan: Plan): Critical {
  const left = plan.tasks.filter((task) => !isEnded(taskStatusOf(task)));
  const timed = left.some((task) => estimateMs(task) !== undefined);
  const length = (task: Task) => (timed ? (estimateMs(task) ?? 0) : 1);
  const order = generations(left).flat();
  const placed = new Map(order.map((task) => [task.id, task]));
  const blockers = new Map(order.map((task) => [task.id, blockersAmong(task, placed)]));
  const ends = new Map<string, number>();
  for (const task of order)
    ends.set(task.id, length(task) + longest(blockers.get(task.id) ?? [], (id) => ends.get(id)));
  const whole = longest([...ends.keys()], (id) => ends.get(id));
  const latest = new Map(order.map((task) => [task.id, whole]));
  for (const task of [...order].reverse()) {
    const start = (latest.get(task.id) ?? 0) - length(task);
    for (const id of blockers.get(task.id) ?? []) latest.set(id, Math.min(latest.get(id) ?? whole, start));
  }
  const slack = new Map(order.map(({ id }) => [id, (latest.get(id) ?? 0) - (ends.get(id) ?? 0)]));
  return {
    path: walk(order, blockers, ends),
    length: whole,
    timed,
    slack,
    ...redundantEdges(order, plainBlockers(order, placed)),
  };
}

function blockersAmong(task: Task, placed: ReadonlyMap<string, Task>): readonly string[] {
  return [...new Set((task.fields.blocked_by ?? []).map(dependencyId))].filter((id) => placed.has(id));
}

/** Without those that a cancelled task satisfies, too: such an edge says something else than the way around it. */
function plainBlockers(
  order: readonly Task[],
  placed: ReadonlyMap<string, Task>,
): ReadonlyMap<string, readonly string[]> {
  const isPlain = (d: Dependency) => typeof d === 'string' || d.or_cancelled !== true;
  const plain = (task: Task) => (task.fields.blocked_by ?? []).filter(isPlain).map(dependencyId);
  return new Map(order.map((task) => [task.id, [...new Set(plain(task))].filter((id) => placed.has(id))]));
}

function longest(ids: readonly string[], of: (id: string) => number | undefined): number {
  return ids.reduce((most, id) => Math.max(most, of(id) ?? 0), 0);
}

/** Back from the task that ends last, each time to the blocker that ends last. */
function walk(
  order: readonly Task[],
  blockers: ReadonlyMap<string, readonly string[]>,
  ends: ReadonlyMap<string, number>,
): readonly string[] {
  const later = (a: string | undefined, b: string) =>
    a === undefined || (ends.get(b) ?? 0) > (ends.get(a) ?? 0) ? b : a;
  const pick = (ids: readonly string[]) => ids.reduce<string | undefined>(later, undefined);
  const path: string[] = [];
  for (let id = pick(order.map((task) => task.id)); id !== undefined; id = pick(blockers.get(id) ?? []))
    path.push(id);
  return path.reverse();
}

/** Finding all is not linear: in a graph as dense as this many steps, what is found by then is told. */
const MOST_STEPS = 2_000_000;

/** An edge to a blocker that another blocker of the same task waits for, directly or not. */
function redundantEdges(
  order: readonly Task[],
  blockers: ReadonlyMap<string, readonly string[]>,
): Pick<Critical, 'redundant' | 'partly'> {
  const depth = new Map<string, number>();
  for (const { id } of order) depth.set(id, 1 + longest(blockers.get(id) ?? [], (b) => depth.get(b)));
  const redundant: RedundantEdge[] = [];
  let steps = 0;
  for (const { id } of order) {
    const direct = blockers.get(id) ?? [];
    if (direct.length < 2) continue;
    const wanted = new Set(direct);
    // No way down leads to what is as deep as where it begins.
    const floor = direct.reduce((least, b) => Math.min(least, depth.get(b) ?? 0), Number.POSITIVE_INFINITY);
    const seen = new Set<string>();
    for (const through of direct) {
      const open = [through];
      for (let at = open.pop(); at !== undefined; at = open.pop())
        for (const next of blockers.get(at) ?? []) {
          if (++steps > MOST_STEPS) return { redundant, partly: true };
          if (wanted.delete(next)) redundant.push({ task: id, blocker: next, through });
          if (seen.has(next) || (depth.get(next) ?? 0) <= floor) continue;
          seen.add(next);
          open.push(next);
        }
    }
  }
  return { redundant, partly: false };
}
