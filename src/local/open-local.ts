/** What one checkout keeps for itself, in its own git directory and in the user's state directory. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock, Local, Memo } from '../ports.ts';
import { type ApprovalFile, approvalFolder, changeApprovals, readApprovals } from './approvals.ts';
import { systemClock } from './clock.ts';
import { acquireLock, isDead, readLock } from './lock-file.ts';
import { loadMachine, type Machine } from './machine.ts';
import { MEMO_FORMAT, readMemo, writeMemo } from './memo-cache.ts';
import { Observations } from './observations.ts';
import { readParsed, writeParsed } from './parsed-cache.ts';

export interface LocalOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly hostname?: string;
  readonly clock?: Clock;
  /** Memos of another version are dropped. */
  readonly memoVersion?: string;
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

/** What was parsed of a plan since the last flush. */
interface Kept {
  readonly memo?: Memo;
  readonly text?: string;
  readonly parsed?: unknown;
}

/** Opens what the checkout with this git directory keeps for itself. Nothing is read or written before it is asked for. */
export function openLocal(gitDir: string, options: LocalOptions = {}): Local {
  const home = join(gitDir, 'rondo');
  const clock = options.clock ?? systemClock();
  const version = options.memoVersion ?? MEMO_FORMAT;
  const lockFile = join(home, 'lock', 'round');
  const observations = new Observations(join(home, 'observed.json'), clock);

  let known: Machine | undefined;
  const machine = (): Machine => {
    known ??= loadMachine(gitDir, join(home, 'machine.json'), options.hostname ?? hostname());
    return known;
  };
  const approvals = (): ApprovalFile => ({
    path: join(approvalFolder(options.env ?? process.env), `${machine().id}.json`),
    machine: machine().id,
    root: gitDir,
  });

  // Written when the process ends: of the many rounds of one `run`, only the last matters to the next process.
  const kept = new Map<string, Kept>();
  const flush = () => {
    for (const [plan, { memo, text, parsed }] of kept) {
      if (memo !== undefined) writeMemo(memoFile(home, plan), version, memo);
      if (text !== undefined) writeParsed(planFile(home, plan), version, text, parsed);
    }
    kept.clear();
    unflushed.delete(flush);
  };
  const keep = (plan: string, what: Kept) => {
    if (!isFileName(plan)) return;
    kept.set(plan, what);
    atExit(flush);
  };

  return {
    machine: () => machine().label,
    lock: (waitMs) => acquireLock(lockFile, waitMs, options.command ?? commandOf(process.argv)),
    lockHolder: () => describeHolder(lockFile),
    loadMemo: (plan) =>
      kept.get(plan)?.memo ?? (isFileName(plan) ? readMemo(memoFile(home, plan), version) : new Map()),
    saveMemo: (plan, memo) => keep(plan, { ...kept.get(plan), memo }),
    loadPlan: (plan, text) => {
      const known = kept.get(plan);
      if (known?.text === text) return known.parsed;
      return isFileName(plan) ? readParsed(planFile(home, plan), version, text) : undefined;
    },
    savePlan: (plan, text, parsed) => keep(plan, { ...kept.get(plan), text, parsed }),
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

function memoFile(home: string, plan: string): string {
  return join(home, 'cache', `memo-${plan}.json`);
}

function planFile(home: string, plan: string): string {
  return join(home, 'cache', `plan-${plan}.parsed`);
}

/** The command line as it was typed, on one line and not long. */
function commandOf(argv: readonly string[]): string {
  const typed = ['rondo', ...argv.slice(2)].join(' ').replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
  return typed.length <= 120 ? typed : `${typed.slice(0, 119)}…`;
}
