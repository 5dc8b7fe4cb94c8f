/** Merges the branch of an attempt into its plan's integration branch; nobody's checkout is touched. */
import type { Isolation } from '../ports.ts';
import type { Ground } from './ground.ts';
import { isAncestor } from './history.ts';
import { mergeTrees } from './merge-trees.ts';
import { checkedOut, moveRef } from './move-ref.ts';
import { integrationTip, writeMerge } from './prepare-worktree.ts';
import { readRef } from './refs.ts';
import { readNote, refOf, type WorkNote, writeNote } from './work-places.ts';

/** How often the integration branch may move while a merge is made. */
const MOST_TRIES = 5;

/** Where it cannot be merged, the note says why; `lookAtWork` reads it. */
export function mergeWork(ground: Ground, of: Isolation, message: string): void {
  const note = readNote(ground, of.branch);
  const tip = readRef(ground, refOf(of.branch));
  if (note === undefined || of.into === null || tip === null || tip !== note.tip) return;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const into = integrationTip(ground, of.into, of.ref);
    if (isAncestor(ground, tip, into)) return;
    const merged = mergeOnce(ground, of, of.into, tip, into, message);
    if (merged === 'moved') continue;
    if (merged !== 'merged') writeNote(ground, of.branch, { ...note, refused: { ...merged, into } });
    return;
  }
  const why = `${of.into} kept moving while it was merged`;
  writeNote(ground, of.branch, { ...note, refused: { why, files: [], into: null } });
}

function mergeOnce(
  ground: Ground,
  of: Isolation,
  name: string,
  tip: string,
  into: string,
  message: string,
): 'merged' | 'moved' | Omit<NonNullable<WorkNote['refused']>, 'into'> {
  const place = checkedOut(ground).get(refOf(name));
  if (place !== undefined)
    return {
      why: `${name} is checked out at ${place}, and Rondo moves no branch under a checkout`,
      files: [],
    };
  const merged = mergeTrees(ground, into, tip, { file: of.planFile, from: into });
  if (merged.kind === 'unrelated') return { why: `it has no common history with ${name}`, files: [] };
  if (merged.kind === 'conflict') return { why: `conflicts with ${name}`, files: merged.files };
  const commit = writeMerge(ground, merged.tree, [into, tip], message);
  return moveRef(ground, refOf(name), commit, into, `merges ${of.branch}`) ? 'merged' : 'moved';
}
