/**
 * RECOVER: compares what the plan expects with what is there, and says what must change before anything new is decided.
 * Each row of the recovery table is a function below, in the table's order. Nothing here starts new work.
 */

import { describeChange } from '../compare/describe-change.ts';
import { diffPlans } from '../compare/diff.ts';
import { type Problem, problem } from '../errors.ts';
import type { Attempt } from '../model/fields.ts';
import { planStatusOf, type Task, taskStatusOf } from '../model/plan.ts';
import { isLegalTaskStep, TASK_TRANSITIONS } from '../model/status.ts';
import { durationMs, formatDuration, formatTime, timeMs } from '../model/time.ts';
import type { Run } from '../ports.ts';
import { consumeResult, giveUpOrRetry } from './consume.ts';
import { workOrder } from './dispatch.ts';
import type { Draft } from './draft.ts';
import { effectId } from './effect.ts';
import { hasReturned } from './gates.ts';
import { isToBePolledAgain } from './outside-job.ts';
import { routeTask, timeoutOf } from './routing.ts';
import { holdOf } from './rules/holds.ts';
import { isCollected } from './rules/land-work.ts';
import type { Seen } from './seen.ts';
import { isStep } from './step.ts';
import { adoptTraced, hasStray, recoverStrays } from './strays.ts';
import { takeBack } from './take-back.ts';

export interface RecoverOptions {
  /** Claim attempts of other machines without waiting for their leases. */
  readonly takeOver: boolean;
}

export function recover(draft: Draft, seen: Seen, options: RecoverOptions): void {
  adoptHandEdit(draft, seen);
  if (seen.edited || seen.lastRounds.length > 0) takeBack(draft, seen);
  adoptTraced(draft, seen);
  recoverStrays(draft, seen);
  const runs = new Map(seen.runs.map((run) => [`${run.task}/${run.attempt}`, run]));
  const lives = liveAttempts(draft, seen);
  for (const task of draft.tasks) {
    if (taskStatusOf(task) !== 'in_progress') continue;
    const attempt = task.fields.attempt;
    if (attempt?.machine === undefined) recoverPerson(draft, seen, task);
    else if (attempt.machine !== seen.machine) recoverElsewhere(draft, seen, task, attempt, options);
    else recoverHere(draft, seen, task, attempt, runs.get(`${task.id}/${attempt.number}`), lives);
  }
  const consumed = new Set(
    draft.effects.filter((effect) => effect.kind === 'settle').map((effect) => effect.id),
  );
  for (const run of seen.runs) recoverStrayRun(draft, seen, run, consumed);
}

/** The file differs from the commit: take the edit up, name it, and say where a step in it is not a legal one. */
function adoptHandEdit(draft: Draft, seen: Seen): void {
  if (!seen.edited || seen.committed === null) return;
  const edits = diffPlans(seen.committed, seen.plan);
  for (const edit of edits) {
    draft.problems.push(
      problem('hand-edit', `by hand: ${describeChange(edit)}`, {
        severity: 'info',
        file: seen.plan.file,
        ...('task' in edit ? { task: edit.task } : {}),
      }),
    );
    if (edit.kind === 'task-status' && !isLegalTaskStep(edit.from, edit.to)) {
      const legal = TASK_TRANSITIONS[edit.from].join(', ');
      draft.problems.push(
        problem('illegal-transition', `${edit.task} was set from ${edit.from} to ${edit.to} by hand`, {
          severity: 'warning',
          file: seen.plan.file,
          task: edit.task,
          hint: `From ${edit.from} a task can go to: ${legal}. Correct \`status\` if this was not meant.`,
        }),
      );
    }
  }
  adoptPause(draft, seen, planStatusOf(seen.committed));
}

/** A person who writes `status: paused` means it: it holds until resumed. Writing `running` over it resumes. */
function adoptPause(draft: Draft, seen: Seen, before: string): void {
  const now = planStatusOf(seen.plan);
  if (now === before) return;
  if (now === 'paused') draft.setPlan('paused_by', seen.person, 'paused by hand');
  else if (now === 'running' && seen.plan.fields.paused_by !== undefined)
    draft.setPlan('paused_by', undefined, 'resumed by hand');
}

