/** Finds paths in a commit's trees, and makes trees in which a few paths differ. */
import { fail } from '../errors.ts';
import { type GitObject, type ObjectStore, treeOf } from './objects.ts';

export interface TreeEntry {
  readonly mode: string;
  readonly name: string;
  readonly id: string;
}

/** What each store has been asked already; the answers never change, since ids name contents. */
const FOUND = new WeakMap<ObjectStore, Map<string, TreeEntry | undefined>>();
const MOST_FOUND = 1000;

/** The entry of a path at a commit; undefined where there is none. */
export function findInCommit(objects: ObjectStore, commit: string, path: string): TreeEntry | undefined {
  const found = FOUND.get(objects) ?? new Map<string, TreeEntry | undefined>();
  FOUND.set(objects, found);
  const key = `${commit}:${path}`;
  if (found.has(key)) return found.get(key);
  const entry = search(objects, commit, path);
  if (found.size >= MOST_FOUND) found.clear();
  found.set(key, entry);
  return entry;
}

function search(objects: ObjectStore, commit: string, path: string): TreeEntry | undefined {
  objects.prefetch(commit, path);
  const parts = partsOf(path);
  let tree = treeOf(objects.read(commit));
  for (const [i, part] of parts.entries()) {
    const object = objects.read(tree);
    const slice = findSlice(object, part);
    if (slice === undefined || i === parts.length - 1) return slice && entryOf(object, slice);
    const entry = entryOf(object, slice);
    if (entry.mode !== '40000') return undefined;
    tree = entry.id;
  }
  return undefined;
}

// ---------------------------------------------------------------- reading a tree object

/** Where an entry stands in its tree, its name first. */
interface Slice {
  readonly start: number;
  readonly name: number;
  readonly end: number;
}

/** Walks a tree without making anything of the entries it passes: a folder may have ten thousand. */
function* slicesOf(tree: GitObject): Generator<Slice> {
  if (tree.type !== 'tree') fail('damaged-repository', `object ${tree.id} is not a tree`);
  const { bytes } = tree;
  for (let start = 0; start < bytes.length; ) {
    const name = bytes[start + 5] === 32 ? start + 6 : start + 7;
    const nul = bytes.indexOf(0, name);
    if (nul < 0 || bytes[name - 1] !== 32) fail('damaged-repository', `tree ${tree.id} is garbled`);
    const end = nul + 1 + tree.id.length / 2;
    yield { start, name, end };
    start = end;
  }
}

function findSlice(tree: GitObject, name: string): Slice | undefined {
  const wanted = Buffer.from(`${name}\0`, 'latin1');
  for (const slice of slicesOf(tree))
    if (
      tree.bytes[slice.name] === wanted[0] &&
      tree.bytes.compare(wanted, 0, wanted.length, slice.name, slice.name + wanted.length) === 0
    )
      return slice;
  return undefined;
}

/** Names are kept as latin1, byte for byte. */
function entryOf({ bytes, id }: GitObject, { start, name, end }: Slice): TreeEntry {
  const idAt = end - id.length / 2;
  return {
    mode: bytes.toString('latin1', start, name - 1),
    name: bytes.toString('latin1', name, idAt - 1),
    id: bytes.toString('hex', idAt, end),
  };
}

// ---------------------------------------------------------------- making a tree

/** What stands at a path in a new tree; null removes it, and folders it leaves empty. */
export interface TreeEdit {
  readonly path: string;
  readonly blob: { readonly id: string; readonly mode: string } | null;
}

/** Writes a tree like the given one (null: the empty one) but for some paths; returns its id. */
export function editTree(objects: ObjectStore, tree: string | null, edits: readonly TreeEdit[]): string {
  const split = edits.map(({ path, blob }) => ({ parts: partsOf(path), blob }));
  return editLevel(objects, tree, split) ?? objects.write('tree', Buffer.alloc(0));
}

interface SplitEdit {
  readonly parts: readonly string[];
  readonly blob: TreeEdit['blob'];
}

/** Null where nothing is left in the folder. */
function editLevel(objects: ObjectStore, tree: string | null, edits: readonly SplitEdit[]): string | null {
  const old = tree === null ? undefined : objects.read(tree);
  const find = (name: string) => {
    const slice = old && findSlice(old, name);
    return old && slice && entryOf(old, slice);
  };
  const here = new Map<string, TreeEdit['blob']>();
  const below = new Map<string, SplitEdit[]>();
  for (const { parts, blob } of edits) {
    const [name = '', ...rest] = parts;
    if (rest.length === 0) here.set(name, blob);
    else below.set(name, [...(below.get(name) ?? []), { parts: rest, blob }]);
  }
  for (const [name, inner] of below) {
    const folder = find(name);
    const id = editLevel(objects, folder?.mode === '40000' ? folder.id : null, inner);
    here.set(name, id === null ? null : { id, mode: '40000' });
  }
  const bytes = (old && spliceEntries(old, here)) ?? joinEntries(old, here);
  return bytes.length === 0 ? null : objects.write('tree', bytes);
}

/** The usual case: entries that keep their place change their id. Undefined where one comes, goes or changes kind. */
function spliceEntries(tree: GitObject, edits: ReadonlyMap<string, TreeEdit['blob']>): Buffer | undefined {
  const bytes = Buffer.from(tree.bytes);
  for (const [name, blob] of edits) {
    const slice = findSlice(tree, name);
    if (slice === undefined || blob === null || entryOf(tree, slice).mode !== blob.mode) return undefined;
    bytes.write(blob.id, slice.end - tree.id.length / 2, 'hex');
  }
  return bytes;
}

function joinEntries(tree: GitObject | undefined, edits: ReadonlyMap<string, TreeEdit['blob']>): Buffer {
  const entries = new Map<string, TreeEntry>();
  if (tree !== undefined)
    for (const slice of slicesOf(tree)) {
      const entry = entryOf(tree, slice);
      entries.set(entry.name, entry);
    }
  for (const [name, blob] of edits) {
    if (blob === null) entries.delete(name);
    else entries.set(name, { name, ...blob });
  }
  const sorted = [...entries.values()]
    .map((entry) => ({ entry, key: Buffer.from(sortKey(entry), 'latin1') }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  return Buffer.concat(
    sorted.flatMap(({ entry: { mode, name, id } }) => [
      Buffer.from(`${mode} ${name}\0`, 'latin1'),
      Buffer.from(id, 'hex'),
    ]),
  );
}

/** Git sorts a folder as if its name ended in a slash. */
function sortKey(entry: TreeEntry): string {
  return entry.mode === '40000' ? `${entry.name}/` : entry.name;
}

function partsOf(path: string): readonly string[] {
  return path.split('/').map((part) => Buffer.from(part, 'utf8').toString('latin1'));
}
