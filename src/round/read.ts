/** READ: everything a round may know, once, as one value. */
import { fail, type Problem, problem, RondoError } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import { taskStatusOf } from '../model/plan.ts';
import { isAtWork } from '../plan/approvers.ts';
import type { Request } from '../plan/request.ts';
import type { Seen } from '../plan/seen.ts';
import type { Outside, PlanHistory, PlanLook, Run } from '../ports.ts';
import type { KnownText } from '../state-file/known-text.ts';
import { parsePlan } from '../state-file/parse-plan.ts';
import type { PlanFile } from './find-plans.ts';
import { findStrays, traceRuns } from './find-strays.ts';
import { type ReadText, readKnown } from './known-plan.ts';
import { loadSettings, settingsOf } from './load-settings.ts';
import { lookAtWork } from './look-at-work.ts';

export interface ReadResult {
  readonly target: PlanFile;
  readonly seen: Seen;
  readonly look: PlanLook;
  readonly history: PlanHistory;
  /** What an edit of the text starts from; undefined where there is no text yet. */
  readonly known: KnownText | undefined;
  /** The text that a plan which is to be made was given; undefined where it is printed. */
  readonly newText: string | undefined;
  /** Warnings about the text and the settings. */
  readonly problems: readonly Problem[];
}

/** Looks at the checkout; throws the problems of a plan that cannot be read, or of one that is not there. */
export async function read(outside: Outside, target: PlanFile, request: Request): Promise<ReadResult> {
  const { repo, local, workers, clock } = outside;
  const loaded = await loadSettings(outside);
  const look = repo.look(target.file);
  refuseOtherBranch(outside, target, look, request);
  const parsed = await planOf(outside, target, look, request);
  const settings = settingsOf(loaded.settings, parsed.plan.fields);
  const history = repo.history(target.name, target.file);
  const machine = local.machine();
  const own = workers.runs(target.name);
  const { traced, copied } = await traceRuns(outside, parsed.plan, own, machine);
  const runs = [...own, ...traced.map((run) => ({ ...run, plan: target.name }))];
  const isTraced = (run: Pick<Run, 'plan' | 'task' | 'attempt'>) =>
    traced.some((t) => t.plan === run.plan && t.task === run.task && t.attempt === run.attempt);
  const others = workers
    .alive()
    .filter((run) => run.plan !== target.name && !run.task.startsWith('+') && !isTraced(run));
  const ref = look.head.kind === 'branch' ? look.head.ref : '';
  const approved = outside.trustAll ? null : local.approvedCommands();
  const identity = repo.identity();
  const seen: Seen = {
    now: clock.now(),
    machine,
    person: identity.name,
    email: identity.email,
    plan: parsed.plan,
    committed: look.edited ? await committedPlan(outside, target, look) : parsed.plan,
    lastRounds: runs.some(isAtWork) ? await plansOfLastRounds(outside, target) : [],
    edited: look.edited,
    ref,
    head: look.head.commit,
    settings,
    attempts: highestAttempts(history, runs),
    runs,
    traced,
    work: lookAtWork(outside, parsed.plan, { machine, ref, settings, runs }),
    copied,
    strays: await findStrays(outside, others, target.name),
    aliveElsewhere: others.length,
    writersElsewhere: parsed.plan.tasks.some((task) => task.fields.writes !== undefined)
      ? others.map((run) => ({ ...run, writes: workers.writes(run.plan, run.task, run.attempt) }))
      : [],
    subPlans: await subPlansOf(outside, parsed.plan),
    unchangedFor: watchOthers(outside, parsed.plan),
    logTails: tailsOf(outside, [...own, ...traced]),
    isApproved: (command) => approved === null || approved.has(command),
    missingOutputs: missingOutputs(outside, parsed.plan, request),
  };
  return {
    target,
    seen,
    look,
    history,
    known: parsed.known,
    newText: request.kind === 'new' ? request.text : undefined,
    problems: [...loaded.problems, ...parsed.problems],
  };
}

/**
 * A run goes on where another branch is checked out meanwhile only if the plan there is as the run left it. Elsewhere it
 * would stop its workers, whose attempts that branch does not know, and begin their work anew.
 */
function refuseOtherBranch(
  { repo }: Outside,
  { file }: PlanFile,
  { head }: PlanLook,
  request: Request,
): void {
  if (request.kind !== 'tick' || request.after === undefined) return;
  const { ref, commit } = request.after;
  if (head.kind !== 'branch' || head.ref === ref) return;
  const textAt = (at: string | null) => (at === null ? null : repo.readAt(at, file));
  const there = textAt(head.commit);
  if (there !== null && there === textAt(commit)) return;
  const [now, before] = [head.ref, ref].map((name) => name.replace('refs/heads/', ''));
  fail('another-branch', `${now} is checked out, and this run was on ${before}`, {
    file,
    hint: `Go back (git switch ${before}); or end this run with Ctrl-C, and begin one here.`,
  });
}

