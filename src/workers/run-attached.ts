/**
 * Runs a command in the place of this process, as far as one process can stand for another: it has the same streams,
 * folder, environment and terminal, gets the signals that this process gets, and its end is told exactly.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { readProcStat } from '../local/process-identity.ts';

export interface AttachedEnd {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started; then the exit code is what a shell gives for that. */
  readonly notStarted: string | null;
}

const FORWARDED = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/** Resolves at the command's end. From the call on this process outlives the signals it passes on. */
export function runAttached([file = '', ...args]: readonly string[]): Promise<AttachedEnd> {
  let pass: (signal: NodeJS.Signals) => void = () => undefined;
  for (const signal of FORWARDED) process.on(signal, () => pass(signal));
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: 'inherit' });
    pass = (signal) => {
      if (!(isOfTerminal(signal) && hasTerminal())) child.kill(signal);
    };
    child.once('error', (error) => {
      // Also told where a signal could not be sent; then there is a process, and its end is told by itself.
      if (child.pid === undefined) resolve(notStarted(file, error));
    });
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal, notStarted: null }));
  });
}

/** The terminal itself sends these to all of its foreground group: passed on, they would come twice. */
function isOfTerminal(signal: NodeJS.Signals): boolean {
  return signal === 'SIGINT' || signal === 'SIGQUIT';
}

function hasTerminal(): boolean {
  const stat = readProcStat(process.pid);
  if (stat !== null) return stat.foreground === stat.group;
  return [0, 1, 2].some((fd) => isatty(fd));
}

function notStarted(file: string, error: NodeJS.ErrnoException): AttachedEnd {
  const isMissing = error.code === 'ENOENT';
  const why = isMissing ? 'command not found' : (error.code ?? error.message);
  return { exitCode: isMissing ? 127 : 126, signal: null, notStarted: `${file}: ${why}` };
}

/** The exit code that shells give for an end by a signal. */
export function signalExitCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** Ends this process by the signal that ended the command, so that a script that called sees the same end. */
export function dieBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
