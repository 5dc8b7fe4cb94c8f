/** What a plan's round commits say, found once by git and from then on extended by what came after. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../local/write-atomic.ts';
import type { PlanHistory } from '../ports.ts';
import type { Ground } from './ground.ts';

interface Known {
  round: number;
  readonly attempts: Record<string, number>;
}

/** The last round and the highest attempts of a plan that a commit can reach; attempts also of what was reset away. */
export function readHistory(ground: Ground, plan: string, tip: string | null): PlanHistory {
  const marks = readMarks(ground, plan);
  const known = tip === null ? empty() : knownAt(ground, plan, tip);
  const higher = Object.entries(known.attempts).some(([task, n]) => n > (marks[task] ?? 0));
  const attempts = raise(raise(Object.create(null), marks), known.attempts);
  if (higher) tryTo(() => writeMarks(ground, plan, attempts));
  return { round: Math.max(known.round, owedRound(ground, plan, tip)), attempts };
}

function knownAt(ground: Ground, plan: string, tip: string): Known {
  const cached = readCache(ground, plan);
  if (cached?.tip === tip) return cached.known;
  const known = (cached && extend(ground, plan, cached, tip)) ?? search(ground, plan, [tip]);
  writeCache(ground, plan, tip, known);
  return known;
}

// ---------------------------------------------------------------- from the cached tip to this one

/** This many commits are followed in process before git is asked. */
const MOST_STEPS = 64;

/** Undefined where the cached tip is no ancestor: the branch was reset or another one is checked out. */
function extend(
  ground: Ground,
  plan: string,
  cached: { readonly tip: string; readonly known: Known },
  tip: string,
): Known | undefined {
  const messages = walkBack(ground, cached.tip, tip);
  if (messages !== undefined)
    return messages.reduce((known, message) => take(known, plan, message), copy(cached.known));
  if (ground.git.run(['merge-base', '--is-ancestor', cached.tip, tip]).code !== 0) return undefined;
  const more = search(ground, plan, [`${cached.tip}..${tip}`]);
  return {
    round: Math.max(more.round, cached.known.round),
    attempts: raise(copy(cached.known).attempts, more.attempts),
  };
}

/** Whether a commit is the other or one of its ancestors. */
export function isAncestor(ground: Ground, commit: string, of: string): boolean {
  if (commit === of || walkBack(ground, commit, of) !== undefined) return true;
  return ground.git.run(['merge-base', '--is-ancestor', commit, of]).code === 0;
}

/** The messages between two commits on one line of loose commits; undefined where it branches, is longer or packed. */
function walkBack(ground: Ground, from: string, to: string): readonly string[] | undefined {
  const messages: string[] = [];
  let at = to;
  for (let i = 0; i < MOST_STEPS && at !== from; i++) {
    const commit = ground.objects.peek(at);
    if (commit === undefined) return undefined;
    const text = commit.bytes.toString('utf8');
    const parents = [...text.slice(0, text.indexOf('\n\n')).matchAll(/^parent ([0-9a-f]+)$/gm)];
    const [parent] = parents;
    if (parents.length !== 1 || parent?.[1] === undefined) return undefined;
    messages.push(text.slice(text.indexOf('\n\n') + 2));
    at = parent[1];
  }
  return at === from ? messages : undefined;
}

// ---------------------------------------------------------------- by git

function search(ground: Ground, plan: string, range: readonly string[]): Known {
  const args = [
    'log',
    '--no-show-signature',
    '-z',
    '--format=%B',
    '--fixed-strings',
    `--grep=Rondo-Plan: ${plan}`,
    '--end-of-options',
    ...range,
    '--',
  ];
  return ground.git
    .ask(args, { timeoutMs: 120_000 })
    .split('\0')
    .reduce((known, message) => take(known, plan, message), empty());
}

/**
 * Adds what one message says of a plan. Lines count wherever they stand, since a squashed merge carries several
 * rounds in one body; each belongs to the last plan named above it.
 */
function take(known: Known, plan: string, message: string): Known {
  let current = '';
  for (const line of message.split('\n')) {
    const [, key, value = ''] = /^\s*Rondo-(Plan|Round|Attempt): (.*?)\s*$/.exec(line) ?? [];
    if (key === 'Plan') current = value;
    if (current !== plan) continue;
    if (key === 'Round' && /^\d{1,9}$/.test(value)) known.round = Math.max(known.round, Number(value));
    const [, task, number] = (key === 'Attempt' && /^(\S+) (\d{1,9})$/.exec(value)) || [];
    if (task !== undefined) known.attempts[task] = Math.max(known.attempts[task] ?? 0, Number(number));
  }
  return known;
}

