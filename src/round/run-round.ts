/** One round: READ, RECOVER, DECIDE, PERSIST, effects, REPORT. Ticks and requests take this one path. */
import { fail, type Problem, problem, RondoError } from '../errors.ts';
import { decide } from '../plan/decide.ts';
import { Draft } from '../plan/draft.ts';
import { type Effect, isPrior } from '../plan/effect.ts';
import { nameTasks } from '../plan/name-tasks.ts';
import { needsOf } from '../plan/needs.ts';
import { recover } from '../plan/recover.ts';
import { mayDispatch, type Request } from '../plan/request.ts';
import type { Outside } from '../ports.ts';
import { runEffects } from './effects.ts';
import { endWorkflow } from './end-workflow.ts';
import type { PlanFile } from './find-plans.ts';
import { persist } from './persist.ts';
import { type ReadResult, read } from './read.ts';
import { changeAsDocument, joinReports, problemAsDocument, type Reported, report } from './report.ts';

export interface RoundOptions {
  /** Say what the round would do; write nothing, start nothing. */
  readonly dryRun?: boolean;
  /** How long to wait for another round of this checkout to end, in milliseconds. */
  readonly lockWaitMs?: number;
}

/** How often a round starts again from READ because the file or the branch moved under it. */
const MOST_TRIES = 20;

/**
 * Makes one round, and those that what it saved leads to at once: a review's result and the rework it causes are two
 * commits. Throws `RondoError` where the plan, a rule, the repository or another process is in the way; then nothing was
 * written.
 */
export async function runRound(
  outside: Outside,
  target: PlanFile,
  request: Request,
  options: RoundOptions = {},
): Promise<Reported> {
  if (options.dryRun === true) return dryRound(outside, target, request);
  const lock = outside.local.lock(options.lockWaitMs ?? 10_000);
  try {
    const notes = [...staleLockNote(lock.removedStale), ...outside.repo.settle()];
    const { reported, leadsOn } = await oneRound(outside, target, request, notes);
    return leadsOn ? await followUp(outside, target, request, reported) : reported;
  } finally {
    lock.release();
  }
}

/** What is saved is saved: where the next step cannot be made now, that is reported, and the next round makes it. */
async function followUp(
  outside: Outside,
  target: PlanFile,
  request: Request,
  saved: Reported,
): Promise<Reported> {
  const next: Request = mayDispatch(request)
    ? { kind: 'tick', takeOver: false, recheck: false }
    : { kind: 'watchdog' };
  let all = saved;
  try {
    for (let leadsOn = true; leadsOn; ) {
      const made = await oneRound(outside, target, next, []);
      all = joinReports(all, made.reported);
      leadsOn = made.leadsOn;
    }
    return all;
  } catch (error) {
    if (!(error instanceof RondoError)) throw error;
    const problems = error.problems.map(problemAsDocument);
    return { ...all, document: { ...all.document, problems: [...all.document.problems, ...problems] } };
  }
}

interface OneRound {
  readonly reported: Reported;
  readonly leadsOn: boolean;
}

async function oneRound(
  outside: Outside,
  target: PlanFile,
  request: Request,
  notes: readonly Problem[],
): Promise<OneRound> {
  const said = [...notes];
  const landed: Effect[] = [];
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    // Before anything else: on another branch, or at an old commit, the plan there says nothing of the workers here.
    const obstacle = outside.repo.commitObstacle(target.file);
    if (obstacle !== undefined) throw new RondoError(obstacle);
    const seen = await read(outside, target, request);
    refuseUncommitted(seen, request);
    const { draft, started, leadsOn } = move(seen, request);
    const prior = takePrior(draft, landed);
    if (prior.length > 0) {
      said.push(...runEffects(outside, target.name, prior));
      landed.push(...prior);
      continue;
    }
    const persisted = await persist(outside, seen, draft);
    if (persisted.kind === 'moved') continue;
    const failed = [
      ...runEffects(outside, target.name, draft.effects),
      ...endWorkflow(outside, seen.seen, draft.plan),
    ];
    draft.effects.unshift(...landed);
    const reported = await report(outside, seen, draft, started, persisted, [...said, ...failed]);
    return { reported, leadsOn: leadsOn && persisted.kind === 'saved' };
  }
  fail('moved', `the plan or the branch moved ${MOST_TRIES} times while a round was made`, {
    file: target.file,
  });
}

/** Takes what is to be done before anything is decided out of the draft; returns what of it this round has not done yet. */
function takePrior(draft: Draft, done: readonly Effect[]): readonly Effect[] {
  const prior = draft.effects.filter(isPrior);
  draft.dropEffects(isPrior);
  return prior.filter(({ kind, id }) => !done.some((each) => each.kind === kind && each.id === id));
}

function move(seen: ReadResult, request: Request) {
  const draft = new Draft(seen.seen.plan);
  recover(draft, seen.seen, { takeOver: request.kind === 'tick' && request.takeOver });
  const decision = decide(draft, seen.seen, request);
  if (decision.kind === 'refused') throw new RondoError(decision.problem);
  return { draft, started: decision.started, leadsOn: decision.leadsOn };
}

async function dryRound(outside: Outside, target: PlanFile, request: Request): Promise<Reported> {
  const seen = await read(outside, target, request);
  const { draft, started } = move(seen, request);
  const { document } = await report(outside, seen, draft, started, { kind: 'unchanged' }, []);
  const changes = draft.changes.map(changeAsDocument);
  const { status, next_action, next_checkpoint } = draft.plan.fields;
  return {
    document: {
      ...document,
      changes,
      status: status ?? 'running',
      next_action: next_action ?? null,
      next_checkpoint: next_checkpoint ?? null,
      needs: nameTasks(
        needsOf(draft.plan, seen.seen.settings, started, () => seen.seen.machine),
        target,
      ),
    },
    plan: draft.plan,
    ref: seen.seen.ref,
  };
}

function refuseUncommitted(read: ReadResult, request: Request): void {
  if (!read.look.edited || read.seen.settings.adopt !== 'on-commit' || request.kind === 'new') return;
  fail('edit-not-committed', `${read.target.file} has edits that are not committed`, {
    file: read.target.file,
  });
}

function staleLockNote(removed: boolean) {
  return removed
    ? [
        problem('lock-removed', 'a lock of a Rondo process that no longer lives was removed', {
          severity: 'info',
        }),
      ]
    : [];
}
