/** Where the worktrees of attempts are, what is noted beside them, and git as it runs in one of them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail } from '../errors.ts';
import { readJson } from '../local/read-regular.ts';
import { cannotWrite, writeAtomic } from '../local/write-atomic.ts';
import type { MergeRefusal } from '../ports.ts';
import { MADE_BY } from './discover.ts';
import type { Ground } from './ground.ts';
import { type Git, gitAt } from './run-git.ts';

/** A checkout of a large repository takes its time. */
export const LONG_MS = 30 * 60_000;

/** Plans, tasks and numbers as they stand in the names of branches and folders. */
const BRANCH =
  /^rondo\/work\/([A-Za-z0-9][A-Za-z0-9._-]{0,63})\/([A-Za-z0-9][A-Za-z0-9._-]{0,63})\/([1-9]\d{0,14})$/;

export interface WorkName {
  readonly plan: string;
  readonly task: string;
  readonly attempt: number;
}

/** What the branch of an attempt says in its name; undefined where it is another branch. */
export function workName(branch: string): WorkName | undefined {
  const [, plan, task, attempt] = BRANCH.exec(branch) ?? [];
  return plan === undefined || task === undefined ? undefined : { plan, task, attempt: Number(attempt) };
}

/** The folder of all worktrees of this checkout. */
export function worktreesFolder({ gitDir }: Ground): string {
  return join(gitDir, 'rondo', 'worktrees');
}

/** The worktree of an attempt's branch; throws `unsafe-path` for another branch. */
export function worktreePath(ground: Ground, branch: string): string {
  const { plan, task, attempt } =
    workName(branch) ?? fail('unsafe-path', `${JSON.stringify(branch)} is no attempt's branch`);
  return join(worktreesFolder(ground), plan, task, String(attempt));
}

export function refOf(branch: string): string {
  return `refs/heads/${branch}`;
}

/** Git within a worktree: where the repository is, is for git to find out there. */
export function gitIn({ git }: Ground, path: string): Git {
  const { GIT_DIR: _, GIT_WORK_TREE: __, ...env } = git.env;
  return gitAt(path, () => env, LONG_MS);
}

// ---------------------------------------------------------------- the git directory of a worktree

/** The git directory of a worktree that was made whole and is still there: the mark of who made it is written last. */
export function adminDir(ground: Ground, path: string): string | undefined {
  const found = adminDirs(ground, path).find((dir) => existsSync(join(dir, MADE_BY)));
  return found !== undefined && existsSync(join(path, '.git')) ? found : undefined;
}

export function markWhole(ground: Ground, path: string): void {
  const [dir] = adminDirs(ground, path);
  if (dir === undefined) fail('git-failed', `git made no worktree at ${path}`, { file: path });
  writeAtomic(join(dir, MADE_BY), `${ground.root}\n`, { fsyncDir: true });
}

/** Removes a worktree that was not made whole, or whose work is merged, with git's record of it. */
export function removeWorktree(ground: Ground, path: string): void {
  try {
    for (const dir of adminDirs(ground, path)) rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function adminDirs({ commonDir }: Ground, path: string): readonly string[] {
  const folder = join(commonDir, 'worktrees');
  return namesIn(folder)
    .map((name) => join(folder, name))
    .filter((dir) => readLine(join(dir, 'gitdir')) === join(path, '.git'));
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function readLine(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd() : undefined;
}

// ---------------------------------------------------------------- notes

/** What was found out of an attempt's work, and of which commits it is true. */
export interface WorkNote {
  readonly tip: string;
  readonly changed: readonly string[];
  /** Set where the last merge was not made. */
  readonly refused: (MergeRefusal & { readonly into: string | null }) | null;
}

function notePath(ground: Ground, branch: string): string {
  return `${worktreePath(ground, branch)}.json`;
}

export function readNote(ground: Ground, branch: string): WorkNote | undefined {
  const value = readJson(notePath(ground, branch));
  return isNote(value) ? value : undefined;
}

export function writeNote(ground: Ground, branch: string, note: WorkNote): void {
  const path = notePath(ground, branch);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeAtomic(path, JSON.stringify(note));
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

export function removeNote(ground: Ground, branch: string): void {
  rmSync(notePath(ground, branch), { force: true });
}

function isNote(value: unknown): value is WorkNote {
  if (typeof value !== 'object' || value === null) return false;
  const { tip, changed, refused } = value as Partial<WorkNote>;
  return (
    typeof tip === 'string' &&
    Array.isArray(changed) &&
    changed.every((path) => typeof path === 'string') &&
    (refused === null ||
      (typeof refused === 'object' && typeof refused.why === 'string' && Array.isArray(refused.files)))
  );
}
