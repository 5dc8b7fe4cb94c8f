/**
 * Whether a process descends from a worker. Its environment is its own to change, so the system is asked: who is above
 * it, in whose session and process group it runs, with which environment those were started, where its streams lead,
 * and whether it bears the mark of workers, which is all that is left of one that ended.
 *
 * What remains unseen: what root marks anew on purpose, and what a service that no worker started runs at a worker's
 * wish. Without `/proc` there are no environments, sessions, streams and marks to look at, only who is above it and its
 * group.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Ancestor, lineageOf } from '../local/lineage.ts';
import { fateOf, type ProcessIdentity } from '../local/process-identity.ts';
import { readRegular } from '../local/read-regular.ts';
import type { Descent } from '../ports.ts';
import { listOpenRuns, listPlans, type RunPlace } from './list-runs.ts';
import { attemptOf, FILES, isSafeName, readClaim, readExit, readProcess } from './run-files.ts';
import { isMarked } from './worker-mark.ts';

/** Looks at this process; `gitDir` is the checkout's own, whose linked worktrees are looked at, too. */
export function findDescent(gitDir: string, pid = process.pid): Descent {
  const line = lineageOf(pid);
  const [self] = line;
  if (self === undefined) return { kind: 'unknown' };
  const attempt = recordedAbove(gitDir, self, line) ?? markedAbove(self, line) ?? streamOf(line);
  if (attempt !== undefined) return { kind: 'worker', attempt };
  return isMarked(pid) ? { kind: 'worker', attempt: null } : { kind: 'none' };
}

// ---------------------------------------------------------------- what run directories say

function recordedAbove(gitDir: string, self: Ancestor, line: readonly Ancestor[]): string | undefined {
  for (const place of gitDirsOf(gitDir).flatMap(openRuns)) {
    // Once the end is written, the group is swept; its number may go to somebody else.
    if (readExit(place.directory) !== undefined) continue;
    const leader = readProcess(place.directory, FILES.child);
    const known = [
      readClaim(place.directory)?.wrapper,
      leader,
      readProcess(place.directory, FILES.spawned),
    ].filter((identity) => identity !== undefined);
    if (known.some((identity) => line.some((above) => isIdentical(above, identity))) || leads(leader, self))
      return nameOf(place.plan, place.task, String(place.attempt));
  }
  return undefined;
}

function openRuns(gitDir: string): readonly RunPlace[] {
  return listPlans(gitDir).flatMap((plan) => listOpenRuns(gitDir, plan));
}

function isIdentical(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.start === b.start && a.boot === b.boot && a.start !== '';
}

/** A number is not given away while a group or session has it, so a leader that has ended is still the one. */
function leads(leader: ProcessIdentity | undefined, self: Ancestor): boolean {
  if (leader === undefined || leader.boot !== self.boot) return false;
  if (leader.pid !== self.group && leader.pid !== self.session) return false;
  return fateOf(leader) === 'alive' || lineageOf(leader.pid).length === 0;
}

/** The git directories of a repository's checkouts: its own and those of its linked worktrees. */
function gitDirsOf(gitDir: string): readonly string[] {
  const link = readRegular(join(gitDir, 'commondir'), 65_536);
  const common = link.kind === 'read' ? resolve(gitDir, link.bytes.toString('utf8').trim()) : gitDir;
  const worktrees = join(common, 'worktrees');
  return [...new Set([gitDir, common, ...namesIn(worktrees).map((name) => join(worktrees, name))])];
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no linked worktrees; another user's process, or no /proc
  }
}

// ---------------------------------------------------------------- what /proc says

/** The environment with which a process was started; it cannot be taken back, only by starting another program. */
function markedAbove(self: Ancestor, line: readonly Ancestor[]): string | undefined {
  const leaders = self.session === null ? [self.group] : [self.group, self.session];
  for (const pid of new Set([...line.map((above) => above.pid), ...leaders])) {
    const started = startedWith(pid);
    if (started.has('RONDO_RUN') || started.has('RONDO_ATTEMPT'))
      return nameOf(started.get('RONDO_PLAN'), started.get('RONDO_TASK'), started.get('RONDO_ATTEMPT'));
  }
  return undefined;
}

function startedWith(pid: number): ReadonlyMap<string, string> {
  try {
    const pairs = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    return new Map(pairs.map((pair) => [pair.split('=', 1)[0] ?? '', pair.slice(pair.indexOf('=') + 1)]));
  } catch {
    return new Map(); // gone, another user's, or there is no /proc
  }
}

/** The pipe that takes what a worker prints. Nobody else ever has it, and a shell that redirects it keeps it aside. */
const OUTPUT = /\/rondo\/runs\/([^/]+)\/([^/]+)\/(\d+)\/\.output(?: \(deleted\))?$/;

function streamOf(line: readonly Ancestor[]): string | undefined {
  for (const { pid } of line)
    for (const fd of namesIn(`/proc/${pid}/fd`)) {
      const found = OUTPUT.exec(targetOf(pid, fd));
      if (found !== null) return nameOf(found[1], found[2], found[3]);
    }
  return undefined;
}

function targetOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return ''; // closed meanwhile
  }
}

/** For people; what a process was started with may be anything. */
function nameOf(plan = '', task = '', attempt = ''): string {
  const isName = isSafeName(plan) && isSafeName(task) && attemptOf(attempt) !== undefined;
  return isName ? `attempt ${attempt} of ${plan}/${task}` : 'a worker';
}
