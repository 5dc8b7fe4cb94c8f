/** Makes the worktree and branch of an attempt, from an integration branch that has what people committed meanwhile. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail, type Problem, problem } from '../errors.ts';
import { cannotWrite } from '../local/write-atomic.ts';
import type { Isolation, LandedWork } from '../ports.ts';
import { resolveAll } from './changed-since.ts';
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
  const isNew = readRef(ground, refOf(of.into)) === null;
  const tip = integrationTip(ground, of.into, of.ref);
  const own = withPlanBranch(ground, of, of.into, tip, head);
  return withLanded(ground, of, of.into, own, isNew);
}

function withPlanBranch(ground: Ground, of: Isolation, into: string, tip: string, head: string): Base {
  if (isAncestor(ground, head, tip)) return { base: tip, problems: [] };
  if (isAncestor(ground, tip, head)) return { base: moveOn(ground, into, tip, head), problems: [] };
  if (!changesMore(ground, of, tip, head)) return { base: tip, problems: [] };
  const name = of.ref.replace('refs/heads/', '');
  return takeAlong(ground, of, into, tip, {
    commit: head,
    name,
    what: `what is new on ${name}`,
    planFrom: head,
  });
}

/**
 * Merges what the plan says has landed and the branch lacks: another clone merged it there, or the branch was removed. What
 * is found nowhere is said of a branch just made; later it may as well have been merged as one commit of another history.
 */
function withLanded(ground: Ground, of: Isolation, into: string, from: Base, isNew: boolean): Base {
  const landed = of.landed ?? [];
  if (landed.length === 0) return from;
  let { base } = from;
  const problems = [...from.problems];
  const { here, nowhere } = missingFrom(ground, base, landed);
  for (const { task, commit } of here) {
    if (isAncestor(ground, commit, base)) continue;
    const next = takeAlong(ground, of, into, base, {
      commit,
      name: commit,
      what: workOf(task, commit),
      planFrom: base,
    });
    base = next.base;
    problems.push(...next.problems);
  }
  for (const { task, commit } of isNew ? nowhere : [])
    problems.push(lacks(into, workOf(task, commit), 'this clone does not have it', FETCH));
  return { base, problems };
}

const workOf = (task: string, commit: string) => `the work of ${task} (${commit.slice(0, 12)})`;

const FETCH =
  'Push rondo/* where it was made and fetch it here, then do the task anew that was to build on it.';

/** Of what has landed: what a commit does not hold, its commits by their whole names, and what is not in this clone. */
function missingFrom(
  ground: Ground,
  tip: string,
  landed: readonly LandedWork[],
): { readonly here: readonly LandedWork[]; readonly nowhere: readonly LandedWork[] } {
  const whole = resolveAll(
    ground,
    landed.map(({ commit }) => commit),
  );
  const known = landed.flatMap(({ task }, i) => {
    const commit = whole[i] ?? null;
    return commit === null ? [] : [{ task, commit }];
  });
  const input = [...known.map(({ commit }) => commit), `^${tip}`].join('\n');
  const beyond = new Set(ground.git.ask(['rev-list', '--stdin'], { input: `${input}\n` }).split('\n'));
  return {
    here: known.filter(({ commit }) => beyond.has(commit)),
    nowhere: landed.filter((_, i) => whole[i] === null),
  };
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

interface Source {
  readonly commit: string;
  /** As git knows it. */
  readonly name: string;
  /** In words. */
  readonly what: string;
  /** The commit whose plan file the merge has. */
  readonly planFrom: string;
}

/** Merges what the integration branch lacks. Where that conflicts the attempt starts without, and it is said. */
function takeAlong(ground: Ground, of: Isolation, into: string, tip: string, source: Source): Base {
  const { commit, name, what, planFrom } = source;
  const mend = `Merge it: git worktree add ../merge ${into} && git -C ../merge merge ${name}; then git worktree remove ../merge.`;
  const behind = (how: string) => ({ base: tip, problems: [lacks(into, what, how, mend)] });
  const place = checkedOut(ground).get(refOf(into));
  if (place !== undefined) return behind(`it is checked out at ${place}`);
  const merged = mergeTrees(ground, tip, commit, { file: of.planFile, from: planFrom });
  if (merged.kind === 'unrelated') return behind('they have no common history');
  if (merged.kind === 'conflict') return behind(`conflicts in ${merged.files.slice(0, 5).join(', ')}`);
  const made = writeMerge(ground, merged.tree, [tip, commit], `${into} takes along ${what}`);
  if (!moveRef(ground, refOf(into), made, tip, `takes along ${what}`))
    return behind('it was moved meanwhile');
  return { base: made, problems: [] };
}

function lacks(into: string, what: string, how: string, hint: string): Problem {
  return problem('integration-behind', `${into} lacks ${what}: ${how}`, { severity: 'warning', hint });
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
