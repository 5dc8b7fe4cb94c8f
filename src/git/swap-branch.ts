/** Step 6 of a commit: the named branch goes from the old tip to the round's commit, or to one made anew on its new tip. */
import { type Problem, problem } from '../errors.ts';
import type { CommitOrder } from '../ports.ts';
import { type Ground, waitWhile } from './ground.ts';
import { isAncestor } from './history.ts';
import { type Intent, writeIntent } from './intent.ts';
import { restoreObjects } from './mend-files.ts';
import { waitForGit } from './quiet.ts';
import { readRef } from './refs.ts';
import { buildCommit } from './round-objects.ts';
import { failedCall } from './run-git.ts';
import { findInCommit } from './trees.ts';

/** What a round reports that has put its files in place and cannot swap now. */
export const SAVED = 'the plan file is saved but not committed; the next round commits it';

export type Swap =
  | {
      readonly kind: 'saved';
      readonly commit: string;
      readonly byUser: boolean;
      readonly intent: Intent;
    }
  | { readonly kind: 'moved'; readonly intent: Intent }
  | { readonly kind: 'stuck'; readonly problem: Problem };

/** How often a round is put on a new tip before it gives up. */
const MOST_TIPS = 5;

/** Swaps, however often the tip moves on without touching the round's files, within reason. */
export function swapBranch(ground: Ground, first: Intent, order: CommitOrder | null): Swap {
  let intent = first;
  for (let i = 0; i < MOST_TIPS; i++) {
    if (order !== null) restoreObjects(ground, intent, order);
    const busy = waitForGit(ground);
    if (busy !== undefined)
      return { kind: 'stuck', problem: { ...busy, message: `${busy.message}; ${SAVED}` } };
    const tip = updateRef(ground, intent);
    if (tip === intent.commit || (tip !== null && isAncestor(ground, intent.commit, tip)))
      return { kind: 'saved', commit: intent.commit, byUser: false, intent };
    if (tip === intent.oldTip)
      return { kind: 'stuck', problem: problem('deferred', `${intent.ref} stays locked; ${SAVED}`) };
    const standing = standingOf(ground, intent, tip);
    if (standing === 'new' && tip !== null) return { kind: 'saved', commit: tip, byUser: true, intent };
    if (standing !== 'old') return { kind: 'moved', intent };
    const commit = buildCommit(ground, tip, intent.files, intent.message, intent.sign);
    intent = { ...intent, oldTip: tip, commit };
    writeIntent(ground, intent);
  }
  return { kind: 'moved', intent };
}

/** Moves the branch from the old tip to the commit, never `HEAD`; returns where the branch is afterwards. */
function updateRef(ground: Ground, { ref, commit, oldTip, plan, round }: Intent): string | null {
  const call = [
    '-c',
    `core.filesRefLockTimeout=${ground.waitMs}`,
    '-c',
    `core.packedRefsTimeout=${ground.waitMs}`,
    'update-ref',
    '-m',
    `rondo: ${plan} round ${round}`,
    '--no-deref',
    ref,
    commit,
    oldTip ?? '0'.repeat(commit.length),
  ];
  const found: { tip: string | null } = { tip: null };
  const stuck = waitWhile(ground.waitMs, () => {
    const result = ground.git.run(call, { durable: true, timeoutMs: ground.waitMs + 30_000 });
    found.tip = readRef(ground, ref);
    if (result.code === 0 || found.tip !== oldTip) return undefined;
    return /\.lock/.test(result.stderr) ? result : failedCall(call, result);
  });
  return stuck === undefined ? found.tip : oldTip;
}

/** Whether a tip has the round's files already, still the old ones (or the hand edit that READ saw), or others. */
export function standingOf(ground: Ground, intent: Intent, tip: string | null): 'new' | 'old' | 'other' {
  const blobs = intent.files.map(({ file }) =>
    tip === null ? null : (findInCommit(ground.objects, tip, file)?.id ?? null),
  );
  if (intent.files.every((file, i) => blobs[i] === file.newBlob)) return 'new';
  return intent.files.every((file, i) => blobs[i] === file.tipBlob || blobs[i] === file.oldBlob)
    ? 'old'
    : 'other';
}
