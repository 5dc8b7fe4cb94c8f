/** Runs the command of one attempt from claim to end. The wrapper's main line; its current folder is the run directory. */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, statSync, utimesSync } from 'node:fs';
import { resolve } from 'node:path';
import { identify, ownIdentity, type ProcessIdentity } from '../local/process-identity.ts';
import { publishOnce, type WriteOptions, writeAtomic } from '../local/write-atomic.ts';
import type { Argv } from '../model/agents.ts';
import { watchOutput } from './agents/watch-output.ts';
import { type BoundedLog, openLog } from './bounded-log.ts';
import { fingerprintTree } from './fingerprint-tree.ts';
import { isWorkFile } from './is-work-file.ts';
import { type End, pollUntilOver, type Why } from './poll-until-over.ts';
import {
  type Claim,
  type ExitFile,
  FILES,
  markLingering,
  type OrderFile,
  readExit,
  readOrder,
} from './run-files.ts';
import { endRun, type RunProcesses } from './run-processes.ts';
import { type Command, startCommand } from './start-command.ts';
import { timer } from './timer.ts';
import { changedOutside, lookAtTree } from './watch-writes.ts';
import { workerEnvironment } from './worker-environment.ts';
import { markSelf, startMarked } from './worker-mark.ts';

/** Claims and runs the attempt of that directory; does nothing where somebody has claimed it, or nothing is ordered. */
export async function runAttempt(directory: string): Promise<void> {
  process.chdir(directory); // and stay in it, also when the checkout is moved meanwhile
  const order = readOrder('.');
  if (order === undefined) return;
  const stopping = listenForStop();
  const claim = newClaim(order);
  if (!publishOnce(FILES.claim, JSON.stringify(claim), { fsyncDir: true, mode: 0o600 })) process.exit();
  const beat = keepBeating(stopping.stop);
  const exit = await runCommand(order, directory, claim, stopping.asked);
  await publishExit(exit);
  clearInterval(beat);
  process.exit();
}

function newClaim(order: OrderFile): Claim {
  return {
    wrapper: ownIdentity(),
    token: randomBytes(16).toString('hex'),
    directory: String(statSync('.', { bigint: true }).ino),
    startedAt: Date.now(),
    graceMs: order.graceMs,
  };
}

/** SIGTERM asks for the end. A closed terminal and Ctrl-C do not: the work goes on without who started it. */
function listenForStop(): { readonly asked: Promise<void>; readonly stop: () => void } {
  let stop: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    stop = resolve;
  });
  process.on('SIGTERM', stop);
  process.on('SIGHUP', () => undefined);
  process.on('SIGINT', () => undefined);
  return { asked, stop };
}

/**
 * Once a minute: shows to other containers, which cannot see this process, that it lives; and looks whether one of them
 * asked for the end.
 */
function keepBeating(stop: () => void): NodeJS.Timeout {
  return setInterval(() => {
    try {
      utimesSync(FILES.claim, new Date(), new Date());
    } catch {
      // The run directory was removed; the work still deserves its end.
    }
    if (existsSync(FILES.stop)) stop();
  }, 60_000);
}

async function runCommand(
  order: OrderFile,
  directory: string,
  claim: Claim,
  asked: Promise<void>,
): Promise<ExitFile> {
  // Whoever asks for the end writes the mark before it looks for a claim, so one of the two sees the other.
  if (existsSync(FILES.stop)) return exitOf(order, { exitCode: null, signal: null }, 'stop');
  const plain = openLog(order.logLimit);
  const watched = order.agent === undefined ? undefined : watchOutput(plain, order.agent.name);
  const log = watched ?? plain;
  const env = workerEnvironment(process.env, order, directory, claim.token);
  const command = order.agent?.argv ?? (['/bin/sh', '-c', order.command] as const);
  const argv = markSelf() ? command : startMarked(command);
  const once = (timeoutMs: number | null) => runOnce(argv, order, env, claim, log, timeoutMs, asked);
  const watchesWrites = (order.writes ?? []).length > 0 && order.kind === 'task';
  const before = watchesWrites ? lookAtTree(order.root) : undefined;
  const found = fingerprintOf(order);
  const { end, why } =
    order.poll === undefined
      ? await once(order.timeoutMs)
      : await pollUntilOver({ ...order.poll, limitMs: order.timeoutMs }, once, log, asked);
  log.close();
  const outside = before === undefined ? null : (changedOutside(order, before) ?? null);
  return {
    ...exitOf(order, end, why),
    ...(watchesWrites ? { outside } : {}),
    // What changed under the gate, by it or by others, is not what it looked at.
    ...(found === undefined || found !== fingerprintOf(order) ? {} : { content: found }),
    ...(watched === undefined ? {} : { agent: watched.end() }),
  };
}

