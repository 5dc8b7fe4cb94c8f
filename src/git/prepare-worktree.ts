/** Makes the worktree and branch of an attempt, from an integration branch that has what people committed meanwhile. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail, type Problem, problem } from '../errors.ts';
import { cannotWrite } from '../local/write-atomic.ts';
import type { Isolation } from '../ports.ts';
import type { Ground } from './ground.ts';
import { isAncestor } from './history.ts';
import { identLine } from './identity.ts';
import { mergeTrees } from './merge-trees.ts';
import { checkedOut, moveRef, planTip } from './move-ref.ts';
import { readRef } from './refs.ts';
import { adminDir, LONG_MS, markWhole, refOf, removeWorktree, worktreePath } from './work-places.ts';

export function prepareWorktree(
  ground: Ground,
  of: Isolation,
): { readonly path: string; readonly problems: readonly Problem[] } {
  const path = worktreePath(ground, of.branch);
  if (adminDir(ground, path) !== undefined) return { path, problems: [] };
  const { base, problems } = baseOf(ground, of);
  makeBranch(ground, of, base);
  makeWorktree(ground, path, of.branch);
  return { path, problems };
}

/** A branch that has commits of its own is this very attempt's, begun before: it goes on from there. */
function makeBranch(ground: Ground, { branch }: Isolation, base: string): void {
  const tip = readRef(ground, refOf(branch));
  if (tip !== null && !isAncestor(ground, tip, base)) return;
  if (tip !== base && !moveRef(ground, refOf(branch), base, tip, 'attempt begins'))
    fail('git-failed', `${branch} was moved while its attempt began`);
}

function makeWorktree(ground: Ground, path: string, branch: string): void {
  removeWorktree(ground, path);
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw cannotWrite(path, error);
  }
  ground.git.ask(['worktree', 'add', '--quiet', path, branch], { timeoutMs: LONG_MS });
  markWhole(ground, path);
}

// ---------------------------------------------------------------- the integration branch

interface Base {
  readonly base: string;
  readonly problems: readonly Problem[];
}

/** Where an attempt starts from. */
function baseOf(ground: Ground, of: Isolation): Base {
  const head = planTip(ground, of.ref);
  if (of.into === null) return { base: head, problems: [] };
  const tip = integrationTip(ground, of.into, of.ref);
  if (isAncestor(ground, head, tip)) return { base: tip, problems: [] };
  if (isAncestor(ground, tip, head)) return { base: moveOn(ground, of.into, tip, head), problems: [] };
  return changesMore(ground, of, tip, head)
    ? takeAlong(ground, of, of.into, tip, head)
    : { base: tip, problems: [] };
}

/** The integration branch's newest commit; made from the plan's branch where there is none yet. */
export function integrationTip(ground: Ground, into: string, planRef: string): string {
  const found = readRef(ground, refOf(into));
  if (found !== null) return found;
  const head = planTip(ground, planRef);
  return moveRef(ground, refOf(into), head, null, 'integration begins') ? head : planTip(ground, refOf(into));
}

/** Where nothing is merged that the plan's branch lacks, it moves on with that branch. A person's checkout of it is left alone. */
function moveOn(ground: Ground, into: string, tip: string, head: string): string {
  if (checkedOut(ground).has(refOf(into))) return head;
  moveRef(ground, refOf(into), head, tip, 'moves on with the plan');
  return head;
}

/** Rounds change the plan file and its ledger alone, and need not be merged each time. */
function changesMore(ground: Ground, { planFile, ledger }: Isolation, tip: string, head: string): boolean {
  const base = ground.git.run(['merge-base', tip, head]).stdout.toString('latin1').trim();
  if (base === '') return true;
  const names = ground.git.ask(['diff', '--name-only', '-z', base, head]).split('\0');
  return names.some((name) => name !== '' && name !== planFile && name !== ledger);
}

/** Merges what people committed to the plan's branch. Where that conflicts the attempt starts without, and it is said. */
function takeAlong(ground: Ground, of: Isolation, into: string, tip: string, head: string): Base {
  const why = 'takes along what is new on the plan’s branch';
  const behind = (how: string) => ({
    base: tip,
    problems: [
      problem(
        'integration-behind',
        `${into} lacks what is new on ${of.ref.replace('refs/heads/', '')}: ${how}`,
        {
          severity: 'warning',
          hint: `Merge it: git worktree add ../merge ${into} && git -C ../merge merge ${of.ref.replace('refs/heads/', '')}; then git worktree remove ../merge.`,
        },
      ),
    ],
  });
  const place = checkedOut(ground).get(refOf(into));
  if (place !== undefined) return behind(`it is checked out at ${place}`);
  const merged = mergeTrees(ground, tip, head, { file: of.planFile, from: head });
  if (merged.kind === 'unrelated') return behind('they have no common history');
  if (merged.kind === 'conflict') return behind(`conflicts in ${merged.files.slice(0, 5).join(', ')}`);
  const commit = writeMerge(ground, merged.tree, [tip, head], `${into} ${why}`);
  if (!moveRef(ground, refOf(into), commit, tip, why)) return behind('it was moved meanwhile');
  return { base: commit, problems: [] };
}

/** A commit with these parents, flushed. */
export function writeMerge(
  ground: Ground,
  tree: string,
  parents: readonly string[],
  message: string,
): string {
  const now = new Date();
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    identLine(ground, 'author', now),
    identLine(ground, 'committer', now),
  ];
  return ground.objects.write('commit', Buffer.from(`${lines.join('\n')}\n\n${message.trimEnd()}\n`, 'utf8'));
}
