/** Step 2 of a commit: the blobs, trees and commit of a round. */
import type { CommitOrder } from '../ports.ts';
import { blobOfFile, writeBlob } from './conversion.ts';
import type { Ground } from './ground.ts';
import { identLine } from './identity.ts';
import { readIndex } from './index-file.ts';
import type { Intent, IntentFile } from './intent.ts';
import { treeOf } from './objects.ts';
import { bytesOf } from './order-bytes.ts';
import { signCommit } from './sign-commit.ts';
import { editTree, findInCommit } from './trees.ts';

/** Describes each file of an order in git's terms, its new blob written and flushed. */
export function describeFiles(ground: Ground, order: CommitOrder): readonly IntentFile[] {
  return order.files.map((change) => {
    const { file } = change;
    const { before, after } = bytesOf(change);
    const tip = order.tip === null ? undefined : findInCommit(ground.objects, order.tip, file);
    const tipBlob = tip?.id ?? null;
    const [entry] = readIndex(ground, file);
    const idOf = (bytes: Buffer | null) => (bytes === null ? null : ground.objects.idOf('blob', bytes));
    return {
      file,
      tipBlob,
      oldBlob: before === null ? null : blobOfFile(ground, file, [tipBlob], tipBlob),
      oldBytes: idOf(before),
      newBytes: idOf(after),
      newBlob: after === null ? null : writeBlob(ground, file, after, tipBlob),
      mode: [tip?.mode, entry?.mode].find((mode) => mode === '100644' || mode === '100755') ?? '100644',
      index:
        entry === undefined || entry.intentToAdd
          ? null
          : {
              id: entry.id,
              mode: entry.mode,
              assumeUnchanged: entry.assumeUnchanged,
              skipWorktree: entry.skipWorktree,
            },
      prepared: null,
    };
  });
}

/** Builds tree and commit on a tip (null: the first commit), flushed; returns the commit's id. With `sign`, git and the signing program make it. */
export function buildCommit(
  ground: Ground,
  tip: string | null,
  files: readonly IntentFile[],
  message: string,
  sign: Intent['sign'],
): string {
  const base = tip === null ? null : treeOf(ground.objects.read(tip));
  const edits = files.map(({ file, newBlob, mode }) => ({
    path: file,
    blob: newBlob === null ? null : { id: newBlob, mode },
  }));
  const tree = editTree(ground.objects, base, edits);
  if (sign !== null) return signCommit(ground, tree, tip, message, sign.timeoutMs);
  const now = new Date();
  const lines = [
    `tree ${tree}`,
    ...(tip === null ? [] : [`parent ${tip}`]),
    identLine(ground, 'author', now),
    identLine(ground, 'committer', now),
  ];
  const bytes = Buffer.from(`${lines.join('\n')}\n\n${message}`, 'utf8');
  return ground.objects.write('commit', bytes);
}
