/**
 * What the checked-out commit has for a file, kept from one process to the next: which blob, and the bytes of the work
 * tree that git's conversion makes that blob of. A look at an unchanged file then reads no object and hashes nothing.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../local/write-atomic.ts';
import type { Ground } from './ground.ts';
import { findInCommit } from './trees.ts';

/** A commit's id names its contents, so what is kept of it can never change. */
export interface FileAtTip {
  readonly commit: string;
  readonly file: string;
  /** Null where the commit has no such file. */
  readonly blob: string | null;
  /** Bytes of the work tree that are known to be this blob; null where none are. */
  readonly bytes: Buffer | null;
}

export function fileAtTip(ground: Ground, commit: string, file: string): FileAtTip {
  const kept = readKept(ground, file);
  if (kept?.commit === commit) return kept;
  const found = { commit, file, blob: findInCommit(ground.objects, commit, file)?.id ?? null, bytes: null };
  keepFileAtTip(ground, found);
  return found;
}

/** Notes the answer for a commit that was just made or looked at, so that the next look reads nothing. */
export function keepFileAtTip(ground: Ground, { commit, file, blob, bytes }: FileAtTip): void {
  const head = Buffer.from(`${JSON.stringify({ commit, file, blob, known: bytes !== null })}\n`, 'utf8');
  try {
    writeAtomic(keptFile(ground, file), Buffer.concat([head, bytes ?? Buffer.alloc(0)]), { fsync: false });
  } catch {
    // A checkout that cannot be written can still be looked at: the objects have the answer, only slower.
  }
}

const keptFile = ({ gitDir }: Ground, file: string) =>
  join(gitDir, 'rondo', 'cache', `tip-${encodeURIComponent(file)}`);

function readKept(ground: Ground, file: string): FileAtTip | undefined {
  try {
    const all = readFileSync(keptFile(ground, file));
    const end = all.indexOf(10);
    const head: unknown = JSON.parse(all.toString('utf8', 0, end));
    if (!isHead(head) || head.file !== file) return undefined;
    return { commit: head.commit, file, blob: head.blob, bytes: head.known ? all.subarray(end + 1) : null };
  } catch {
    return undefined;
  }
}

interface Head {
  readonly commit: string;
  readonly file: string;
  readonly blob: string | null;
  readonly known: boolean;
}

function isHead(value: unknown): value is Head {
  return (
    typeof value === 'object' &&
    value !== null &&
    'commit' in value &&
    typeof value.commit === 'string' &&
    'file' in value &&
    'known' in value &&
    typeof value.known === 'boolean' &&
    'blob' in value &&
    (value.blob === null || (typeof value.blob === 'string' && /^[0-9a-f]{40,64}$/.test(value.blob)))
  );
}
