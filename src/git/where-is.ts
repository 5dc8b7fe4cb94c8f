/** Whether a file that is not in the work tree is gone, or only not on the branch that is checked out. */
import { RondoError } from '../errors.ts';
import type { Whereabouts } from '../ports.ts';
import type { Ground } from './ground.ts';
import { readIndex } from './index-file.ts';
import { readHead, readRef } from './refs.ts';
import { findInCommit } from './trees.ts';
import { workFileExists } from './work-file.ts';

/**
 * While git changes branches it removes files long before HEAD moves, but the index only just before: so on the branch
 * that is checked out a file is gone where the index has it no more.
 */
export function whereIs(ground: Ground, file: string, ref: string): Whereabouts {
  if (workFileExists(ground.root, file)) return 'here';
  const head = readHead(ground);
  if (head.kind === 'branch' && head.ref === ref)
    return readIndex(ground, file).length > 0 ? 'missing' : 'gone';
  const tip = tipOf(ground, ref);
  if (tip === null) return 'unknown';
  return findInCommit(ground.objects, tip, file) === undefined ? 'gone' : 'elsewhere';
}

/** A branch that is damaged says nothing, and holds up no plan of another. */
function tipOf(ground: Ground, ref: string): string | null {
  try {
    return readRef(ground, ref);
  } catch (error) {
    if (error instanceof RondoError) return null;
    throw error;
  }
}
