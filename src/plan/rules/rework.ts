/**
 * A review that did not pass (`rework: {task, limit, threshold}`) sends its work back: the named task, everything between
 * and the review itself are pending again. Past the limit, or where there is nothing to send back, the review is blocked.
 */
import { type Problem, problem } from '../../errors.ts';
import { dependencyId } from '../../model/dependency.ts';
import { type Plan, type Task, taskStatusOf } from '../../model/plan.ts';
import type { Draft } from '../draft.ts';
import { nearest } from '../graph.ts';
import { inline } from '../inline.ts';
import { markBlocked } from '../mark-blocked.ts';
import { clearTask } from '../requests/reset-task.ts';
import type { Seen } from '../seen.ts';
import { didNotPass, SEVERITIES, severityRank } from '../verdict.ts';

/** How often a review sends work back where `limit` is not given. */
const DEFAULT_LIMIT = 3;

/** Sends back what failed reviews ask for. A result that no commit has yet is left for the next round, so that none is lost. */
export function reworkFailed(draft: Draft, seen: Seen): void {
  if (draft.plan.fields.paused_by !== undefined) return;
  const failed = failedReviews(draft);
  if (failed.length === 0) return;
  // A result and the rework it causes are two commits: this one acts on verdicts that the checked-out commit has.
  const recorded = new Set((seen.committed?.tasks ?? []).filter(isFailed).map((task) => task.id));
  for (const { id } of failed) {
    const review = draft.task(id);
    // An earlier review may have taken this one along.
    if (review === undefined || !isFailed(review) || !recorded.has(id)) continue;
    const obstacle = obstacleOf(draft.plan, review);
    if (obstacle === undefined) sendBack(draft, review);
    else blockReview(draft, seen, review, obstacle);
  }
}

/** Reviews whose result this round saves and the next one acts on. None while a person has paused the plan. */
export function dueReworks(draft: Draft): readonly Task[] {
  return draft.plan.fields.paused_by === undefined ? failedReviews(draft) : [];
}

function failedReviews(draft: Draft): readonly Task[] {
  return draft.tasks.filter(isFailed);
}

function isFailed(task: Task): boolean {
  return task.fields.rework !== undefined && taskStatusOf(task) === 'completed' && didNotPass(task);
}

function sendBack(draft: Draft, review: Task): void {
  const { rework, iteration = 0, result } = review.fields;
  const said = result?.summary === undefined ? '' : `: ${inline(result.summary, 150)}`;
  const reason = `${review.id} did not pass${said}; rework ${iteration + 1} of ${rework?.limit ?? DEFAULT_LIMIT}`;
  for (const id of pathBetween(draft.plan, rework?.task ?? '', review.id)) {
    const task = draft.task(id);
    if (task !== undefined && id !== review.id && isToBeRedone(task)) clearTask(draft, task, reason);
  }
  // Its findings stay until it is done again: they are what the next attempt of the work is told.
  clearTask(draft, review, reason, 'result');
  draft.set(review.id, 'iteration', iteration + 1, reason);
}

/**
 * A review that goes on while its work was reopened by hand waits for that work: what lies between was made of the old one,
 * and is done again, too.
 */
export function reopenBetween(draft: Draft, review: Task, reason: string): void {
  const work = draft.task(review.fields.rework?.task ?? '');
  if (work === undefined || !['pending', 'in_progress'].includes(taskStatusOf(work))) return;
  for (const id of pathBetween(draft.plan, work.id, review.id)) {
    const task = draft.task(id);
    if (task !== undefined && id !== review.id && taskStatusOf(task) === 'completed')
      clearTask(draft, task, `${work.id} is done again; ${reason}`);
  }
}

/** Whether a task on the way is to be done again. What is blocked still has its obstacle, what is cancelled is not wanted. */
function isToBeRedone(task: Task): boolean {
  return ['completed', 'in_progress', 'failed'].includes(taskStatusOf(task));
}

