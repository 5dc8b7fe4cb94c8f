/**
 * Three-way merge of plans as values: `mergePlans(o, a, o)` is `a`, and the sides may be swapped. What both sides changed
 * differently is a conflict, listed, with one of the two taken in a way that does not depend on which side it is.
 */
import type { Criterion, Plan, Task } from '../model/plan.ts';
import { sameValue } from '../model/same-value.ts';

export interface MergeConflict {
  /** `plan`, `tasks` or the id of a task. */
  readonly where: string;
  readonly field: string;
  readonly base: unknown;
  /** The two values, in an order of their own, not of the sides. */
  readonly values: readonly [unknown, unknown];
}

export interface Merged {
  readonly plan: Plan;
  readonly conflicts: readonly MergeConflict[];
}

/** What the next round derives again from the tasks: whichever side is taken, nothing is lost. */
const DERIVED: readonly string[] = [
  'status',
  'current_step',
  'next_action',
  'next_checkpoint',
  'blockers',
  'overrun_batches',
];

export function mergePlans(base: Plan, a: Plan, b: Plan): Merged {
  const conflicts: MergeConflict[] = [];
  const pick = <T>(where: string, field: string, o: T, x: T, y: T): T => {
    if (sameValue(x, y) || sameValue(y, o)) return x;
    if (sameValue(x, o)) return y;
    const [first, second] = field === 'attempt' ? higherFirst(x, y) : inOrder(x, y);
    if (where === 'plan' && DERIVED.includes(field)) return first;
    conflicts.push({ where, field, base: o, values: [first, second] });
    return first;
  };
  const plan: Plan = {
    name: a.name,
    file: a.file,
    title: pick('plan', 'title', base.title, a.title, b.title),
    fields: mergeFields('plan', base.fields, a.fields, b.fields, pick),
    criteria: mergeCriteria(base.criteria, a.criteria, b.criteria, pick),
    decisions: mergeAppended(base.decisions, a.decisions, b.decisions, (o, x, y) =>
      pick('plan', 'decisions', o, x, y),
    ),
    tasks: mergeTasks(base, a, b, pick),
  };
  return { plan, conflicts };
}

type Pick = <T>(where: string, field: string, o: T, x: T, y: T) => T;

