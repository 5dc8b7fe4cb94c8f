/** `rondo run`: rounds until the plan is complete, blocked or paused; between them it waits on events. */
import { type Problem, RondoError } from '../errors.ts';
import type { NeedDocument, RoundDocument, RunDocument } from '../model/documents.ts';
import { type Plan, taskStatusOf } from '../model/plan.ts';
import type { PlanStatus } from '../model/status.ts';
import { durationMs, timeMs } from '../model/time.ts';
import { countTasks } from '../plan/count-tasks.ts';
import type { Outside, Watch } from '../ports.ts';
import type { PlanFile } from './find-plans.ts';
import { lingeringProblem } from './lingering.ts';
import { loadSettings, settingsOf } from './load-settings.ts';
import type { Reported } from './report.ts';
import { PlansInside } from './run-inside.ts';
import { runRound } from './run-round.ts';

/** Exit codes of `run` by the status it ends in. */
export const RUN_EXIT: Readonly<Record<PlanStatus, number>> = {
  complete: 0,
  blocked: 10,
  paused: 11,
  'awaiting-result': 12,
  running: 12,
};

export interface RunOptions {
  readonly takeOver: boolean;
  /** Whether to wait for results; without it `run` ends as soon as nothing more can be done at once. */
  readonly wait: boolean;
  readonly signal: AbortSignal;
  /** Called after each round, with the plan as committed; `changed` is false where the look found nothing to do. */
  readonly onRound: (round: RoundDocument, plan: Plan) => void;
  /** Called after each round that changed a plan which a task of this one stands for. */
  readonly onInside?: (round: RoundDocument) => void;
  /** Called before each wait, also with what of the workers waited for has yet to end although they are over. */
  readonly onWait?: (
    until: number | null,
    plan: Plan,
    needs: readonly NeedDocument[],
    lingering: readonly Problem[],
  ) => void;
  /** Called where a round could not be made now and is tried again: git is busy, the plan is being edited. */
  readonly onHindrance?: (problem: Problem) => void;
}

/** How often a worker's life is checked while waiting: one that is killed outright leaves no event. */
const LIVENESS_MS = 10_000;
const HINDRANCE_MS = 2_000;
/** How often approvals are looked at while a task waits for one: they are given outside of the repository. */
const APPROVAL_MS = 2_000;

/** Ends in a status of `RUN_EXIT`; throws what `runRound` throws where trying again would not help. */
export async function runPlan(outside: Outside, target: PlanFile, options: RunOptions): Promise<RunDocument> {
  const watch = outside.waker.watch(target.name, target.file);
  const inside = new PlansInside(outside, options);
  try {
    let rounds = 0;
    let last: Reported | undefined;
    for (;;) {
      const reported = await oneRound(outside, target, options, watch, last);
      if (reported === 'aborted') break;
      if (reported === 'again') continue;
      last = reported;
      if (reported.document.changed) rounds += 1;
      options.onRound(reported.document, reported.plan);
      if (isOver(reported)) break;
      const movedInside = await inside.move(reported.plan);
      last = inside.withNeeds(reported);
      // What changed there may be the end of a task here.
      if (movedInside) continue;
      const held = inside.holdsUp(reported.plan, isOver);
      // A plan that stood still inside before its task was begun here: what that means for the task is for one more look.
      if (held && reported.document.changed) continue;
      if (held || !options.wait) break;
      if ((await waitForNews(outside, target, options, watch, last, inside)) === 'aborted') break;
    }
    return runDocument(target, rounds, last);
  } finally {
    inside.close();
    watch.close();
  }
}

async function oneRound(
  outside: Outside,
  target: PlanFile,
  options: RunOptions,
  watch: Watch,
  last: Reported | undefined,
): Promise<Reported | 'again' | 'aborted'> {
  if (options.signal.aborted) return 'aborted';
  try {
    const first = last === undefined;
    return await runRound(outside, target, {
      kind: 'tick',
      takeOver: options.takeOver && first,
      recheck: first,
      after: last === undefined ? undefined : { ref: last.ref, commit: last.document.to },
    });
  } catch (error) {
    if (!(error instanceof RondoError) || !passes(outside, error, target, last, options)) throw error;
    const [problem] = error.problems;
    if (problem !== undefined) options.onHindrance?.(problem);
    // A broken plan waits for the next save; a busy git has no event of its own.
    const until = error.exitCode === 3 ? null : outside.clock.now() + HINDRANCE_MS;
    return (await watch.next(until, options.signal)) === 'aborted' ? 'aborted' : 'again';
  }
}

/** Whether a failed round is worth waiting out: a busy moment always, a broken plan once it has been good in this run. */
function passes(
  { repo }: Outside,
  error: RondoError,
  { file }: PlanFile,
  last: Reported | undefined,
  options: RunOptions,
): boolean {
  if (!options.wait) return false;
  if (error.exitCode === 5) return true;
  // Git takes a file away before it says which branch is checked out. The plan is gone once a commit of its branch says so.
  if (error.code === 'unknown-plan' && last !== undefined)
    return repo.readAt(repo.resolve(last.ref), file) !== null;
  return (
    last !== undefined &&
    (PASSING.has(error.code) || (error.exitCode === 3 && error.code !== 'ambiguous-edit'))
  );
}

/** What a person does in the work tree for a while, and ends. */
const PASSING: ReadonlySet<string> = new Set([
  'operation-in-progress',
  'detached-head',
  'work-branch',
  'another-branch',
]);

