/** Attempts that work apart: worktrees, branches and their merging, as `Worktrees` of `ports.ts` asks for them. */
import { fail } from '../errors.ts';
import type { WorkFact, Worktrees } from '../ports.ts';
import { collectWork, isDirty, lookAtWork } from './collect-work.ts';
import type { Ground } from './ground.ts';
import { isAncestor } from './history.ts';
import { mergeWork } from './merge-work.ts';
import { checkedOut, removeRef } from './move-ref.ts';
import { prepareWorktree } from './prepare-worktree.ts';
import { readHead, readRef } from './refs.ts';
import { adminDir, refOf, removeNote, removeWorktree, workName, worktreePath } from './work-places.ts';

/** Nothing is read before it is asked for. */
export function openWorktrees(ground: Ground): Worktrees {
  return {
    prepare: (of) => prepareWorktree(ground, of),
    look: (of) => lookAtWork(ground, of),
    collect: (of, message, output) => collectWork(ground, of, message, output),
    merge: (of, message) => mergeWork(ground, of, message),
    list: () => listWork(ground),
    remove: (fact) => removeWork(ground, fact),
    removeIntegration: (plan) => removeIntegration(ground, plan),
  };
}

/** Branches that are checked out elsewhere are those of other checkouts of the repository. */
function listWork(ground: Ground): readonly WorkFact[] {
  const places = checkedOut(ground);
  const refs = ground.git.ask(['for-each-ref', '--format=%(refname)', 'refs/heads/rondo/work/']).split('\n');
  return refs.flatMap((ref) => {
    const branch = ref.slice('refs/heads/'.length);
    const name = workName(branch);
    if (name === undefined) return [];
    const path = worktreePath(ground, branch);
    const place = places.get(ref);
    if (place !== undefined && place !== path) return [];
    const there = adminDir(ground, path) !== undefined;
    return [
      {
        branch,
        ...name,
        path: there ? path : null,
        merged: isMerged(ground, branch, name.plan),
        dirty: there && isDirty(ground, path),
      },
    ];
  });
}

/** In the plan's integration branch, or in what is checked out here. */
function isMerged(ground: Ground, branch: string, plan: string): boolean {
  const tip = readRef(ground, refOf(branch));
  if (tip === null) return false;
  return [readRef(ground, refOf(`rondo/merged/${plan}`)), readHead(ground).commit].some(
    (commit) => commit !== null && isAncestor(ground, tip, commit),
  );
}

function removeWork(ground: Ground, { branch, plan }: WorkFact): void {
  const path = worktreePath(ground, branch);
  const tip = readRef(ground, refOf(branch));
  const there = adminDir(ground, path) !== undefined;
  if (!isMerged(ground, branch, plan) || (there && isDirty(ground, path)))
    fail('work-not-merged', `${branch} has work that is not merged`, { file: path });
  removeWorktree(ground, path);
  if (tip !== null) removeRef(ground, refOf(branch), tip);
  removeNote(ground, branch);
}

function removeIntegration(ground: Ground, plan: string): boolean {
  const ref = refOf(`rondo/merged/${plan}`);
  const tip = readRef(ground, ref);
  const head = readHead(ground).commit;
  if (tip === null || head === null || checkedOut(ground).has(ref) || !isAncestor(ground, tip, head))
    return false;
  removeRef(ground, ref, tip);
  return true;
}
