/**
 * The mark that all that a worker starts bears for life: a limit on file locks. Linux keeps that limit and has given it no
 * effect since 2.4.25. It is inherited over fork, setsid and exec, no environment shows it, and a hard limit is not
 * raised again without CAP_SYS_RESOURCE.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Argv } from '../model/agents.ts';

/** `RNDO` in ASCII. */
export const MARK = 0x52_4e_44_4f;

/** Marks this very process; false where there is no `prlimit`, or where limits are not the system's way. */
export function markSelf(): boolean {
  if (process.platform !== 'linux') return false;
  const args = ['--pid', String(process.pid), `--locks=${MARK}:${MARK}`];
  return spawnSync('prlimit', args, { stdio: 'ignore', timeout: 5000 }).status === 0;
}

// The option is named differently by dash and busybox (-w) and by bash, zsh and ksh (-x). The soft limit goes first, since
// it cannot stand above the hard one.
const LIMIT = `for flag in -w -x; do ulimit -S $flag ${MARK} && ulimit -H $flag ${MARK} && break; done 2>/dev/null`;

/** The command under a shell that marks itself, as far as it can, and becomes the command. */
export function startMarked(argv: Argv): Argv {
  return process.platform === 'linux' ? ['/bin/sh', '-c', `${LIMIT}; exec "$@"`, 'sh', ...argv] : argv;
}

/** Whether a process bears it; false where the system tells nothing of such limits. */
export function isMarked(pid: number): boolean {
  const limits = limitsOf(pid);
  return limits !== undefined && bearsMark(limits, () => limitsOf(1));
}

/**
 * Whether limits, as the system words them, bear it. A lower one is what somebody made of it, but for the one that all
 * have: of a container with limits of its own, whose first process is asked for its limits only then.
 */
export function bearsMark(limits: string, ofFirst: () => string | undefined): boolean {
  const hard = hardLimit(limits);
  if (hard === undefined || hard > MARK) return false;
  return hard === MARK || hard !== hardLimit(ofFirst() ?? '');
}

/** Undefined where there is none. */
function hardLimit(limits: string): number | undefined {
  const hard = /^Max file locks +\S+ +(\d+)/m.exec(limits)?.[1];
  return hard === undefined ? undefined : Number(hard);
}

function limitsOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/limits`, 'latin1');
  } catch {
    return undefined; // gone, or there is no /proc
  }
}
