/** Hooks of a round's commit, for those who ask for them (`commit: {hooks: true}`): bounded in time, and checked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeQuietly, writeAtomic } from '../local/write-atomic.ts';
import type { CommitOrder } from '../ports.ts';
import type { Ground } from './ground.ts';
import { type IntentFile, waitingRoom } from './intent.ts';
import { treeOf } from './objects.ts';
import type { GitResult } from './run-git.ts';
import { checkEnded, refused } from './sign-commit.ts';
import { editTree } from './trees.ts';

export interface CommitHooks {
  /** Runs pre-commit, prepare-commit-msg and commit-msg; returns the message they leave. */
  beforeCommit(files: readonly IntentFile[], message: string): string;
  /** Runs post-commit, whose failure changes nothing. */
  afterCommit(): void;
}

/** Nothing is run unless the order asks for it. Failures throw `hook-refused`. */
export function openHooks(ground: Ground, order: CommitOrder): CommitHooks {
  const { hooks, timeoutMs } = order.settings;
  return {
    beforeCommit: (files, message) => (hooks ? runHooks(ground, order, files, message) : message),
    afterCommit: () => {
      if (hooks) runHook(ground, 'post-commit', [], timeoutMs, {});
    },
  };
}

function runHooks(ground: Ground, order: CommitOrder, files: readonly IntentFile[], message: string): string {
  const { timeoutMs } = order.settings;
  const index = join(waitingRoom(ground), `.rondo-index-${process.pid}`);
  const draft = join(waitingRoom(ground), `.rondo-message-${process.pid}`);
  const env = { GIT_INDEX_FILE: index, GIT_EDITOR: ':' };
  try {
    writeAtomic(draft, message);
    const tree = proposedTree(ground, order.tip, files);
    ground.git.ask(['read-tree', tree], { env });
    checkEnded('pre-commit', runHook(ground, 'pre-commit', [], timeoutMs, env));
    if (ground.git.ask(['write-tree'], { env }) !== tree)
      refused('pre-commit', 'it changed what would be committed');
    checkEnded(
      'prepare-commit-msg',
      runHook(ground, 'prepare-commit-msg', [draft, 'message'], timeoutMs, env),
    );
    checkEnded('commit-msg', runHook(ground, 'commit-msg', [draft], timeoutMs, env));
    return checkedMessage(readFileSync(draft, 'utf8'), message);
  } finally {
    removeQuietly(index);
    removeQuietly(`${index}.lock`);
    removeQuietly(draft);
  }
}

function proposedTree(ground: Ground, tip: string | null, files: readonly IntentFile[]): string {
  const base = tip === null ? null : treeOf(ground.objects.read(tip));
  const edits = files.map(({ file, newBlob, mode }) => ({
    path: file,
    blob: newBlob === null ? null : { id: newBlob, mode },
  }));
  return editTree(ground.objects, base, edits);
}

/** A hook may add to the message; the trailers, from which history is read, must stay. */
function checkedMessage(edited: string, original: string): string {
  const lines = new Set(edited.split('\n'));
  const lost = original.split('\n').find((line) => /^Rondo-[A-Z][a-z]+: /.test(line) && !lines.has(line));
  return lost === undefined ? edited : refused('commit-msg', `it removed the trailer "${lost}"`);
}

function runHook(
  ground: Ground,
  name: string,
  args: readonly string[],
  timeoutMs: number,
  env: Readonly<Record<string, string>>,
): GitResult {
  return ground.git.run(['hook', 'run', '--ignore-missing', name, '--', ...args], {
    timeoutMs,
    env,
    hooks: true,
  });
}
