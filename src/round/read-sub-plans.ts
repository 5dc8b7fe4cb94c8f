/** READ, of the plans that tasks stand for: each is read once, with those inside it, as far as they lead. */
import { type Problem, problem, RondoError } from '../errors.ts';
import { type Plan, planStatusOf, taskStatusOf } from '../model/plan.ts';
import { isEnded } from '../model/status.ts';
import { countTasks } from '../plan/count-tasks.ts';
import { subPlanCycle } from '../plan/rules/sub-plans.ts';
import { openSubPlans, type SubPlan, subPlanFile } from '../plan/sub-plan.ts';
import type { Outside } from '../ports.ts';
import { findPlans, type PlanFile } from './find-plans.ts';
import { readKnown } from './known-plan.ts';

/** How the plans that tasks of this plan stand for stand, by file. */
export async function readSubPlans(
  outside: Outside,
  plan: Pick<Plan, 'file' | 'tasks'>,
): Promise<Readonly<Record<string, SubPlan>>> {
  const files = new Set(plan.tasks.flatMap((task) => subPlanFile(task) ?? []));
  const { plans } = await findPlans(outside);
  const reader = new Reader(outside, plans);
  const out: Record<string, SubPlan> = Object.create(null);
  for (const file of files) out[file] = await reader.look(plan.file, file);
  return out;
}

/** What `check` says of them: a plan that contains itself, and one that is not there or cannot be read. */
export async function subPlanProblems(outside: Outside, plan: Plan): Promise<readonly Problem[]> {
  const found = await readSubPlans(outside, plan);
  return plan.tasks.flatMap((task) => {
    const file = subPlanFile(task);
    const sub = file === undefined ? undefined : found[file];
    if (sub === undefined || isEnded(taskStatusOf(task))) return [];
    if (sub.kind === 'plan')
      return sub.cycle === undefined ? [] : [subPlanCycle(plan.file, task.id, sub.cycle)];
    const why = sub.kind === 'missing' ? 'is no plan of this repository' : `cannot be read: ${sub.message}`;
    return [
      problem('unknown-plan', `${task.id} stands for ${sub.file}, which ${why}`, {
        severity: 'warning',
        file: plan.file,
        task: task.id,
        path: ['plan'],
        hint: 'Correct `plan`, or make it: rondo new <topic>. `paths` in rondo.yaml says where plans are looked for.',
      }),
    ];
  });
}

/** The plan of a file that a task names; undefined where there is none that can be read. */
export async function findSubPlan(outside: Outside, file: string): Promise<PlanFile | undefined> {
  return (await findPlans(outside)).plans.find((plan) => plan.file === file);
}

class Reader {
  readonly #outside: Outside;
  readonly #plans: readonly PlanFile[];
  readonly #read = new Map<string, Plan | SubPlan>();

  constructor(outside: Outside, plans: readonly PlanFile[]) {
    this.#outside = outside;
    this.#plans = plans;
  }

  async look(from: string, file: string): Promise<SubPlan> {
    const plan = await this.#planOf(file);
    if ('kind' in plan) return plan;
    const { completed, total } = countTasks(plan);
    return {
      kind: 'plan',
      file,
      name: plan.name,
      status: planStatusOf(plan),
      completed,
      total,
      nextAction: plan.fields.next_action,
      blockers: (plan.fields.blockers ?? []).map((line) => `${plan.name}/${line}`),
      cycle: await this.#wayBack(from, file),
    };
  }

  /** The way by which a plan contains the one it started from; each plan on it is looked at once. */
  async #wayBack(to: string, from: string): Promise<readonly string[] | undefined> {
    const seen = new Set<string>([from]);
    const ways: (readonly string[])[] = [[to, from]];
    for (const way of ways) {
      const file = way[way.length - 1] ?? from;
      if (file === to) return way;
      const plan = await this.#planOf(file);
      for (const next of 'kind' in plan ? [] : openSubPlans(plan))
        if (next === to || !seen.has(next)) {
          seen.add(next);
          ways.push([...way, next]);
        }
    }
    return undefined;
  }

  async #planOf(file: string): Promise<Plan | SubPlan> {
    const known = this.#read.get(file);
    if (known !== undefined) return known;
    const read = await this.#readPlan(file);
    this.#read.set(file, read);
    return read;
  }

  async #readPlan(file: string): Promise<Plan | SubPlan> {
    const target = this.#plans.find((plan) => plan.file === file);
    if (target === undefined) return { kind: 'missing', file };
    try {
      const text = this.#outside.repo.readFile(file);
      if (text === null) return { kind: 'missing', file };
      const { plan, problems } = await readKnown(this.#outside, target, text, true);
      return plan ?? { kind: 'broken', file, message: firstOf(problems) };
    } catch (error) {
      if (error instanceof RondoError) return { kind: 'broken', file, message: error.message };
      throw error;
    }
  }
}

function firstOf(problems: readonly Problem[]): string {
  const { line, message } = problems.find((p) => p.severity === 'error') ?? { line: undefined, message: '' };
  return line === undefined ? message : `line ${line}: ${message}`;
}
