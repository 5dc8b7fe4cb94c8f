/** `rondo status`, `list` and `show`: where a plan, every plan, or one task stands. */
import { problem, RondoError } from '../errors.ts';
import { dependencyId } from '../model/dependency.ts';
import type {
  ListDocument,
  ProblemDocument,
  ShowDocument,
  StatusDocument,
  TaskDocument,
} from '../model/documents.ts';
import { type Plan, planStatusOf, type Task, taskStatusOf } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import { currentProgress } from '../plan/batches.ts';
import { failedReviews, writeBrief } from '../plan/brief.ts';
import { countTasks } from '../plan/count-tasks.ts';
import { isProof } from '../plan/gates.ts';
import { awaitsApproval, graphProblems, nearest, waitingOn } from '../plan/graph.ts';
import { nameTasks } from '../plan/name-tasks.ts';
import { type Need, needsOf } from '../plan/needs.ts';
import { prospectsOf, remedyOf } from '../plan/remedies.ts';
import { routeTask } from '../plan/routing.ts';
import { verdictOf } from '../plan/verdict.ts';
import type { Outside } from '../ports.ts';
import { findPlans, type PlanFile } from '../round/find-plans.ts';
import { problemAsDocument } from '../round/report.ts';
import { placeProblems } from '../state-file/place-problems.ts';
import { gatesHere } from './gate-runs.ts';
import { type View, viewPlan } from './read-only.ts';
import { toldTail } from './told-log.ts';

/** Where one plan stands; `at` reads it as of a revision. */
export async function planStatus(outside: Outside, target: PlanFile, at?: string): Promise<StatusDocument> {
  const view = await viewPlan(outside, target, at);
  const { plan } = view;
  const tasks = await taskDocuments(outside, view);
  const round =
    at === undefined
      ? outside.repo.history(target.name, target.file).round
      : await roundAt(outside, target, view.commit);
  return {
    plan: target.name,
    file: target.file,
    goal: plan.fields.goal ?? null,
    status: planStatusOf(plan),
    round,
    current_step: plan.fields.current_step ?? null,
    next_action: plan.fields.next_action ?? null,
    next_checkpoint: plan.fields.next_checkpoint ?? null,
    blockers: [...(plan.fields.blockers ?? [])],
    roles: {
      origin: plan.fields.origin ?? null,
      coordinator: plan.fields.coordinator ?? null,
      watchdog: plan.fields.watchdog ?? null,
    },
    counts: countTasks(plan),
    batch: currentProgress(plan.tasks) ?? null,
    tasks,
    accepted_by: plan.fields.accepted_by ?? null,
    needs: nameTasks(needsNow(plan, tasks, view.settings, outside), target),
    ...prospectsOf(plan, view.settings, target),
    criteria: plan.criteria.map(({ text, met, check }) => ({ text, met, check: check ?? null })),
    commit: view.commit,
    edited: view.edited,
    problems: await problemsOf(view),
  };
}

/** A look reads no approvals, so what is not approved is left out. While the plan is held, nothing is to be claimed. */
function needsNow(
  plan: Plan,
  tasks: readonly TaskDocument[],
  settings: Settings,
  { local }: Outside,
): readonly Need[] {
  const goesOn = ['running', 'awaiting-result'].includes(planStatusOf(plan));
  const forPeople = plan.tasks.filter(
    (task, i) => goesOn && tasks[i]?.ready === true && routeTask(task, settings).kind === 'person',
  );
  const ready = { forPeople: forPeople.map((task) => task.id), untrusted: [] };
  return needsOf(plan, settings, ready, () => local.machine());
}

async function problemsOf({ plan, problems, text }: View): Promise<ProblemDocument[]> {
  const found = graphProblems(plan);
  const placed = found.length === 0 ? found : await placeProblems(text, found);
  return [...problems, ...placed].map(problemAsDocument);
}

/** The number of the last round that a commit's history holds. */
async function roundAt({ repo }: Outside, target: PlanFile, commit: string | null): Promise<number> {
  if (commit === null) return 0;
  return repo.roundAt(target.name, commit);
}

export async function taskDocuments(
  outside: Outside,
  { plan, settings, commit }: View,
): Promise<TaskDocument[]> {
  const byId = new Map(plan.tasks.map((task) => [task.id, task]));
  const stale = await staleOf(outside, plan, settings, plan.tasks, commit);
  const inside = await insideOf(outside, plan.tasks);
  return plan.tasks.map((task) => ({
    ...taskDocument(task, (id) => byId.get(id), settings, stale),
    ...inside?.get(task.id),
  }));
}

/** The tasks whose evidence is no longer of what the commit has. Costs nothing where no gate has proved anything. */
async function staleOf(
  { repo }: Outside,
  { file }: Plan,
  { merge }: Settings,
  tasks: readonly Task[],
  commit: string | null,
): Promise<ReadonlySet<string>> {
  const verified = tasks.filter((task) => evidenceOf(task) === 'verified');
  if (verified.length === 0) return new Set();
  const { findStale } = await import('./stale.ts');
  return await findStale(repo, file, verified, commit, merge);
}

/** How the plans stand that tasks stand for. Costs nothing where none does. */
async function insideOf(outside: Outside, tasks: readonly Task[]) {
  if (!tasks.some((task) => task.fields.plan !== undefined)) return undefined;
  const { plansInside } = await import('./inside.ts');
  return await plansInside(outside, tasks);
}

