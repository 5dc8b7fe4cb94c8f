/** Reads one path's entries from git's index, in process where the index has a form this knows. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Ground } from './ground.ts';

export interface IndexEntry {
  readonly mode: string;
  readonly id: string;
  /** 0; 1 to 3 while a merge is not settled. */
  readonly stage: number;
  readonly assumeUnchanged: boolean;
  readonly skipWorktree: boolean;
  readonly intentToAdd: boolean;
  /** What git saw of the file when it last compared; undefined where git was asked. */
  readonly stat?: {
    readonly size: number;
    readonly ino: number;
    readonly mtimeSeconds: number;
    readonly mtimeNanos: number;
    readonly ctimeSeconds: number;
    readonly ctimeNanos: number;
  };
}

/** What was read last, by the index file's own stat data: git never changes an index in place. */
const LAST = new WeakMap<
  Ground,
  { readonly stamp: string; readonly found: Map<string, readonly IndexEntry[]> }
>();

/** The entries of one path: none, one, or one for each stage of a conflict. */
export function readIndex(ground: Ground, path: string): readonly IndexEntry[] {
  const file = join(ground.gitDir, 'index');
  const stamp = stampOf(file);
  if (stamp === undefined) return [];
  const last = LAST.get(ground);
  const found = last?.stamp === stamp ? last.found : new Map<string, readonly IndexEntry[]>();
  LAST.set(ground, { stamp, found });
  const entries =
    found.get(path) ??
    scanIndex(readFileSync(file), path, ground.algorithm === 'sha256' ? 32 : 20) ??
    askIndex(ground, path);
  found.set(path, entries);
  return entries;
}

function stampOf(file: string): string | undefined {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined || stat.size === 0n
    ? undefined
    : [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join();
}

const FIXED = 40;

/** Undefined where the index is split, sparse or of an unknown version: then git must be asked. */
export function scanIndex(bytes: Buffer, path: string, idBytes: number): readonly IndexEntry[] | undefined {
  if (bytes.length < 12 + idBytes || bytes.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return undefined;
  const wanted = Buffer.from(path, 'utf8');
  const end = bytes.length - idBytes;
  const found: IndexEntry[] = [];
  const next = version === 4 ? compressedNames(bytes) : paddedNames(bytes);
  let at = 12;
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const flagsAt = at + FIXED + idBytes;
    if (flagsAt + 4 > end) return undefined;
    const flags = bytes.readUInt16BE(flagsAt);
    const entry = next(at, flagsAt + ((flags & 0x4000) === 0 ? 2 : 4), flags & 0xfff, wanted);
    if (entry.isWanted) found.push(entryAt(bytes, at, idBytes, flags));
    if (entry.end <= at || entry.end > end) return undefined;
    at = entry.end;
  }
  return hasUnusualExtension(bytes, at, end) ? undefined : found;
}

/** Says whether an entry has the wanted name, and where it ends. */
type NextName = (
  at: number,
  nameAt: number,
  length: number,
  wanted: Buffer,
) => { isWanted: boolean; end: number };

/** Versions 2 and 3: the whole name, then NULs up to a multiple of eight bytes. */
function paddedNames(bytes: Buffer): NextName {
  return (at, nameAt, known, wanted) => {
    const length = known < 0xfff ? known : bytes.indexOf(0, nameAt) - nameAt;
    const isWanted =
      length === wanted.length && bytes.compare(wanted, 0, length, nameAt, nameAt + length) === 0;
    return { isWanted, end: at + ((nameAt - at + length + 8) & ~7) };
  };
}

/** Version 4: how many bytes to drop from the end of the name before, then what comes in their place. */
function compressedNames(bytes: Buffer): NextName {
  let name = Buffer.alloc(0);
  return (_, nameAt, __, wanted) => {
    let at = nameAt;
    let drop = (bytes[at] ?? 0) & 0x7f;
    while (((bytes[at++] ?? 0) & 0x80) !== 0) drop = (drop + 1) * 128 + ((bytes[at] ?? 0) & 0x7f);
    const nul = bytes.indexOf(0, at);
    name = Buffer.concat([name.subarray(0, name.length - drop), bytes.subarray(at, nul)]);
    return { isWanted: name.equals(wanted), end: nul + 1 };
  };
}

function entryAt(bytes: Buffer, at: number, idBytes: number, flags: number): IndexEntry {
  const word = (n: number) => bytes.readUInt32BE(at + 4 * n);
  const more = (flags & 0x4000) === 0 ? 0 : bytes.readUInt16BE(at + FIXED + idBytes + 2);
  return {
    mode: word(6).toString(8),
    id: bytes.toString('hex', at + FIXED, at + FIXED + idBytes),
    stage: (flags >> 12) & 3,
    assumeUnchanged: (flags & 0x8000) !== 0,
    skipWorktree: (more & 0x4000) !== 0,
    intentToAdd: (more & 0x2000) !== 0,
    stat: {
      ctimeSeconds: word(0),
      ctimeNanos: word(1),
      mtimeSeconds: word(2),
      mtimeNanos: word(3),
      ino: word(5),
      size: word(9),
    },
  };
}

/** `link` is a split index, `sdir` one with folders in place of files. */
function hasUnusualExtension(bytes: Buffer, from: number, end: number): boolean {
  for (let at = from; at + 8 <= end; at += 8 + bytes.readUInt32BE(at + 4)) {
    const name = bytes.toString('latin1', at, at + 4);
    if (name === 'link' || name === 'sdir') return true;
  }
  return false;
}

/** The same by `git ls-files`, which knows every form of index. */
function askIndex({ git }: Ground, path: string): readonly IndexEntry[] {
  const staged = git.ask(['ls-files', '--stage', '-z', '--', path]).split('\0').filter(Boolean);
  if (staged.length === 0) return [];
  const tag = git.ask(['ls-files', '-v', '-z', '--', path]).slice(0, 1);
  const debug = git.ask(['ls-files', '--debug', '--', path]);
  const flags = Number.parseInt(/flags: ([0-9a-f]+)/.exec(debug)?.[1] ?? '0', 16);
  return staged.flatMap((line) => {
    const [mode, id, stage] = line.slice(0, line.indexOf('\t')).split(' ');
    if (mode === undefined || id === undefined) return [];
    return [
      {
        mode,
        id,
        stage: Number(stage),
        assumeUnchanged: /[a-z]/.test(tag),
        skipWorktree: /s/i.test(tag),
        intentToAdd: (flags & (1 << 29)) !== 0,
      },
    ];
  });
}
