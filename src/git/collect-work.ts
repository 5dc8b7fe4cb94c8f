/** Takes up what a worker left in its worktree: all of it ends up as commits of the attempt's branch. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../errors.ts';
import { copyIndex } from '../local/copy-index.ts';
import { cannotWrite } from '../local/write-atomic.ts';
import type { Isolation, WorkLook } from '../ports.ts';
import type { Ground } from './ground.ts';
import { isAncestor } from './history.ts';
import { moveRef, planTip } from './move-ref.ts';
import { treeOf } from './objects.ts';
import { writeMerge } from './prepare-worktree.ts';
import { readRef } from './refs.ts';
import type { Git } from './run-git.ts';
import { adminDir, gitIn, readNote, refOf, worktreePath, writeNote } from './work-places.ts';

/** What is said of an attempt's work at once, at most. */
const MOST_PATHS = 1000;

export function collectWork(ground: Ground, of: Isolation, message: string, output: string | null): void {
  const path = worktreePath(ground, of.branch);
  const admin = adminDir(ground, path);
  const left = admin === undefined ? undefined : takeUp(ground, of, { path, admin, message, output });
  const tip = readRef(ground, refOf(of.branch));
  if (tip === null) {
    const why = `its branch ${of.branch} is gone`;
    writeNote(ground, of.branch, { tip: '', changed: [], refused: { into: null, why, files: [] } });
    return;
  }
  const changed = changedPaths(ground, of, tip);
  const refused = left === undefined ? null : { ...left, into: null };
  writeNote(ground, of.branch, { tip, changed, refused });
}

export function lookAtWork(ground: Ground, of: Isolation): WorkLook {
  const note = readNote(ground, of.branch);
  if (note === undefined) return { kind: 'open' };
  const tip = readRef(ground, refOf(of.branch));
  const into = of.into === null ? null : readRef(ground, refOf(of.into));
  const { changed, refused } = note;
  const holds = (commit: string | null) =>
    commit !== null && note.tip !== '' && isAncestor(ground, note.tip, commit);
  const merged = holds(into) || holds(readRef(ground, of.ref));
  // Somebody went on in the worktree.
  if (!merged && (tip ?? '') !== note.tip) return { kind: 'open' };
  const stands = refused !== null && (refused.into === null || refused.into === into);
  return {
    kind: 'collected',
    tip: note.tip,
    changed,
    merged,
    refused: stands && !merged ? { why: refused.why, files: refused.files } : null,
  };
}

/** Whether a worktree holds what is not committed. */
export function isDirty(ground: Ground, path: string): boolean {
  return gitIn(ground, path).ask(['status', '--porcelain', '-z', '--untracked-files=normal']) !== '';
}

// ---------------------------------------------------------------- uncommitted work

interface Place {
  readonly path: string;
  readonly admin: string;
  readonly message: string;
  readonly output: string | null;
}

/** Commits what is there; says what keeps it from being taken up, where something does. */
function takeUp(
  ground: Ground,
  of: Isolation,
  place: Place,
): { readonly why: string; readonly files: readonly string[] } | undefined {
  const git = gitIn(ground, place.path);
  const open = new Set(
    git
      .ask(['ls-files', '-u', '-z'])
      .split('\0')
      .flatMap((line) => line.split('\t')[1] ?? []),
  );
  if (open.size > 0)
    return { why: 'a merge in its worktree is not resolved and committed', files: [...open] };
  const at = git.ask(['rev-parse', '--verify', 'HEAD^{commit}']);
  const tree = writeTree(git, place);
  const merging = mergeHeads(place.admin, git).filter((head) => !isAncestor(ground, head, at));
  const commit =
    tree === treeOf(ground.objects.read(at)) && merging.length === 0
      ? at
      : writeMerge(ground, tree, [at, ...merging], place.message);
  return moveBranch(ground, of, git, place, commit);
}

/** By an index of our own: a worker that was killed in the middle of a `git commit` has left the lock of its own. */
function writeTree(git: Git, { path, admin, output }: Place): string {
  const index = join(admin, 'rondo-index');
  const env = { GIT_INDEX_FILE: index };
  rmSync(`${index}.lock`, { force: true });
  try {
    if (existsSync(join(admin, 'index'))) copyIndex(join(admin, 'index'), index);
    else git.ask(['read-tree', 'HEAD'], { env });
  } catch (error) {
    throw cannotWrite(index, error);
  }
  try {
    git.ask(['add', '--all', '--', '.'], { env, durable: true });
    // What the task is to leave counts also where git ignores it: others build on it.
    if (output !== null && existsSync(join(path, output)))
      git.ask(['add', '--force', '--', output], { env, durable: true });
    return git.ask(['write-tree'], { env, durable: true });
  } finally {
    rmSync(index, { force: true });
  }
}

/** A merge that a person resolved and did not commit is committed as one. */
function mergeHeads(admin: string, git: Git): readonly string[] {
  if (!existsSync(join(admin, 'MERGE_HEAD'))) return [];
  return git.ask(['rev-parse', '--verify', 'MERGE_HEAD^{commit}']).split('\n');
}

/** A worker may have gone to another branch, or to none: what it has there belongs to its attempt all the same. */
function moveBranch(
  ground: Ground,
  of: Isolation,
  git: Git,
  { path, admin }: Place,
  commit: string,
): { readonly why: string; readonly files: readonly string[] } | undefined {
  const ref = refOf(of.branch);
  const on = git.run(['symbolic-ref', '-q', 'HEAD']).stdout.toString('utf8').trim();
  const tip = readRef(ground, ref);
  if (tip === null) return undefined;
  if (commit === tip) return undefined;
  if (!isAncestor(ground, tip, commit)) {
    // Named by a ref, so that git keeps it.
    moveRef(ground, `refs/${of.branch.replace('/work/', '/left/')}`, commit, null, 'left by its worker');
    const where = on === '' ? 'on no branch' : `on ${on}`;
    return {
      why: `its worktree is ${where}, at ${commit.slice(0, 12)}, without what ${of.branch} has`,
      files: [],
    };
  }
  if (!moveRef(ground, ref, commit, tip, 'what its worker left'))
    fail('git-failed', `${of.branch} was moved meanwhile`, { file: path });
  if (on === ref) rest(git, admin);
  return undefined;
}

/** The worktree's own index follows its branch; where git is at work there, the files are as committed all the same. */
function rest(git: Git, admin: string): void {
  for (const name of ['MERGE_HEAD', 'MERGE_MSG', 'MERGE_MODE']) rmSync(join(admin, name), { force: true });
  if (!existsSync(join(admin, 'index.lock'))) git.ask(['reset', '--quiet', '--mixed', 'HEAD']);
}

function changedPaths(ground: Ground, of: Isolation, tip: string): readonly string[] {
  const from = (of.into === null ? null : readRef(ground, refOf(of.into))) ?? planTip(ground, of.ref);
  const base = ground.git.run(['merge-base', from, tip]).stdout.toString('latin1').trim();
  if (base === '') return [];
  const names = ground.git.ask(['diff', '--name-only', '--no-renames', '-z', base, tip]).split('\0');
  return names.filter((name) => name !== '' && name !== of.planFile).slice(0, MOST_PATHS);
}