/** A person has it: past the time that was agreed, report and go on waiting. */
function recoverPerson(draft: Draft, seen: Seen, task: Task): void {
  if (task.fields.owner === undefined || task.fields.attempt === undefined)
    draft.problems.push(noOwner(seen, task));
  const since = timeMs(task.fields.attempt?.started_at ?? '');
  if (task.fields.attempt !== undefined && since !== undefined)
    reportOverrun(draft, seen, task, task.fields.attempt, seen.now - since);
  const until = timeMs(task.fields.attempt?.lease_until ?? '');
  if (until === undefined || seen.now <= until) return;
  draft.problems.push(
    problem(
      'overdue',
      `${task.id} is with ${task.fields.owner ?? 'somebody'} since ${formatDuration(seen.now - until)} past the time agreed`,
      {
        severity: 'warning',
        file: seen.plan.file,
        task: task.id,
      },
    ),
  );
}

/** Set to `in_progress` by hand: nobody is known to do it, and it would wait in silence. */
function noOwner(seen: Seen, task: Task): Problem {
  const what = task.fields.owner === undefined ? 'whose it is' : 'since when';
  return problem(
    'no-owner',
    `${task.id} is in progress, and nothing says ${what}: no round waits for its end`,
    {
      severity: 'warning',
      file: seen.plan.file,
      task: task.id,
      path: ['status'],
      hint: `Let it start anew: rondo release ${task.id}; or say that it is done: rondo done ${task.id}`,
    },
  );
}

/** A task that this machine may not run is not taken from one that does: nobody would work on it. */
function mayRunHere(draft: Draft, seen: Seen, task: Task): boolean {
  const route = routeTask(task, seen.settings);
  if (route.kind !== 'command' || seen.isApproved(route.command)) return true;
  draft.problems.push(
    problem(
      'untrusted-command',
      `${task.id} cannot be taken over: this clone has not approved ${route.command}`,
      {
        file: seen.plan.file,
        task: task.id,
      },
    ),
  );
  return false;
}

/** While nothing may start, work that goes on elsewhere is not taken from there: it would only end. */
function mayStart(draft: Draft, seen: Seen, task: Task): boolean {
  const hold = holdOf(draft, seen);
  if (hold === undefined) return true;
  draft.problems.push(
    problem('not-ready', `${task.id} is not taken over: nothing starts here, since ${hold.reason}`, {
      severity: 'warning',
      file: seen.plan.file,
      task: task.id,
      hint: `Clear that first (rondo next ${seen.plan.name}), or give the work up: rondo release ${task.id}`,
    }),
  );
  return false;
}

/** Another machine has it: wait while its lease holds; then take over, once its record has stood still for a lease's length. */
function recoverElsewhere(
  draft: Draft,
  seen: Seen,
  task: Task,
  attempt: Attempt,
  options: RecoverOptions,
): void {
  const lease = durationMs(seen.settings.lease) ?? 0;
  const until = timeMs(attempt.lease_until ?? '') ?? 0;
  const stoodStill = (seen.unchangedFor[task.id] ?? 0) >= lease;
  // An end further ahead than a whole lease comes from a wrong clock, here or there; standing still is what counts.
  const over = seen.now > until || until - seen.now > lease;
  const asked = options.takeOver && mayStart(draft, seen, task);
  if ((asked || (over && stoodStill)) && mayRunHere(draft, seen, task)) {
    const why = asked ? 'taken over as asked' : 'its lease is over and nothing was heard';
    draft.step(task.id, 'pending', `attempt ${attempt.number} on ${attempt.machine}: ${why}`);
    return;
  }
  draft.problems.push(
    problem(
      'held-elsewhere',
      `${task.id} is with ${attempt.machine}${attempt.lease_until === undefined ? '' : ` until ${attempt.lease_until}`}`,
      {
        severity: 'info',
        file: seen.plan.file,
        task: task.id,
      },
    ),
  );
}

