/** Step 1 of a commit: what of the user's is under way that a round must wait for, and whether anything moved since READ. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Problem, problem } from '../errors.ts';
import type { CommitOrder } from '../ports.ts';
import { blobOfFile } from './conversion.ts';
import { type Ground, waitWhile } from './ground.ts';
import { findLiveCommit } from './live-commits.ts';
import { bytesOf } from './order-bytes.ts';
import { entryBlob } from './place-files.ts';
import { readHead } from './refs.ts';
import { findInCommit } from './trees.ts';
import { readWorkBytes } from './work-file.ts';

/** Waits a bounded time until git is free and the files are not staged otherwise; says what still is in the way. */
export function waitForQuiet(ground: Ground, order: CommitOrder): Problem | undefined {
  return waitWhile(ground.waitMs, () => busyWith(ground) ?? stagedOtherwise(ground, order));
}

/** Waits a bounded time until no git of the user holds the index or makes a commit here; says what still does. */
export function waitForGit(ground: Ground): Problem | undefined {
  return waitWhile(ground.waitMs, () => busyWith(ground));
}

function busyWith(ground: Ground): Problem | undefined {
  const lock = join(ground.gitDir, 'index.lock');
  if (existsSync(lock))
    return problem('deferred', 'another git process holds the index', {
      file: lock,
      hint: `If no git process lives any more, remove ${lock}.`,
    });
  const pid = findLiveCommit(ground);
  return pid === undefined
    ? undefined
    : problem('deferred', `a git commit is under way here (process ${pid})`, {
        hint: 'Finish that commit, then try again.',
      });
}

/** A file staged as neither the commit's bytes nor the work tree's: the user prepares a commit of it. */
function stagedOtherwise(ground: Ground, order: CommitOrder): Problem | undefined {
  for (const { file } of order.files) {
    const tipBlob = order.tip === null ? null : (findInCommit(ground.objects, order.tip, file)?.id ?? null);
    const staged = entryBlob(ground, file);
    if (staged === tipBlob) continue;
    if (staged !== undefined && staged === blobOfFile(ground, file, [staged], tipBlob)) continue;
    const how =
      staged === undefined
        ? 'is not merged'
        : staged === null
          ? 'is staged as removed'
          : 'is staged with other contents';
    return problem('deferred', `${file} ${how}`, {
      file,
      hint: `Commit it, or unstage it: git restore --staged ${file}`,
    });
  }
  return undefined;
}

/** Whether branch, tip or files are no longer what READ saw. */
export function hasMoved(ground: Ground, order: CommitOrder): boolean {
  const head = readHead(ground);
  if (head.kind !== 'branch' || head.ref !== order.ref || head.commit !== order.tip) return true;
  return order.files.some((change) => {
    const now = readWorkBytes(ground.root, change.file);
    const { before } = bytesOf(change);
    return before === null ? now !== null : now === null || !now.equals(before);
  });
}
