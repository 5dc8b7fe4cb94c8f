/**
 * Work that was done in a worktree of its own: taken up on its branch when its worker has ended, held against `writes`,
 * and merged before its task is completed, so that whoever builds on the task finds it.
 */
import { problem } from '../../errors.ts';
import type { Attempt } from '../../model/fields.ts';
import { isCovered, patternsOf } from '../../model/globs.ts';
import type { Task } from '../../model/plan.ts';
import type { Isolation, WorkLook } from '../../ports.ts';
import type { Draft } from '../draft.ts';
import { effectId } from '../effect.ts';
import { inline } from '../inline.ts';
import { isolationOf } from '../isolation.ts';
import { markBlocked } from '../mark-blocked.ts';
import { routeTask } from '../routing.ts';
import type { Seen } from '../seen.ts';

type Collected = Extract<WorkLook, { kind: 'collected' }>;

/** Whether what the ended attempt left is on its branch; where it is not, that is ordered, and this round looks again. */
export function isCollected(draft: Draft, seen: Seen, task: Task, attempt: Attempt): boolean {
  const isolation = isolationOf(seen, task, attempt);
  if (isolation === undefined || seen.work[task.id]?.kind === 'collected') return true;
  collect(draft, seen, task, attempt, isolation, 'what its worker left is taken up');
  return false;
}

/**
 * Whether the work of an attempt that passed is where others build on it. Where it is not, it is merged, and this round
 * looks again; or the task is blocked, because it cannot be merged or changed what it may not.
 */
export function hasLanded(draft: Draft, seen: Seen, task: Task, attempt: Attempt): boolean {
  const isolation = isolationOf(seen, task, attempt);
  const work = seen.work[task.id];
  if (isolation === undefined) return true;
  if (work?.kind !== 'collected') {
    collect(draft, seen, task, attempt, isolation, 'what was done in its worktree is taken up');
    return false;
  }
  const outside = outsideWrites(task, work.changed);
  if (outside.length > 0) reportOutside(draft, seen, task, outside);
  if (work.merged) return true;
  if (outside.length > 0 && enforcesWrites(seen, task)) {
    const why = `changed outside its \`writes\`: ${named(outside)}`;
    block(
      draft,
      seen,
      task,
      `${why}. Widen \`writes\`, or undo that on ${isolation.branch}; then rondo unblock`,
    );
    return false;
  }
  if (isolation.into === null) return true;
  if (work.refused === null) {
    const id = effectId(seen.plan.name, task.id, attempt.number);
    const reason = `its work is merged into ${isolation.into}`;
    draft.effects.push({ kind: 'merge', id, task: task.id, attempt: attempt.number, reason, isolation });
    return false;
  }
  refuse(draft, seen, task, isolation, work.refused);
  return false;
}

/** Orders that a worktree is looked at afresh, and that its last merge is tried again. */
export function collect(
  draft: Draft,
  seen: Seen,
  task: Task,
  attempt: Attempt,
  isolation: Isolation,
  reason: string,
): void {
  const id = effectId(seen.plan.name, task.id, attempt.number);
  const output = task.fields.output ?? null;
  draft.effects.push({
    kind: 'collect',
    id,
    task: task.id,
    attempt: attempt.number,
    reason,
    isolation,
    output,
  });
}

function refuse(
  draft: Draft,
  seen: Seen,
  task: Task,
  isolation: Isolation,
  { why, files }: NonNullable<Collected['refused']>,
): void {
  const what = files.length === 0 ? why : `${why}: ${named(files)}`;
  const again = `rondo unblock ${task.id} (or do it anew: rondo retry ${task.id})`;
  const place = `.git/${isolation.branch.replace('/work/', '/worktrees/')}`;
  const mend = files.length === 0 ? '' : `in ${place}: git merge ${isolation.into}, resolve, commit; `;
  block(draft, seen, task, `${what}; ${mend}then ${again}`);
  draft.problems.push(
    problem('merge-conflict', `the work of ${task.id} is not merged: ${what}`, {
      severity: 'warning',
      file: seen.plan.file,
      task: task.id,
      hint: `${mend === '' ? 'Mend that; ' : `Mend it ${mend}`}then ${again}.`.replace('; then', ', then'),
    }),
  );
}

/** Its result stays in its run directory, and counts once the work is merged. */
function block(draft: Draft, seen: Seen, task: Task, detail: string): void {
  const reason = inline(detail, 500);
  markBlocked(draft, seen, task.id, { type: 'conflict', detail: reason }, reason);
}

// ---------------------------------------------------------------- write sets

/** What was changed and is not listed; nothing where the task lists nothing. Its output is always its own. */
function outsideWrites({ fields }: Task, changed: readonly string[]): readonly string[] {
  const { writes, output } = fields;
  if (writes === undefined) return [];
  const patterns = patternsOf(writes);
  return changed.filter((path) => path !== output && !isCovered(path, patterns));
}

function enforcesWrites(seen: Seen, task: Task): boolean {
  const route = routeTask(task, seen.settings);
  const name = route.kind === 'command' ? route.specialist : route.who;
  return name !== null && seen.settings.specialists[name]?.enforce_writes === true;
}

function reportOutside(draft: Draft, seen: Seen, task: Task, outside: readonly string[]): void {
  draft.problems.push(
    problem('outside-writes', `changed outside the \`writes\` of ${task.id}: ${named(outside)}`, {
      severity: 'warning',
      file: seen.plan.file,
      task: task.id,
      path: ['writes'],
    }),
  );
}

function named(paths: readonly string[]): string {
  return paths.length <= 5
    ? paths.join(', ')
    : `${paths.slice(0, 5).join(', ')} and ${paths.length - 5} more`;
}
