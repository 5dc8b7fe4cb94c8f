/** Real processes for tests: programs written in TypeScript, bundled, started, and ended with the test. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, afterEach } from 'vitest';

/** A folder that goes with the test file. */
export function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rondo-test-')));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Bundles a TypeScript file as the build does it; returns the path of the script. */
export function bundleProgram(source: URL): string {
  const outfile = join(makeFolder(), 'program.cjs');
  const entry = fileURLToPath(source);
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  return outfile;
}

const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Program {
  readonly child: ChildProcess;
  /** Its whole output and how it ended, once it has. */
  readonly ended: Promise<{
    readonly out: string;
    readonly code: number | null;
    readonly signal: string | null;
  }>;
  /** Resolves with the line that matches, once it has been printed. */
  line(pattern: RegExp): Promise<string>;
}

/** Starts a bundled program (or any command) whose output the test reads. */
export function startProgram(
  command: readonly [string, ...string[]],
  env: Record<string, string> = {},
): Program {
  const [file, ...args] = command;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  running.add(child);
  let out = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    for (const look of waiting) look();
  });
  const ended = new Promise<Awaited<Program['ended']>>((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ out, code, signal });
    });
  });
  const line = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = out.split('\n').find((text) => pattern.test(text));
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      void ended.then(() => reject(new Error(`ended without ${pattern}: ${out}`)));
      look();
    });
  return { child, ended, line };
}

/** Waits until the condition holds; fails after a generous time, naming what was waited for. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | null,
  ms = 30_000,
): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false && found !== null) return found;
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Runs a shell script where mounts are its own and returns what it printed; null where this machine does not allow that. */
export function withMounts(script: string): string | null {
  const flags = process.getuid?.() === 0 ? '-m' : '-rm';
  const done = spawnSync('unshare', [flags, 'sh', '-ec', script], { encoding: 'utf8', timeout: 30_000 });
  return done.status === 0 ? done.stdout : null;
}

export function mountsAllowed(): boolean {
  return withMounts('mount -t tmpfs none /mnt') !== null;
}