/** The number of the last round of a plan that a commit can reach; 0 where there is none. */
export function roundAt(ground: Ground, plan: string, commit: string): number {
  const cached = readCache(ground, plan);
  return cached?.tip === commit ? cached.known.round : search(ground, plan, [commit]).round;
}

// ---------------------------------------------------------------- after a commit of our own

/** Notes a round this process has just committed, so that the next look asks nobody. */
export function noteRound(
  ground: Ground,
  plan: string,
  from: string | null,
  to: string,
  round: number,
  attempts: Readonly<Record<string, number>>,
): void {
  const cached = readCache(ground, plan);
  if (from !== null && cached?.tip !== from) return;
  const known = copy(from === null ? empty() : (cached?.known ?? empty()));
  writeCache(ground, plan, to, {
    round: Math.max(known.round, round),
    attempts: raise(known.attempts, attempts),
  });
}

/**
 * Raises the marks that no reset takes back. Called once the commit that announces the attempts stands, and before any of
 * them starts: a round that never came to be uses no number up, and no number that was started is given out again.
 */
export function raiseMarks(ground: Ground, plan: string, attempts: Readonly<Record<string, number>>): void {
  const before = readMarks(ground, plan);
  if (Object.entries(attempts).every(([task, n]) => n <= (before[task] ?? 0))) return;
  // The commit stands already; where this fails, history and the run directories have the same numbers.
  tryTo(() => writeMarks(ground, plan, raise(raise(Object.create(null), before), attempts)));
}

// ---------------------------------------------------------------- rounds whose trailers are owed

/** A round that the user's own commit took along: its number and the trailer lines the next commit repeats. */
export interface Owed {
  readonly round: number;
  readonly commit: string;
  readonly trailers: readonly string[];
}

export function readOwed(ground: Ground, plan: string): Owed | undefined {
  const found = readJson(owedFile(ground, plan));
  if (
    !isRecord(found) ||
    typeof found.round !== 'number' ||
    typeof found.commit !== 'string' ||
    !isStrings(found.trailers)
  )
    return undefined;
  return { round: found.round, commit: found.commit, trailers: found.trailers };
}

export function writeOwed(ground: Ground, plan: string, owed: Owed): void {
  writeAtomic(owedFile(ground, plan), JSON.stringify(owed));
}

export const owedFile = ({ gitDir }: Ground, plan: string) => join(gitDir, 'rondo', 'owed', `${plan}.json`);

function owedRound(ground: Ground, plan: string, tip: string | null): number {
  return tip === null ? 0 : (readOwed(ground, plan)?.round ?? 0);
}

// ---------------------------------------------------------------- files of ours

const marksFile = ({ gitDir }: Ground, plan: string) => join(gitDir, 'rondo', 'attempts', `${plan}.json`);
const cacheFile = ({ gitDir }: Ground, plan: string) =>
  join(gitDir, 'rondo', 'cache', `history-${plan}.json`);

function readMarks(ground: Ground, plan: string): Readonly<Record<string, number>> {
  return countsOf(readJson(marksFile(ground, plan)));
}

function writeMarks(ground: Ground, plan: string, marks: Readonly<Record<string, number>>): void {
  // Not flushed: history has the same numbers, and only a reset in the hour of a power cut would lose them.
  writeAtomic(marksFile(ground, plan), JSON.stringify(marks), { fsync: false });
}

function readCache(
  ground: Ground,
  plan: string,
): { readonly tip: string; readonly known: Known } | undefined {
  const found = readJson(cacheFile(ground, plan));
  if (!isRecord(found) || typeof found.tip !== 'string' || typeof found.round !== 'number') return undefined;
  return { tip: found.tip, known: { round: found.round, attempts: countsOf(found.attempts) } };
}

function writeCache(ground: Ground, plan: string, tip: string, known: Known): void {
  tryTo(() => writeAtomic(cacheFile(ground, plan), JSON.stringify({ tip, ...known }), { fsync: false }));
}

/** A checkout that cannot be written can still be looked at: git has all of this, only slower. */
function tryTo(write: () => void): void {
  try {
    write();
  } catch {
    // The next look asks git.
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function countsOf(value: unknown): Record<string, number> {
  const out: Record<string, number> = Object.create(null);
  if (!isRecord(value)) return out;
  for (const [task, n] of Object.entries(value))
    if (typeof n === 'number' && Number.isSafeInteger(n)) out[task] = n;
  return out;
}

const empty = (): Known => ({ round: 0, attempts: Object.create(null) });
const copy = (known: Known): Known => ({
  round: known.round,
  attempts: raise(Object.create(null), known.attempts),
});

function raise(into: Record<string, number>, from: Readonly<Record<string, number>>): Record<string, number> {
  for (const [task, n] of Object.entries(from)) into[task] = Math.max(into[task] ?? 0, n);
  return into;
}
