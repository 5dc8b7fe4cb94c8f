/** What an ended attempt means for its task: completed, failed, blocked, or another try. */
import type { Attempt, Evidence, TaskResult } from '../model/fields.ts';
import type { Task } from '../model/plan.ts';
import { durationMs, formatDuration, formatTime } from '../model/time.ts';
import type { RunState, WorkerReport } from '../ports.ts';
import type { Draft } from './draft.ts';
import { effectId } from './effect.ts';
import { routeTask, timeoutOf } from './routing.ts';
import type { Seen } from './seen.ts';

type Ended = Extract<RunState, { kind: 'ended' }>;

/** Turns the end of the current attempt into changes. The worker's own word counts only where its exit agrees. */
export function consumeResult(draft: Draft, seen: Seen, task: Task, attempt: Attempt, ended: Ended): void {
  const id = effectId(seen.plan.name, task.id, attempt.number);
  draft.effects.push({
    kind: 'settle',
    id,
    task: task.id,
    attempt: attempt.number,
    reason: 'its result is consumed',
  });
  const report = ended.report;
  if (report?.status === 'blocked') return block(draft, seen, task, report);
  const failure = failureOf(seen, task, ended);
  if (failure !== undefined) return giveUpOrRetry(draft, seen, task, attempt, failure, ended);
  complete(draft, seen, task, ended);
}

function failureOf(seen: Seen, task: Task, ended: Ended): string | undefined {
  const timeout = durationMs(timeoutOf(task, seen.settings) ?? '');
  const late = ended.stopped && timeout !== undefined;
  if (ended.timedOut || late) return `stopped at its timeout of ${formatDuration(timeout ?? 0)}`;
  if (ended.malformed !== null) return `its result file cannot be read: ${inline(ended.malformed, 200)}`;
  if (ended.signal !== null) return ended.stopped ? 'it was stopped' : `ended by ${ended.signal}`;
  if (ended.exitCode !== 0) return `exit code ${ended.exitCode}`;
  if (ended.report?.status === 'failed') return ended.report.summary ?? 'it reported a failure';
  if (ended.outputMissing) return `it ended well, and its output ${task.fields.output} is not there`;
  return undefined;
}

function complete(draft: Draft, seen: Seen, task: Task, ended: Ended): void {
  const report = ended.report;
  const said = report?.summary ?? 'exit code 0';
  draft.step(task.id, 'completed', said);
  draft.set(task.id, 'completed_at', formatTime(ended.endedAt), said);
  draft.set(task.id, 'result', resultOf(seen, task, ended, report?.summary), said);
  draft.set(task.id, 'blocker', undefined, said);
}

function block(draft: Draft, seen: Seen, task: Task, report: WorkerReport): void {
  const type = report.blocker?.type ?? 'technical';
  const detail = report.blocker?.detail ?? report.summary;
  const reason = `${type}: ${detail ?? 'the worker could not go on'}`;
  draft.step(task.id, 'blocked', reason);
  draft.set(
    task.id,
    'blocker',
    { type, ...(detail === undefined ? {} : { detail: inline(detail, 500) }), since: formatTime(seen.now) },
    reason,
  );
}

/** Tries again while retries are left, else marks the task failed with what is known of the end. */
export function giveUpOrRetry(
  draft: Draft,
  seen: Seen,
  task: Task,
  attempt: Attempt,
  why: string,
  ended?: Ended,
): void {
  const limit = task.fields.retries ?? seen.settings.retries;
  const used = attempt.retry ?? 0;
  const reason = `attempt ${attempt.number} failed: ${why}`;
  if (used < limit) {
    draft.step(task.id, 'pending', `${reason}; retry ${used + 1} of ${limit}`);
    draft.set(task.id, 'attempt', { ...attempt, retry: used + 1 }, reason);
    return;
  }
  draft.step(task.id, 'failed', reason);
  const tail = lastLine(seen.logTails[`${task.id}/${attempt.number}`] ?? '');
  const summary = tail === '' || why.includes(tail) ? why : `${why}: ${tail}`;
  draft.set(
    task.id,
    'result',
    ended === undefined ? { summary: inline(summary, 300) } : resultOf(seen, task, ended, summary),
    reason,
  );
}

function resultOf(seen: Seen, task: Task, ended: Ended, summary: string | undefined): TaskResult {
  const report = ended.report;
  return {
    ...(summary === undefined ? {} : { summary: inline(summary, 300) }),
    ...(report?.passed === undefined ? {} : { passed: report.passed }),
    ...(report?.issues === undefined || report.issues.length === 0 ? {} : { issues: report.issues }),
    evidence: [evidenceOf(seen, task, ended)],
    ...(report?.metadata === undefined || Object.keys(report.metadata).length === 0
      ? {}
      : { metadata: { ...report.metadata } }),
  };
}

function evidenceOf(seen: Seen, task: Task, ended: Ended): Evidence {
  const route = routeTask(task, seen.settings);
  return {
    ...(route.kind === 'command' ? { command: route.command } : {}),
    ...(ended.exitCode === null ? {} : { exit_code: ended.exitCode }),
    ...(seen.head === null ? {} : { commit: seen.head.slice(0, 12) }),
  };
}

/** Text from outside on one line, without control characters, cut at a length. */
export function inline(text: string, limit: number): string {
  const flat = text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return flat.length <= limit ? flat : `${flat.slice(0, limit - 1)}…`;
}

function lastLine(text: string): string {
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .at(-1) ?? ''
  );
}
