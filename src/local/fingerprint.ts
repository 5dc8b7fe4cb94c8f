/** What files hold, in a short text that a plan can keep: equal where path, mode and content of every one are. */
import { createHash } from 'node:crypto';
import { type Covered, coverOf } from '../model/globs.ts';

const DIGITS = 12;

export interface ListedFile {
  readonly path: string;
  /** Mode, id and path with its own bytes, read as latin1. */
  readonly line: string;
}

/** Reads what `git ls-files --stage -z` or `git ls-tree -r -z` says, as latin1: so every name keeps its bytes. */
export function readListing(listing: string): readonly ListedFile[] {
  return listing.split('\0').flatMap((each) => {
    const [, mode, id, path = ''] = LINE.exec(each) ?? [];
    return path === '' ? [] : [{ path: nameOf(path), line: `${mode} ${id} ${path}\0` }];
  });
}

/** Mode, kind (of a commit's tree), id, stage (of an index), path. */
const LINE = /^(\d+) (?:[a-z]+ )?([0-9a-f]+)(?: \d)?\t(.+)$/s;

/** The path that was read as latin1. */
export function nameOf(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}

export function fingerprint(files: readonly ListedFile[], { paths, except }: Covered): string {
  const covers = coverOf(paths);
  const lines = files.filter(({ path }) => path !== except && covers(path)).map(({ line }) => line);
  return createHash('sha256').update(lines.sort().join(''), 'latin1').digest('hex').slice(0, DIGITS);
}
