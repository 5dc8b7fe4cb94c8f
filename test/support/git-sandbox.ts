/** A real repository in a temporary folder, with its own home and a fixed identity, for tests that want real git. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type OpenOptions, openRepo } from '../../src/git/open-repo.ts';
import type { CommitOrder, FileChange, Repo } from '../../src/ports.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface GitSandbox {
  /** The folder that holds everything, home included. */
  readonly base: string;
  /** The work tree. */
  readonly dir: string;
  readonly env: Environment;
  /** Runs git in the work tree and returns what it printed, trimmed; throws where it fails. */
  git(...args: readonly string[]): string;
  /** The same anywhere, by exit code. */
  tryGit(
    args: readonly string[],
    options?: { readonly cwd?: string; readonly env?: Environment; readonly input?: string },
  ): { readonly code: number | null; readonly out: string; readonly err: string };
  write(file: string, text: string | Uint8Array): void;
  read(file: string): string;
  /** Commits everything in the work tree with the user's own git; returns the commit. */
  commitAll(message?: string): string;
  open(options?: OpenOptions): Repo;
  remove(): void;
}

/** `setup` options go to `git init`; with `bare` there is no first commit. */
export function gitSandbox(
  options: { readonly init?: readonly string[]; readonly unborn?: boolean } = {},
): GitSandbox {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'rondo-git-')));
  const home = join(base, 'home');
  mkdirSync(home);
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n\tname = Test\n\temail = test@example.org\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n[protocol "file"]\n\tallow = always\n',
  );
  const sandbox = sandboxAt(base, join(base, 'repo'), hermeticEnv(home));
  mkdirSync(sandbox.dir);
  sandbox.git('init', '-q', ...(options.init ?? []));
  if (options.unborn !== true) {
    sandbox.write('README.md', 'A repository.\n');
    sandbox.commitAll('first');
  }
  return sandbox;
}

/** Nothing of the caller's git, and no system settings. */
export function hermeticEnv(home: string): Environment {
  const env: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(process.env))
    if (!/^(GIT_|RONDO_|XDG_|EMAIL$|EDITOR$|VISUAL$)/.test(name)) env[name] = value;
  return { ...env, HOME: home, GIT_CONFIG_NOSYSTEM: '1', TZ: 'UTC', LC_ALL: 'C.UTF-8' };
}

/** Another work tree of the same sandbox: a clone, a linked work tree, a submodule. */
export function sandboxAt(base: string, dir: string, env: Environment): GitSandbox {
  const tryGit: GitSandbox['tryGit'] = (args, { cwd = dir, env: more = {}, input = '' } = {}) => {
    const result = spawnSync('git', [...args], { cwd, env: { ...env, ...more }, input, encoding: 'utf8' });
    return { code: result.status, out: result.stdout, err: result.stderr };
  };
  const git = (...args: readonly string[]) => {
    const { code, out, err } = tryGit(args);
    if (code !== 0) throw new Error(`git ${args.join(' ')} ended with ${code}: ${err}${out}`);
    return out.trimEnd();
  };
  const write = (file: string, text: string | Uint8Array) => {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  };
  return {
    base,
    dir,
    env,
    git,
    tryGit,
    write,
    read: (file) => readFileSync(join(dir, file), 'utf8'),
    commitAll: (message = 'a commit') => {
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD');
    },
    open: (options = {}) => openRepo(dir, { env, waitMs: 200, ...options }),
    remove: () => removeWhole(base),
  };
}

/**
 * A worker that is told to end by this may still write into its run directory meanwhile. `maxRetries` would look no more at
 * what is new in a folder, so each try starts afresh.
 */
function removeWhole(folder: string): void {
  for (let tries = 50; ; tries--) {
    try {
      return rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (tries === 0 || !(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY'))
        throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    }
  }
}

/** The plan file of these tests. */
export const PLAN = 'docs/demo-state.md';

/** An order as a round would give it, for what the repository holds now. */
export function orderOf(
  repo: Repo,
  after: string | null,
  more: Partial<CommitOrder> & { readonly extra?: readonly FileChange[] } = {},
): CommitOrder {
  const { extra = [], ...rest } = more;
  const look = repo.look(PLAN);
  if (look.head.kind === 'detached') throw new Error('no branch is checked out');
  const round = rest.round ?? repo.history('demo', PLAN).round + 1;
  const attempts = rest.attempts ?? {};
  const announced = Object.entries(attempts).map(([task, n]) => `Rondo-Attempt: ${task} ${n}\n`);
  return {
    plan: 'demo',
    files: [{ file: PLAN, before: look.text, after }, ...extra],
    ref: look.head.ref,
    tip: look.head.commit,
    message: `rondo(demo): round ${round}, running\n\n- one: started\n\nRondo-Plan: demo\nRondo-Round: ${round}\nRondo-Status: running\nRondo-Machine: here-0001\n${announced.join('')}Rondo-Change: one pending -> in_progress\n`,
    round,
    attempts,
    settings: { hooks: false, sign: false, timeoutMs: 10_000 },
    ...rest,
  };
}
