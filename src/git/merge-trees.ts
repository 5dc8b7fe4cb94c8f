/** Merges two commits into a tree without touching anybody's checkout. */
import { join } from 'node:path';
import type { Ground } from './ground.ts';
import { failedCall, type GitResult } from './run-git.ts';
import { editTree, findInCommit } from './trees.ts';
import { gitIn, LONG_MS, removeWorktree, worktreesFolder } from './work-places.ts';

export type MergedTrees =
  | { readonly kind: 'clean'; readonly tree: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[] }
  | { readonly kind: 'unrelated' };

/** One file is not merged: it stays as one of the two commits has it. */
export interface KeptFile {
  readonly file: string;
  readonly from: string;
}

/** `git merge-tree` where git knows it (2.38), otherwise a merge in a worktree made for it. */
export function mergeTrees(ground: Ground, ours: string, theirs: string, kept: KeptFile): MergedTrees {
  const args = ['merge-tree', '--write-tree', '--no-messages', '--name-only', '-z', ours, theirs];
  const result = ground.git.run(args, { durable: true, timeoutMs: LONG_MS });
  const merged = isUnknown(result) ? mergeAside(ground, ours, theirs) : read(args, result);
  if (merged.kind === 'unrelated') return merged;
  const files = merged.files.filter((file) => file !== kept.file);
  if (files.length > 0) return { kind: 'conflict', files };
  const entry = findInCommit(ground.objects, kept.from, kept.file);
  const blob = entry === undefined ? null : { id: entry.id, mode: entry.mode };
  return { kind: 'clean', tree: editTree(ground.objects, merged.tree, [{ path: kept.file, blob }]) };
}

type Merged =
  | { readonly kind: 'merged'; readonly tree: string; readonly files: readonly string[] }
  | { readonly kind: 'unrelated' };

/** Git before 2.38 knows another `merge-tree`, and prints how that is called. */
function isUnknown({ code, stderr }: GitResult): boolean {
  return code === 129 || /usage: git merge-tree/.test(stderr);
}

function read(args: readonly string[], result: GitResult): Merged {
  if (result.code !== 0 && result.code !== 1) return unrelated(result) ?? failedCall(args, result);
  const [tree = '', ...files] = result.stdout.toString('utf8').split('\0');
  return { kind: 'merged', tree, files: [...new Set(files.filter((file) => file !== ''))] };
}

function unrelated({ stderr }: GitResult): Merged | undefined {
  return /unrelated histories/.test(stderr) ? { kind: 'unrelated' } : undefined;
}

/** The name of no plan: a worktree that a killed merge left is replaced by the next. */
const ASIDE = '.merge';

function mergeAside(ground: Ground, ours: string, theirs: string): Merged {
  const path = join(worktreesFolder(ground), ASIDE);
  removeWorktree(ground, path);
  try {
    ground.git.ask(['worktree', 'add', '--quiet', '--detach', path, ours], { timeoutMs: LONG_MS });
    const git = gitIn(ground, path);
    const args = [
      '-c',
      'merge.verifySignatures=false',
      'merge',
      '--quiet',
      '--no-ff',
      '--no-commit',
      '--no-verify',
      theirs,
    ];
    const result = git.run(args);
    const files = git
      .ask(['diff', '--name-only', '--diff-filter=U', '-z'])
      .split('\0')
      .filter((file) => file !== '');
    if (result.code !== 0 && files.length === 0) return unrelated(result) ?? failedCall(args, result);
    // What conflicts is left out of the tree that is only used where nothing but the kept file does.
    if (files.length > 0) git.ask(['rm', '--quiet', '--cached', '-f', '--', ...files]);
    return { kind: 'merged', tree: git.ask(['write-tree'], { durable: true }), files };
  } finally {
    removeWorktree(ground, path);
  }
}