/** This machine has it: consume what it left, start what was announced, count as lost what is gone, watch what lives. */
function recoverHere(
  draft: Draft,
  seen: Seen,
  task: Task,
  attempt: Attempt,
  run: Run | undefined,
  lives: LiveAttempts,
): void {
  const newest = seen.attempts[task.id] ?? 0;
  if (attempt.number < newest) {
    // The file was set back (by hand, reset, another branch): what that attempt left is fenced off like any older one's.
    draft.step(
      task.id,
      'pending',
      `attempt ${attempt.number} is older than attempt ${newest}, which was started since`,
    );
    return;
  }
  if (hasReturned(task)) return watchReturned(draft, seen, task, attempt, run);
  switch (run?.state.kind) {
    case undefined:
    case 'announced':
      return startAnnounced(draft, seen, task, attempt, lives);
    case 'ended':
      if (!isCollected(draft, seen, task, attempt)) return;
      return consumeResult(draft, seen, task, attempt, run.state);
    case 'lost':
      if (!isCollected(draft, seen, task, attempt)) return;
      settle(draft, seen, task.id, attempt.number, 'it is gone without a result');
      if (isToBePolledAgain(task, attempt, seen.now))
        return draft.step(
          task.id,
          'pending',
          'nothing looks at its outside job any more, so that is begun anew',
        );
      return giveUpOrRetry(draft, seen, task, attempt, 'the worker is gone and left no result');
    case 'alive':
      return watchAlive(draft, seen, task, attempt, run.state);
  }
}

/** Its work came back, and its gates are to pass. What the attempt left is in the plan; what still runs of it is over. */
function watchReturned(draft: Draft, seen: Seen, task: Task, attempt: Attempt, run: Run | undefined): void {
  if (run?.state.kind === 'alive') stop(draft, seen, task.id, attempt.number, 'its work came back');
  else if (run !== undefined && !run.settled && run.state.kind !== 'announced')
    settle(draft, seen, task.id, attempt.number, 'its result is in the plan already');
  extendLease(draft, seen, task, attempt);
}

interface LiveAttempts {
  /** Tasks with a live worker here, whatever its attempt. */
  readonly tasks: ReadonlySet<string>;
  /** Attempt numbers of live workers whose task is no longer in the plan: it may have been renamed. */
  readonly orphans: ReadonlySet<number>;
}

function liveAttempts(draft: Draft, seen: Seen): LiveAttempts {
  const alive = seen.runs.filter((run) => run.state.kind === 'alive' && !run.task.startsWith('+'));
  return {
    tasks: new Set(alive.map((run) => run.task)),
    orphans: new Set(alive.filter((run) => draft.task(run.task) === undefined).map((run) => run.attempt)),
  };
}

function startAnnounced(draft: Draft, seen: Seen, task: Task, attempt: Attempt, lives: LiveAttempts): void {
  // A worker of this task, or of what it was called before, is being stopped: never two at once.
  if (lives.tasks.has(task.id) || lives.orphans.has(attempt.number) || hasStray(seen, task)) return;
  const original = seen.copied[task.id];
  if (original !== undefined) {
    draft.step(
      task.id,
      'pending',
      `attempt ${attempt.number} is one of the plan ${original}, of which this is a copy`,
    );
    return;
  }
  if (isStep(attempt)) {
    giveUpOrRetry(draft, seen, task, attempt, 'the step was killed before its command started');
    return;
  }
  const route = routeTask(task, seen.settings);
  if (route.kind !== 'command') {
    draft.step(task.id, 'pending', `attempt ${attempt.number} was announced, and nobody runs it any more`);
    return;
  }
  if (!seen.isApproved(route.command)) {
    draft.step(
      task.id,
      'pending',
      `attempt ${attempt.number} was announced, and its command is not approved here`,
    );
    return;
  }
  extendLease(draft, seen, task, attempt);
  draft.effects.push({
    kind: 'start',
    id: effectId(seen.plan.name, task.id, attempt.number),
    task: task.id,
    attempt: attempt.number,
    reason: 'announced and never started',
    order: workOrder(draft, seen, task, attempt.number, route),
  });
}

function watchAlive(
  draft: Draft,
  seen: Seen,
  task: Task,
  attempt: Attempt,
  { startedAt, step }: Extract<Run['state'], { kind: 'alive' }>,
): void {
  const running = seen.now - startedAt;
  const timeout = durationMs(timeoutOf(task, seen.settings) ?? '');
  if (timeout !== undefined && running > timeout && step !== true) {
    // Its end, once it comes, is consumed as a time-out; a second attempt must not start beside it.
    stop(draft, seen, task.id, attempt.number, `past its timeout of ${formatDuration(timeout)}`);
    return;
  }
  const kept = extendLease(draft, seen, task, attempt);
  reportOverrun(draft, seen, task, kept, seen.now - countedFrom(attempt, startedAt));
}

/** A worker starts a little after its dispatch, from which the checkpoint counts; one that was started late counts from its own start. */
function countedFrom(attempt: Attempt, startedAt: number): number {
  const dispatched = timeMs(attempt.started_at ?? '') ?? startedAt;
  return Math.abs(startedAt - dispatched) <= START_LAG_MS ? dispatched : startedAt;
}