function fingerprintOf({ root, covered }: OrderFile): string | undefined {
  return covered === undefined ? undefined : fingerprintTree(root, covered, resolve('look'));
}

/** Runs the command from its start to the end of all it has to end with. */
async function runOnce(
  argv: Argv,
  order: OrderFile,
  env: Readonly<Record<string, string>>,
  claim: Claim,
  log: BoundedLog,
  timeoutMs: number | null,
  asked: Promise<void>,
): Promise<End> {
  const command = startCommand(argv, order.root, env, log);
  const leader = command.pid === undefined ? null : identify(command.pid);
  if (leader !== null) noteLeader(leader);
  const why = await waitForEnd(command, timeoutMs, asked);
  const run: RunProcesses = {
    token: claim.token,
    leader: leader ?? (command.pid === undefined ? null : { pid: command.pid, start: '', boot: '' }),
    sure: command.pid !== undefined,
  };
  // After an end of its own accord only the group is swept: a daemon that the command started on purpose may stay.
  await endRun(run, order.graceMs, why === 'exit' ? 'group' : 'all', () => markLingering('.'));
  rmSync(FILES.lingering, { force: true });
  const end = await command.exited;
  await command.drained();
  return { end, why };
}

/** For whoever has to end the command when this process is killed; on Linux its token tells them, too. */
function noteLeader(leader: ProcessIdentity): void {
  try {
    writeAtomic(FILES.child, JSON.stringify(leader), { mode: 0o600 });
  } catch {
    // The disk is full. The command runs already, and its end matters more.
  }
}

async function waitForEnd(command: Command, timeoutMs: number | null, asked: Promise<void>): Promise<Why> {
  const timeout = timer(timeoutMs);
  const why = await Promise.race([
    command.exited.then((): Why => 'exit'),
    asked.then((): Why => 'stop'),
    timeout.over.then((): Why => 'timeout'),
  ]);
  timeout.cancel();
  return why;
}

function exitOf(
  order: OrderFile,
  end: { exitCode: number | null; signal: string | null },
  why: Why,
): ExitFile {
  return {
    exitCode: end.exitCode,
    signal: end.signal,
    timedOut: why === 'timeout',
    stopped: why === 'stop',
    endedAt: Date.now(),
    outputMissing: order.output !== null && !isWorkFile(order.root, order.output),
  };
}

/**
 * Writes how it ended. The temporary file stands in the plan's folder, so that its coming and going there wakes whoever
 * watches that one folder. A full disk may get room again; without this word the work would count as lost.
 */
async function publishExit(exit: ExitFile): Promise<void> {
  const options = { fsyncDir: true, mode: 0o600, tempDir: '../..' };
  for (let tries = 0; tries < 600 && existsSync(FILES.claim); tries++) {
    try {
      const first = publishOnce(FILES.exit, JSON.stringify(exit), options);
      if (!first && readExit('.') === undefined) replaceBroken(exit, options);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

/** What stands in the way and is no such word is the worker's doing. */
function replaceBroken(exit: ExitFile, options: WriteOptions): void {
  rmSync(FILES.exit, { force: true, recursive: true });
  writeAtomic(FILES.exit, JSON.stringify(exit), options);
}
