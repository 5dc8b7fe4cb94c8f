/** The work tree's files and the index entries of a round: what state they are in, and how they are put right. */
import { RondoError } from '../errors.ts';
import { blobOfFile, smudged } from './conversion.ts';
import { type Ground, waitWhile } from './ground.ts';
import { readIndex } from './index-file.ts';
import { type IntentFile, waitingRoom } from './intent.ts';
import { failedCall } from './run-git.ts';
import { putInPlace, readWorkBytes, replaceWorkFile } from './work-file.ts';

export type FileState = 'old' | 'new' | 'other';

/** Whether a file has the bytes from before the round, those of the round, or somebody else's. */
export function stateOf(ground: Ground, file: IntentFile): FileState {
  try {
    const bytes = readWorkBytes(ground.root, file.file);
    if (bytes === null)
      return file.newBytes === null
        ? 'new'
        : file.oldBytes === null || file.tipBlob === null
          ? 'old'
          : 'other';
    const raw = ground.objects.idOf('blob', bytes);
    if (raw === file.newBytes) return 'new';
    if (raw === file.oldBytes) return 'old';
    const blob = blobOfFile(ground, file.file, [file.newBlob, file.tipBlob], file.tipBlob);
    return blob === file.newBlob ? 'new' : blob === file.tipBlob ? 'old' : 'other';
  } catch (error) {
    if (error instanceof RondoError) return 'other';
    throw error;
  }
}

/** Puts the round's bytes in place, by the prepared file where it is still there. */
export function putNew(ground: Ground, file: IntentFile): void {
  if (file.newBlob === null) return putInPlace(ground.root, file.file, null);
  try {
    if (file.prepared !== null) return putInPlace(ground.root, file.file, file.prepared);
  } catch {
    // The prepared file is used up: the blob has the same text.
  }
  putBlob(ground, file.file, file.newBlob);
}

/** Puts a committed blob in place as a checkout would; null removes the file. */
export function putBlob(ground: Ground, file: string, blob: string | null): void {
  replaceWorkFile(ground.root, file, blob === null ? null : smudged(ground, file, blob), waitingRoom(ground));
}

export interface EntryToBe {
  readonly id: string;
  readonly mode: string;
  readonly assumeUnchanged?: boolean;
  readonly skipWorktree?: boolean;
}

/** The blob of a path's index entry; null where it has none, undefined while a merge of it is not settled. */
export function entryBlob(ground: Ground, file: string): string | null | undefined {
  const entries = readIndex(ground, file);
  if (entries.length > 1 || (entries[0]?.stage ?? 0) > 0) return undefined;
  const [entry] = entries;
  return entry === undefined || entry.intentToAdd ? null : entry.id;
}

/** Writes one index entry outright; null removes it. False where the index stayed locked. */
export function setEntry(ground: Ground, file: string, to: EntryToBe | null): boolean {
  if (to === null) return updateIndex(ground, ['--force-remove', '--', file]);
  const info = ['--add', '--cacheinfo', `${to.mode},${to.id},${file}`];
  if (to.assumeUnchanged === true && to.skipWorktree === true)
    return (
      updateIndex(ground, [...info, '--assume-unchanged', '--', file]) &&
      updateIndex(ground, ['--skip-worktree', '--', file])
    );
  if (to.assumeUnchanged === true) return updateIndex(ground, [...info, '--assume-unchanged', '--', file]);
  if (to.skipWorktree === true) return updateIndex(ground, [...info, '--skip-worktree', '--', file]);
  return updateIndex(ground, info);
}

/** Takes a file's bytes and stat data into the index, as they are now. False where the index stayed locked. */
export function refreshEntry(ground: Ground, file: string): boolean {
  return updateIndex(ground, ['--add', '--remove', '--', file]);
}

/** Tries again while somebody else holds the index, for a bounded time. */
function updateIndex(ground: Ground, args: readonly string[]): boolean {
  const call = ['update-index', ...args];
  const stuck = waitWhile(ground.waitMs, () => {
    const result = ground.git.run(call, { durable: true });
    if (result.code === 0) return undefined;
    return /index\.lock|Another git process/.test(result.stderr) && /File exists/.test(result.stderr)
      ? result
      : failedCall(call, result);
  });
  return stuck === undefined;
}
