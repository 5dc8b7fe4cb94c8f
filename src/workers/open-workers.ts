/** Workers as local processes. Each runs under a small wrapper that outlives the coordinator; files say the rest. */
import { spawn } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, realpathSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail } from '../errors.ts';
import { fateOf, identify } from '../local/process-identity.ts';
import { cannotWrite, writeAtomic } from '../local/write-atomic.ts';
import { timeMs } from '../model/time.ts';
import type {
  Announced,
  Descent,
  GateRun,
  Lingering,
  Run,
  RunState,
  Teller,
  Workers,
  WorkOrder,
} from '../ports.ts';
import { openTeller } from './agents/open-teller.ts';
import { findDescent } from './find-descent.ts';
import { findGates } from './find-gates.ts';
import { findLingering } from './find-lingering.ts';
import { listRun, phaseOf, type RunPhase, stateOf } from './inspect-run.ts';
import {
  enterRun,
  forgetRuns,
  listOpenRuns,
  listOverRuns,
  listPlans,
  listRuns,
  type RunPlace,
  retireRun,
} from './list-runs.ts';
import { readLogTail } from './log-tail.ts';
import type { DecodeReport } from './read-result.ts';
import {
  FILES,
  planFolder,
  readAnnounced,
  readClaim,
  readOrder,
  readProcess,
  runFolder,
} from './run-files.ts';
import { claimStep, endStep, stateOfStep } from './step-run.ts';
import { aliasRun, findLive, findRenamed, restoreRun } from './trace-run.ts';
import { scrubEnvironment } from './worker-environment.ts';

