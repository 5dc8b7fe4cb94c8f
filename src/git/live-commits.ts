/** Finds a `git commit` of the user that lives in this work tree: it holds no lock while its editor is open. */

import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import type { Ground } from './ground.ts';

/** The pid of such a process; undefined where there is none, or where the system does not say. */
export function findLiveCommit(ground: Ground): number | undefined {
  const stamp = messageStamp(ground);
  if (stamp === 'none' || (stamp !== undefined && stamp === QUIET.get(ground))) return undefined;
  const pids = gitProcesses();
  const found = pids === undefined ? askPs(ground) : pids.find((pid) => isCommitHere(ground, pid));
  if (found === undefined && stamp !== undefined) QUIET.set(ground, stamp);
  return found;
}

/** The stamp at which a look over all processes found no commit here. */
const QUIET = new WeakMap<Ground, string>();

/**
 * What tells that a commit has begun since, without a look at every process of the machine: git writes the message file
 * before it opens the editor, and where no hook runs before that, it holds the index lock until then. `none` is no such
 * file: nobody ever committed here with `git commit`. Undefined where a hook may run first, so that only a look helps.
 */
function messageStamp({ gitDir, commonDir, config }: Ground): string | undefined {
  if (config.get('core.hookspath') !== undefined || existsSync(join(commonDir, 'hooks', 'pre-commit')))
    return undefined;
  try {
    const { ino, mtimeNs, size } = statSync(join(gitDir, 'COMMIT_EDITMSG'), { bigint: true });
    return `${ino} ${mtimeNs} ${size}`;
  } catch {
    return 'none';
  }
}

const COMM = Buffer.alloc(5);

/** Processes named git, by /proc; undefined where there is no /proc. Reads five bytes of each, since it is done at every commit. */
function gitProcesses(): readonly number[] | undefined {
  let names: readonly string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return undefined;
  }
  const pids = names.filter((name) => name.charCodeAt(0) <= 57 && name.charCodeAt(0) >= 48);
  return pids.length === 0 ? undefined : pids.filter(isGit).map(Number);
}

function isGit(pid: string): boolean {
  try {
    const fd = openSync(`/proc/${pid}/comm`, 'r');
    try {
      return readSync(fd, COMM, 0, 5, 0) === 4 && COMM.toString('latin1', 0, 4) === 'git\n';
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}

/** Git changes to the root of the work tree before it commits, so its folder tells whose commit it is. */
function isCommitHere({ root, gitDir }: Ground, pid: number): boolean {
  try {
    if (!isCommit(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'))) return false;
    const cwd = readlinkSync(`/proc/${pid}/cwd`);
    if (cwd === root) return true;
    const named = /(?:^|\0)GIT_DIR=([^\0]+)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[1];
    return named !== undefined && resolve(cwd, named) === gitDir;
  } catch {
    return false;
  }
}

/** Options before the subcommand may have a value of their own. */
const WITH_VALUE = new Set([
  '-C',
  '-c',
  '--git-dir',
  '--work-tree',
  '--namespace',
  '--exec-path',
  '--config-env',
  '--super-prefix',
]);

/** Whether an argument list is that of `git commit`. */
export function isCommit(argv: readonly string[]): boolean {
  for (let i = 1; i < argv.length; i++) {
    const arg = argv[i] ?? '';
    if (WITH_VALUE.has(arg)) i++;
    else if (!arg.startsWith('-')) return arg === 'commit';
  }
  return false;
}

/** Without /proc (macOS): `ps` names the processes, `lsof` their folder. Where neither is there, nothing is found. */
function askPs({ root }: Ground): number | undefined {
  const listed = spawnSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8', timeout: 2000 });
  if (listed.status !== 0) return undefined;
  const pids = listed.stdout.split('\n').flatMap((line) => {
    const [, pid, command] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    const argv = (command ?? '').split(' ');
    return pid !== undefined && /(^|\/)git$/.test(argv[0] ?? '') && isCommit(argv) ? [pid] : [];
  });
  const here = pids.find((pid) => {
    const open = spawnSync('lsof', ['-a', '-p', pid, '-d', 'cwd', '-Fn'], {
      encoding: 'utf8',
      timeout: 2000,
    });
    return open.status === 0 && open.stdout.split('\n').includes(`n${root}`);
  });
  return here === undefined ? undefined : Number(here);
}