function isOver({ document, plan }: Reported): boolean {
  if (['complete', 'blocked', 'paused'].includes(document.status)) return true;
  const underWay = plan.tasks.filter((task) => taskStatusOf(task) === 'in_progress');
  // What came back and waits for a gate that is not approved here is held by that alone.
  const held = new Set(document.needs.flatMap((need) => (need.kind === 'trust' ? [need.task] : [])));
  const busy =
    underWay.length === 0
      ? document.status === 'awaiting-result'
      : underWay.some((task) => !held.has(task.id));
  return !busy && document.problems.some((p) => p.code === 'untrusted-command');
}

async function waitForNews(
  outside: Outside,
  target: PlanFile,
  options: RunOptions,
  watch: Watch,
  { plan, document }: Reported,
  inside: PlansInside,
): Promise<'news' | 'aborted'> {
  const plans = [{ target, plan }, ...inside.plans];
  const wakes = await Promise.all(plans.map((each) => wakeAt(outside, each.plan)));
  const retry = inside.isHindered ? [outside.clock.now() + HINDRANCE_MS] : [];
  const times = [...wakes.flatMap((time) => time ?? []), ...retry];
  const until = times.length === 0 ? null : Math.min(...times);
  const names = new Set(plans.map((each) => each.target.name));
  const alive = aliveHere(outside, names);
  options.onWait?.(until, plan, document.needs, alive === 0 ? [] : lingeringHere(outside, names));
  const held = document.needs.some((need) => need.kind === 'trust');
  const before = withoutEvent(outside, names, held);
  const pause = held ? APPROVAL_MS : alive > 0 ? LIVENESS_MS : null;
  for (;;) {
    const check = pause === null ? null : outside.clock.now() + pause;
    const next = check === null ? until : Math.min(check, until ?? check);
    const why = await inside.next(watch, next, options.signal);
    if (why === 'aborted') return 'aborted';
    if (
      why !== 'time' ||
      (until !== null && outside.clock.now() >= until) ||
      withoutEvent(outside, names, held) !== before
    )
      return 'news';
  }
}

/** What changes without an event: workers that live here and, where a task is held for one, the approvals. */
function withoutEvent(outside: Outside, plans: ReadonlySet<string>, held: boolean): string {
  const approved = held ? [...outside.local.approvedCommands()] : [];
  return JSON.stringify([aliveHere(outside, plans), approved]);
}

function aliveHere({ workers }: Outside, plans: ReadonlySet<string>): number {
  return workers.alive().filter((run) => plans.has(run.plan)).length;
}

/** Those of the workers waited for that have ended but for something they started. */
function lingeringHere({ workers }: Outside, plans: ReadonlySet<string>): readonly Problem[] {
  return workers
    .lingering()
    .filter((run) => plans.has(run.plan))
    .map(lingeringProblem);
}

/** When to look again without news: the checkpoint, or before it where a lease must be extended in time. Milliseconds since 1970. */
async function wakeAt(outside: Outside, plan: Plan): Promise<number | null> {
  const { settings } = await loadSettings(outside);
  const lease = durationMs(settingsOf(settings, plan.fields).lease) ?? 0;
  const now = outside.clock.now();
  const times = plan.tasks
    .filter((task) => taskStatusOf(task) === 'in_progress' && task.fields.attempt?.machine !== undefined)
    .flatMap((task) => timeMs(task.fields.attempt?.lease_until ?? '') ?? [])
    .map((end) => end - lease / 8);
  const checkpoint = timeMs(plan.fields.next_checkpoint ?? '');
  const ahead = [...times, ...(checkpoint === undefined ? [] : [checkpoint])].filter((t) => t > now);
  return ahead.length === 0 ? null : Math.min(...ahead);
}

function runDocument(target: PlanFile, rounds: number, last: Reported | undefined): RunDocument {
  const plan = last?.plan;
  return {
    plan: target.name,
    status: last?.document.status ?? 'running',
    rounds,
    commit: last?.document.to ?? null,
    next_action: last?.document.next_action ?? null,
    next_checkpoint: last?.document.next_checkpoint ?? null,
    counts:
      plan === undefined
        ? countTasks({
            name: '',
            file: '',
            title: '',
            fields: { rondo: 1 },
            criteria: [],
            tasks: [],
            decisions: [],
          })
        : countTasks(plan),
    needs: last?.document.needs ?? [],
    remedies: last?.document.remedies ?? [],
    to_complete: last?.document.to_complete ?? [],
    problems: last?.document.problems ?? [],
  };
}

/** Waits until the plan's file changes or one of its workers ends; false where the time ran out first. */
export async function waitForChange(
  outside: Outside,
  target: PlanFile,
  options: { readonly timeoutMs: number | null; readonly signal: AbortSignal },
): Promise<boolean> {
  const watch = outside.waker.watch(target.name, target.file);
  try {
    if (hasNews(outside, target)) return true;
    const before = outside.repo.readFile(target.file);
    const until = options.timeoutMs === null ? null : outside.clock.now() + options.timeoutMs;
    for (;;) {
      const why = await watch.next(until, options.signal);
      if (why === 'time' || why === 'aborted') return false;
      // A worker may have done no more than take its time to end.
      if (hasNews(outside, target) || outside.repo.readFile(target.file) !== before) return true;
    }
  } finally {
    watch.close();
  }
}

/** Whether there is a result that no round has consumed yet. One that came before the wait would wake nobody. */
function hasNews({ workers }: Outside, target: PlanFile): boolean {
  return workers.runs(target.name).some((run) => !run.settled && ['ended', 'lost'].includes(run.state.kind));
}
