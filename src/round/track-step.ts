/** `rondo step`: the two rounds around a command that the caller runs. What fails here is told, and holds up no command. */
import { fail, RondoError } from '../errors.ts';
import { taskStatusOf } from '../model/plan.ts';
import { timeMs } from '../model/time.ts';
import type { Request } from '../plan/request.ts';
import type { Outside, Workers } from '../ports.ts';
import type { PlanFile } from './find-plans.ts';
import type { Reported } from './report.ts';
import { runRound } from './run-round.ts';

export interface TrackedStep {
  readonly target: PlanFile;
  readonly task: string;
  readonly attempt: number;
  /** Until when other machines believe in it without news, in milliseconds since 1970; null where that is not known. */
  readonly leaseUntil: number | null;
}

/** Another round may hold the lock for long; the command is not kept waiting for it. */
const LOCK_WAIT_MS = 1500;

/** Announces and enters the attempt. Throws what `runRound` throws: `not-ready`, `unknown-task`, `locked`, … */
export async function beginStep(
  outside: Outside,
  target: PlanFile,
  task: string,
  command: string,
): Promise<TrackedStep> {
  const reported = await roundOrAgain(outside, target, { kind: 'step', task, command });
  const effect = reported.document.effects.find((each) => each.kind === 'enter' && each.task === task);
  if (effect === undefined) fail('internal', `the step ${task} was not entered`, { task });
  return { target, task, attempt: effect.attempt, leaseUntil: leaseOf(reported, task) };
}

/** Has a round extend the lease while the command runs. */
export async function renewStep(outside: Outside, step: TrackedStep): Promise<TrackedStep> {
  const reported = await roundOrAgain(outside, step.target, { kind: 'watchdog' });
  return { ...step, leaseUntil: leaseOf(reported, step.task) };
}

/**
 * Writes how the command ended, and has a round take it up; that starts nothing. Where this round cannot be made, a later
 * one takes it up. Throws `not-owner` where the plan has gone on without the step.
 */
export async function endStep(
  outside: Outside,
  { target, task, attempt }: TrackedStep,
  end: Parameters<Workers['leave']>[3],
): Promise<void> {
  outside.workers.leave(target.name, task, attempt, end);
  const { plan } = await roundOrAgain(outside, target, { kind: 'watchdog' });
  const found = plan.tasks.find((each) => each.id === task);
  if (found?.fields.attempt?.number === attempt) return;
  const now =
    found === undefined ? 'is not in the plan any more' : `is ${taskStatusOf(found)} by another attempt`;
  fail('not-owner', `${task} ${now}; how this step ended is not applied`, { file: target.file, task });
}

/** What was busy or has moved may be free the second time; what a rule refuses is refused again, and is not asked again. */
async function roundOrAgain(outside: Outside, target: PlanFile, request: Request): Promise<Reported> {
  const options = { lockWaitMs: LOCK_WAIT_MS };
  try {
    return await runRound(outside, target, request, options);
  } catch (error) {
    if (error instanceof RondoError && FINAL.has(error.exitCode) && error.code !== 'cannot-write')
      throw error;
    return await runRound(outside, target, request, options);
  }
}

/** Exit codes of a wrong call, a broken plan, a refusal. */
const FINAL: ReadonlySet<number> = new Set([2, 3, 4]);

function leaseOf({ plan }: Reported, task: string): number | null {
  const attempt = plan.tasks.find((each) => each.id === task)?.fields.attempt;
  return timeMs(attempt?.lease_until ?? '') ?? null;
}
