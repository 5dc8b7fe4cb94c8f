/**
 * Which process a number means. Numbers are reused, so a process is its number, when it started, and the start of the
 * machine (and, on Linux, the namespace of process numbers) in which that is true.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { errorCode } from './error-code.ts';

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since the machine's start on Linux; a date elsewhere. Compared, never read. */
  readonly start: string;
  /** The machine's start, then `/` and the namespace where there is one. */
  readonly boot: string;
}

/** `unknown`: there may be such a process, and nothing says whether it is the one that was meant. */
export type Fate = 'alive' | 'gone' | 'unknown';

/** The identity of a running process; null where there is none, or where it has ended and nobody asked for its exit code. */
export function identify(pid: number): ProcessIdentity | null {
  const look = lookAt(pid);
  return look.kind === 'running' ? { pid, start: look.start, boot: bootIdentity() } : null;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return identify(process.pid) ?? { pid: process.pid, start: '', boot: bootIdentity() };
}

/** Whether exactly this process is known to run still. */
export function isSame(identity: ProcessIdentity): boolean {
  return fateOf(identity) === 'alive';
}

/** What became of a process: the caller that must not act on a guess treats `unknown` as it treats `alive`. */
export function fateOf(identity: ProcessIdentity): Fate {
  const [boot, space] = identity.boot.split('/');
  const [ownBoot, ownSpace] = bootIdentity().split('/');
  if (boot !== ownBoot && boot !== '' && ownBoot !== '') return 'gone';
  if (space !== ownSpace) return 'unknown';
  const look = lookAt(identity.pid);
  if (look.kind !== 'running') return look.kind;
  if (identity.start === '') return 'unknown';
  return look.start === identity.start ? 'alive' : 'gone';
}

/** Whether a value read from a file has the shape of an identity. */
export function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false;
  if (!('pid' in value && 'start' in value && 'boot' in value)) return false;
  const { pid, start, boot } = value;
  return (
    typeof pid === 'number' &&
    Number.isSafeInteger(pid) &&
    pid > 0 &&
    typeof start === 'string' &&
    typeof boot === 'string'
  );
}

let boot: string | undefined;

/** What tells one run of the machine (and one namespace of process numbers) from another. */
export function bootIdentity(): string {
  boot ??= process.platform === 'linux' ? linuxBoot() : otherBoot();
  return boot;
}

function linuxBoot(): string {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    const space = readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
    return `${id}/${space}`;
  } catch {
    return ''; // no /proc: every identity is then `unknown`, and nothing is taken from anybody
  }
}

function otherBoot(): string {
  const asked = spawnSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8', timeout: 5000 });
  return asked.status === 0 ? asked.stdout.trim() : '';
}

type Look =
  | { readonly kind: 'running'; readonly start: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unknown' };

function lookAt(pid: number): Look {
  return process.platform === 'linux' ? lookInProc(pid) : lookWithPs(pid);
}

function lookInProc(pid: number): Look {
  const stat = readProcStat(pid);
  if (stat === null) return { kind: isListed(pid) ? 'unknown' : 'gone' };
  return isOver(stat.state) ? { kind: 'gone' } : { kind: 'running', start: stat.start };
}

function lookWithPs(pid: number): Look {
  // The date is printed in the reader's locale and time zone, so both are fixed.
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  const asked = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    env,
    encoding: 'utf8',
    timeout: 5000,
  });
  const shown = /^\s*(\S+)\s+(\S.*?)\s*$/m.exec(asked.stdout ?? '');
  if (shown?.[1] === undefined || shown[2] === undefined) return { kind: isListed(pid) ? 'unknown' : 'gone' };
  return isOver(shown[1].charAt(0)) ? { kind: 'gone' } : { kind: 'running', start: shown[2] };
}

/** Whether the system has such a number at all; also true of processes of others, which `/proc` may hide. */
function isListed(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

/** A zombie does nothing any more, even while its parent has not asked for its exit code. */
export function isOver(state: string): boolean {
  return state === 'Z' || state === 'X' || state === 'x';
}

export interface ProcStat {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** The process group in the foreground of its terminal; -1 where it has none. */
  readonly foreground: number;
  readonly start: string;
}

/** State, parent, process group, session and start of a process from Linux' `/proc`; null where it cannot be read. */
export function readProcStat(pid: number): ProcStat | null {
  try {
    return parseProcStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return null; // gone, or hidden
  }
}

/** Reads one line of `/proc/<pid>/stat`; the name in it may hold spaces and parentheses, so the last one ends it. */
export function parseProcStat(line: string): ProcStat | null {
  const end = line.lastIndexOf(')');
  if (end < 0) return null;
  const fields = line.slice(end + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  if (state === undefined || start === undefined) return null;
  const [parent = 0, group = 0, session = 0, , foreground = -1] = fields.slice(1, 6).map(Number);
  return { state, parent, group, session, foreground, start };
}
