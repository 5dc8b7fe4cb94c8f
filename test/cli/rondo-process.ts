/** Runs the built program in a repository of its own, as a person or a script would. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../../dist/rondo.cjs');

export interface Ended {
  readonly out: string;
  readonly err: string;
  readonly code: number | null;
}

export interface Place {
  readonly dir: string;
  /** A line for the shell; `rondo` and `git rondo` are on the PATH. */
  sh(line: string, env?: Readonly<Record<string, string>>): Ended;
  rondo(...args: string[]): Ended;
  /** The document of a command that is called with --json. */
  json(...args: string[]): unknown;
  start(args: readonly string[]): {
    readonly pid: number;
    readonly ended: Promise<Ended>;
    until(text: string): Promise<void>;
    kill(signal: NodeJS.Signals): void;
  };
  remove(): void;
}

/** A new repository in a temporary folder, without a commit. */
export function newPlace(): Place {
  const home = mkdtempSync(join(tmpdir(), 'rondo-cli-'));
  const dir = join(home, 'work');
  const bin = join(home, 'bin');
  mkdirSync(dir);
  mkdirSync(bin);
  for (const name of ['rondo', 'git-rondo']) symlinkSync(PROGRAM, join(bin, name));
  const path = `${bin}:${process.env.PATH}`;
  const env = { ...process.env, PATH: path, XDG_STATE_HOME: join(home, 'state') };
  const run = (file: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): Ended => {
    const { stdout, stderr, status } = spawnSync(file, args, {
      cwd: dir,
      env: { ...env, ...more },
      encoding: 'utf8',
      timeout: 50_000,
    });
    return { out: stdout, err: stderr, code: status };
  };
  run('git', ['init', '-q']);
  return {
    dir,
    sh: (line, more) => run('/bin/sh', ['-c', line], more),
    rondo: (...args) => run('rondo', args),
    json: (...args) => JSON.parse(run('rondo', ['--json', ...args]).out),
    start: (args) => startProcess(args, dir, env),
    remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function startProcess(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): ReturnType<Place['start']> {
  const child = spawn('rondo', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  const listeners = new Set<() => void>();
  const heard = () => {
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    heard();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    heard();
  });
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ out, err, code })));
  return {
    pid: child.pid ?? 0,
    ended,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!(out + err).includes(text)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        ended.then(() => reject(new Error(`ended without ${JSON.stringify(text)}: ${out}${err}`)));
        look();
      }),
    kill: (signal) => void child.kill(signal),
  };
}
