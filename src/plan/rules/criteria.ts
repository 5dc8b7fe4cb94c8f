/**
 * Success criteria, once all tasks have ended well: machine-checked ones run as workers of their own, under a task name
 * (`+` and the hash of the command) that no task can have; the others wait for `rondo accept`.
 */
import { diffCriteria } from '../../compare/diff.ts';
import { type Problem, problem } from '../../errors.ts';
import type { Criterion } from '../../model/plan.ts';
import { sha256 } from '../../model/sha256.ts';
import { durationMs } from '../../model/time.ts';
import type { Run } from '../../ports.ts';
import type { Draft } from '../draft.ts';
import { type Effect, effectId } from '../effect.ts';
import { inline } from '../inline.ts';
import type { Seen } from '../seen.ts';

export interface CriteriaOutcome {
  /** Checks that could start now, in a round that starts nothing. */
  readonly startable: readonly string[];
  /** Checks under way. */
  readonly checking: readonly string[];
  /** Criteria whose check failed. */
  readonly failed: readonly string[];
  /** Criteria without a check that nobody has accepted. */
  readonly awaitingAcceptance: readonly string[];
  /** Checks this machine has not approved. */
  readonly untrusted: readonly string[];
}

/**
 * Consumes finished checks, starts those that never ran, and with `recheck` those that failed. Where the plan is accepted,
 * nothing without a check is asked for, and with `checksAccepted` nothing at all.
 */
export function settleCriteria(
  draft: Draft,
  seen: Seen,
  mayStart: boolean,
  recheck: boolean,
  checksAccepted: boolean,
): CriteriaOutcome {
  const out = {
    startable: [] as string[],
    checking: [] as string[],
    failed: [] as string[],
    awaitingAcceptance: [] as string[],
    untrusted: [] as string[],
  };
  const accepted = draft.plan.fields.accepted_by !== undefined;
  if (accepted && checksAccepted) return out;
  const newest = newestChecks(seen.runs);
  const once = pushOnce(draft);
  const settled = draft.plan.criteria.map((criterion): Criterion => {
    if (criterion.met) return criterion;
    if (criterion.check === undefined) {
      if (!accepted) out.awaitingAcceptance.push(criterion.text);
      return criterion;
    }
    const met = settleCheck(
      draft,
      once,
      seen,
      criterion,
      criterion.check,
      newest.get(checkTask(criterion.check)),
      mayStart,
      recheck,
      out,
    );
    return met ? { ...criterion, met } : criterion;
  });
  for (const change of diffCriteria(draft.plan.criteria, settled, 'its check passed')) draft.apply(change);
  return out;
}

/** While tasks are open again, what a check found earlier counts no more: its run is settled, or stopped where it lives. */
export function dropStaleChecks(draft: Draft, seen: Seen): void {
  for (const run of seen.runs) {
    if (!run.task.startsWith(CHECK_PREFIX) || run.settled || run.state.kind === 'announced') continue;
    const kind = run.state.kind === 'alive' ? 'stop' : 'settle';
    const id = effectId(seen.plan.name, run.task, run.attempt);
    draft.effects.push({
      kind,
      id,
      task: run.task,
      attempt: run.attempt,
      reason: 'tasks are open again since it started',
    });
  }
}

/** Whether the criterion is met now; where it is not, `out` says how it stands. */
function settleCheck(
  draft: Draft,
  once: Push,
  seen: Seen,
  criterion: Criterion,
  command: string,
  newest: Run | undefined,
  mayStart: boolean,
  recheck: boolean,
  out: { startable: string[]; checking: string[]; failed: string[]; untrusted: string[] },
): boolean {
  const task = checkTask(command);
  // The name is made from the command, and what was in fact run decides: another command proves nothing.
  const run = newest?.command === command ? newest : undefined;
  if (run?.state.kind === 'alive') {
    out.checking.push(criterion.text);
  } else if (run?.state.kind === 'ended' && hasPassed(run.state) && !run.settled) {
    once({
      kind: 'settle',
      id: effectId(seen.plan.name, task, run.attempt),
      task,
      attempt: run.attempt,
      reason: 'its result is consumed',
    });
    return true;
  } else if (!seen.isApproved(command) && !recheck && isSaidUnmet(seen, criterion)) {
    out.failed.push(criterion.text);
    draft.problems.push(untrustedCheck(seen, criterion, command));
  } else if (!seen.isApproved(command)) {
    out.untrusted.push(criterion.text);
    draft.problems.push(untrustedCheck(seen, criterion, command));
  } else if (run !== undefined && !run.settled && !recheck && hasFailed(run)) {
    out.failed.push(criterion.text);
    draft.problems.push(failedCheck(seen, criterion, command, run));
  } else if (mayStart) {
    out.checking.push(criterion.text);
    startCheck(once, seen, criterion, command, task, newest);
  } else {
    out.startable.push(criterion.text);
  }
  return false;
}

