/**
 * The processes of an attempt: the command's process group, and those that left the group but carry the attempt's token
 * in their environment. The latter can be seen on Linux only.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { isOver, isSame, type ProcessIdentity, readProcStat } from '../local/process-identity.ts';

export interface RunProcesses {
  readonly token: string;
  /** The first process of the group, which gives the group its number; null where it is not known. */
  readonly leader: ProcessIdentity | null;
  /** Whether the group's number is sure to be ours still: true only for the wrapper, which started the leader itself. */
  readonly sure: boolean;
}

export type Reach = 'group' | 'all';

/** Sends a signal to what lives of an attempt. */
export function signalRun(run: RunProcesses, signal: NodeJS.Signals, reach: Reach): void {
  if (run.leader !== null && isGroupOurs(run)) send(-run.leader.pid, signal);
  if (reach === 'all' && process.platform === 'linux')
    for (const pid of listInProc(run, reach)) send(pid, signal);
}

/** Whether anything of an attempt lives. */
export function isRunning(run: RunProcesses, reach: Reach): boolean {
  return livingOf(run, reach).length > 0;
}

/** The numbers of what lives of an attempt; where they cannot be listed, that of its group. */
export function livingOf(run: RunProcesses, reach: Reach): readonly number[] {
  if (process.platform !== 'linux')
    return run.leader !== null && isGroupOurs(run) && send(-run.leader.pid, 0) ? [run.leader.pid] : [];
  if (reach === 'group' && run.leader !== null && !send(-run.leader.pid, 0)) return [];
  return listInProc(run, reach);
}

/** A number may have gone to somebody else's group since; the leader's identity, where it lives, settles it. */
function isGroupOurs(run: RunProcesses): boolean {
  if (run.sure || run.leader === null) return run.sure;
  return isSame(run.leader);
}

/** A zombie, which no signal can end, does not count: nothing may be there to ask for its exit code. */
function listInProc(run: RunProcesses, reach: Reach): readonly number[] {
  const group = run.leader?.pid;
  const sure = isGroupOurs(run);
  return readdirSync('/proc').flatMap((name) => {
    const pid = /^\d+$/.test(name) ? Number(name) : 0;
    if (pid === 0 || pid === process.pid) return [];
    const stat = readProcStat(pid);
    if (stat === null || isOver(stat.state)) return [];
    const inGroup = stat.group === group;
    if (inGroup && sure) return [pid];
    return (inGroup || reach === 'all') && carriesToken(pid, run.token) ? [pid] : [];
  });
}

function carriesToken(pid: number, token: string): boolean {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(`\0RONDO_RUN=${token}\0`);
  } catch {
    return false; // gone, or another user's
  }
}

/** Whether there was somebody to send it to. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    // Not permitted means that it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** From when on it is worth saying that something takes its time to end. */
const SOON_MS = 1000;

/**
 * Ends an attempt's processes: SIGTERM, so many milliseconds of grace, SIGKILL. Resolves once none lives, or where even
 * SIGKILL does not help within ten seconds. `onLingering` is called where they live on a second after their SIGTERM.
 */
export async function endRun(
  run: RunProcesses,
  graceMs: number,
  reach: Reach,
  onLingering: () => void = () => undefined,
): Promise<void> {
  if (!isRunning(run, reach)) return;
  signalRun(run, 'SIGTERM', reach);
  signalRun(run, 'SIGCONT', reach); // a stopped process takes its SIGTERM only when it goes on
  if (await isOverWithin(run, Math.min(SOON_MS, graceMs), reach)) return;
  if (graceMs > SOON_MS) {
    onLingering();
    if (await isOverWithin(run, graceMs - SOON_MS, reach)) return;
  }
  for (let round = 0; round < 50; round++) {
    signalRun(run, 'SIGKILL', reach); // again and again, for those that were started meanwhile
    if (await isOverWithin(run, 200, reach)) return;
  }
}

async function isOverWithin(run: RunProcesses, ms: number, reach: Reach): Promise<boolean> {
  const deadline = performance.now() + ms;
  for (let pause = 5; ; pause = Math.min(pause * 1.5, 100)) {
    if (!isRunning(run, reach)) return true;
    const left = deadline - performance.now();
    if (left <= 0) return false;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, left)));
  }
}
