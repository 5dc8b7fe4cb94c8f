/** The process: words and streams in, the outside opened where a command needs it, the exit code out. */
import { fstatSync, readFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isatty } from 'node:tty';
import type { Host, Stream } from './cli/host.ts';
import { runCli } from './cli/main.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const host: Host = {
  argv: process.argv.slice(2),
  name: basename(process.argv[1] ?? '').startsWith('git-rondo') ? 'git rondo' : 'rondo',
  version: RONDO_VERSION,
  cwd: process.cwd(),
  // The bundle is one folder below the root of the package, as this file is.
  templates: join(import.meta.dirname, '../templates'),
  env: process.env,
  stdout: streamOf(1),
  stderr: streamOf(2),
  get stdinIsTTY() {
    return isTerminal(0);
  },
  readInput: () => readFileSync(0, 'utf8'),
  async open(options) {
    const { openOutside } = await import('./open-outside.ts');
    return openOutside(options.dir, { ...options, env: process.env });
  },
  async attach(words) {
    const { dieBy, runAttached, signalExitCode } = await import('./workers/run-attached.ts');
    const ended = await runAttached(words);
    const { exitCode, signal } = ended;
    const end = () => {
      if (signal === null) return exitCode ?? 1;
      dieBy(signal);
      return signalExitCode(signal);
    };
    return { ...ended, end };
  },
  onInterrupt(listener) {
    // Taken away at the first one, so that the second ends the process at once.
    const once = () => {
      release();
      listener();
    };
    const release = () => {
      for (const signal of SIGNALS) process.off(signal, once);
    };
    for (const signal of SIGNALS) process.on(signal, once);
    return release;
  },
};

/**
 * A stream by its number. Node's own stream objects cost 2 ms at the first touch, so they are made only where a terminal's
 * width is asked for. A reader that goes away (`rondo log | head -1`, a terminal that is closed) is no failure: the
 * process ends with the code it has so far.
 */
function streamOf(fd: 1 | 2): Stream {
  const isTTY = once(() => isTerminal(fd));
  return {
    get isTTY() {
      return isTTY();
    },
    get columns() {
      // 0 where a terminal does not say.
      return (fd === 1 ? process.stdout : process.stderr).columns || 80;
    },
    write(text) {
      try {
        writeAll(fd, Buffer.from(text, 'utf8'));
      } catch (error) {
        if (!isGone(error)) throw error;
        process.exit(process.exitCode ?? 0);
      }
    },
  };
}

/** Writes to the end, waiting where the reader of a pipe that does not block is slower. */
function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'EIO');
}

/** A terminal is a character device, and so is /dev/null; only then is the slower question asked. */
function isTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && isatty(fd);
  } catch {
    // Closed by whoever started us: nothing to show anything on.
    return false;
  }
}

function once<T>(find: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => {
    found ??= { value: find() };
    return found.value;
  };
}

runCli(host).then((code) => process.exit(code));
