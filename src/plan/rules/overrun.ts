/** Says once that a batch is past one and a half times its estimate, and when that will be of those that are not. */
import { problem } from '../../errors.ts';
import { type Task, taskStatusOf } from '../../model/plan.ts';
import { isEnded } from '../../model/status.ts';
import { formatDuration, timeMs } from '../../model/time.ts';
import { type Batch, estimateOf, planBatches } from '../batches.ts';
import type { Draft } from '../draft.ts';
import type { Seen } from '../seen.ts';

/** How far past its estimate a task or batch is an overrun. */
const OVERRUN = 1.5;

/**
 * Reports batches that overrun; returns when the next will, in milliseconds since 1970. A batch is judged where it has
 * more than one task and each says an estimate: of a single task its own report says as much.
 */
export function reportBatchOverruns(draft: Draft, seen: Seen): readonly number[] {
  const told = draft.plan.fields.overrun_batches ?? [];
  const timed = draft.tasks.some(
    (task) => task.fields.estimate !== undefined && taskStatusOf(task) === 'in_progress',
  );
  if (!timed && told.length === 0) return [];
  const due: number[] = [];
  let reason = 'a batch that overran is over';
  const late: number[] = [];
  for (const batch of planBatches(draft.tasks)) {
    if (told.includes(batch.number)) {
      if (batch.tasks.some((task) => !isEnded(taskStatusOf(task)))) late.push(batch.number);
      continue;
    }
    if (!batch.tasks.some((task) => taskStatusOf(task) === 'in_progress')) continue;
    const estimate = estimateFor(batch, seen);
    const began = estimate === 0 ? undefined : beganAt(batch.tasks, seen.now);
    if (began === undefined) continue;
    if (seen.now < began + OVERRUN * estimate) due.push(began + OVERRUN * estimate);
    else {
      late.push(batch.number);
      reason = overrunText(batch, seen.now - began, estimate);
      draft.problems.push(problem('overrun', reason, { severity: 'warning', file: seen.plan.file }));
    }
  }
  draft.setPlan('overrun_batches', late.length === 0 ? undefined : late, reason);
  return due;
}

function estimateFor({ tasks }: Batch, { settings: { parallelism } }: Seen): number {
  const counted = tasks.filter((task) => taskStatusOf(task) !== 'cancelled');
  if (counted.some((task) => task.fields.estimate === undefined)) return 0;
  const most = parallelism.strategy === 'sequential' ? 1 : parallelism.max_parallel_tasks;
  const { together, unknown } = estimateOf(counted, most);
  return counted.length < 2 || unknown > 0 ? 0 : together;
}

/**
 * Since when some task of the batch has been under way without a break, up to now; undefined where none is. A night in
 * which nothing ran, a task that was ended long ago, and one that a clock that was set back has start later than now, do
 * not count.
 */
function beganAt(tasks: readonly Task[], now: number): number | undefined {
  const spans = tasks.flatMap((task) => {
    const from = timeMs(task.fields.attempt?.started_at ?? '');
    const busy = taskStatusOf(task) === 'in_progress';
    const until = busy ? now : timeMs(task.fields.completed_at ?? '');
    return from === undefined || until === undefined || from > until ? [] : [{ from, until, busy }];
  });
  if (!spans.some((span) => span.busy)) return undefined;
  let began = now;
  for (const { from, until } of spans.sort((a, b) => b.until - a.until))
    if (until >= began - BREAK_MS && from < began) began = from;
  return began;
}

/** From the end of one task to the start of the next there are rounds. */
const BREAK_MS = 60_000;

/** `Batch 2 running 50% over its estimate (45 min against 30); api is blocked`. */
function overrunText({ number, tasks }: Batch, took: number, estimate: number): string {
  const percent = Math.round((took / estimate - 1) * 100);
  const stuck = tasks.filter((task) => ['blocked', 'failed'].includes(taskStatusOf(task)));
  const held = stuck.slice(0, 3).map((task) => `; ${task.id} is ${taskStatusOf(task)}`);
  return `Batch ${number} running ${percent}% over its estimate (${minutes(took, estimate)})${held.join('')}`;
}

/** `45 min against 30`; what is no short time of whole minutes, as durations. */
function minutes(took: number, estimate: number): string {
  const [a, b] = [took / 60_000, estimate / 60_000];
  return b >= 1 && a < 180 && Number.isInteger(b)
    ? `${Math.floor(a)} min against ${b}`
    : `${formatDuration(took)} against ${formatDuration(estimate)}`;
}
