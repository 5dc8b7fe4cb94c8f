/**
 * Finds an attempt that has no run directory where it should be: its plan had another name when it was announced, or
 * somebody removed the directory under it. What lives is found by the folder that its processes were told.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bootIdentity, identify, type ProcessIdentity, readProcStat } from '../local/process-identity.ts';
import { cannotWrite, publishOnce, writeAtomic } from '../local/write-atomic.ts';
import { enterRun, leaveRun, listPlans, type RunPlace } from './list-runs.ts';
import { type Claim, FILES, readAnnounced, runFolder } from './run-files.ts';

/** The run that was announced at that time as the same attempt of a task of that name, under another plan's name. */
export function findRenamed(
  gitDir: string,
  { plan, task, attempt }: RunPlace,
  at: string,
): RunPlace | undefined {
  return listPlans(gitDir)
    .filter((name) => name !== plan)
    .map((name) => ({ plan: name, task, attempt, directory: runFolder(gitDir, name, task, attempt) }))
    .find(({ directory }) => at !== '' && readAnnounced(directory)?.at === at);
}

/**
 * Keeps a run under a second name. The directory stays where it is, because its worker was told that place; it is no
 * longer listed under any other plan.
 */
export function aliasRun(gitDir: string, to: RunPlace, from: RunPlace): void {
  const home = realpathSync(from.directory);
  enterRun(gitDir, to);
  try {
    mkdirSync(dirname(to.directory), { recursive: true, mode: 0o700 });
    if (!existsSync(to.directory)) {
      rmSync(to.directory, { force: true }); // a link that leads nowhere
      symlinkSync(home, to.directory);
    }
  } catch (error) {
    throw cannotWrite(to.directory, error);
  }
  for (const plan of listPlans(gitDir)) {
    const other = { ...to, plan, directory: runFolder(gitDir, plan, to.task, to.attempt) };
    if (plan !== to.plan && isSameFolder(other.directory, home)) leaveRun(gitDir, other);
  }
}

function isSameFolder(path: string, real: string): boolean {
  try {
    return realpathSync(path) === real;
  } catch {
    return false; // there is none
  }
}

// ---------------------------------------------------------------- by its processes

export interface LiveRun {
  /** Null where it was killed, and what it started still runs. */
  readonly wrapper: ProcessIdentity | null;
  /** The first process of the command's group. */
  readonly leader: ProcessIdentity | null;
  /** What the attempt's processes carry in their environment; null where it could not be read. */
  readonly token: string | null;
}

/** The processes that were told this run directory; undefined where none of them lives. `program` is the wrapper's script. */
export function findLive(directory: string, program: string): LiveRun | undefined {
  const found = [
    ...(process.platform === 'linux'
      ? processesInProc(directory, program)
      : processesByPs(directory, program)),
  ];
  const wrapper = found.find((each) => each.isWrapper)?.identity ?? null;
  const worker = found.find((each) => !each.isWrapper && each.leads) ?? found.find((each) => !each.isWrapper);
  if (wrapper === null && worker === undefined) return undefined;
  return { wrapper, leader: worker?.identity ?? null, token: worker?.token ?? null };
}

interface Told {
  readonly identity: ProcessIdentity;
  readonly isWrapper: boolean;
  readonly leads: boolean;
  readonly token: string | null;
}

function* processesInProc(directory: string, program: string): Iterable<Told> {
  const result = `RONDO_RESULT=${join(directory, FILES.result)}`;
  for (const name of readdirSync('/proc')) {
    const pid = /^\d+$/.test(name) ? Number(name) : 0;
    if (pid === 0 || pid === process.pid) continue;
    const isWrapper = isWrapperOf(stringsOf(pid, 'cmdline'), directory, program);
    const env = isWrapper ? [] : stringsOf(pid, 'environ');
    if (!isWrapper && !env.includes(result)) continue;
    const identity = identify(pid);
    if (identity === null) continue;
    const token = env.find((entry) => entry.startsWith('RONDO_RUN='))?.slice('RONDO_RUN='.length) ?? null;
    yield { identity, isWrapper, leads: readProcStat(pid)?.group === pid, token };
  }
}

/** Elsewhere no environment can be seen: the wrapper alone is found. */
function* processesByPs(directory: string, program: string): Iterable<Told> {
  const asked = spawnSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8', timeout: 5000 });
  for (const line of (asked.stdout ?? '').split('\n')) {
    const pid = Number(/^\s*(\d+) /.exec(line)?.[1]);
    if (!line.trimEnd().endsWith(`${basename(program)} ${directory}`)) continue;
    const identity = identify(pid);
    if (identity !== null) yield { identity, isWrapper: true, leads: false, token: null };
  }
}

function isWrapperOf(argv: readonly string[], directory: string, program: string): boolean {
  return argv.length === 3 && argv[2] === directory && basename(argv[1] ?? '') === basename(program);
}

function stringsOf(pid: number, file: 'cmdline' | 'environ'): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return []; // gone, or another user's
  }
}

/** Its own grace went with the order. */
const GRACE_MS = 10_000;

/**
 * Makes a run directory again around an attempt that lives, so that it is watched and stopped like any other. How it
 * ends its wrapper can no longer say, so it will count as lost.
 */
export function restoreRun(gitDir: string, place: RunPlace, live: LiveRun, startedAt: number): void {
  const { directory } = place;
  enterRun(gitDir, place);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw cannotWrite(directory, error);
  }
  const { leader } = live;
  if (leader !== null) writeAtomic(join(directory, FILES.child), JSON.stringify(leader), { mode: 0o600 });
  const claim: Claim = {
    wrapper: live.wrapper ?? { pid: leader?.pid ?? process.pid, start: 'gone', boot: bootIdentity() },
    token: live.token ?? randomBytes(16).toString('hex'),
    directory: String(statSync(directory, { bigint: true }).ino),
    startedAt,
    graceMs: GRACE_MS,
  };
  publishOnce(join(directory, FILES.claim), JSON.stringify(claim), { fsyncDir: true, mode: 0o600 });
}
