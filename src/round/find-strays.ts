/** Finds the workers that a look at a plan's own run directories misses. */
import { RondoError } from '../errors.ts';
import { type Plan, taskStatusOf } from '../model/plan.ts';
import type { Stray } from '../plan/seen.ts';
import type { Outside, Run } from '../ports.ts';
import { findPlans, type PlanFile } from './find-plans.ts';
import { readKnown } from './known-plan.ts';

type Live = ReturnType<Outside['workers']['alive']>[number];
type Attempted = Pick<Live, 'plan' | 'task' | 'attempt'>;

/** Those of the live runs whose plan is not in the work tree. `own` is the plan a round is about, which judges for itself. */
export async function findStrays(
  outside: Outside,
  live: readonly Live[],
  own: string | null,
): Promise<readonly Stray[]> {
  if (live.length === 0) return [];
  const { plans } = await findPlans(outside);
  const strays: Stray[] = [];
  for (const run of live) {
    if (plans.some((plan) => plan.name === run.plan)) continue;
    const announced = outside.workers.announced(run.plan, run.task, run.attempt);
    if (announced === null) continue;
    const where = outside.repo.whereIs(announced.file, announced.ref);
    if (where === 'here') continue;
    const others = plans.filter((plan) => plan.name !== own);
    strays.push({ ...run, announced, where, heldBy: await findHolder(outside, others, run, announced.at) });
  }
  return strays;
}

/** The plan that a worker's attempt is of by now: it was renamed since the worker was told its name. */
export async function findPlanOf(outside: Outside, run: Attempted): Promise<PlanFile | undefined> {
  const announced = outside.workers.announced(run.plan, run.task, run.attempt);
  if (announced === null) return undefined;
  const { plans } = await findPlans(outside);
  const name = await findHolder(outside, plans, run, announced.at);
  return plans.find((plan) => plan.name === name);
}

/** The plan that has this attempt under way; also one that cannot be read now and speaks of its time. */
async function findHolder(
  outside: Outside,
  plans: readonly PlanFile[],
  run: Attempted,
  at: string,
): Promise<string | undefined> {
  for (const target of plans) {
    const text = textOf(outside, target);
    if (text === null || !text.includes(at)) continue;
    const { plan } = await readKnown(outside, target, text, true);
    const task = plan?.tasks.find((each) => each.id === run.task);
    const { number, started_at } = task?.fields.attempt ?? {};
    const isHeld =
      task !== undefined &&
      taskStatusOf(task) === 'in_progress' &&
      number === run.attempt &&
      started_at === at;
    if (plan === undefined || isHeld) return target.name;
  }
  return undefined;
}

/** Null where the file cannot be read: what is wrong with it is for its own rounds to say. */
function textOf({ repo }: Outside, target: PlanFile): string | null {
  try {
    return repo.readFile(target.file);
  } catch (error) {
    if (error instanceof RondoError) return null;
    throw error;
  }
}

export interface TracedRuns {
  readonly traced: readonly Run[];
  readonly copied: Readonly<Record<string, string>>;
}

/** The runs of attempts that are under way here and have no run directory under the plan's name. */
export async function traceRuns(
  outside: Outside,
  plan: Plan,
  runs: readonly Run[],
  machine: string,
): Promise<TracedRuns> {
  const known = new Set(runs.map((run) => `${run.task}/${run.attempt}`));
  const copied: Record<string, string> = Object.create(null);
  const traced: Run[] = [];
  for (const task of plan.tasks) {
    const attempt = task.fields.attempt;
    if (taskStatusOf(task) !== 'in_progress' || attempt?.machine !== machine) continue;
    if (known.has(`${task.id}/${attempt.number}`)) continue;
    const run = outside.workers.trace(plan.name, task.id, attempt.number, attempt.started_at ?? '');
    if (run === undefined) continue;
    if (run.plan !== plan.name && (await isThere(outside, plan, run))) copied[task.id] = run.plan;
    else traced.push(run);
  }
  return { traced, copied };
}

/** Whether the plan that a run is listed under is in the work tree beside this one. */
async function isThere(outside: Outside, own: Plan, { plan, task, attempt }: Run): Promise<boolean> {
  if ((await namesOfPlans(outside)).has(plan)) return true;
  const announced = outside.workers.announced(plan, task, attempt);
  return announced !== null && announced.file !== own.file && outside.repo.fileExists(announced.file);
}

async function namesOfPlans(outside: Outside): Promise<ReadonlySet<string>> {
  return new Set((await findPlans(outside)).plans.map((plan) => plan.name));
}
