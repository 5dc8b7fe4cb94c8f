/**
 * The plan's status by the sentence of the design, written apart from the code: it asks what could move by trying.
 * "Could move" is judged on the tasks alone, by brute force, without the code's graph, batches or routes.
 */
import type { TaskFields } from '../../src/model/fields.ts';
import type { Plan, Task } from '../../src/model/plan.ts';
import type { PlanStatus } from '../../src/model/status.ts';
import type { Request } from '../../src/plan/request.ts';
import { routeTask } from '../../src/plan/routing.ts';
import { checkTask } from '../../src/plan/rules/criteria.ts';
import type { Seen } from '../../src/plan/seen.ts';
import type { Moved } from '../support/plans.ts';

type Blocker = NonNullable<TaskFields['blocked_by']>[number];

const statusOf = (task: Task) => task.fields.status ?? 'pending';
const idOf = (blocker: Blocker) => (typeof blocker === 'string' ? blocker : blocker.task);
const isOver = (task: Task) => ['completed', 'cancelled'].includes(statusOf(task));
const unapproved = (task: Task) =>
  statusOf(task) === 'completed' &&
  task.fields.needs_approval === true &&
  task.fields.approved_by === undefined;
/** A finding without a severity that is known, or without any, counts whatever the threshold. */
const failed = ({ fields: { result, rework } }: Task) => {
  const order = ['info', 'low', 'medium', 'high', 'critical'];
  const limit = order.indexOf(rework?.threshold ?? '');
  const counts = (word: string | undefined) => {
    const at = order.indexOf(word ?? '');
    return limit < 0 || at < 0 || at >= limit;
  };
  const severities = result?.issues?.map((issue) => issue.severity) ?? [undefined];
  return result?.passed === false && severities.some(counts);
};
const endedWell = (task: Task) =>
  statusOf(task) === 'cancelled' || (statusOf(task) === 'completed' && !failed(task) && !unapproved(task));

export function planStatusByTheSentence(moved: Moved, seen: Seen, request: Request): PlanStatus {
  const { plan } = moved;
  const { fields } = plan;
  const has = (status: string) => plan.tasks.some((task) => statusOf(task) === status);
  const allEnded = plan.tasks.length > 0 && plan.tasks.every(endedWell);
  // Accepted once the work is over, it is as good as met; before that, only what no command can check is.
  const acceptsAll = request.kind === 'accept' || seen.plan.fields.status === 'complete';
  const unmet = plan.criteria.filter(
    ({ met, check }) => !met && (fields.accepted_by === undefined || (check !== undefined && !acceptsAll)),
  );

  // All ended well and every criterion met or accepted.
  if (allEnded && unmet.length === 0 && fields.reopened_by === undefined) return 'complete';
  // A person paused it.
  if (fields.paused_by !== undefined) return 'paused';

  const checks = allEnded
    ? howChecksStand(
        moved,
        seen,
        unmet,
        request.kind === 'resume' || (request.kind === 'tick' && request.recheck),
      )
    : { underWay: false, startable: false, failed: false };
  // The next round sends its work back, or blocks it: a step that needs nobody.
  const sendsBack = plan.tasks.some(
    (task) => task.fields.rework !== undefined && statusOf(task) === 'completed' && failed(task),
  );
  const underWay = has('in_progress') || checks.underWay;
  const startable = checks.startable || (!isHeld(plan, seen) && ready(plan, seen).length > 0);
  const byAWord = allEnded
    ? !checks.failed &&
      (unmet.some((criterion) => criterion.check === undefined) || fields.reopened_by !== undefined)
    : !isHeld(plan, seen) && (plan.tasks.some(unapproved) || awaitsLaunch(plan, seen));
  const canMove = underWay || startable || (sendsBack && !isHeld(plan, seen)) || plan.tasks.length === 0;
  // Nothing can move without mending.
  if (!canMove && !byAWord) return 'blocked';
  // Nothing can move without a person's word.
  if (!canMove) return 'paused';
  // Something is dispatched and nothing more can be.
  if (underWay && !(checks.startable || sendsBack || startsNow(moved))) return 'awaiting-result';
  return 'running';
}

/** Whether more than what is under way could be dispatched: not queued for a slot or an approval of this machine, and not a person's to claim. */
function startsNow(moved: Moved): boolean {
  if (moved.decision.kind === 'refused') return false;
  return moved.decision.started.startable.length > 0;
}

function howChecksStand(moved: Moved, seen: Seen, unmet: Plan['criteria'], recheck: boolean) {
  const out = { underWay: false, startable: false, failed: false };
  for (const { check, text } of unmet) {
    if (check === undefined) continue;
    const started = moved.draft.effects.some(
      (effect) => effect.kind === 'start' && effect.task === checkTask(check),
    );
    const runs = seen.runs
      .filter((run) => run.task === checkTask(check))
      .sort((a, b) => a.attempt - b.attempt);
    const last = runs.at(-1);
    const over =
      last !== undefined &&
      !last.settled &&
      (last.state.kind === 'lost' || (last.state.kind === 'ended' && !last.state.stopped));
    if (started || last?.state.kind === 'alive') out.underWay = true;
    else if (over && !recheck && seen.isApproved(check)) out.failed = true;
    else if (!recheck && !seen.isApproved(check) && seen.plan.fields.blockers?.includes(`not met: ${text}`))
      out.failed = true;
    else out.startable = true;
  }
  return out;
}

