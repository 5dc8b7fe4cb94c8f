/** The plan's own fields, derived from its tasks: status, current step, next action, next checkpoint, blockers. */
import { type Task, taskStatusOf } from '../../model/plan.ts';
import type { PlanStatus } from '../../model/status.ts';
import { durationMs, formatTime, timeMs } from '../../model/time.ts';
import type { Draft } from '../draft.ts';
import { hasReturned } from '../gates.ts';
import { awaitsApproval, endedWell } from '../graph.ts';
import { inline } from '../inline.ts';
import { timeoutOf } from '../routing.ts';
import type { Seen } from '../seen.ts';
import { didNotPass } from '../verdict.ts';
import { type CriteriaOutcome, unmetLine } from './criteria.ts';
import type { Hold } from './holds.ts';
import type { StartOutcome } from './start.ts';

export interface Situation {
  readonly hold: Hold | undefined;
  readonly started: StartOutcome;
  /** Set once all tasks have ended well. */
  readonly criteria: CriteriaOutcome | undefined;
  readonly awaitsLaunch: number | undefined;
  /** When a batch will be past its estimate, in milliseconds since 1970. */
  readonly overrunsDue: readonly number[];
  /** Reviews whose work the next round sends back. */
  readonly reworks: readonly Task[];
  /** The plan inside that waits for a person's word, where nothing else is under way. */
  readonly pausedInside: { readonly name: string; readonly nextAction: string | undefined } | undefined;
}

/** Sets the derived fields; each is a change only where it differs. */
export function derivePlanFields(draft: Draft, seen: Seen, situation: Situation): void {
  const status = deriveStatus(draft, situation);
  const reason = reasonFor(draft, status, situation);
  draft.setPlanStatus(status, reason);
  const step = currentStep(draft, status, situation);
  draft.setPlan('current_step', step, reason);
  draft.setPlan('next_action', reason, reason);
  draft.setPlan(
    'next_checkpoint',
    nextCheckpoint(draft, seen, situation),
    'the earliest time at which something is due',
  );
  draft.setPlan('blockers', planBlockers(draft, situation), reason);
}

/** By the first line that fits. */
function deriveStatus(draft: Draft, situation: Situation): PlanStatus {
  const { hold, started, criteria, awaitsLaunch, reworks } = situation;
  if (criteria !== undefined && isComplete(draft, criteria)) return 'complete';
  if (hold?.kind === 'paused') return 'paused';
  if (criteria !== undefined) return statusOfCriteria(criteria);
  // A slot that is taken here and a command that is not approved here are nothing that other machines know of.
  if (draft.tasks.some((task) => taskStatusOf(task) === 'in_progress'))
    return started.startable.length + reworks.length > 0
      ? 'running'
      : isPausedInside(situation)
        ? 'paused'
        : 'awaiting-result';
  if (hold !== undefined) return 'blocked';
  if (started.waiting.length + started.forPeople.length + reworks.length > 0 || draft.tasks.length === 0)
    return 'running';
  // A launch or an approval lets something move without mending, whatever else has failed.
  if (awaitsLaunch !== undefined || draft.tasks.some(awaitsApproval)) return 'paused';
  return 'blocked';
}

/** Nothing goes on without a word to the plan inside: nothing outside waits for a slot or a person either. */
function isPausedInside({ pausedInside, started }: Situation): boolean {
  return pausedInside !== undefined && started.waiting.length + started.forPeople.length === 0;
}

function isComplete(draft: Draft, criteria: CriteriaOutcome): boolean {
  const { startable, checking, failed, untrusted, awaitingAcceptance } = criteria;
  return (
    [startable, checking, failed, untrusted, awaitingAcceptance].every((open) => open.length === 0) &&
    draft.plan.fields.reopened_by === undefined
  );
}

function statusOfCriteria(criteria: CriteriaOutcome): PlanStatus {
  if (criteria.startable.length > 0) return 'running';
  if (criteria.checking.length > 0) return 'awaiting-result';
  if (criteria.failed.length > 0) return 'blocked';
  if (criteria.untrusted.length > 0) return 'running';
  return 'paused';
}

