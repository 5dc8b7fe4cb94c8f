/** Which processes this one descends from, as the system tells it: nothing that they say of themselves counts. */
import { spawnSync } from 'node:child_process';
import { bootIdentity, type ProcessIdentity, readProcStat } from './process-identity.ts';

export interface Ancestor extends ProcessIdentity {
  readonly group: number;
  /** Null where the system does not say. */
  readonly session: number | null;
}

/**
 * A process and those above it, itself first. It ends where a parent is hidden or outside of this namespace; it is empty
 * where the system does not even tell of the process itself. Who has lost its parent stands below the one that adopted it.
 */
export function lineageOf(pid: number): readonly Ancestor[] {
  return process.platform === 'linux' ? lineageInProc(pid) : lineageWithPs(pid);
}

function lineageInProc(pid: number): readonly Ancestor[] {
  const line: Ancestor[] = [];
  const boot = bootIdentity();
  for (let at = pid; at > 0 && !line.some((below) => below.pid === at); ) {
    const stat = readProcStat(at);
    if (stat !== null) {
      line.push({ pid: at, start: stat.start, boot, group: stat.group, session: stat.session });
      at = stat.parent;
      continue;
    }
    // A parent that has ended meanwhile has left its child to another.
    const below = line.at(-1);
    const adopted = below === undefined ? undefined : readProcStat(below.pid)?.parent;
    if (adopted === undefined || adopted === at) break;
    at = adopted;
  }
  return line;
}

/** One call for all processes; the same on Linux but for the form of the start, which tests make use of. */
export function lineageWithPs(pid: number): readonly Ancestor[] {
  // The date is printed in the reader's locale and time zone, so both are fixed.
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  const asked = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,lstart='], {
    env,
    encoding: 'utf8',
    timeout: 5000,
    maxBuffer: 64 * 1_048_576,
  });
  const found = new Map<number, { readonly ancestor: Ancestor; readonly parent: number }>();
  const boot = bootIdentity();
  for (const shown of (asked.stdout ?? '').matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S.*?)\s*$/gm)) {
    const [, number, parent, group, start = ''] = shown;
    const ancestor = { pid: Number(number), start, boot, group: Number(group), session: null };
    found.set(ancestor.pid, { ancestor, parent: Number(parent) });
  }
  const line: Ancestor[] = [];
  for (let at = found.get(pid); at !== undefined && !line.includes(at.ancestor); at = found.get(at.parent))
    line.push(at.ancestor);
  return line;
}
