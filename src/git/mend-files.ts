/** Steps 5 and 7 of a commit, and the way back: index and files put right, whatever the user's commands did meanwhile. */
import type { CommitOrder } from '../ports.ts';
import { writeBlob } from './conversion.ts';
import type { Ground } from './ground.ts';
import { isAncestor } from './history.ts';
import { readIndex } from './index-file.ts';
import { type Intent, type IntentFile, waitingRoom } from './intent.ts';
import { bytesOf } from './order-bytes.ts';
import { entryBlob, putBlob, putNew, refreshEntry, setEntry, stateOf } from './place-files.ts';
import { readHead, readRef } from './refs.ts';
import { findInCommit } from './trees.ts';
import { replaceWorkFile } from './work-file.ts';

/** Whether a branch is the one that is checked out. */
export function isCheckedOut(ground: Ground, ref: string): boolean {
  const head = readHead(ground);
  return head.kind === 'branch' && head.ref === ref;
}

// ---------------------------------------------------------------- (5) refresh the index

/** Takes the new bytes into the index, flags kept; false where it stayed locked. What another branch has there is left to `lookAgain`. */
export function refreshIndex(ground: Ground, intent: Intent): boolean {
  return intent.files.every((file) => {
    if (!isCheckedOut(ground, intent.ref)) return true;
    if (file.newBlob === null) return setEntry(ground, file.file, null);
    const { index } = file;
    const entry = {
      id: file.newBlob,
      mode: index?.mode ?? file.mode,
      assumeUnchanged: index?.assumeUnchanged ?? false,
      skipWorktree: index?.skipWorktree ?? false,
    };
    if (entry.assumeUnchanged || entry.skipWorktree) return setEntry(ground, file.file, entry);
    const before = entryBlob(ground, file.file);
    if (!refreshEntry(ground, file.file)) return false;
    const [now] = readIndex(ground, file.file);
    if (now?.id === before) return true; // The file was reset meanwhile: step 7 looks at it.
    // Saved or made executable by the user since: that is theirs to stage.
    return (now?.id === file.newBlob && now.mode === entry.mode) || setEntry(ground, file.file, entry);
  });
}

// ---------------------------------------------------------------- (7) look again

/** Mends what the user's own commands did to file and index meanwhile, and what a prune took away. */
export function lookAgain(ground: Ground, intent: Intent, order: CommitOrder | null): void {
  if (order !== null) restoreObjects(ground, intent, order);
  // A checkout may come back between a look at HEAD and what was done for it: then it is done for the branch there is now.
  for (let i = 0; i < MOST_LOOKS; i++) {
    const before = nameOfHead(ground);
    for (const file of intent.files) {
      if (isCheckedOut(ground, intent.ref)) catchUp(ground, file);
      else giveBack(ground, file);
    }
    if (nameOfHead(ground) === before) return;
  }
}

const MOST_LOOKS = 10;

function nameOfHead(ground: Ground): string {
  const head = readHead(ground);
  return `${head.kind === 'branch' ? head.ref : ''} ${head.commit}`;
}

/** Before the swap nothing reaches the round's objects, and a prune at that moment takes them: they are written again. */
export function restoreObjects(ground: Ground, intent: Intent, order: CommitOrder): void {
  ground.objects.restore();
  for (const change of order.files) {
    const { file } = change;
    const { after } = bytesOf(change);
    const { newBlob, tipBlob } = intent.files.find((f) => f.file === file) ?? {};
    if (after === null || newBlob === undefined || newBlob === null || ground.objects.isLoose(newBlob))
      continue;
    writeBlob(ground, file, after, tipBlob ?? null);
  }
}

/** A stash or reset put the old bytes back after the files were placed: the new ones go there again. */
function catchUp(ground: Ground, file: IntentFile): void {
  if (file.newBlob === file.tipBlob || blobAtHead(ground, file.file)?.id !== (file.newBlob ?? undefined))
    return;
  const wasReset = stateOf(ground, file) === 'old';
  if (wasReset) putNew(ground, file);
  const entry = entryBlob(ground, file.file);
  if (entry === file.newBlob) return;
  if (entry !== (file.index?.id ?? null) && entry !== file.tipBlob) return;
  if (file.newBlob === null) setEntry(ground, file.file, null);
  else setEntry(ground, file.file, { ...file.index, id: file.newBlob, mode: file.index?.mode ?? file.mode });
  if (
    file.newBlob !== null &&
    file.index?.assumeUnchanged !== true &&
    file.index?.skipWorktree !== true &&
    stateOf(ground, file) === 'new'
  )
    refreshEntry(ground, file.file);
}

/** Another branch is checked out and carries the round's bytes: its own go there. */
function giveBack(ground: Ground, file: IntentFile): void {
  const own = blobAtHead(ground, file.file);
  if ((own?.id ?? null) === file.newBlob) return;
  ground.onStep(`giving back ${file.file}`);
  if (stateOf(ground, file) === 'new') putBlob(ground, file.file, own?.id ?? null);
  if (entryBlob(ground, file.file) === file.newBlob) setEntry(ground, file.file, own ?? null);
}

function blobAtHead(ground: Ground, file: string) {
  const { commit } = readHead(ground);
  return commit === null ? undefined : findInCommit(ground.objects, commit, file);
}

// ---------------------------------------------------------------- the way back

/** Takes the round back where file and index still hold exactly its bytes; `order` has the texts from before, if known. */
export function takeBack(ground: Ground, intent: Intent, order: CommitOrder | null): void {
  if (isCheckedOut(ground, intent.ref)) putBack(ground, intent, order);
  else for (const file of intent.files) giveBack(ground, file);
}

function putBack(ground: Ground, intent: Intent, order: CommitOrder | null): void {
  const tip = readRef(ground, intent.ref);
  // Commits on top of the old tip brought the plan forward: what was as committed then is as committed now.
  const forward = tip !== null && intent.oldTip !== null && isAncestor(ground, intent.oldTip, tip);
  for (const file of intent.files) {
    if (file.newBytes === file.oldBytes) continue;
    const own = forward ? findInCommit(ground.objects, tip, file.file) : undefined;
    if (stateOf(ground, file) === 'new') putOldText(ground, file, forward, own?.id ?? null, order);
    if (entryBlob(ground, file.file) !== file.newBlob || file.newBlob === (file.index?.id ?? null)) continue;
    const wasClean = (file.index?.id ?? null) === file.tipBlob;
    setEntry(ground, file.file, forward && wasClean ? (own ?? null) : file.index);
  }
}

function putOldText(
  ground: Ground,
  file: IntentFile,
  forward: boolean,
  own: string | null,
  order: CommitOrder | null,
): void {
  const wasClean = file.oldBlob === file.tipBlob;
  const text = order?.files.find((f) => f.file === file.file)?.before;
  if (forward && wasClean) putBlob(ground, file.file, own);
  else if (text !== undefined) replaceWorkFile(ground.root, file.file, text, waitingRoom(ground));
  else if (file.oldBlob === null || wasClean) putBlob(ground, file.file, file.oldBlob);
}
