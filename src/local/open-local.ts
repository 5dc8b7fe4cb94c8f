/** What one checkout keeps for itself, in its own git directory and in the user's state directory. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock, KeptText, Local } from '../ports.ts';
import { type ApprovalFile, approvalFolder, changeApprovals, readApprovals } from './approvals.ts';
import { systemClock } from './clock.ts';
import { acquireLock, isDead, readLock } from './lock-file.ts';
import { loadMachine, type Machine } from './machine.ts';
import { Observations } from './observations.ts';
import { CACHE_FORMAT, readParsed, writeParsed } from './parsed-cache.ts';

export interface LocalOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly hostname?: string;
  readonly clock?: Clock;
  /** What another version of the cache kept is dropped. */
  readonly cacheVersion?: string;
  /** What this process was asked to do, shown to those who wait for its lock. */
  readonly command?: string;
}

const unflushed = new Set<() => void>();

function atExit(flush: () => void): void {
  if (!process.listeners('exit').includes(flushAll)) process.once('exit', flushAll);
  unflushed.add(flush);
}

function flushAll(): void {
  for (const flush of [...unflushed]) flush();
}

/** Opens what the checkout with this git directory keeps for itself. Nothing is read or written before it is asked for. */
export function openLocal(gitDir: string, options: LocalOptions = {}): Local {
  const home = join(gitDir, 'rondo');
  const clock = options.clock ?? systemClock();
  const version = options.cacheVersion ?? CACHE_FORMAT;
  const lockFile = join(home, 'lock', 'round');
  const observations = new Observations(join(home, 'observed.json'), clock);

  let known: Machine | undefined;
  const machine = (): Machine => {
    known ??= loadMachine(gitDir, join(home, 'machine.json'), () => options.hostname ?? hostname());
    return known;
  };
  const approvals = (): ApprovalFile => ({
    path: join(approvalFolder(options.env ?? process.env), `${machine().id}.json`),
    machine: machine().id,
    root: gitDir,
  });

  // Written when the process ends: of the many rounds of one `run`, only the last matters to the next process.
  const kept = new Map<string, KeptText>();
  const flush = () => {
    for (const [plan, { text, value }] of kept) writeParsed(planFile(home, plan), version, text, value());
    kept.clear();
    unflushed.delete(flush);
  };

  return {
    machine: () => machine().label,
    lock: (waitMs) => acquireLock(lockFile, waitMs, options.command ?? commandOf(process.argv)),
    lockHolder: () => describeHolder(lockFile),
    loadPlan: (plan) =>
      kept.get(plan) ?? (isFileName(plan) ? readParsed(planFile(home, plan), version) : undefined),
    savePlan: (plan, text, parsed) => {
      if (!isFileName(plan)) return;
      kept.set(plan, { text, value: () => parsed });
      atExit(flush);
    },
    flush,
    observedSince: (key, value) => observations.since(key, value),
    approvedCommands: () => new Set(readApprovals(approvals()).keys()),
    approve: (commands) =>
      changeApprovals(approvals(), (approved) => {
        const at = new Date(clock.now()).toISOString();
        for (const command of commands) if (!approved.has(command)) approved.set(command, at);
      }),
    revoke: (commands) =>
      changeApprovals(approvals(), (approved) => {
        for (const command of commands) approved.delete(command);
      }),
  };
}

function describeHolder(lockFile: string): ReturnType<Local['lockHolder']> {
  const record = readLock(lockFile);
  if (record === null) return null;
  const { owner, since, command } = record;
  return { pid: owner?.pid ?? 0, alive: !isDead(record), since, command };
}

/** Plan names are safe by their grammar; a name that is not one gets no cache. */
function isFileName(name: string): boolean {
  return /^[+A-Za-z0-9][+A-Za-z0-9._-]{0,80}$/.test(name);
}

function planFile(home: string, plan: string): string {
  return join(home, 'cache', `plan-${plan}.parsed`);
}

/** The command line as it was typed, on one line and not long. */
function commandOf(argv: readonly string[]): string {
  const words = ['rondo', ...argv.slice(2)].join(' ');
  // The pattern takes longer to make than a command that needs it is often typed.
  const typed = /^[ -~]*$/.test(words) ? words : words.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
  return typed.length <= 120 ? typed : `${typed.slice(0, 119)}…`;
}
