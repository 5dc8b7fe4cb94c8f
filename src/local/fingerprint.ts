/** What files hold, in a short text that a plan can keep: equal where path, mode and content of every one are. */
import { createHash } from 'node:crypto';
import { type Covered, isCovered, patternsOf } from '../model/globs.ts';

const DIGITS = 12;

/** Of a listing by `git ls-files -s -z` or `git ls-tree -r -z`, read as latin1, so that every name keeps its bytes. */
export function fingerprint(listing: string, covered: Covered): string {
  const covers = coveredBy(covered);
  const lines = listing.split('\0').flatMap((line) => {
    const [, mode, id, path = ''] = LINE.exec(line) ?? [];
    return covers(path) ? [`${mode} ${id} ${path}\0`] : [];
  });
  return createHash('sha256').update(lines.sort().join(''), 'latin1').digest('hex').slice(0, DIGITS);
}

/** Whether a path, read as latin1, is covered. */
export function coveredBy({ paths, except }: Covered): (path: string) => boolean {
  const patterns = patternsOf(paths);
  return (path) => {
    const name = Buffer.from(path, 'latin1').toString('utf8');
    return name !== '' && name !== except && isCovered(name, patterns);
  };
}

/** Mode, kind (of a commit's tree), id, stage (of an index), path. */
const LINE = /^(\d+) (?:[a-z]+ )?([0-9a-f]+)(?: \d)?\t(.+)$/s;
