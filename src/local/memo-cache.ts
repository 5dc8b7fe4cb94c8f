/** Keeps parsed pieces of plans between processes. Only a cache: anything odd about it reads as an empty one. */
import { mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Memo } from '../ports.ts';
import { readJson } from './read-regular.ts';
import { removeQuietly, writeWhole } from './write-atomic.ts';

/** Raise it when the pieces' shape changes, so that an upgrade starts afresh. */
export const MEMO_FORMAT = '1';

const LARGEST = 64 * 1_048_576;

/** The entries of a memo file of exactly this version; empty where there is none that can be used. */
export function readMemo(file: string, version: string): Memo {
  const value = readJson(file, LARGEST);
  const memo: Memo = new Map();
  if (typeof value !== 'object' || value === null) return memo;
  if (!('rondo' in value && 'entries' in value) || value.rondo !== version) return memo;
  if (!Array.isArray(value.entries)) return memo;
  for (const entry of value.entries) {
    if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== 'string') return new Map();
    memo.set(entry[0], entry[1]);
  }
  return memo;
}

/** Puts a memo in the file's place, or fails silently. */
export function writeMemo(file: string, version: string, memo: Memo): void {
  const temp = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    removeQuietly(temp); // of an earlier process of this number that was killed
    writeWhole(temp, JSON.stringify({ rondo: version, entries: [...memo] }), { fsync: false });
    renameSync(temp, file);
  } catch {
    // Without the cache the next round is a little slower, and nothing else: no reason to fail this one.
    removeQuietly(temp);
  }
}
