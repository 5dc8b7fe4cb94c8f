/** A copy of a git index, for a look or a commit that leaves the user's own alone. */
import { copyFileSync, statSync, utimesSync } from 'node:fs';

/**
 * Git takes a file for unchanged by size and by the second, unless the index is no newer than the file: then it looks into
 * the file. A copy that were newer than its original would hide what was changed within the second of the checkout.
 */
export function copyIndex(from: string | Buffer, to: string): void {
  const second = Math.floor(statSync(from).mtimeMs / 1000);
  copyFileSync(from, to);
  utimesSync(to, second, second);
}
