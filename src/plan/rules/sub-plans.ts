/** A task with `plan` is in progress while that plan runs: it is completed with it, and blocked where it cannot go on. */
import { type Problem, problem } from '../../errors.ts';
import { type Task, taskStatusOf } from '../../model/plan.ts';
import { formatTime } from '../../model/time.ts';
import { clearOutcome, nextAttempt } from '../dispatch.ts';
import type { Draft } from '../draft.ts';
import { awaitGates, hasReturned } from '../gates.ts';
import { inline } from '../inline.ts';
import { markBlocked } from '../mark-blocked.ts';
import type { Seen } from '../seen.ts';
import { type SubPlan, subPlanFile } from '../sub-plan.ts';
import type { Hold } from './holds.ts';

type There = Extract<SubPlan, { kind: 'plan' }>;

/** Takes up how the plans inside stand. */
export function settleSubPlans(draft: Draft, seen: Seen): void {
  for (const task of seen.plan.tasks) {
    const sub = subPlanOf(seen, task);
    const now = draft.task(task.id);
    if (sub === undefined || now === undefined) continue;
    if (taskStatusOf(now) === 'blocked' && isBlockedBy(now, sub) && obstacleOf(seen, now, sub) === undefined)
      goOn(draft, now, sub);
    const moved = draft.task(task.id);
    if (moved === undefined || taskStatusOf(moved) !== 'in_progress' || hasReturned(moved)) continue;
    const obstacle = obstacleOf(seen, moved, sub);
    if (obstacle !== undefined) block(draft, seen, moved, obstacle);
    else if (sub.kind === 'plan' && sub.status === 'complete') complete(draft, seen, moved, sub);
  }
}

/** Starts a ready task that stands for a plan: from now on a run of the outer plan moves the inner one, too. */
export function startSubPlan(draft: Draft, seen: Seen, task: Task): void {
  const sub = subPlanOf(seen, task);
  const file = subPlanFile(task) ?? '';
  const number = nextAttempt(seen, task);
  const reason = `ready: ${file} is to be run`;
  draft.step(task.id, 'in_progress', reason);
  draft.set(task.id, 'owner', sub?.kind === 'plan' ? sub.name : file, reason);
  clearOutcome(draft, task.id, reason);
  draft.set(
    task.id,
    'attempt',
    { number, started_at: formatTime(seen.now), returns: `${file} is complete` },
    reason,
  );
  // What was complete before the work was sent back is not done again by itself.
  if (number > 1 && sub?.kind === 'plan' && sub.status === 'complete')
    block(draft, seen, task, `${file} ${FROM_BEFORE}; rondo restart ${sub.name}, or rondo done ${task.id}`);
}

const FROM_BEFORE = 'is complete from before';

/** A plan that contains itself is refused: nothing of it starts. */
export function holdOfCycle(draft: Draft, seen: Seen): Hold | undefined {
  const problems = draft.tasks.flatMap((task) => cycleProblem(seen, task) ?? []);
  const [first] = problems;
  return first === undefined ? undefined : { kind: 'graph', reason: first.message, problems };
}

function cycleProblem(seen: Seen, task: Task): Problem | undefined {
  const file = subPlanFile(task);
  const sub = subPlanOf(seen, task);
  const cycle = file === seen.plan.file ? [file, file] : sub?.kind === 'plan' ? sub.cycle : undefined;
  if (cycle === undefined || ['completed', 'cancelled'].includes(taskStatusOf(task))) return undefined;
  return subPlanCycle(seen.plan.file, task.id, cycle);
}

/** The problem of a plan that contains itself, for `check` and rounds. */
export function subPlanCycle(file: string, task: string, cycle: readonly string[]): Problem {
  return problem(
    'sub-plan-cycle',
    `${task} stands for a plan that contains this one: ${cycle.join(' -> ')}`,
    {
      file,
      task,
      path: ['plan'],
    },
  );
}

/** The plan inside that a person must say a word to, where nothing else of the outer plan is under way. */
export function pausedInside(draft: Draft, seen: Seen): There | undefined {
  const underWay = draft.tasks.filter((task) => taskStatusOf(task) === 'in_progress');
  const inside = underWay.map((task) => subPlanOf(seen, task));
  const paused = inside.flatMap((sub) => (sub?.kind === 'plan' && sub.status === 'paused' ? [sub] : []));
  return paused.length === underWay.length ? paused[0] : undefined;
}

function subPlanOf(seen: Seen, task: Task): SubPlan | undefined {
  const file = subPlanFile(task);
  return file === undefined ? undefined : seen.subPlans[file];
}

/** Why the plan inside cannot go on without mending; it begins with the plan's file. */
function obstacleOf(seen: Seen, task: Task, sub: SubPlan): string | undefined {
  if (sub.kind === 'missing')
    return `${sub.file} is no plan of this repository (see \`paths\` in rondo.yaml)`;
  if (sub.kind === 'broken') return `${sub.file} cannot be read: ${sub.message}`;
  if (sub.status === 'blocked')
    return `${sub.file} is blocked: ${sub.blockers.join('; ') || (sub.nextAction ?? '')}`;
  if (sub.status !== 'complete') return undefined;
  if (task.fields.blocker?.detail?.includes(FROM_BEFORE) === true) return task.fields.blocker.detail;
  return seen.missingOutputs.has(task.id)
    ? `${sub.file} is complete, and ${task.fields.output} is not there`
    : undefined;
}

/** Whether it is the plan inside that blocks the task, and not a person's word about it. */
function isBlockedBy(task: Task, sub: SubPlan): boolean {
  return (
    task.fields.blocker?.detail?.startsWith(`${sub.file} `) === true && task.fields.attempt !== undefined
  );
}

function block(draft: Draft, seen: Seen, task: Task, obstacle: string): void {
  const detail = inline(obstacle, 500);
  markBlocked(draft, seen, task.id, { type: 'technical', detail }, detail);
}

function goOn(draft: Draft, task: Task, sub: SubPlan): void {
  const reason = `${sub.file} goes on`;
  draft.step(task.id, 'in_progress', reason);
  draft.set(task.id, 'blocker', undefined, reason);
}

function complete(draft: Draft, seen: Seen, task: Task, sub: There): void {
  const summary = `${sub.name} is complete: ${sub.completed} of ${sub.total} tasks completed`;
  const result = { summary };
  if (awaitGates(draft, seen, task, result, summary)) return;
  draft.step(task.id, 'completed', summary);
  draft.set(task.id, 'completed_at', formatTime(seen.now), summary);
  draft.set(task.id, 'result', result, summary);
}