/**
 * Always something: a line that comes and goes would be noise in the diffs. Under way and next together, in the order of
 * the file: to take or release a task leaves this line as it is.
 */
function currentStep(draft: Draft, status: PlanStatus, { started, criteria }: Situation): string {
  const next = new Set([...started.startable, ...started.untrusted, ...started.queued, ...started.forPeople]);
  const open = draft.tasks.filter((task) => taskStatusOf(task) === 'in_progress' || next.has(task.id));
  if (open.length > 0) return some(open.map((task) => task.id));
  if (
    criteria !== undefined &&
    criteria.startable.length + criteria.checking.length + criteria.failed.length > 0
  )
    return 'success criteria';
  if (status === 'complete') return 'done';
  if (draft.tasks.length === 0) return 'planning';
  if (criteria !== undefined) return 'acceptance';
  const stuck = draft.tasks.filter((task) => !endedWell(task)).map((task) => task.id);
  return stuck.length > 0 ? some(stuck) : 'acceptance';
}

function nextAction(draft: Draft, status: PlanStatus, situation: Situation): string {
  const { hold, criteria, awaitsLaunch } = situation;
  switch (status) {
    case 'complete':
      return 'nothing, the plan is complete';
    case 'paused':
      if (hold?.kind === 'paused') return `rondo resume (${hold.reason})`;
      if (criteria !== undefined) return acceptance(criteria);
      if (situation.pausedInside !== undefined)
        return `${situation.pausedInside.name} is paused: ${situation.pausedInside.nextAction ?? 'rondo resume'}`;
      if (awaitsLaunch !== undefined) return `rondo launch (batch ${awaitsLaunch})`;
      return `rondo approve ${some(draft.tasks.filter(awaitsApproval).map((task) => task.id))}`;
    case 'blocked':
      return remedy(draft, situation);
    case 'awaiting-result':
      return criteria !== undefined
        ? 'wait for the checks of the success criteria'
        : `wait for ${some(withStatus(draft, 'in_progress').map(named))}`;
    case 'running':
      return whatStarts(draft, situation);
  }
}

function acceptance({ awaitingAcceptance }: CriteriaOutcome): string {
  return awaitingAcceptance.length === 0
    ? 'add tasks, or rondo accept'
    : 'rondo accept (success criteria are to be accepted)';
}

function whatStarts(draft: Draft, { started, criteria, reworks }: Situation): string {
  const [review] = reworks;
  if (review !== undefined) return `send back ${review.fields.rework?.task}: ${review.id} did not pass`;
  if (criteria !== undefined) return 'check the success criteria';
  if (started.waiting.length > 0) return `start ${some(started.waiting)}`;
  if (started.forPeople.length > 0) return `claim ${some(started.forPeople)}`;
  return draft.tasks.length === 0 ? 'add tasks' : 'look again';
}

/** What would let a blocked plan go on. */
function remedy(draft: Draft, { hold, criteria }: Situation): string {
  if (criteria !== undefined)
    return `mend what fails (${some(criteria.failed)}), then rondo resume; or rondo accept`;
  if (hold?.kind === 'graph') return `mend the plan: ${hold.reason}`;
  const failed = withStatus(draft, 'failed').map((task) => task.id);
  if (failed.length > 0) return `mend ${some(failed)}, then rondo retry ${failed[0]}`;
  const blocked = withStatus(draft, 'blocked').map((task) => task.id);
  if (blocked.length > 0) return `clear what blocks ${some(blocked)}, then rondo unblock ${blocked[0]}`;
  const short = draft.tasks
    .filter((task) => taskStatusOf(task) === 'completed' && !endedWell(task))
    .map((task) => task.id);
  if (short.length > 0) return `rework ${some(short)}: it did not pass; rondo reopen ${short[0]}`;
  const stuck = withStatus(draft, 'pending').map((task) => task.id);
  return `mend what ${some(stuck)} waits for; rondo show ${stuck[0] ?? ''}`.trim();
}

