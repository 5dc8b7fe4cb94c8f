/** Runs git's plumbing and waits for it. The one place from which the hot path starts a process. */
import { spawnSync } from 'node:child_process';
import { fail } from '../errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface GitCall {
  readonly input?: string | Uint8Array;
  /** Milliseconds; the default of the runner where it is left out. */
  readonly timeoutMs?: number;
  /** Flush what is written to the disk before git ends. Only commits pay for it. */
  readonly durable?: boolean;
  /** Let the repository's hooks run. */
  readonly hooks?: boolean;
  /** Further environment, e.g. an index file of our own. */
  readonly env?: Environment;
}

export interface GitResult {
  /** Null where git was ended by a signal or by the deadline. */
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly timedOut: boolean;
}

export interface Git {
  /** Runs git at the root of the work tree; a non-zero exit is an answer, not an error. */
  run(args: readonly string[], call?: GitCall): GitResult;
  /** Runs git and returns what it printed, without the last line end; throws `git-failed` (or what it stands for). */
  ask(args: readonly string[], call?: GitCall): string;
  /** What git gets as environment. */
  readonly env: Environment;
}

/** 256 MiB: a plan is at most a few, a log of ten thousand rounds about ten. */
const MOST_OUTPUT = 268_435_456;

const DURABLE = ['-c', 'core.fsync=committed,reference,index'];
const NO_HOOKS = ['-c', 'core.hooksPath=/dev/null'];

/** A runner for one work tree. `environment` is asked for once git is needed; `timeoutMs` bounds each call. */
export function gitAt(cwd: string, environment: () => Environment, timeoutMs: number): Git {
  let known: Environment | undefined;
  const envOf = () => {
    known ??= environment();
    return known;
  };
  const run = (args: readonly string[], call: GitCall = {}): GitResult => {
    const limit = call.timeoutMs ?? timeoutMs;
    const settings = [...(call.hooks === true ? [] : NO_HOOKS), ...(call.durable === true ? DURABLE : [])];
    // Node's types leave out `detached`, which spawnSync knows as well.
    const options = {
      cwd,
      env: call.env === undefined ? envOf() : { ...envOf(), ...call.env },
      input: call.input ?? '',
      maxBuffer: MOST_OUTPUT,
      timeout: limit,
      killSignal: 'SIGKILL' as const,
      // A group of its own, so that the deadline also ends what git started (filters, hooks, ssh).
      detached: true,
      windowsHide: true,
    };
    const result = spawnSync('git', [...settings, ...args], options);
    const code = result.error !== undefined && 'code' in result.error ? result.error.code : undefined;
    if (code === 'ENOENT')
      fail('git-failed', 'git is not installed, or not in PATH', { hint: 'Install git 2.36 or newer.' });
    const timedOut = code === 'ETIMEDOUT';
    if (timedOut) endGroup(result.pid);
    if (result.error !== undefined && !timedOut)
      fail('git-failed', `git ${args[0] ?? ''} could not be run: ${result.error.message}`);
    return { code: result.status, stdout: result.stdout, stderr: result.stderr.toString('utf8'), timedOut };
  };
  return {
    run,
    ask: (args, call) => {
      const result = run(args, call);
      if (result.code !== 0) failedCall(args, result);
      return result.stdout.toString('utf8').replace(/\n$/, '');
    },
    get env() {
      return envOf();
    },
  };
}

/** Throws what a failed call means to a person. */
export function failedCall(args: readonly string[], result: GitResult): never {
  const name = args.find((arg, i) => !arg.startsWith('-') && args[i - 1] !== '-c') ?? '';
  const said = result.stderr.trim();
  if (result.timedOut)
    fail('git-failed', `git ${name} did not end in time and was stopped`, {
      hint: 'Look for a hanging filter, hook or remote, then try again.',
    });
  if (/detected dubious ownership|unsafe repository/.test(said)) {
    const path = /safe\.directory (\S.*)$/m.exec(said)?.[1];
    fail(
      'dubious-ownership',
      said.split('\n')[0] ?? said,
      path === undefined
        ? {}
        : { hint: `Run \`git config --global --add safe.directory ${path}\` if you trust it.` },
    );
  }
  if (/not a git repository/i.test(said)) fail('not-a-repository', said);
  if (
    /No space left on device|Read-only file system|Permission denied|File too large|Disk quota exceeded|unable to write|insufficient permission/i.test(
      said,
    )
  )
    fail('cannot-write', `git ${name} could not write: ${said}`);
  if (
    /is corrupt|is empty|unable to read|missing blob|missing tree|bad object|bad tree|broken|inflate:/i.test(
      said,
    )
  )
    fail('damaged-repository', `git ${name} found damage: ${said}`);
  if (/unknown (option|switch)|is not a git command/i.test(said))
    fail('git-too-old', `git ${name} does not know an option Rondo needs: ${said.split('\n')[0] ?? ''}`);
  fail(
    'git-failed',
    `git ${name} failed${result.code === null ? '' : ` (${result.code})`}: ${said === '' ? 'it said nothing' : said}`,
  );
}

function endGroup(pid: number): void {
  if (pid <= 0) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group has ended already.
  }
}

/** Variables that say who, with which key, through which proxy and with which settings; none of them names another repository. */
const KEPT =
  /^GIT_(AUTHOR_|COMMITTER_|SSH|ASKPASS$|CONFIG_(NOSYSTEM|GLOBAL|SYSTEM|COUNT|PARAMETERS|KEY_\d+|VALUE_\d+)$|EXEC_PATH$|HTTP_|SSL_|PROXY_|ALLOW_PROTOCOL$|PROTOCOL_FROM_USER$|ATTR_NOSYSTEM$)/;

/** The environment git gets: nothing inherited that names another repository, index or object store, and no prompt. */
export function scrubEnvironment(env: Environment): Environment {
  const out: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(env))
    if (!name.startsWith('GIT_') || KEPT.test(name)) out[name] = value;
  return {
    ...out,
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_EDITOR: 'true',
    LC_ALL: 'C',
    LANGUAGE: '',
  };
}