const START_LAG_MS = 10_000;

/** The lease of a worker that lives is extended only when it is about to end, so that waiting makes no commits. */
function extendLease(draft: Draft, seen: Seen, task: Task, attempt: Attempt): Attempt {
  const lease = durationMs(seen.settings.lease) ?? 0;
  const until = timeMs(attempt.lease_until ?? '');
  if (until === undefined || until - seen.now > lease / 6) return attempt;
  const extended = { ...attempt, lease_until: formatTime(seen.now + lease) };
  draft.set(task.id, 'attempt', extended, 'its worker lives, so its lease is extended');
  return extended;
}

function reportOverrun(draft: Draft, seen: Seen, task: Task, attempt: Attempt, running: number): void {
  const estimate = durationMs(task.fields.estimate ?? '');
  if (estimate === undefined || running < 1.5 * estimate || attempt.overrun_reported_at !== undefined) return;
  const message = `${task.id} has been under way for ${formatDuration(running)} against ${formatDuration(estimate)} estimated`;
  draft.problems.push(
    problem('overrun', message, { severity: 'warning', file: seen.plan.file, task: task.id }),
  );
  draft.set(task.id, 'attempt', { ...attempt, overrun_reported_at: formatTime(seen.now) }, message);
}

/** Runs nobody waits for: a live one is stopped, an ended one is fenced off, kept and reported. */
function recoverStrayRun(draft: Draft, seen: Seen, run: Run, consumed: ReadonlySet<string>): void {
  if (run.task.startsWith('+')) return; // checks of criteria and gates, see rules/criteria.ts and rules/gates.ts
  const task = draft.task(run.task);
  const current = isCurrent(task, run);
  const wanted = task !== undefined && current && taskStatusOf(task) === 'in_progress';
  if (wanted || (current && run.settled)) return;
  if (run.state.kind === 'alive') {
    // A step ends when its caller's command does; what it leaves is fenced off then.
    if (run.state.step === true) return;
    const why =
      task === undefined ? 'its task is no longer in the plan' : `its task is ${taskStatusOf(task)}`;
    stop(draft, seen, run.task, run.attempt, current ? why : `${why}, at another attempt`);
    return;
  }
  if (run.settled || run.state.kind === 'announced') return;
  // The current attempt's own result was consumed just now, in this round.
  if (consumed.has(effectId(seen.plan.name, run.task, run.attempt))) return;
  const led = task?.fields.attempt?.retry_of === run.attempt;
  if (led || (current && task !== undefined && CONSUMED.includes(taskStatusOf(task)))) {
    // Consumed by a round that was killed before it could mark the run.
    settle(draft, seen, run.task, run.attempt, 'its result is in the plan already');
    return;
  }
  draft.problems.push(
    problem(
      'fenced-result',
      `attempt ${run.attempt} of ${run.task} ${whyFenced(task, current)}; what it left is kept and not applied`,
      {
        severity: 'info',
        file: seen.plan.file,
        task: run.task,
        hint: `Its log: rondo logs ${seen.plan.name}/${run.task} --attempt ${run.attempt}. Its files: "$(git rev-parse --absolute-git-dir)/rondo/runs/${effectId(seen.plan.name, run.task, run.attempt)}".`,
      },
    ),
  );
  settle(draft, seen, run.task, run.attempt, 'a later attempt or decision stands');
}

function whyFenced(task: Task | undefined, current: boolean): string {
  if (task === undefined) return 'is over, and its task is not in the plan any more';
  return current && taskStatusOf(task) === 'cancelled' ? 'was cancelled, and is over' : 'came back late';
}

const CONSUMED: readonly string[] = ['completed', 'failed', 'blocked'];

function isCurrent(task: Task | undefined, run: Run): boolean {
  const attempt = task?.fields.attempt;
  return attempt !== undefined && attempt.number === run.attempt && attempt.machine !== undefined;
}

function stop(draft: Draft, seen: Seen, task: string, attempt: number, reason: string): void {
  draft.effects.push({ kind: 'stop', id: effectId(seen.plan.name, task, attempt), task, attempt, reason });
}

function settle(draft: Draft, seen: Seen, task: string, attempt: number, reason: string): void {
  draft.effects.push({ kind: 'settle', id: effectId(seen.plan.name, task, attempt), task, attempt, reason });
}
