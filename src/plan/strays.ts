/**
 * Workers that are not where they should be: a plan was renamed, copied or deleted, another branch is checked out, or a
 * run directory was removed. They are matched again, stopped, or left alone and reported; never is a second one started.
 */
import { type Problem, problem } from '../errors.ts';
import type { Task } from '../model/plan.ts';
import type { Draft } from './draft.ts';
import { effectId } from './effect.ts';
import type { Seen, Stray } from './seen.ts';

/** Takes the runs that were found elsewhere for this plan's own from now on. */
export function adoptTraced(draft: Draft, seen: Seen): void {
  for (const run of seen.traced) {
    const { task, attempt } = run;
    const id = effectId(seen.plan.name, task, attempt);
    const reason =
      run.plan === seen.plan.name
        ? 'its run directory was removed'
        : `it was announced as ${effectId(run.plan, task, attempt)}, before the plan had its name`;
    draft.effects.push({ kind: 'adopt', id, task, attempt, reason, run });
    draft.problems.push(
      problem('worker-matched', `attempt ${attempt} of ${task} was found again: ${reason}`, {
        severity: 'info',
        file: seen.plan.file,
        task,
      }),
    );
  }
}

/** Stops live workers of plans that are gone; those whose plan may come back are only reported. */
export function recoverStrays(draft: Draft, seen: Seen): void {
  for (const stray of seen.strays) {
    draft.problems.push(strayProblem(stray));
    if (!isGone(stray)) continue;
    const { plan, task, attempt, announced } = stray;
    draft.effects.push({
      kind: 'stop',
      id: effectId(plan, task, attempt),
      task,
      attempt,
      reason: `its plan ${announced.file} is gone`,
      gone: { plan, file: announced.file, ref: announced.ref },
    });
  }
}

/** Whether nobody will ever wait for it again. */
export function isGone(stray: Stray): boolean {
  return stray.where === 'gone' && stray.heldBy === undefined;
}

/** Whether a task's attempt lives as that of another plan or task: this plan had another name when it was announced. */
export function hasStray(seen: Seen, task: Task): boolean {
  const attempt = task.fields.attempt;
  if (attempt?.started_at === undefined) return false;
  return seen.strays.some(
    (stray) => stray.attempt === attempt.number && stray.announced.at === attempt.started_at,
  );
}

/** What is known of a worker whose plan is not in the work tree, and what to do about it. */
export function strayProblem(stray: Stray): Problem {
  const { file, ref } = stray.announced;
  const name = effectId(stray.plan, stray.task, stray.attempt);
  const branch = ref.replace('refs/heads/', '');
  const say = (severity: Problem['severity'], message: string, hint: string) =>
    problem('stray-worker', `${name} runs as process ${stray.pid}, and ${message}`, {
      severity,
      file,
      task: stray.task,
      hint,
    });
  if (stray.heldBy !== undefined)
    return say(
      'info',
      `its plan ${file} is called ${stray.heldBy} now`,
      `The next round takes it up: rondo round ${stray.heldBy}`,
    );
  switch (stray.where) {
    case 'gone':
      return say(
        'warning',
        `its plan ${file} is gone from ${branch}`,
        'A round stops it; its log and result are kept.',
      );
    case 'missing':
      return say(
        'warning',
        `its plan ${file} is not in the work tree`,
        `Bring the plan back (git restore ${file}), or take it out of git too (git rm --cached ${file}): then a round stops the worker.`,
      );
    case 'elsewhere':
      return say(
        'info',
        `its plan ${file} is on ${branch}`,
        `Nothing to do; its result is taken up by a round on ${branch}.`,
      );
    case 'unknown':
      return say(
        'warning',
        `the branch ${branch} of its plan ${file} is gone`,
        `Bring the branch back, or stop it: kill ${stray.pid}`,
      );
  }
}