/** What another machine found stands in the plan: a machine that may not run the check does not say otherwise. */
function isSaidUnmet(seen: Seen, criterion: Criterion): boolean {
  return seen.plan.fields.blockers?.includes(unmetLine(criterion.text)) === true;
}

/** The line among the plan's blockers for a criterion whose check failed. */
export function unmetLine(text: string): string {
  return inline(`not met: ${text}`, 160);
}

/** One that is stopped may still end with 0, at its timeout or before: that proves nothing. */
function hasPassed(state: Extract<Run['state'], { kind: 'ended' }>): boolean {
  return state.exitCode === 0 && !state.timedOut && !state.stopped;
}

/** A check that was stopped says nothing: it runs again. */
function hasFailed({ state }: Run): boolean {
  return state.kind === 'lost' || (state.kind === 'ended' && !state.stopped);
}

function startCheck(
  once: Push,
  seen: Seen,
  criterion: Criterion,
  command: string,
  task: string,
  run: Run | undefined,
): void {
  const attempt = run === undefined ? 1 : run.state.kind === 'announced' ? run.attempt : run.attempt + 1;
  once({
    kind: 'start',
    id: effectId(seen.plan.name, task, attempt),
    task,
    attempt,
    reason: `checks the criterion "${criterion.text}"`,
    order: {
      plan: seen.plan.name,
      task,
      attempt,
      kind: 'check',
      command,
      brief: `${criterion.text}\n`,
      output: null,
      timeoutMs: durationMs(seen.settings.check_timeout) ?? null,
      graceMs: durationMs(seen.settings.grace) ?? 0,
      logLimit: seen.settings.log_limit,
      env: {},
      announced: null,
    },
  });
}

type Push = (effect: Effect) => void;

/** Two criteria may share one check: it runs once. */
function pushOnce(draft: Draft): Push {
  const pushed = new Set<string>();
  return (effect) => {
    const key = `${effect.kind} ${effect.id}`;
    if (!pushed.has(key)) draft.effects.push(effect);
    pushed.add(key);
  };
}

function newestChecks(runs: readonly Run[]): ReadonlyMap<string, Run> {
  const newest = new Map<string, Run>();
  for (const run of runs)
    if (run.task.startsWith(CHECK_PREFIX) && run.attempt > (newest.get(run.task)?.attempt ?? 0))
      newest.set(run.task, run);
  return newest;
}

/** The run directory's name for a check: no task id can start with `+`. */
export function checkTask(command: string): string {
  return `${CHECK_PREFIX}${sha256(command)}`;
}

const CHECK_PREFIX = '+check-';

function untrustedCheck(seen: Seen, criterion: Criterion, command: string): Problem {
  return problem(
    'untrusted-command',
    `the check of "${criterion.text}" is a command this clone has not approved: ${command}`,
    {
      file: seen.plan.file,
    },
  );
}

function failedCheck(seen: Seen, criterion: Criterion, command: string, { state }: Run): Problem {
  const { file } = seen.plan;
  if (state.kind === 'ended' && state.timedOut)
    return problem(
      'criterion-failed',
      `"${criterion.text}" is not met: ${command}: stopped at its timeout of ${seen.settings.check_timeout}`,
      { file, hint: 'Mend what hangs or raise `check_timeout`, then run `rondo resume`; or `rondo accept`.' },
    );
  const end = state.kind === 'ended' ? `exit code ${state.exitCode ?? state.signal}` : 'it left no result';
  return problem('criterion-failed', `"${criterion.text}" is not met: ${command}: ${end}`, { file });
}
