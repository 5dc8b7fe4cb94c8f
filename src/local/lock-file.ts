/**
 * A lock between processes of one machine: a file that appears complete and in one step, and says who made it.
 *
 * A lock whose owner is gone is removed. Two processes that find the same dead lock must not both remove it, for the
 * second would remove the fresh lock of the first. So the right to remove a lock is itself a lock, whose name holds the
 * dead lock's token: whoever has it is the only one who may remove that lock, and looks again before it does. One who
 * dies while having that right leaves a dead lock of the same kind, and is dealt with in the same way.
 */
import { randomBytes } from 'node:crypto';
import { type BigIntStats, lstatSync, readdirSync, rmSync } from 'node:fs';
import { uptime } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fail } from '../errors.ts';
import { monotonicMs } from './clock.ts';
import { errorCode } from './error-code.ts';
import { fateOf, isIdentity, ownIdentity, type ProcessIdentity } from './process-identity.ts';
import { readRegular } from './read-regular.ts';
import { sleepSync } from './sleep.ts';
import { cannotWrite, linkOnce, removeQuietly, writeWhole } from './write-atomic.ts';

export interface HeldLock {
  /** Whether a lock of a dead owner was removed on the way. */
  readonly removedStale: boolean;
  release(): void;
}

/** What a lock file says; `owner` is null where it cannot be read. */
export interface LockRecord {
  readonly token: string;
  readonly owner: ProcessIdentity | null;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly monotonic: number;
  readonly command: string;
}

const held = new Set<string>();

/** Takes the lock at that path, waiting at most so many milliseconds; throws `locked`, naming who has it. */
export function acquireLock(path: string, waitMs: number, command: string): HeldLock {
  if (held.has(path)) fail('internal', `this process has the lock ${path} already`);
  const lock = take(path, waitMs, command, 0);
  held.add(path);
  return {
    removedStale: lock.removedStale,
    release: () => {
      if (held.delete(path)) removeOwn(path, lock.token);
    },
  };
}

/** Who has the lock now; null where nobody has. */
export function readLock(path: string): LockRecord | null {
  const file = readRegular(path, 65_536);
  if (file.kind === 'absent') return null;
  const parsed = file.kind === 'read' ? parse(file.bytes.toString('utf8')) : undefined;
  return parsed ?? unreadable(path);
}

/** Whether the owner is known to be gone, so that the lock means nothing any more. */
export function isDead(record: LockRecord): boolean {
  // After a power failure the name may be on the disk without its content; its owner went with the machine.
  if (record.owner === null) return record.since > 0 && record.since < Date.now() - uptime() * 1000 - 5000;
  const fate = fateOf(record.owner);
  if (fate === 'unknown' && isElsewhere(record.owner)) return heldFor(record) > FOREIGN_LIMIT_MS;
  return fate === 'gone';
}

/** Nothing tells whether a process of another container lives; no round takes this long. */
const FOREIGN_LIMIT_MS = 15 * 60_000;

function isElsewhere(owner: ProcessIdentity): boolean {
  return owner.boot !== ownIdentity().boot;
}

function heldFor(record: LockRecord): number {
  return monotonicMs() - record.monotonic;
}

interface Taken {
  readonly token: string;
  readonly removedStale: boolean;
}

function take(path: string, waitMs: number, command: string, depth: number): Taken {
  const deadline = monotonicMs() + waitMs;
  const token = randomBytes(12).toString('hex');
  const ticket = join(dirname(path), `.wait-${process.pid}-${token}`);
  try {
    if (depth === 0 && waitMs > 0) giveWay(path);
    writeTicket(ticket, token, command);
    return { token, removedStale: tryUntil(path, ticket, deadline, command, depth) };
  } catch (error) {
    throw cannotWrite(path, error);
  } finally {
    removeQuietly(ticket);
  }
}