export interface WorkersOptions {
  /** The work tree, in which commands run. */
  readonly root: string;
  /** The git directory of this checkout. */
  readonly gitDir: string;
  /** Path of the built wrapper script. */
  readonly wrapper: string;
  /** Reads a worker's result file; called only where there is one. */
  readonly decodeReport: DecodeReport;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Opens the workers of a checkout. Nothing is read or started before it is asked for. */
export function openWorkers(options: WorkersOptions): Workers {
  return new LocalWorkers(options);
}

class LocalWorkers implements Workers {
  readonly #options: WorkersOptions;

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  runs(plan: string): readonly Run[] {
    const { gitDir } = this.#options;
    const open = listOpenRuns(gitDir, plan);
    const over = listOverRuns(gitDir, plan, open);
    return [
      ...open.flatMap((place) => this.#inspect(place) ?? []),
      ...over.map((place) => this.#recall(place)),
    ];
  }

  alive(): ReturnType<Workers['alive']> {
    const { gitDir } = this.#options;
    const live = listPlans(gitDir)
      .flatMap((name) => listOpenRuns(gitDir, name))
      .flatMap(({ plan, task, attempt, directory }) => {
        const phase = this.#phase(directory);
        if (phase?.kind === 'alive') return [{ plan, task, attempt, pid: phase.pid }];
        return phase?.kind === 'orphaned' ? [{ plan, task, attempt, pid: phase.pid }] : [];
      });
    // A run may stand under two names of its plan; it is one worker.
    return [...new Map(live.map((run) => [run.pid, run])).values()];
  }

  lingering(): readonly Lingering[] {
    return findLingering(this.#options.gitDir);
  }

  gates(plan: string): readonly GateRun[] {
    return findGates(this.#options.gitDir, plan);
  }

  announced(plan: string, task: string, attempt: number): Announced | null {
    return readAnnounced(this.directory(plan, task, attempt));
  }

  writes(plan: string, task: string, attempt: number): readonly string[] {
    const order = readOrder(this.directory(plan, task, attempt));
    return order?.isolation === undefined ? (order?.writes ?? []) : [];
  }

  trace(plan: string, task: string, attempt: number, at: string): Run | undefined {
    const { gitDir, wrapper } = this.#options;
    const place = { plan, task, attempt, directory: this.directory(plan, task, attempt) };
    // Its plan has gone by another name meanwhile, under which it was listed since.
    if (listRun(place.directory) !== undefined) return this.#inspect(place);
    const renamed = findRenamed(gitDir, place, at);
    if (renamed !== undefined) return this.#inspect(renamed);
    const live = findLive(place.directory, wrapper);
    if (live === undefined) return undefined;
    const pid = live.wrapper?.pid ?? live.leader?.pid ?? 0;
    return {
      plan,
      task,
      attempt,
      settled: false,
      state: { kind: 'alive', pid, startedAt: timeMs(at) ?? Date.now() },
    };
  }

  adopt(plan: string, { plan: from, task, attempt, state }: Run): void {
    const { gitDir, wrapper } = this.#options;
    const place = { plan, task, attempt, directory: this.directory(plan, task, attempt) };
    const home = { ...place, plan: from, directory: this.directory(from, task, attempt) };
    if (listRun(home.directory) !== undefined) return aliasRun(gitDir, place, home);
    const live = findLive(place.directory, wrapper);
    if (live === undefined) return;
    restoreRun(gitDir, place, live, state.kind === 'alive' ? state.startedAt : Date.now());
  }

  start(order: WorkOrder, root = this.#options.root): void {
    const directory = this.directory(order.plan, order.task, order.attempt);
    const phase = this.#phase(directory);
    const { plan, task, attempt } = order;
    enterRun(this.#options.gitDir, { plan, task, attempt, directory });
    if (phase !== undefined && phase.kind !== 'announced') return;
    this.#writeOrder(directory, order, root);
    this.#spawnWrapper(directory, [directory], FILES.spawned);
  }

  enter(order: WorkOrder): void {
    const { plan, task, attempt } = order;
    const directory = this.directory(plan, task, attempt);
    enterRun(this.#options.gitDir, { plan, task, attempt, directory });
    this.#writeOrder(directory, order, this.#options.root);
    claimStep(directory, order.graceMs);
  }

  leave(plan: string, task: string, attempt: number, end: Parameters<Workers['leave']>[3]): void {
    endStep(this.directory(plan, task, attempt), end);
  }

  stop(plan: string, task: string, attempt: number): void {
    const directory = this.directory(plan, task, attempt);
    if (!existsSync(directory) || existsSync(join(directory, FILES.step))) return;
    // The mark first, then the look at the claim; the wrapper does it the other way round, so none is missed.
    this.#mark(directory, FILES.stop);
    const phase = this.#phase(directory);
    const wrapper = readClaim(directory)?.wrapper;
    if (phase?.kind === 'alive' && wrapper !== undefined && fateOf(wrapper) === 'alive')
      terminate(wrapper.pid);
    else if (phase?.kind === 'orphaned') this.#reap(directory);
  }

  settle(plan: string, task: string, attempt: number): void {
    const directory = this.directory(plan, task, attempt);
    if (existsSync(directory)) this.#mark(directory, FILES.settled);
  }

  logTail(plan: string, task: string, attempt: number, bytes: number): string {
    return readLogTail(this.directory(plan, task, attempt), bytes);
  }

  teller(plan: string, task: string, attempt: number): Teller | null {
    const agent = readOrder(this.directory(plan, task, attempt))?.agent;
    return agent === undefined ? null : openTeller(agent.name);
  }

  directory(plan: string, task: string, attempt: number): string {
    return runFolder(this.#options.gitDir, plan, task, attempt);
  }

  clean(plan: string, keep: (task: string, attempt: number) => boolean): number {
    const folder = planFolder(this.#options.gitDir, plan);
    const trash = join(folder, '.removed');
    const gone = listRuns(this.#options.gitDir, plan).filter(
      (place) => this.#isOver(place) && !keep(place.task, place.attempt),
    );
    try {
      for (const place of gone) this.#remove(place, trash);
      rmSync(trash, { force: true, recursive: true });
      forgetRuns(this.#options.gitDir, plan, gone);
    } catch (error) {
      throw cannotWrite(folder, error);
    }
    return gone.length;
  }

  descent(): Descent {
    return findDescent(this.#options.gitDir);
  }

  #inspect(place: RunPlace): Run | undefined {
    const names = listRun(place.directory);
    if (names === undefined) return undefined;
    const phase = phaseOf(place.directory, names);
    if (phase.kind === 'orphaned') this.#reap(place.directory);
    const { plan, task, attempt, directory } = place;
    const settled = names.has(FILES.settled) || phase.kind === 'foreign';
    const found = stateOf(directory, phase, this.#options.decodeReport);
    const state = names.has(FILES.step) ? stateOfStep(directory, found) : found;
    if (settled && (state.kind === 'ended' || state.kind === 'lost')) retireRun(this.#options.gitDir, place);
    const run = { plan, task, attempt, settled, state };
    if (!task.startsWith('+') || settled) return run;
    const order = readOrder(directory);
    return { ...run, command: order?.command, commit: order?.commit };
  }

  /** A run that is settled and over; its files are read when somebody wants to know how it ended. */
  #recall({ plan, task, attempt, directory }: RunPlace): Run {
    const { decodeReport } = this.#options;
    let state: RunState | undefined;
    return {
      plan,
      task,
      attempt,
      settled: true,
      get state() {
        state ??= stateOf(directory, { kind: 'ended' }, decodeReport);
        return state;
      },
    };
  }

  #phase(directory: string): RunPhase | undefined {
    const names = listRun(directory);
    return names === undefined ? undefined : phaseOf(directory, names);
  }

  #isOver({ directory }: RunPlace): boolean {
    const names = listRun(directory);
    if (names === undefined) return false;
    const phase = phaseOf(directory, names);
    if (phase.kind === 'foreign') return true;
    return names.has(FILES.settled) && (phase.kind === 'ended' || phase.kind === 'lost');
  }

  /** Out of the way in one step, so that a removal that is interrupted leaves no half of a run. */
  #remove({ directory, task, attempt }: RunPlace, trash: string): void {
    const home = homeOf(directory);
    mkdirSync(trash, { recursive: true });
    const target = join(trash, `${task}.${attempt}.${process.pid}.${Date.now()}`);
    renameSync(directory, target);
    rmSync(target, { force: true, recursive: true });
    removeIfEmpty(dirname(directory));
    if (home === undefined) return;
    rmSync(home, { force: true, recursive: true });
    removeIfEmpty(dirname(home));
  }

  #writeOrder(directory: string, order: WorkOrder, root: string): void {
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw cannotWrite(directory, error);
    }
    writeAtomic(join(directory, FILES.brief), order.brief, { mode: 0o600 });
    const content = JSON.stringify({ ...order, root });
    writeAtomic(join(directory, FILES.order), content, { mode: 0o600, fsyncDir: true });
  }

  #mark(directory: string, file: string): void {
    writeAtomic(join(directory, file), '', { fsync: false });
  }

  /** Has a helper end what a killed wrapper left; one at a time is enough. */
  #reap(directory: string): void {
    const helper = readProcess(directory, FILES.reaper);
    if (helper === undefined || fateOf(helper) === 'gone')
      this.#spawnWrapper(directory, ['--reap', directory], FILES.reaper);
  }

  #spawnWrapper(directory: string, args: readonly string[], record: string): void {
    const { wrapper, env = process.env, gitDir } = this.#options;
    const child = spawn(process.execPath, [wrapper, ...args], {
      cwd: gitDir,
      detached: true,
      stdio: 'ignore',
      env: scrubEnvironment(env),
    });
    child.on('error', () => undefined); // told below, at once
    child.unref();
    const pid = child.pid ?? fail('cannot-start', `no process could be started for ${directory}`);
    const identity = identify(pid);
    if (identity !== null) writeAtomic(join(directory, record), JSON.stringify(identity), { fsync: false });
  }
}

/** Where the files of a run are that stands under a second name; undefined where it has but one. */
function homeOf(directory: string): string | undefined {
  return lstatSync(directory, { throwIfNoEntry: false })?.isSymbolicLink() === true
    ? realpathSync(directory)
    : undefined;
}

function terminate(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It ended by itself just now.
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Other attempts are in it.
  }
}
