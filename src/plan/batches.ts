/**
 * The batches of a plan: topological generations of all its tasks, so that a batch keeps its number while the plan runs.
 * How far each is, what it should take, and how a batch that is larger than the limit is parted. Linear in tasks and edges.
 */
import { dependencyId } from '../model/dependency.ts';
import { type Task, taskStatusOf } from '../model/plan.ts';
import { isEnded } from '../model/status.ts';
import { durationMs } from '../model/time.ts';
import { generations } from './graph.ts';

export interface Batch {
  /** From 1. */
  readonly number: number;
  readonly tasks: readonly Task[];
}

/** A cycle that was broken by ending one of its tasks still is one in the file: what is open of it comes last. */
export function planBatches(tasks: readonly Task[]): readonly Batch[] {
  const batches = upwardGenerations(tasks) ?? allGenerations(tasks);
  return batches.map((of, i) => ({ number: i + 1, tasks: of }));
}

/** Where each task waits only for tasks above it, as plans are mostly written, one pass is enough. */
function upwardGenerations(tasks: readonly Task[]): readonly (readonly Task[])[] | undefined {
  const placed = new Map<string, number>();
  const out: Task[][] = [];
  for (const task of tasks) {
    let at = 0;
    for (const dependency of task.fields.blocked_by ?? []) {
      const below = placed.get(dependencyId(dependency));
      if (below === undefined) return undefined;
      if (below >= at) at = below + 1;
    }
    placed.set(task.id, at);
    const batch = out[at];
    if (batch === undefined) out.push([task]);
    else batch.push(task);
  }
  return out;
}

function allGenerations(tasks: readonly Task[]): readonly (readonly Task[])[] {
  const batches = generations(tasks);
  const placed = new Set(batches.flat().map((task) => task.id));
  if (placed.size === tasks.length) return batches;
  return [
    ...batches,
    ...generations(tasks.filter((task) => !placed.has(task.id) && !isEnded(taskStatusOf(task)))),
  ];
}

export interface BatchProgress {
  readonly number: number;
  /** How many of its tasks are completed, of those that were not cancelled. */
  readonly done: number;
  readonly total: number;
  readonly in_progress: number;
  readonly blocked: number;
  readonly failed: number;
}

/** How far the plan is: the first batch with a task under way, else the first that is not over; undefined where all are. */
export function currentProgress(tasks: readonly Task[]): BatchProgress | undefined {
  const open = planBatches(tasks).filter((batch) => batch.tasks.some((task) => !isEnded(taskStatusOf(task))));
  const busy = open.find((batch) => batch.tasks.some((task) => taskStatusOf(task) === 'in_progress'));
  const current = busy ?? open[0];
  return current === undefined ? undefined : progressOf(current);
}

export function progressOf({ number, tasks }: Batch): BatchProgress {
  const counts = { completed: 0, cancelled: 0, in_progress: 0, blocked: 0, failed: 0, pending: 0 };
  for (const task of tasks) counts[taskStatusOf(task)] += 1;
  const { completed: done, cancelled, in_progress, blocked, failed } = counts;
  return { number, done, total: tasks.length - cancelled, in_progress, blocked, failed };
}

/** `a`, `b`, … and the tasks that may be under way together under that limit; one part where all may. */
export function partsOf(
  tasks: readonly Task[],
  most: number,
): readonly { readonly letter: string; readonly tasks: readonly Task[] }[] {
  if (tasks.length <= most) return [{ letter: '', tasks }];
  return Array.from({ length: Math.ceil(tasks.length / most) }, (_, i) => ({
    letter: letters(i),
    tasks: tasks.slice(i * most, (i + 1) * most),
  }));
}

/** `a` to `z`, `aa`, `ab` and so on. */
function letters(n: number): string {
  const last = String.fromCharCode(97 + (n % 26));
  return n < 26 ? last : letters(Math.floor(n / 26) - 1) + last;
}

export interface Estimate {
  /** Milliseconds that these tasks take with so many at once, each begun as soon as a slot is free. */
  readonly together: number;
  /** Milliseconds that they take one after another. */
  readonly alone: number;
  /** How many of them say no estimate, and are not counted. */
  readonly unknown: number;
}

/** What tasks that wait for none of each other should take. */
export function estimateOf(tasks: readonly Task[], most: number): Estimate {
  // Plans say the same few estimates again and again.
  const read = new Map<string, number | undefined>();
  const known: number[] = [];
  for (const { fields } of tasks) {
    if (fields.estimate === undefined) continue;
    if (!read.has(fields.estimate)) read.set(fields.estimate, durationMs(fields.estimate));
    const length = read.get(fields.estimate);
    if (length !== undefined) known.push(length);
  }
  return {
    together: known.length <= most ? known.reduce((a, b) => Math.max(a, b), 0) : inSlots(known, most),
    alone: known.reduce((a, b) => a + b, 0),
    unknown: tasks.length - known.length,
  };
}

/** When the last ends, where each begins as soon as a slot is free. */
function inSlots(lengths: readonly number[], most: number): number {
  const slots = new Array<number>(most).fill(0);
  for (const length of lengths) {
    let free = 0;
    for (let i = 1; i < most; i++) if ((slots[i] ?? 0) < (slots[free] ?? 0)) free = i;
    slots[free] = (slots[free] ?? 0) + length;
  }
  return slots.reduce((a, b) => Math.max(a, b));
}

export function estimateMs(task: Task): number | undefined {
  return task.fields.estimate === undefined ? undefined : durationMs(task.fields.estimate);
}
