/** Finds the work tree a folder lies in, and its git directories, without starting git where all is usual. */
import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fail } from '../errors.ts';
import { readRepositoryConfig } from './config.ts';
import { isThere } from './is-there.ts';
import { type Environment, failedCall, gitAt, scrubEnvironment } from './run-git.ts';

/** In the git directory of an attempt's worktree: the checkout that made it. */
export const MADE_BY = 'rondo-checkout';

export interface Place {
  /** Absolute path of the work tree. */
  readonly root: string;
  /** This checkout's own git directory. */
  readonly gitDir: string;
  /** The git directory that linked work trees share. */
  readonly commonDir: string;
  readonly linked: boolean;
  readonly algorithm: 'sha1' | 'sha256';
  /** Refs are kept in files, as Rondo reads them; otherwise git is asked. */
  readonly filesRefs: boolean;
  /** Whether git must be told where the repository is, since it would not find it from the root. */
  readonly explicit: boolean;
}

/** Throws `not-a-repository`, `bare-repository`, `dubious-ownership` or `damaged-repository`. */
export function discover(startDir: string, env: Environment, timeoutMs: number): Place {
  const start = realDirectory(startDir);
  const found = findUpward(start) ?? fail('not-a-repository', `${startDir} is not inside a git repository`);
  const commonDir = commonOf(found.gitDir);
  checkOwner(found, env, timeoutMs);
  const { values } = readRepositoryConfig(commonDir);
  const linked = commonDir !== found.gitDir;
  // An attempt's worktree belongs to the checkout that made it: its plans and its runs are meant there.
  const owner = linked ? ownerOf(found.gitDir) : undefined;
  if (owner !== undefined) return discover(owner, env, timeoutMs);
  if (values.get('core.bare') === 'true' && !linked) bare(found.gitDir);
  const elsewhere = linked ? undefined : values.get('core.worktree');
  const root = elsewhere === undefined ? found.root : realDirectory(resolve(found.gitDir, elsewhere));
  const format = values.get('extensions.objectformat') ?? 'sha1';
  return {
    root,
    gitDir: found.gitDir,
    commonDir,
    linked,
    algorithm: format === 'sha256' ? 'sha256' : 'sha1',
    filesRefs: (values.get('extensions.refstorage') ?? 'files') === 'files',
    explicit: root !== found.root,
  };
}

/** The checkout that made a worktree for an attempt; undefined for a person's own. Written by `work-places.ts`. */
function ownerOf(gitDir: string): string | undefined {
  try {
    return realpathSync(readFileSync(join(gitDir, MADE_BY), 'utf8').trimEnd());
  } catch {
    return undefined; // a person's own, or the checkout was moved away
  }
}

interface Found {
  readonly root: string;
  readonly gitDir: string;
}

function findUpward(start: string): Found | undefined {
  for (let dir = start; ; dir = dirname(dir)) {
    const gitDir = gitDirAt(join(dir, '.git'));
    if (gitDir !== undefined) return { root: dir, gitDir };
    if (looksLikeGitDir(dir)) bare(dir);
    if (dirname(dir) === dir) return undefined;
  }
}

/** A `.git` folder, or the folder that a `.git` file of a linked work tree or submodule points to. */
function gitDirAt(path: string): string | undefined {
  let stat: ReturnType<typeof statSync>;
  try {
    stat = statSync(path);
  } catch {
    return undefined;
  }
  if (stat.isDirectory()) return looksLikeGitDir(path) ? realpathSync(path) : undefined;
  if (!stat.isFile() || stat.size > 65_536) return undefined;
  const target = /^gitdir: (.+?)\s*$/.exec(readFileSync(path, 'utf8'))?.[1];
  if (target === undefined)
    return fail('damaged-repository', `${path} does not say where the git directory is`, { file: path });
  const gitDir = resolve(dirname(path), target);
  if (!isThere(gitDir))
    fail('damaged-repository', `${path} points to ${gitDir}, which is not there`, {
      file: path,
      hint: 'Run `git worktree repair`, or clone again.',
    });
  return realpathSync(gitDir);
}

/** As git sees it: objects and refs, or the way to them. What HEAD holds is checked where it is read. */
function looksLikeGitDir(dir: string): boolean {
  if (!isThere(join(dir, 'HEAD'))) return false;
  return isThere(join(dir, 'commondir')) || (isThere(join(dir, 'objects')) && isThere(join(dir, 'refs')));
}

function commonOf(gitDir: string): string {
  try {
    return realpathSync(resolve(gitDir, readFileSync(join(gitDir, 'commondir'), 'utf8').trim()));
  } catch {
    return gitDir;
  }
}

/** Git refuses repositories of somebody else; where that may be so, git itself decides (`safe.directory`). */
function checkOwner({ root, gitDir }: Found, env: Environment, timeoutMs: number): void {
  const me = process.geteuid?.();
  if (me === undefined) return;
  if ([root, join(root, '.git'), gitDir].every((path) => lstatSync(path).uid === me)) return;
  const args = ['rev-parse', '--git-dir'];
  const result = gitAt(root, () => scrubEnvironment(env), timeoutMs).run(args);
  if (result.code !== 0) failedCall(args, result);
}

function bare(gitDir: string): never {
  return fail('bare-repository', `${gitDir} is a repository without a work tree`, { file: gitDir });
}

function realDirectory(dir: string): string {
  try {
    return realpathSync(dir);
  } catch {
    return fail('not-a-repository', `${dir} is not there`, { hint: 'Correct the folder after `-C`.' });
  }
}