/** Why work cannot be sent back, with the way on; undefined where it can. */
function obstacleOf(plan: Plan, review: Task): string | undefined {
  const { rework, iteration = 0 } = review.fields;
  const limit = rework?.limit ?? DEFAULT_LIMIT;
  const target = rework?.task ?? '';
  const wrong = targetProblem(plan, review);
  if (wrong !== undefined) return `${wrong}; correct \`rework\`, then rondo unblock ${review.id}`;
  const status = taskStatusOf(plan.tasks.find((task) => task.id === target) ?? review);
  if (status === 'cancelled')
    return `${target} is cancelled; rondo reopen ${target}, then rondo unblock ${review.id}`;
  if (iteration < limit) return undefined;
  const times = limit === 1 ? 'once' : `${limit} times`;
  return `reworked ${times}, which is the limit; mend it (rondo reopen ${target}) or raise \`rework.limit\`, then rondo unblock ${review.id}`;
}

function blockReview(draft: Draft, seen: Seen, review: Task, obstacle: string): void {
  const reason = `${review.id} did not pass: ${obstacle}`;
  clearTask(draft, review, reason, 'result');
  markBlocked(draft, seen, review.id, { type: 'technical', detail: `did not pass: ${obstacle}` }, reason);
}

/** The tasks on every path of `blocked_by` from one task to another, both ends included; none where there is no path. */
export function pathBetween(plan: Plan, from: string, to: string): ReadonlySet<string> {
  const byId = new Map(plan.tasks.map((task) => [task.id, task]));
  const dependents = new Map<string, string[]>();
  const above = new Set([to]);
  for (const id of above)
    for (const dependency of byId.get(id)?.fields.blocked_by ?? []) {
      const blocker = dependencyId(dependency);
      if (!byId.has(blocker)) continue;
      above.add(blocker);
      const list = dependents.get(blocker);
      if (list === undefined) dependents.set(blocker, [id]);
      else list.push(id);
    }
  if (!above.has(from)) return new Set();
  const path = new Set([from]);
  for (const id of path) for (const dependent of dependents.get(id) ?? []) path.add(dependent);
  return path;
}

/** What is wrong with the task that a review names; undefined where nothing is. */
function targetProblem(plan: Plan, review: Task): string | undefined {
  const target = review.fields.rework?.task ?? '';
  if (target === review.id) return '`rework` names the review itself';
  if (!plan.tasks.some((task) => task.id === target))
    return `\`rework\` names ${target}, which is not in the plan`;
  if (!pathBetween(plan, target, review.id).has(review.id))
    return `\`rework\` names ${target}, on which ${review.id} does not build`;
  return undefined;
}

/** A warning for each open review that could send nothing back, or whose threshold is no severity. */
export function reworkProblems(plan: Plan): readonly Problem[] {
  const warn = (task: Task, key: string, message: string, hint?: string) =>
    problem('invalid-rework', `${task.id}: ${message}`, {
      severity: 'warning',
      file: plan.file,
      task: task.id,
      path: ['rework', key],
      ...(hint === undefined ? {} : { hint }),
    });
  return plan.tasks.flatMap((task) => {
    const { rework } = task.fields;
    if (rework === undefined || taskStatusOf(task) === 'cancelled') return [];
    const wrong = targetProblem(plan, task);
    const near =
      wrong === undefined
        ? undefined
        : nearest(
            rework.task,
            plan.tasks.map((each) => each.id),
          );
    return [
      ...(wrong === undefined
        ? []
        : [
            warn(
              task,
              'task',
              wrong,
              near === undefined || near === rework.task ? undefined : `Did you mean ${near}?`,
            ),
          ]),
      ...(rework.threshold === undefined || severityRank(rework.threshold) !== undefined
        ? []
        : [
            warn(
              task,
              'threshold',
              `\`${rework.threshold}\` is no severity, so every finding counts`,
              `Use one of ${SEVERITIES.join(', ')}.`,
            ),
          ]),
    ];
  });
}