function writeTicket(ticket: string, token: string, command: string): void {
  const owner = ownIdentity();
  const record: LockRecord = { token, owner, since: Date.now(), monotonic: monotonicMs(), command };
  writeWhole(ticket, JSON.stringify(record), { fsync: false });
}

/** Tries until the lock is taken or the time is over; says whether a dead lock was removed. */
function tryUntil(path: string, ticket: string, deadline: number, command: string, depth: number): boolean {
  let removedStale = false;
  for (let tries = 0; ; tries++) {
    if (linkOnce(ticket, path)) return removedStale;
    const record = readLock(path);
    if (record !== null && isDead(record)) {
      removedStale = removeDead(path, record.token, deadline, command, depth) || removedStale;
      continue;
    }
    const left = deadline - monotonicMs();
    if (record === null && (left > 0 || tries === 0)) continue; // released just now
    if (left <= 0) throwLocked(path, record);
    // Random, so that no process meets the same other one each time; growing, so that many do not keep the processor busy.
    sleepSync(Math.min(left, 1 + Math.random() * Math.min(4 + 2 * tries, 25)));
  }
}

/** Removes a dead lock under the lock that gives the right to; says whether this process was the one that did. */
function removeDead(path: string, token: string, deadline: number, command: string, depth: number): boolean {
  if (depth >= 8) fail('internal', `too many dead locks beside ${path}`);
  const guard = `${path}.${token}`;
  const { token: ours } = take(guard, Math.max(0, deadline - monotonicMs()), command, depth + 1);
  try {
    if (readLock(path)?.token !== token) return false;
    rmSync(path, { force: true, recursive: true });
    return true;
  } finally {
    removeOwn(guard, ours);
  }
}

/** Lets those go first who wait already, so that a process which takes the lock again and again leaves turns to others. */
function giveWay(path: string): void {
  const waiting = listTickets(dirname(path)).filter((ticket) => !dropDeadTicket(ticket));
  if (waiting.length > 0) sleepSync(5 + Math.random() * 20);
}

function listTickets(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith('.wait-'))
      .map((name) => join(folder, name));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Removes the ticket of a process that was killed while it waited; nobody else ever uses that name. */
function dropDeadTicket(ticket: string): boolean {
  const record = readLock(ticket);
  if (record !== null && !isDead(record)) return false;
  if (record !== null) removeQuietly(ticket);
  return true;
}

function removeOwn(path: string, token: string): void {
  if (readLock(path)?.token === token) rmSync(path, { force: true });
}

function throwLocked(path: string, record: LockRecord | null): never {
  const who =
    record === null || record.owner === null
      ? 'an unknown process'
      : `process ${record.owner.pid}${record.command === '' ? '' : ` (${record.command})`}`;
  const since =
    record !== null && record.since > 0
      ? ` since ${new Date(record.since).toISOString().replace(/\.\d+Z$/, 'Z')}`
      : '';
  fail('locked', `${who} has the lock${since}`, { file: join(basename(dirname(path)), basename(path)) });
}

function parse(text: string): LockRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    if (
      !(
        'token' in value &&
        'owner' in value &&
        'since' in value &&
        'monotonic' in value &&
        'command' in value
      )
    )
      return undefined;
    const { token, owner, since, monotonic, command } = value;
    if (typeof token !== 'string' || !/^[0-9a-f]{1,64}$/.test(token) || !isIdentity(owner)) return undefined;
    if (!isTime(since) || typeof monotonic !== 'number' || typeof command !== 'string') return undefined;
    return { token, owner, since, monotonic, command };
  } catch {
    return undefined;
  }
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) < 8.64e15;
}

/** A lock that does not say who made it: told from others by the file itself. */
function unreadable(path: string): LockRecord | null {
  let stat: BigIntStats;
  try {
    stat = lstatSync(path, { bigint: true });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  const token = `${stat.ino.toString(16)}${stat.mtimeNs.toString(16).replace('-', '')}`;
  return { token, owner: null, since: Number(stat.mtimeMs), monotonic: 0, command: '' };
}