function taskDocument(
  task: Task,
  find: (id: string) => Task | undefined,
  settings: Settings,
  stale: ReadonlySet<string>,
): TaskDocument {
  const status = taskStatusOf(task);
  const waiting = status === 'pending' || status === 'blocked' ? waitingOn(task, find) : [];
  const route = routeTask(task, settings);
  return {
    id: task.id,
    title: task.title,
    status,
    ready: status === 'pending' && waiting.length === 0,
    blocked_by: (task.fields.blocked_by ?? []).map(dependencyId),
    waiting_on: [...waiting],
    owner: task.fields.owner ?? null,
    specialist: route.kind === 'command' ? route.specialist : route.who,
    tags: [...(task.fields.tags ?? [])],
    attempt: task.fields.attempt?.number ?? null,
    evidence: stale.has(task.id) ? 'stale' : evidenceOf(task),
    awaits_approval: awaitsApproval(task),
    machine: task.fields.attempt?.machine ?? null,
    passed: verdictOf(task),
    summary: task.fields.result?.summary ?? null,
    blocker:
      task.fields.blocker === undefined
        ? null
        : { type: task.fields.blocker.type, detail: task.fields.blocker.detail ?? null },
  };
}

function evidenceOf(task: Task): 'reported' | 'verified' | null {
  if (taskStatusOf(task) !== 'completed') return null;
  return task.fields.result?.evidence?.some(isProof) === true ? 'verified' : 'reported';
}

/** Every plan of the work tree; a broken one is listed with its problems. */
export async function listPlans(outside: Outside): Promise<ListDocument> {
  const { plans, problems } = await findPlans(outside);
  const out: ListDocument['plans'] = [];
  for (const target of plans) out.push(await listed(outside, target));
  for (const p of problems)
    out.push({
      ...NO_PLAN,
      plan: p.file ?? '',
      file: p.file ?? '',
      problems: [problemAsDocument(p)],
      more_problems: 0,
    });
  return { plans: out };
}

const NO_PLAN = {
  goal: null,
  status: null,
  counts: { total: 0, pending: 0, in_progress: 0, completed: 0, blocked: 0, failed: 0, cancelled: 0 },
};

async function listed(outside: Outside, target: PlanFile): Promise<ListDocument['plans'][number]> {
  try {
    const view = await viewPlan(outside, target);
    const { plan } = view;
    const shown = await problemsOf(view);
    return {
      plan: target.name,
      file: target.file,
      goal: plan.fields.goal ?? null,
      status: planStatusOf(plan),
      counts: countTasks(plan),
      ...fewProblems(shown),
    };
  } catch (error) {
    if (!(error instanceof RondoError)) throw error;
    return {
      ...NO_PLAN,
      plan: target.name,
      file: target.file,
      ...fewProblems(error.problems.map(problemAsDocument)),
    };
  }
}

/** A list is read often, and a plan can have a problem in every task. */
const MOST_PROBLEMS = 3;

function fewProblems(problems: ProblemDocument[]) {
  return {
    problems: problems.slice(0, MOST_PROBLEMS),
    more_problems: Math.max(0, problems.length - MOST_PROBLEMS),
  };
}

/** One task in full: fields, brief, route, the end of its newest log. */
export async function showTask(outside: Outside, target: PlanFile, id: string): Promise<ShowDocument> {
  const view = await viewPlan(outside, target);
  const { plan, settings } = view;
  const byId = new Map(plan.tasks.map((task) => [task.id, task]));
  const task = byId.get(id) ?? unknownTask(view, id);
  const route = routeTask(task, settings);
  const attempt =
    task.fields.attempt?.machine === outside.local.machine() ? task.fields.attempt.number : undefined;
  const blockers = (task.fields.blocked_by ?? []).flatMap((d) => byId.get(dependencyId(d)) ?? []);
  return {
    plan: target.name,
    task: {
      ...taskDocument(
        task,
        (other) => byId.get(other),
        settings,
        await staleOf(outside, plan, settings, [task], view.commit),
      ),
      ...(await insideOf(outside, [task]))?.get(id),
    },
    fields: { ...task.fields },
    brief: writeBrief(plan, task, blockers, failedReviews(plan).get(id) ?? []),
    dependents: plan.tasks
      .filter((t) => (t.fields.blocked_by ?? []).some((d) => dependencyId(d) === id))
      .map((t) => t.id),
    route: {
      kind: route.kind,
      who: route.kind === 'command' ? route.specialist : route.who,
      command: route.kind === 'command' ? route.command : null,
      reason: route.reason,
    },
    remedy: remedyOf(plan, settings, id, target),
    run_directory: attempt === undefined ? null : outside.workers.directory(target.name, id, attempt),
    log_tail: attempt === undefined ? '' : toldTail(outside, { plan: target.name, task: id, attempt }, 4000),
    gates: gatesHere(outside, target, task),
  };
}

export function unknownTask(view: View, id: string): never {
  const near = nearest(
    id,
    view.plan.tasks.map((task) => task.id),
  );
  throw new RondoError(
    problem('unknown-task', `the plan ${view.target.name} has no task ${id}`, {
      file: view.target.file,
      ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
    }),
  );
}