function isHeld(plan: Plan, seen: Seen): boolean {
  const has = (status: string) => plan.tasks.some((task) => statusOf(task) === status);
  if (has('failed') && seen.settings.on_failure === 'stop') return true;
  if (has('blocked') && seen.settings.on_blocked === 'stop') return true;
  const open = plan.tasks.filter((task) => !isOver(task));
  const unknown = open.some((task) =>
    (task.fields.blocked_by ?? []).some((b) => !plan.tasks.some((each) => each.id === idOf(b))),
  );
  return unknown || open.some((task) => reaches(open, task.id, task.id));
}

/** Whether a task waits for another, directly or not, among the given ones; by walking every path. */
function reaches(open: readonly Task[], from: string, to: string, seen = new Set<string>()): boolean {
  const blockers = open.find((task) => task.id === from)?.fields.blocked_by ?? [];
  return blockers.some((b) => {
    const id = idOf(b);
    if (id === to) return true;
    if (seen.has(id)) return false;
    seen.add(id);
    return reaches(open, id, to, seen);
  });
}

function satisfied(plan: Plan, blocker: Blocker): boolean {
  const task = plan.tasks.find((each) => each.id === idOf(blocker));
  if (task === undefined) return false;
  if (statusOf(task) === 'cancelled') return typeof blocker === 'object' && blocker.or_cancelled === true;
  return statusOf(task) === 'completed' && !failed(task) && !unapproved(task);
}

const isReady = (plan: Plan, task: Task) =>
  statusOf(task) === 'pending' && (task.fields.blocked_by ?? []).every((b) => satisfied(plan, b));

/** What could start as far as the strategy goes: any task, or those of the first batch that is not over or stuck. */
function ready(plan: Plan, seen: Seen): readonly Task[] {
  const all = plan.tasks.filter((task) => isReady(plan, task));
  const { strategy, auto_launch } = seen.settings.parallelism;
  if (auto_launch && strategy === 'eager') return all.filter((task) => !isEarly(plan, seen, task));
  if (auto_launch && strategy !== 'batched') return all;
  const batch = firstOpenBatch(plan);
  if (batch === undefined || (!auto_launch && batch > (plan.fields.launched ?? 1))) return [];
  return all.filter((task) => level(plan, task) === batch);
}

/** Whether a task waits for a fellow of its parallel group, which is not ready and comes to its turn without mending. */
function isEarly(plan: Plan, seen: Seen, task: Task): boolean {
  const unit = unitOf(seen, task);
  if (unit === task.id || circles(plan, seen, unit)) return false;
  return plan.tasks.some(
    (fellow) =>
      unitOf(seen, fellow) === unit &&
      statusOf(fellow) === 'pending' &&
      !isReady(plan, fellow) &&
      canStillMove(plan, fellow),
  );
}

const unitOf = (seen: Seen, task: Task) =>
  task.fields.parallel_group === undefined || routeTask(task, seen.settings).kind !== 'command'
    ? task.id
    : ` ${task.fields.parallel_group}`;

/** Whether a group waits for itself, or for something that does, where each group is one thing. */
function circles(plan: Plan, seen: Seen, unit: string): boolean {
  const on = (of: string) =>
    plan.tasks
      .filter((task) => unitOf(seen, task) === of)
      .flatMap((task) => task.fields.blocked_by ?? [])
      .flatMap((b) => plan.tasks.find((each) => each.id === idOf(b)) ?? [])
      .map((task) => unitOf(seen, task));
  const above = (of: string) => {
    const found = new Set(on(of));
    for (const each of found) for (const next of on(each)) found.add(next);
    return found;
  };
  return [unit, ...above(unit)].some((each) => above(each).has(each));
}

function awaitsLaunch(plan: Plan, seen: Seen): boolean {
  if (seen.settings.parallelism.auto_launch) return false;
  return (firstOpenBatch(plan) ?? 0) > (plan.fields.launched ?? 1);
}

function firstOpenBatch(plan: Plan): number | undefined {
  const levels = plan.tasks
    .filter((task) => !isOver(task) && canStillMove(plan, task))
    .map((task) => level(plan, task));
  return levels.length === 0 ? undefined : Math.min(...levels);
}

/** Whether a task could come to its turn without mending, if all that can move does. */
function canStillMove(plan: Plan, task: Task, seen: readonly string[] = []): boolean {
  const status = statusOf(task);
  if (status === 'in_progress' || status === 'completed') return true;
  if (status !== 'pending' || seen.includes(task.id)) return false;
  return (task.fields.blocked_by ?? []).every((b) => {
    if (satisfied(plan, b)) return true;
    const blocker = plan.tasks.find((each) => each.id === idOf(b));
    if (blocker === undefined) return false;
    return isOver(blocker) ? unapproved(blocker) : canStillMove(plan, blocker, [...seen, task.id]);
  });
}

/** The number of a task's batch: one more than the highest of what it waits for. Behind a cycle it counts what is open alone, after all others. */
function level(plan: Plan, task: Task): number {
  const plain = plan.tasks.filter((each) => !behindCycle(plan.tasks, each));
  const height = (of: readonly Task[], each: Task): number =>
    1 +
    Math.max(
      0,
      ...(each.fields.blocked_by ?? []).map((b) => {
        const blocker = of.find((other) => other.id === idOf(b));
        return blocker === undefined ? 0 : height(of, blocker);
      }),
    );
  if (plain.includes(task)) return height(plain, task);
  const rest = plan.tasks.filter((each) => !plain.includes(each) && !isOver(each));
  return Math.max(0, ...plain.map((each) => height(plain, each))) + height(rest, task);
}

function behindCycle(tasks: readonly Task[], task: Task): boolean {
  return tasks.some(
    (each) => reaches(tasks, each.id, each.id) && (each.id === task.id || reaches(tasks, task.id, each.id)),
  );
}
