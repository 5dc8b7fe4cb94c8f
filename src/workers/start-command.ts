/** Starts a worker's command in a process group of its own, its output going to a bounded log. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Argv } from '../model/agents.ts';
import type { BoundedLog } from './bounded-log.ts';
import { FILES } from './run-files.ts';

export interface Command {
  /** Undefined where it could not be started. */
  readonly pid: number | undefined;
  readonly exited: Promise<{ readonly exitCode: number | null; readonly signal: string | null }>;
  /** Resolves once its output is read, or what still holds the other end says nothing for a moment. */
  drained(): Promise<void>;
}

/** Starts a program with its arguments, with the brief of the current folder on its standard input. */
export function startCommand(
  [program, ...args]: Argv,
  root: string,
  env: Readonly<Record<string, string>>,
  log: BoundedLog,
): Command {
  const brief = openSync(FILES.brief, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  const pipe = openPipe();
  const output = pipe?.write ?? 'pipe';
  // Both streams share one pipe, so that the log has their lines in order.
  const child = spawn(program, args, {
    cwd: root,
    env,
    detached: true,
    stdio: [brief, output, output],
  });
  closeSync(brief);
  if (pipe !== undefined) closeSync(pipe.write);
  const streams = pipe === undefined ? [child.stdout, child.stderr] : [pipe.read];
  return { pid: child.pid, exited: exitOf(child, program, log), drained: keepOutput(streams, log) };
}

/**
 * A named pipe, its name removed at once. What Node itself would give the command is a socket, and a script that writes
 * to `/dev/stderr` cannot open a socket by its name.
 */
function openPipe(): { readonly read: Readable; readonly write: number } | undefined {
  const name = '.output';
  try {
    rmSync(name, { force: true });
    if (spawnSync('mkfifo', ['-m', '600', name], { stdio: 'ignore' }).status !== 0) return undefined;
    const reader = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
    const write = openSync(name, constants.O_WRONLY);
    return { read: new Socket({ fd: reader, readable: true, writable: false }), write };
  } catch {
    return undefined; // a system without named pipes, or a disk without room
  } finally {
    rmSync(name, { force: true });
  }
}

function exitOf(child: ChildProcess, program: string, log: BoundedLog): Command['exited'] {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    child.once('error', (error) => {
      const gone = 'code' in error && error.code === 'ENOENT';
      const why = gone ? `${program} is not there; is it on the PATH?` : error.message;
      log.write(Buffer.from(`the command could not be started: ${why}\n`));
      resolve({ exitCode: 127, signal: null });
    });
  });
}

/** How long output may be silent, after the command's end, while somebody outside its group still holds the pipe. */
const SILENCE_MS = 250;
/** And how long it may go on: what the command itself wrote is no more than a pipe holds. */
const DRAIN_MS = 3000;

function keepOutput(streams: readonly (Readable | null)[], log: BoundedLog): () => Promise<void> {
  const open = new Set(streams.filter((stream) => stream !== null));
  let heard = 0;
  for (const stream of open) {
    const done = () => open.delete(stream);
    stream.on('data', (bytes: Buffer) => {
      heard = performance.now();
      log.write(bytes);
    });
    stream.on('end', done).on('close', done).on('error', done);
  }
  return async () => {
    const asked = performance.now();
    const goesOn = (now: number) => now - Math.max(heard, asked) < SILENCE_MS && now - asked < DRAIN_MS;
    while (open.size > 0 && goesOn(performance.now())) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const stream of open) stream.destroy();
  };
}
