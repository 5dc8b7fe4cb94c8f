/**
 * What makes a plan's record honest, as `rondo check` verifies it: the file is durable, its status is what its tasks say,
 * what was done and what stands in the way is written down, delegated work has an owner and an end, and what the last
 * round reported is what it saved. All of it is a warning: a merge or a hand edit may leave it so until the next round.
 */
import { type Problem, problem } from '../errors.ts';
import { type Plan, planStatusOf, type Task, taskStatusOf } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import { decide } from '../plan/decide.ts';
import { Draft } from '../plan/draft.ts';
import { endedWell } from '../plan/graph.ts';
import { unmetLine } from '../plan/rules/criteria.ts';
import { asSeenByNobody, type Seen } from '../plan/seen.ts';
import type { Outside } from '../ports.ts';
import { subPlansOf } from '../round/read.ts';
import { readPlan } from '../state-file/parse-plan.ts';
import { refreshProgress } from '../state-file/refresh-progress.ts';

/** Every point of the list that a plan falls short of. `text` is what the plan was read from. */
export async function acceptanceProblems(
  outside: Outside,
  plan: Plan,
  text: string,
  settings: Settings,
): Promise<readonly Problem[]> {
  return [
    ...durableProblems(outside, plan),
    ...savedStatusProblems(plan, settings, await heldInside(outside, plan)),
    ...plan.tasks.flatMap((task) => recordProblems(plan, task)),
    ...ownerProblems(plan),
    ...(await reportProblems(outside, plan, text)),
  ];
}

function warn(code: Problem['code'], plan: Plan, message: string, more: Partial<Problem> = {}): Problem {
  return problem(code, message, { severity: 'warning', file: plan.file, ...more });
}

// ---------------------------------------------------------------- a durable state file

/** That its path is one where it is found again is known: it was found. */
function durableProblems({ repo }: Outside, plan: Plan): readonly Problem[] {
  if (repo.look(plan.file).headText() !== null) return [];
  const obstacle = repo.commitObstacle(plan.file);
  const hint = obstacle?.code === 'ignored-plan' ? { hint: obstacle.hint } : {};
  const why = obstacle?.code === 'ignored-plan' ? ', and git ignores it' : '';
  return [warn('not-committed', plan, `no commit has ${plan.file}${why}`, hint)];
}

// ---------------------------------------------------------------- the saved status

/**
 * The status as the rules derive it from the tasks alone. What one machine knows and others do not (slots, approvals,
 * how a check ended) may tell `running` from `awaiting-result`, or have found a criterion unmet.
 */
export function savedStatusProblems(
  plan: Plan,
  settings: Settings,
  subPlans: Seen['subPlans'] = {},
): readonly Problem[] {
  if (plan.fields.status === undefined) return [];
  const draft = new Draft(plan);
  decide(draft, { ...asSeenByNobody(plan, settings), subPlans }, { kind: 'watchdog' });
  const saved = planStatusOf(plan);
  const derived = planStatusOf(draft.plan);
  if (saved !== derived && !isAsGood(plan, saved, derived)) {
    const message = `the plan says ${saved}; by its tasks it is ${derived} (next: ${draft.plan.fields.next_action ?? ''})`;
    return [warn('status-mismatch', plan, message, { path: ['status'] })];
  }
  const told = new Set(plan.fields.blockers ?? []);
  const untold = (draft.plan.fields.blockers ?? []).filter((line) => !told.has(line));
  return [
    ...(plan.fields.next_action === undefined
      ? [warn('unrecorded-next-action', plan, 'the plan does not say what comes next', { path: ['status'] })]
      : []),
    ...untold.map((line) =>
      warn('unrecorded-blocker', plan, `the plan's blockers do not name: ${line}`, { path: ['blockers'] }),
    ),
  ];
}

/** The plans inside that say something of the status outside; what else moved there since is for the next round. */
async function heldInside(outside: Outside, plan: Plan): Promise<Seen['subPlans']> {
  const inside = Object.entries(await subPlansOf(outside, plan));
  return Object.fromEntries(
    inside.filter(([, sub]) => sub.kind === 'plan' && (sub.cycle !== undefined || sub.status === 'paused')),
  );
}

function isAsGood(plan: Plan, saved: string, derived: string): boolean {
  const unmet = plan.tasks.every(endedWell)
    ? plan.criteria.filter((c) => !c.met && c.check !== undefined)
    : [];
  const underWay = plan.tasks.some((task) => taskStatusOf(task) === 'in_progress') || unmet.length > 0;
  if (saved === 'blocked')
    return derived === 'running' && unmet.some(({ text }) => plan.fields.blockers?.includes(unmetLine(text)));
  if (saved === 'awaiting-result') return derived === 'running' && underWay;
  return saved === 'running' && derived === 'awaiting-result';
}

// ---------------------------------------------------------------- what was done, and what stands in the way

function recordProblems(plan: Plan, { id, fields }: Task): readonly Problem[] {
  const short = (code: Problem['code'], what: string, hint: string) => [
    warn(code, plan, `${id} is ${fields.status}, and nothing says ${what}`, {
      task: id,
      path: ['status'],
      hint,
    }),
  ];
  switch (fields.status) {
    case 'completed':
      if (fields.completed_at !== undefined || fields.result !== undefined) return [];
      return short('unrecorded-work', 'when, nor what came of it', 'Give it `completed_at` or a `result`.');
    case 'blocked':
      if (fields.blocker !== undefined) return [];
      return short('unrecorded-blocker', 'by what', 'Give it a `blocker` with `type` and `detail`.');
    case 'failed':
      if (fields.result?.summary !== undefined) return [];
      return short('unrecorded-blocker', 'why', 'Give it a `result` with a `summary`.');
    default:
      return [];
  }
}

/** Delegated work has a named owner and a return condition. */
function ownerProblems(plan: Plan): readonly Problem[] {
  return plan.tasks.flatMap((task) => {
    const { owner, attempt } = task.fields;
    if (taskStatusOf(task) !== 'in_progress' || (owner !== undefined && attempt?.returns !== undefined))
      return [];
    const message = `${task.id} is in progress and names no ${owner === undefined ? 'owner' : 'return condition'}`;
    const path = [owner === undefined || attempt === undefined ? 'status' : 'attempt'];
    return [warn('no-owner', plan, message, { task: task.id, path })];
  });
}

// ---------------------------------------------------------------- the report

/** What the last round said of the plan, in its commit and in the plan's own prose, is what the file has. */
async function reportProblems({ repo }: Outside, plan: Plan, text: string): Promise<readonly Problem[]> {
  const out: Problem[] = [];
  const [last] = await repo.log(plan.name, { limit: 1 });
  // A squashed or merged commit carries trailers of other rounds.
  if (last?.subject.startsWith('rondo(') === true) {
    const saved = repo.readAt(last.commit, plan.file);
    const { plan: then } = saved === null ? {} : await readPlan(saved, plan.file);
    if (then !== undefined && planStatusOf(then) !== last.status) {
      const commit = last.commit.slice(0, 12);
      const message = `round ${last.round} reported ${last.status}, and its commit ${commit} holds ${planStatusOf(then)}`;
      out.push(warn('report-mismatch', plan, message, { path: ['status'] }));
    }
  }
  if (refreshProgress(text, plan) !== text)
    out.push(warn('report-mismatch', plan, 'the progress between its markers is not that of its tasks'));
  return out;
}
