/** Reads and writes git's objects: loose ones in process, all others through git. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { fail } from '../errors.ts';
import { errorCode } from '../local/error-code.ts';
import { cannotWrite, removeQuietly, writeWhole } from '../local/write-atomic.ts';
import type { Git } from './run-git.ts';

export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

export interface GitObject {
  readonly id: string;
  readonly type: ObjectType;
  readonly bytes: Buffer;
}

export interface ObjectStore {
  /** The object; throws `damaged-repository` where it is not there or not whole. */
  read(id: string): GitObject;
  /** The object where it is loose or known; undefined where git would have to be asked. */
  peek(id: string): GitObject | undefined;
  /** Whether the object is there, whole or not. */
  has(id: string): boolean;
  /** A commit, the trees on the way to a path, and what is there, by one git process where they are packed. */
  prefetch(commit: string, path: string): void;
  /** The id an object would have. */
  idOf(type: ObjectType, bytes: Uint8Array): string;
  /** Writes an object, flushed to the disk, and returns its id; throws `cannot-write`. */
  write(type: 'blob' | 'tree' | 'commit', bytes: Buffer): string;
  /** Whether the object has a file of its own. */
  isLoose(id: string): boolean;
  /** Forgets what was written so far: `restore` concerns what comes after. */
  begin(): void;
  /** Writes those objects again that `write` wrote and that a prune took away meanwhile. */
  restore(): void;
}

interface Options {
  readonly commonDir: string;
  readonly algorithm: 'sha1' | 'sha256';
  readonly git: Git;
  /** Objects need the permissions of a shared repository: git writes them. */
  readonly shared: () => boolean;
}

/** What is kept in memory: the trees and commits of a round or two. */
const MOST_KEPT = 256;
const MOST_KEPT_BYTES = 1_048_576;

export function openObjects({ commonDir, algorithm, git, shared }: Options): ObjectStore {
  const folder = join(commonDir, 'objects');
  const kept = new Map<string, GitObject>();
  let fresh: GitObject[] = [];

  const keep = (object: GitObject): GitObject => {
    if (kept.size >= MOST_KEPT) kept.clear();
    if (object.bytes.length <= MOST_KEPT_BYTES) kept.set(object.id, object);
    return object;
  };
  const idOf = (type: ObjectType, bytes: Uint8Array) =>
    createHash(algorithm).update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');
  const pathOf = (id: string) => join(folder, id.slice(0, 2), id.slice(2));

  const ask = (names: readonly string[]): readonly (GitObject | undefined)[] => {
    const args = ['cat-file', '--batch'];
    const result = git.run(args, { input: names.map((name) => `${name}\n`).join('') });
    if (result.code !== 0) damaged(names[0] ?? '', result.stderr.trim());
    return parseBatch(result.stdout, names.length);
  };

  const peek = (id: string): GitObject | undefined => {
    const known = kept.get(id) ?? readLoose(pathOf(id), id);
    return known === undefined ? undefined : keep(known);
  };

  const read = (id: string): GitObject => {
    const known = peek(id);
    if (known !== undefined) return known;
    const [found] = ask([id]);
    return found === undefined ? damaged(id, 'it is not there') : keep(found);
  };

  const prefetch = (commit: string, path: string): void => {
    if (kept.has(commit) || existsSync(pathOf(commit))) {
      const tree = treeOf(read(commit));
      if (kept.has(tree) || existsSync(pathOf(tree))) return;
    }
    const parts = path.split('/');
    const below = parts.map((_, i) => `${commit}:${parts.slice(0, i + 1).join('/')}`);
    for (const object of ask([commit, `${commit}^{tree}`, ...below])) if (object !== undefined) keep(object);
  };

  const write = (type: 'blob' | 'tree' | 'commit', bytes: Buffer): string => {
    const id = shared()
      ? git.ask(['hash-object', '-t', type, '-w', '--stdin'], { input: bytes, durable: true })
      : idOf(type, bytes);
    if (!shared()) writeLoose(folder, id, type, bytes);
    fresh.push(keep({ id, type, bytes }));
    return id;
  };

  const isLoose = (id: string) => existsSync(pathOf(id));
  const has = (id: string) => isLoose(id) || git.run(['cat-file', '-e', id]).code === 0;
  const begin = () => {
    fresh = [];
  };
  const restore = (): void => {
    for (const { id, type, bytes } of fresh) if (!isLoose(id)) writeLoose(folder, id, type, bytes);
  };

  return { read, peek, has, prefetch, idOf, write, isLoose, begin, restore };
}

/** The tree id of a commit object. */
export function treeOf(commit: GitObject): string {
  const id = /^tree ([0-9a-f]+)\n/.exec(commit.bytes.toString('latin1', 0, 80))?.[1];
  return id ?? damaged(commit.id, 'it is not a commit');
}

function readLoose(path: string, id: string): GitObject | undefined {
  let packed: Buffer;
  try {
    packed = readFileSync(path);
  } catch {
    return undefined;
  }
  try {
    const raw = inflateSync(packed);
    const end = raw.indexOf(0);
    const [type, size] = raw.toString('latin1', 0, end).split(' ');
    if (isType(type) && Number(size) === raw.length - end - 1)
      return { id, type, bytes: raw.subarray(end + 1) };
  } catch {
    // Not a whole object: git may have a good copy in a pack, and says so below.
  }
  return undefined;
}

function isType(word: string | undefined): word is ObjectType {
  return word === 'blob' || word === 'tree' || word === 'commit' || word === 'tag';
}

/** The answers of `cat-file --batch`, in order; undefined where an object is missing. */
function parseBatch(out: Buffer, count: number): readonly (GitObject | undefined)[] {
  const found: (GitObject | undefined)[] = [];
  let at = 0;
  while (found.length < count) {
    const end = out.indexOf(10, at);
    if (end < 0) break;
    const [id, type, size] = out.toString('utf8', at, end).split(' ');
    at = end + 1;
    if (id === undefined || !isType(type) || size === undefined || !/^\d+$/.test(size)) {
      found.push(undefined);
      continue;
    }
    found.push({ id, type, bytes: out.subarray(at, at + Number(size)) });
    at += Number(size) + 1;
  }
  return found;
}

/** As git does it: a temporary file that `git gc` knows as one, flushed, then renamed to its name. */
function writeLoose(folder: string, id: string, type: ObjectType, bytes: Uint8Array): void {
  const temporary = join(folder, `tmp_obj_${randomBytes(6).toString('hex')}`);
  const whole = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
  try {
    writeWhole(temporary, deflateSync(whole, { level: 1 }), { mode: 0o444 });
    renameInto(temporary, join(folder, id.slice(0, 2)), id.slice(2));
  } catch (error) {
    removeQuietly(temporary);
    throw cannotWrite(folder, error);
  }
}

function renameInto(temporary: string, folder: string, name: string): void {
  try {
    renameSync(temporary, join(folder, name));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    mkdirSync(folder, { recursive: true });
    renameSync(temporary, join(folder, name));
  }
}

function damaged(id: string, how: string): never {
  return fail('damaged-repository', `object ${id} cannot be read: ${how}`, {
    hint: 'See `git fsck`; fetch it again from a remote (`git fetch --refetch`), or copy it from another clone.',
  });
}
