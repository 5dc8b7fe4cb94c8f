/** What an ended attempt means for its task: completed, failed, blocked, or another try. */
import type { Attempt, Evidence, TaskResult } from '../model/fields.ts';
import type { Task } from '../model/plan.ts';
import type { FailureKind } from '../model/status.ts';
import { durationMs, formatDuration, formatTime, timeMs } from '../model/time.ts';
import type { RunState, WorkerReport } from '../ports.ts';
import type { Draft } from './draft.ts';
import { effectId } from './effect.ts';
import { awaitGates } from './gates.ts';
import { inline } from './inline.ts';
import { workCommit } from './isolation.ts';
import { markBlocked } from './mark-blocked.ts';
import { routeTask, timeoutOf } from './routing.ts';
import { hasLanded } from './rules/land-work.ts';
import { judgeWrites } from './rules/outside-writes.ts';
import type { Seen } from './seen.ts';

type Ended = Extract<RunState, { kind: 'ended' }>;

/**
 * Turns the end of the current attempt into changes. Its result was written before its end, so it is the first word of
 * the two: where it claims less than success, it counts however the process ended after it (a timeout, a signal, any
 * exit code). Where it claims success, or says nothing, the exit must agree: neither is proof alone.
 */
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
  const outside = ended.outside === undefined ? undefined : judgeWrites(draft, seen, task, ended.outside);
  if (report?.status === 'blocked') return block(draft, seen, task, report, ended);
  const failure = failureOf(seen, task, attempt, ended);
  if (failure !== undefined) return giveUpOrRetry(draft, seen, task, attempt, failure, ended);
  complete(draft, seen, task, attempt, ended, outside);
}

/** Whether the attempt ended as work that passes. */
export function hasPassed(seen: Seen, task: Task, attempt: Attempt, ended: Ended): boolean {
  return ended.report?.status !== 'blocked' && failureOf(seen, task, attempt, ended) === undefined;
}

function failureOf(seen: Seen, task: Task, attempt: Attempt, ended: Ended): string | undefined {
  const exit = badExit(seen, task, attempt, ended);
  if (ended.malformed !== null) {
    const why = `its result file cannot be read: ${inline(ended.malformed, 200)}`;
    return exit === undefined ? why : `${exit}; ${why}`;
  }
  if (ended.report?.status === 'failed') {
    const said = ended.report.summary ?? 'it reported a failure';
    return exit === undefined ? said : `${said} (${exit})`;
  }
  if (exit !== undefined) return exit;
  if (ended.outputMissing) return `it ended well, and its output ${task.fields.output} is not there`;
  return undefined;
}

/** How the process ended, where that is no good end. */
function badExit(seen: Seen, task: Task, attempt: Attempt, ended: Ended): string | undefined {
  const timeout = durationMs(timeoutOf(task, seen.settings) ?? '');
  if (ended.timedOut || isLate(attempt, ended, timeout))
    return timeout === undefined
      ? 'stopped at its timeout'
      : `stopped at its timeout of ${formatDuration(timeout)}`;
  if (ended.stopped) return 'it was stopped';
  if (ended.signal !== null) return `ended by ${ended.signal}`;
  return ended.exitCode === 0 ? undefined : `exit code ${ended.exitCode}`;
}

/** Stopped by a round that found it past its timeout, and not by hand before that. */
function isLate(attempt: Attempt, ended: Ended, timeout: number | undefined): boolean {
  if (!ended.stopped || timeout === undefined) return false;
  const started = timeMs(attempt.started_at ?? '');
  return started === undefined || ended.endedAt - started >= timeout;
}

/** `outside`: why it may not be completed, though it ended well. */
function complete(
  draft: Draft,
  seen: Seen,
  task: Task,
  attempt: Attempt,
  ended: Ended,
  outside: string | undefined,
): void {
  const report = ended.report;
  const said = report?.summary ?? 'exit code 0';
  const result = resultOf(seen, task, ended, report?.summary);
  if (outside !== undefined) {
    const blocker = { type: 'technical' as const, detail: outside };
    return block(draft, seen, task, { ...report, blocker }, ended);
  }
  if (awaitGates(draft, seen, task, result, said)) return;
  if (!hasLanded(draft, seen, task, attempt)) return;
  draft.step(task.id, 'completed', said);
  draft.set(task.id, 'completed_at', formatTime(ended.endedAt), said);
  draft.set(task.id, 'result', result, said);
  draft.set(task.id, 'blocker', undefined, said);
}

function block(draft: Draft, seen: Seen, task: Task, report: WorkerReport, ended: Ended): void {
  const type = report.blocker?.type ?? 'technical';
  const detail = report.blocker?.detail ?? report.summary;
  const reason = `${type}: ${detail ?? 'the worker could not go on'}`;
  markBlocked(draft, seen, task.id, { type, detail }, reason);
  draft.set(task.id, 'result', resultOf(seen, task, ended, report.summary), reason);
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
    draft.set(task.id, 'attempt', { ...attempt, retry: used + 1, retry_of: attempt.number }, reason);
    return;
  }
  draft.step(task.id, 'failed', reason);
  const tail = lastLine(seen.logTails[`${task.id}/${attempt.number}`] ?? '');
  const summary = tail === '' || why.includes(tail) ? why : `${why}: ${tail}`;
  draft.set(
    task.id,
    'result',
    ended === undefined
      ? { summary: inline(summary, 300), failure: 'lost' }
      : { ...resultOf(seen, task, withoutPass(ended), summary), ...failureOfEnd(seen, task, attempt, ended) },
    reason,
  );
}

/** What kind of failure it was, by what is known; `code` goes without saying. */
function failureOfEnd(seen: Seen, task: Task, attempt: Attempt, ended: Ended): { failure?: FailureKind } {
  const { report } = ended;
  if (isTimeout(seen, task, attempt, ended) && report?.failure === undefined) return { failure: 'timeout' };
  if (report?.failure !== undefined) return report.failure === 'code' ? {} : { failure: report.failure };
  if (report?.blocker !== undefined) return { failure: 'blocker' };
  return report?.passed === false ? { failure: 'tests' } : {};
}

function isTimeout(seen: Seen, task: Task, attempt: Attempt, ended: Ended): boolean {
  return ended.timedOut || isLate(attempt, ended, durationMs(timeoutOf(task, seen.settings) ?? ''));
}

/** A verdict that all is well does not stand beside a failure. */
function withoutPass(ended: Ended): Ended {
  if (ended.report?.passed !== true) return ended;
  const { passed: _, ...report } = ended.report;
  return { ...ended, report };
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
  const command = ended.command === undefined ? routedCommand(seen, task) : inline(ended.command, 300);
  const commit = workCommit(seen, task);
  return {
    ...(command === undefined ? {} : { command }),
    ...(ended.exitCode === null ? {} : { exit_code: ended.exitCode }),
    ...(commit === null ? {} : { commit: commit.slice(0, 12) }),
  };
}

function routedCommand(seen: Seen, task: Task): string | undefined {
  const route = routeTask(task, seen.settings);
  return route.kind === 'command' ? route.command : undefined;
}

/** Events of an agent are no words for people. */
function lastLine(text: string): string {
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('{'))
      .at(-1) ?? ''
  );
}
