/** The fingerprint of files as they are in a work tree, committed or not: what a commit of exactly them would have. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyIndex } from '../local/copy-index.ts';
import { fingerprint, nameOf, readListing } from '../local/fingerprint.ts';
import { type Covered, coverOf } from '../model/globs.ts';
import { scrubEnvironment } from './worker-environment.ts';

/**
 * Git itself takes the files into an index of our own, with its filters and line ends; what it writes for that goes to
 * `scratch`, a folder that is made and removed. Files that git ignores are left out, as by a commit. Undefined where git
 * does not answer, or the disk is full.
 */
export function fingerprintTree(root: string, covered: Covered, scratch: string): string | undefined {
  try {
    return takeUp(root, covered, scratch);
  } catch {
    return undefined; // evidence without one goes by its commit alone
  } finally {
    rmSync(scratch, { force: true, recursive: true });
  }
}

function takeUp(root: string, covered: Covered, scratch: string): string {
  const places = ['--path-format=absolute', '--git-path', 'index', '--git-path', 'objects'];
  const [index = '', objects = ''] = git(root, ['rev-parse', ...places]).split('\n');
  const env = { GIT_INDEX_FILE: join(scratch, 'index'), GIT_OBJECT_DIRECTORY: join(scratch, 'objects') };
  mkdirSync(join(env.GIT_OBJECT_DIRECTORY, 'info'), { recursive: true });
  writeFileSync(join(env.GIT_OBJECT_DIRECTORY, 'info', 'alternates'), `${objects}\n`, 'latin1');
  if (existsSync(Buffer.from(index, 'latin1'))) copyIndex(Buffer.from(index, 'latin1'), env.GIT_INDEX_FILE);
  const covers = coverOf(covered.paths);
  const names = git(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { env });
  // A repository within, no submodule, has a slash at its end: no commit takes it up.
  const paths = new Set(names.split('\0').filter((path) => covers(nameOf(path)) && !path.endsWith('/')));
  // Sorted, a file that gave way to a folder goes before what is in that.
  const input = [...paths]
    .sort()
    .map((path) => `${path}\0`)
    .join('');
  git(root, ['update-index', ...TAKE_ALL, '-z', '--stdin'], { env, input });
  return fingerprint(readListing(git(root, ['ls-files', '--stage', '-z'], { env })), covered);
}

const TAKE_ALL = ['--add', '--remove', '--replace', '--ignore-skip-worktree-entries'];

/** Texts are latin1, so that every name keeps its bytes. Throws where git fails. */
function git(
  root: string,
  args: readonly string[],
  { env, input = '' }: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): string {
  const { status, stdout } = spawnSync(
    'git',
    ['--no-optional-locks', '-c', 'core.fsmonitor=false', ...args],
    {
      cwd: root,
      env: { ...scrubEnvironment(process.env), ...env },
      encoding: 'latin1',
      input: Buffer.from(input, 'latin1'),
      maxBuffer: 256 * 1_048_576,
      timeout: 60_000,
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  if (status !== 0) throw new Error(`git ${args[0]} ended with ${status}`);
  return stdout;
}