/** The earliest time ahead at which a lease ends, a worker has ended by its timeout or an estimate is overrun. */
function nextCheckpoint(draft: Draft, seen: Seen, { overrunsDue }: Situation): string | undefined {
  const tasks = withStatus(draft, 'in_progress').flatMap((task) => dueTimes(task, seen));
  const times = [...tasks, ...overrunsDue];
  const ahead = times.filter((t) => t > seen.now);
  // Rounded up: at the checkpoint what it waits for has come.
  return ahead.length === 0
    ? undefined
    : formatTime(Math.ceil(ahead.reduce((a, b) => Math.min(a, b)) / 1000) * 1000);
}

function dueTimes(task: Task, seen: Seen): readonly number[] {
  const attempt = task.fields.attempt;
  // Work that came back has no time of its own any more.
  const started = hasReturned(task) ? undefined : timeMs(attempt?.started_at ?? '');
  const lease = timeMs(attempt?.lease_until ?? '');
  const timeout = durationMs(timeoutOf(task, seen.settings) ?? '');
  // What runs the worker ends it. A round before that end, which is an event, would save nothing but a later checkpoint.
  const grace = durationMs(seen.settings.grace) ?? 0;
  const estimate =
    attempt?.overrun_reported_at === undefined ? durationMs(task.fields.estimate ?? '') : undefined;
  return [
    ...(lease === undefined ? [] : [isLong(started, lease) ? Math.ceil(lease / MINUTE) * MINUTE : lease]),
    ...(started === undefined || timeout === undefined ? [] : [started + timeout + grace]),
    ...(started === undefined || estimate === undefined ? [] : [started + 1.5 * estimate]),
  ];
}

const MINUTE = 60_000;

/** Of a lease this long the minute will do: of tasks that were taken together, one may end and leave the line as it is. */
function isLong(started: number | undefined, until: number): boolean {
  return started !== undefined && until - started >= 10 * MINUTE;
}

function planBlockers(draft: Draft, { hold, criteria }: Situation): string[] {
  const out: string[] = hold?.kind === 'graph' ? [hold.reason] : [];
  for (const task of draft.tasks) {
    const status = taskStatusOf(task);
    if (status === 'failed') out.push(`${task.id}: ${task.fields.result?.summary ?? 'failed'}`);
    if (status === 'blocked') out.push(`${task.id}: ${blockerText(task)}`);
    if (status === 'completed' && didNotPass(task) && task.fields.rework === undefined)
      out.push(`${task.id}: did not pass`);
  }
  // What a check said is known to one machine only: while the plan is paused, others would say otherwise.
  if (hold?.kind !== 'paused') for (const text of criteria?.failed ?? []) out.push(unmetLine(text));
  return out.length <= MOST
    ? out.map((line) => inline(line, 160))
    : [...out.slice(0, MOST).map((line) => inline(line, 160)), 'and more'];
}

/** At most this many names on one line, so that the line stays readable in a review; how many more would change it often. */
const MOST = 5;

function blockerText(task: Task): string {
  const blocker = task.fields.blocker;
  return blocker === undefined
    ? 'blocked'
    : `${blocker.type}${blocker.detail === undefined ? '' : `: ${blocker.detail}`}`;
}

function withStatus(draft: Draft, status: string): readonly Task[] {
  return draft.tasks.filter((task) => taskStatusOf(task) === status);
}

function named(task: Task): string {
  const where = task.fields.attempt?.machine;
  const who = task.fields.owner;
  if (who === undefined) return task.id;
  if (hasReturned(task)) return `${task.id} (its gates${where === undefined ? '' : ` on ${where}`})`;
  return `${task.id} (${who}${where === undefined ? '' : ` on ${where}`})`;
}

function some(names: readonly string[]): string {
  return names.length <= MOST ? names.join(', ') : `${names.slice(0, MOST).join(', ')} and more`;
}

function reasonFor(draft: Draft, status: PlanStatus, situation: Situation): string {
  return inline(nextAction(draft, status, situation), 200);
}