async function planOf(
  outside: Outside,
  target: PlanFile,
  look: PlanLook,
  request: Request,
): Promise<ReadText & { readonly plan: Plan }> {
  if (request.kind === 'new') {
    if (look.text !== null)
      throw new RondoError(
        problem('already-exists', `${target.file} is there already`, { file: target.file }),
      );
    return { plan: request.plan, problems: [], known: undefined };
  }
  if (look.text === null)
    throw new RondoError(
      problem('unknown-plan', `${target.file} is not there`, {
        file: target.file,
        ...(request.kind === 'tick' && request.after !== undefined
          ? { hint: `Bring it back: git restore ${target.file}; or take it out of git, and this run ends.` }
          : {}),
      }),
    );
  const parsed = await readKnown(outside, target, look.text, true);
  const { plan, problems, known } = parsed;
  if (plan !== undefined) return { plan, problems, known };
  throw await brokenPlan(outside, target, problems);
}

/** The problems of a broken plan, the first with the commit at which it was last good. */
export async function brokenPlan(
  outside: Outside,
  target: PlanFile,
  problems: readonly Problem[],
): Promise<RondoError> {
  const { codec } = await import('../state-file/codec.ts');
  const good = await outside.repo.lastGood(
    target.file,
    (text) => parsePlan(text, target.file, { codec }).plan !== undefined,
  );
  const errors = problems.filter((p) => p.severity === 'error');
  return new RondoError(
    errors.map((p, i) =>
      i > 0 || good === null
        ? p
        : {
            ...p,
            hint: `${p.hint} It was last good at ${good.slice(0, 12)}: git show ${good.slice(0, 12)}:${target.file}`,
          },
    ),
  );
}

async function committedPlan(outside: Outside, target: PlanFile, look: PlanLook): Promise<Plan | null> {
  const text = look.headText();
  return text === null ? null : ((await readKnown(outside, target, text, false)).plan ?? null);
}

/** A worker may commit what it wrote into the plan: then HEAD does not say how the plan stood before. */
async function plansOfLastRounds(outside: Outside, target: PlanFile): Promise<readonly Plan[]> {
  const plans: Plan[] = [];
  for (const commit of outside.repo.lastRounds(target.name, target.file)) {
    const text = outside.repo.readAt(commit, target.file);
    const plan = text === null ? undefined : (await readKnown(outside, target, text, false)).plan;
    if (plan !== undefined) plans.push(plan);
  }
  return plans;
}

function highestAttempts(history: PlanHistory, runs: readonly Run[]): Readonly<Record<string, number>> {
  const out: Record<string, number> = Object.assign(Object.create(null), history.attempts);
  for (const run of runs) out[run.task] = Math.max(out[run.task] ?? 0, run.attempt);
  return out;
}

function watchOthers({ local, clock }: Outside, plan: Plan): Readonly<Record<string, number>> {
  const machine = local.machine();
  const out: Record<string, number> = Object.create(null);
  for (const task of plan.tasks) {
    const attempt = task.fields.attempt;
    if (taskStatusOf(task) !== 'in_progress' || attempt?.machine === undefined || attempt.machine === machine)
      continue;
    out[task.id] =
      clock.monotonic() - local.observedSince(`${plan.name}/${task.id}`, JSON.stringify(attempt));
  }
  return out;
}

/** Enough of a log's end for the last line of a failure. */
const TAIL_BYTES = 2000;

function tailsOf({ workers }: Outside, runs: readonly Run[]): Readonly<Record<string, string>> {
  const out: Record<string, string> = Object.create(null);
  for (const run of runs)
    if (!run.settled && (run.state.kind === 'ended' || run.state.kind === 'lost'))
      out[`${run.task}/${run.attempt}`] = workers.logTail(run.plan, run.task, run.attempt, TAIL_BYTES);
  return out;
}

/** A plan that has none pays nothing for them. */
export async function subPlansOf(outside: Outside, plan: Plan): Promise<Seen['subPlans']> {
  if (!plan.tasks.some((task) => task.fields.plan !== undefined)) return {};
  const { readSubPlans } = await import('./read-sub-plans.ts');
  return await readSubPlans(outside, plan);
}

function missingOutputs({ repo }: Outside, plan: Plan, request: Request): ReadonlySet<string> {
  const asked = request.kind === 'done' ? request.task : undefined;
  return new Set(
    plan.tasks.flatMap(({ id, fields: { output, plan: inside } }) =>
      output !== undefined && (inside !== undefined || id === asked) && !repo.fileExists(output) ? [id] : [],
    ),
  );
}
