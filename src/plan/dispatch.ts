/** What a dispatch is: the changes that announce an attempt, and the order its worker gets after the commit. */
import { dependencyId } from '../model/dependency.ts';
import type { Attempt } from '../model/fields.ts';
import type { Task } from '../model/plan.ts';
import { durationMs, formatTime } from '../model/time.ts';
import type { WorkOrder } from '../ports.ts';
import { reportSection } from './agent-brief.ts';
import { writeBrief } from './brief.ts';
import type { Draft } from './draft.ts';
import { effectId } from './effect.ts';
import { isIsolated, isolationOf, landedWork, mergedLines, placeLines, workBranch } from './isolation.ts';
import { pollOf, returnsOf } from './outside-job.ts';
import { type Route, timeoutOf } from './routing.ts';
import type { Seen } from './seen.ts';

/** The next attempt's number: one more than any that the file, the run directories or the history know. */
export function nextAttempt(seen: Seen, task: Task): number {
  return Math.max(task.fields.attempt?.number ?? 0, seen.attempts[task.id] ?? 0) + 1;
}

/** Announces an attempt by a command and orders its start. */
export function dispatch(
  draft: Draft,
  seen: Seen,
  task: Task,
  route: Extract<Route, { kind: 'command' }>,
  reason: string,
): void {
  const number = nextAttempt(seen, task);
  const { retry, retry_of } = task.fields.attempt ?? {};
  const attempt = {
    number,
    machine: seen.machine,
    ...(isIsolated(route, seen.settings) ? { branch: workBranch(seen.plan.name, task.id, number) } : {}),
    returns: returnsOf(task),
    ...(retry === undefined ? {} : { retry }),
    ...(retry_of === undefined ? {} : { retry_of }),
  };
  announceAttempt(draft, seen, task, route.owner, attempt, reason);
  draft.effects.push({
    kind: 'start',
    id: effectId(seen.plan.name, task.id, number),
    task: task.id,
    attempt: number,
    reason,
    order: workOrder(draft, seen, task, number, route),
  });
}

/** Says who has a task from now on, in which attempt, and until when that is believed without news. */
export function announceAttempt(
  draft: Draft,
  seen: Seen,
  { id }: Task,
  owner: string,
  { number, machine, ...more }: Omit<Attempt, 'started_at'>,
  reason: string,
): void {
  const attempt: Attempt = {
    number,
    ...(machine === undefined ? {} : { machine }),
    started_at: formatTime(seen.now),
    lease_until: leaseEnd(seen),
    ...more,
  };
  draft.step(id, 'in_progress', reason);
  draft.set(id, 'owner', owner, reason);
  draft.set(id, 'attempt', attempt, reason);
  clearOutcome(draft, id, reason);
}

/** The end of a lease that begins now. */
export function leaseEnd({ now, settings }: Seen): string {
  return formatTime(now + (durationMs(settings.lease) ?? 0));
}

/** Takes back what an earlier attempt left in the task's fields, the approval of its result too; the attempt's number stays. */
export function clearOutcome(draft: Draft, id: string, reason: string, except?: 'result'): void {
  for (const field of ['completed_at', 'result', 'blocker', 'approved_by', 'approved_at'] as const)
    if (field !== except) draft.set(id, field, undefined, reason);
}

/** The order of an attempt. The command itself is passed on as it is written; values travel beside it. */
export function workOrder(
  draft: Draft,
  seen: Seen,
  task: Task,
  attempt: number,
  { command, agent }: Pick<Extract<Route, { kind: 'command' }>, 'command' | 'agent'>,
): WorkOrder {
  const poll = pollOf(task, seen.settings);
  const isolation = isolationOf(seen, task, draft.task(task.id)?.fields.attempt);
  const brief = writeBrief(seen.plan, task, blockersOf(draft, task), draft.reviewsOf(task.id));
  return {
    plan: seen.plan.name,
    task: task.id,
    attempt,
    kind: 'task',
    command,
    ...(agent === undefined ? {} : { agent }),
    ...(poll === undefined ? {} : { poll }),
    brief: [
      brief,
      isolation === undefined ? mergedLines(seen, blockersOf(draft, task)) : placeLines(isolation),
      ...(agent === undefined ? [] : [reportSection(seen.plan)]),
    ].join(''),
    output: task.fields.output ?? null,
    timeoutMs: durationMs(timeoutOf(task, seen.settings) ?? '') ?? null,
    graceMs: durationMs(seen.settings.grace) ?? 0,
    logLimit: seen.settings.log_limit,
    env: {},
    // In a worktree of its own nobody is in its way, and what it changed is told from its branch: see rules/land-work.ts.
    ...(task.fields.writes === undefined || isolation !== undefined ? {} : { writes: task.fields.writes }),
    announced: {
      file: seen.plan.file,
      ref: seen.ref,
      at: draft.task(task.id)?.fields.attempt?.started_at ?? '',
    },
    ...(isolation === undefined ? {} : { isolation: { ...isolation, ...landedWork(draft.tasks) } }),
  };
}

function blockersOf(draft: Draft, task: Task): readonly Task[] {
  return (task.fields.blocked_by ?? []).flatMap((d) => draft.task(dependencyId(d)) ?? []);
}
