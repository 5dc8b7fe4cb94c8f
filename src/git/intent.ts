/** The note a commit leaves before it changes anything a user sees, so that a killed round can be settled. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeQuietly, writeAtomic } from '../local/write-atomic.ts';
import type { Ground } from './ground.ts';

export interface IntentFile {
  readonly file: string;
  /** What the file's bytes are in the old tip, in git's form; null where it had none. */
  readonly tipBlob: string | null;
  /** What READ saw of the file, in git's form (a hand edit differs from the tip); null where it was not there. */
  readonly oldBlob: string | null;
  /** The id of the same bytes, unconverted. */
  readonly oldBytes: string | null;
  /** The id of the new bytes, unconverted; null removes the file. */
  readonly newBytes: string | null;
  /** The new bytes in git's form; null removes the file. */
  readonly newBlob: string | null;
  readonly mode: string;
  /** The index entry's blob before, and its flags; null where there was no entry. */
  readonly index: {
    readonly id: string;
    readonly mode: string;
    readonly assumeUnchanged: boolean;
    readonly skipWorktree: boolean;
  } | null;
  /** The prepared file that is renamed into place; null where the file is removed. */
  readonly prepared: string | null;
}

export interface Intent {
  readonly version: 1;
  readonly plan: string;
  readonly round: number;
  readonly ref: string;
  readonly oldTip: string | null;
  readonly commit: string;
  readonly message: string;
  /** How the commit is signed, should it have to be made anew; null where it is not. */
  readonly sign: { readonly timeoutMs: number } | null;
  readonly attempts: Readonly<Record<string, number>>;
  readonly files: readonly IntentFile[];
}

/** The folder in which new texts wait to be renamed into place. */
export const waitingRoom = ({ gitDir }: Ground) => join(gitDir, 'rondo', 'tmp');

const fileOf = ({ gitDir }: Ground) => join(gitDir, 'rondo', 'intent.json');

/** Flushed to the disk before it returns. */
export function writeIntent(ground: Ground, intent: Intent): void {
  writeAtomic(fileOf(ground), JSON.stringify(intent), { tempDir: waitingRoom(ground) });
}

/** Removes the note and the prepared files that were not used. */
export function dropIntent(ground: Ground, intent: Intent): void {
  removeQuietly(fileOf(ground));
  for (const { prepared } of intent.files) if (prepared !== null) removeQuietly(prepared);
}

/** The note of a round that did not end; undefined where there is none. One that is not whole was never acted upon. */
export function readIntent(ground: Ground): Intent | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(ground), 'utf8');
  } catch {
    return undefined;
  }
  try {
    const found: unknown = JSON.parse(text);
    if (isIntent(found)) return found;
  } catch {
    // Not whole: the rename that puts it there comes after its bytes, so this is damage of another kind.
  }
  removeQuietly(fileOf(ground));
  return undefined;
}

function isIntent(value: unknown): value is Intent {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    value.version === 1 &&
    'files' in value &&
    Array.isArray(value.files)
  );
}
