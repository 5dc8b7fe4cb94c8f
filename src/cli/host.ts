/** What the process hands to the command line: its words, its streams, its environment, and the way to the outside. */
import type { Outside } from '../ports.ts';

export interface Stream {
  readonly isTTY: boolean;
  /** The width of the terminal; 80 where it is none. */
  readonly columns: number;
  write(text: string): void;
}

export interface Host {
  /** The words after the program's name. */
  readonly argv: readonly string[];
  /** How it was called, for usage lines: `rondo` or `git rondo`. */
  readonly name: string;
  readonly version: string;
  readonly cwd: string;
  /** The folder of the templates that come with Rondo. */
  readonly templates: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly stdinIsTTY: boolean;
  /** All of standard input as text. */
  readInput(): string;
  /** Opens the checkout that holds the folder; throws `not-a-repository` and the like. */
  open(options: {
    readonly dir: string;
    readonly trustAll: boolean;
    readonly commandTimeoutMs?: number;
  }): Promise<Outside>;
  /**
   * Runs a command with this process's own streams, folder and environment, and passes signals on. `end` ends this process
   * as the command ended: by the same signal, else it returns the exit code.
   */
  attach(words: readonly string[]): Promise<{
    readonly exitCode: number | null;
    readonly signal: string | null;
    readonly notStarted: string | null;
    end(): number;
  }>;
  /** Calls the listener at the first SIGINT, SIGTERM or SIGHUP; a second one ends the process. Returns what takes it away again. */
  onInterrupt(listener: () => void): () => void;
}

/** Whether `RONDO_DISABLE` switches off what changes something. */
export function isDisabled(host: Host): boolean {
  const off = variable(host, 'RONDO_DISABLE');
  return off !== undefined && off !== '0';
}

/** A variable of the environment; undefined where it is empty, too. */
export function variable(host: Host, name: string): string | undefined {
  const value = host.env[name];
  return value === undefined || value === '' ? undefined : value;
}