function mergeFields<T extends object>(where: string, o: T, a: T, b: T, pick: Pick): T {
  const keys = [...new Set([...Object.keys(o), ...Object.keys(a), ...Object.keys(b)])].sort() as (keyof T &
    string)[];
  const entries = keys.map((key) => [key, pick(where, key, o[key], a[key], b[key])] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as T;
}

/** Both sides appended: keep both, the same line once, in an order of their own. */
function mergeAppended(
  o: readonly string[],
  a: readonly string[],
  b: readonly string[],
  pick: (o: readonly string[], a: readonly string[], b: readonly string[]) => readonly string[],
): readonly string[] {
  const appended = (x: readonly string[]) => sameValue(o, x.slice(0, o.length));
  if (!appended(a) || !appended(b) || sameValue(a, b)) return pick(o, a, b);
  const [first, second] = inOrder(a.slice(o.length), b.slice(o.length));
  return [...o, ...first, ...second.filter((line) => !first.includes(line))];
}

function mergeTasks(base: Plan, a: Plan, b: Plan, pick: Pick): readonly Task[] {
  return mergeKeyed(
    [base.tasks, a.tasks, b.tasks],
    (task) => task.id,
    (id, o, x, y) =>
      o !== undefined && x !== undefined && y !== undefined
        ? mergeTask(o, x, y, pick)
        : pick(id, 'task', o, x, y),
    (o, x, y) => pick('tasks', 'order', o, x, y),
  );
}

/** Criteria are known by their text; where a list has one text twice, the lists are taken whole. */
function mergeCriteria(
  o: readonly Criterion[],
  a: readonly Criterion[],
  b: readonly Criterion[],
  pick: Pick,
): readonly Criterion[] {
  const distinct = [o, a, b].every((list) => new Set(list.map((c) => c.text)).size === list.length);
  if (!distinct) return pick('plan', 'criteria', o, a, b);
  return mergeKeyed(
    [o, a, b],
    (criterion) => criterion.text,
    (text, p, x, y) => pick('plan', `criterion ${text}`, p, x, y),
    (p, x, y) => pick('plan', 'criteria', p, x, y),
  );
}

function mergeTask(o: Task, a: Task, b: Task, pick: Pick): Task {
  return {
    id: o.id,
    title: pick(o.id, 'title', o.title, a.title, b.title),
    fields: mergeFields(o.id, o.fields, a.fields, b.fields, pick),
    brief: pick(o.id, 'brief', o.brief, a.brief, b.brief),
  };
}

type Three<T> = readonly [base: T, a: T, b: T];
type Order = readonly string[];

/** Merges lists whose items have a key: each item on its own, then their order. */
function mergeKeyed<T>(
  lists: Three<readonly T[]>,
  keyOf: (item: T) => string,
  mergeItem: (key: string, o: T | undefined, a: T | undefined, b: T | undefined) => T | undefined,
  pickOrder: (o: Order, a: Order, b: Order) => Order,
): readonly T[] {
  const [o, a, b] = lists.map((list) => new Map(list.map((item) => [keyOf(item), item])));
  const merged = new Map<string, T>();
  for (const key of [...new Set(lists.flat().map(keyOf))].sort()) {
    const item = mergeItem(key, o?.get(key), a?.get(key), b?.get(key));
    if (item !== undefined) merged.set(key, item);
  }
  const [p, x, y] = lists.map((list) => list.map(keyOf));
  return mergeOrder(p ?? [], x ?? [], y ?? [], pickOrder).flatMap((key) => merged.get(key) ?? []);
}

/** The order of the side that reordered; what the other side added follows its neighbour there. */
function mergeOrder(o: Order, x: Order, y: Order, pickOrder: (o: Order, a: Order, b: Order) => Order): Order {
  if (sameValue(x, y) || sameValue(y, o)) return insertAfterNeighbours(x, [o]);
  if (sameValue(x, o)) return insertAfterNeighbours(y, [o]);
  const [inX, inY] = [new Set(x), new Set(y)];
  const common = new Set(o.filter((key) => inX.has(key) && inY.has(key)));
  const kept = (list: Order) => list.filter((key) => common.has(key));
  return insertAfterNeighbours(pickOrder(kept(o), kept(x), kept(y)), [...inOrder(x, y), o]);
}

/** Puts what a side has and the order lacks behind the item it follows on that side; linear in all of them. */
function insertAfterNeighbours(order: Order, sides: readonly Order[]): Order {
  return sides.reduce((all, side) => {
    const there = new Set(all);
    const after = new Map<string | undefined, string[]>();
    let neighbour: string | undefined;
    for (const key of side) {
      if (there.has(key)) {
        neighbour = key;
        continue;
      }
      const list = after.get(neighbour);
      if (list === undefined) after.set(neighbour, [key]);
      else list.push(key);
    }
    return [...(after.get(undefined) ?? []), ...all.flatMap((key) => [key, ...(after.get(key) ?? [])])];
  }, order);
}

/** Attempt numbers never go down, so the higher one is taken. */
function higherFirst<T>(x: T, y: T): readonly [T, T] {
  const [first, second] = inOrder(x, y);
  return attemptNumber(second) > attemptNumber(first) ? [second, first] : [first, second];
}

function attemptNumber(value: unknown): number {
  return typeof value === 'object' && value !== null && 'number' in value && typeof value.number === 'number'
    ? value.number
    : 0;
}

/** Two values in an order that depends on the values alone. */
function inOrder<T>(x: T, y: T): readonly [T, T] {
  return canonical(x) <= canonical(y) ? [x, y] : [y, x];
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, v: unknown) =>
      typeof v === 'object' && v !== null && !Array.isArray(v)
        ? Object.fromEntries(Object.entries(v).sort(([p], [q]) => (p < q ? -1 : 1)))
        : v,
    ) ?? ''
  );
}
