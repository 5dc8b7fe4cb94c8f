/** What stands still, and what would let it go on; and what is left until the plan is complete. */
import { dependencyId } from '../model/dependency.ts';
import { type Plan, type Task, taskStatusOf } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import type { BlockerType, FailureKind } from '../model/status.ts';
import { awaitsApproval } from './graph.ts';
import { nameTask } from './name-tasks.ts';
import { asksForRoute } from './rules/ask-route.ts';
import { subPlanFile } from './sub-plan.ts';
import { didNotPass } from './verdict.ts';

export interface Remedy {
  readonly task: string;
  readonly state: 'blocked' | 'failed' | 'not-passed';
  /** The kind of obstacle, or of failure; null where the plan does not say. */
  readonly cause: BlockerType | FailureKind | null;
  /** What is known of it. */
  readonly detail: string | null;
  /** What somebody has to do. */
  readonly advice: string;
  /** What to run, in this order. */
  readonly commands: readonly string[];
  /** What a person has only to answer, where that is all. */
  readonly asks: 'specialist' | null;
  /** How many other tasks cannot go on without it. */
  readonly holds: number;
}

/** More than these nobody mends at once. */
const MOST_REMEDIES = 20;

/** What the documents of a plan say of both. */
export function prospectsOf(plan: Plan, settings: Settings, target: Target = plan) {
  return {
    remedies: remediesOf(plan, settings).map((remedy) => asDocument(remedy, target)),
    to_complete: [...leftToComplete(plan)],
  };
}

/** How tasks are to be named: `beside` where other plans are in the work tree. */
type Target = Parameters<typeof nameTask>[1];

/** The remedy of one task; null where it does not stand still. */
export function remedyOf(plan: Plan, settings: Settings, id: string, target: Target = plan) {
  const task = plan.tasks.find((each) => each.id === id && isStuck(each));
  if (task === undefined) return null;
  const remedy = {
    ...remedyFor(task, plan, settings),
    asks: asksOf(task),
    holds: countBehind(id, dependentsOf(plan)),
  };
  return asDocument(remedy, target);
}

function asDocument(remedy: Remedy, target: Target) {
  return { ...remedy, commands: remedy.commands.map((command) => nameTask(command, target, remedy.task)) };
}

/** In the order of the plan; the first 20. */
export function remediesOf(plan: Plan, settings: Settings): readonly Remedy[] {
  const stuck = plan.tasks.filter(isStuck).slice(0, MOST_REMEDIES);
  if (stuck.length === 0) return [];
  const dependents = dependentsOf(plan);
  return stuck.map((task) => ({
    ...remedyFor(task, plan, settings),
    asks: asksOf(task),
    holds: countBehind(task.id, dependents),
  }));
}

function isStuck(task: Task): boolean {
  const status = taskStatusOf(task);
  if (status === 'completed') return didNotPass(task) && task.fields.rework === undefined;
  return status === 'blocked' || status === 'failed';
}

function asksOf(task: Task): Remedy['asks'] {
  return asksForRoute(task) ? 'specialist' : null;
}

type Known = Omit<Remedy, 'holds' | 'asks'>;

function remedyFor(task: Task, plan: Plan, settings: Settings): Known {
  switch (taskStatusOf(task)) {
    case 'blocked':
      return blocked(task, plan, settings);
    case 'failed':
      return failed(task);
    default:
      return {
        task: task.id,
        state: 'not-passed',
        cause: null,
        detail: task.fields.result?.summary ?? null,
        advice: 'mend what it found, then have it done again',
        commands: [`rondo reopen ${task.id}`],
      };
  }
}

function blocked(task: Task, plan: Plan, settings: Settings): Known {
  const { blocker } = task.fields;
  const cause = blocker?.type ?? null;
  const known = { task: task.id, state: 'blocked', cause, detail: blocker?.detail ?? null } as const;
  if (asksForRoute(task)) {
    const commands = [`rondo recommend ${task.id}`, `rondo assign ${task.id} <specialist>`];
    return { ...known, advice: 'say which specialist does it', commands };
  }
  const inside = subPlanFile(task);
  // The plan's own word about its task; as soon as that goes on, so does this.
  if (inside !== undefined && blocker?.detail?.startsWith(`${inside} is blocked: `) === true)
    return {
      ...known,
      advice: 'mend what stands still inside; it then goes on by itself',
      commands: ['rondo status --brief'],
    };
  const [advice, before] = unblocking(task, cause, plan, settings);
  return { ...known, advice, commands: [...before, `rondo unblock ${task.id}`] };
}

function unblocking(
  task: Task,
  cause: BlockerType | null,
  plan: Plan,
  settings: Settings,
): readonly [advice: string, before: readonly string[]] {
  switch (cause) {
    case 'external':
      return ['ask whoever it depends on for it', []];
    case 'technical': {
      const senior = whoInvestigates(task, settings);
      if (senior === undefined) return ['have somebody who knows it look into it', []];
      return [`have ${senior} look into it`, [`rondo assign ${task.id} ${senior}`]];
    }
    case 'information': {
      const whom = plan.fields.origin ?? 'whoever wants it';
      return [`clear up with ${whom} what is wanted, and write it into the brief`, []];
    }
    case 'approval':
      return ['have a person allow what it may not do by itself', []];
    case 'gate': {
      const branch = task.fields.attempt?.branch;
      const where = branch === undefined ? '' : ` in the worktree of ${branch}`;
      return [
        `mend what the gate found${where}, or have the work done again (rondo retry)`,
        [`rondo show ${task.id}`],
      ];
    }
    case 'conflict':
      // Of work in a worktree of its own, the detail says where to resolve it.
      return ['resolve the conflict, or have the work done anew (rondo retry)', [`rondo show ${task.id}`]];
    case null:
      return ['clear what stands in its way', []];
  }
}

/** By these tags a specialist is for what others could not do. */
const HARD = ['blocker', 'error', 'bug', 'complex'];

function whoInvestigates(task: Task, settings: Settings): string | undefined {
  const found = Object.entries(settings.specialists).find(
    ([name, { tags }]) => tags?.some((tag) => HARD.includes(tag)) === true && name !== task.fields.specialist,
  );
  return found !== undefined && found[0] !== task.fields.owner ? found[0] : undefined;
}

function failed(task: Task): Known {
  const { result, attempt } = task.fields;
  const cause = result?.failure ?? 'code';
  const log = attempt?.machine === undefined ? [] : [`rondo logs ${task.id}`];
  const again = `rondo retry ${task.id}`;
  const known = { task: task.id, state: 'failed', cause, detail: result?.summary ?? null } as const;
  switch (cause) {
    case 'code':
      return { ...known, advice: 'mend what went wrong, then try again', commands: [...log, again] };
    case 'tests':
      return { ...known, advice: 'make the failing tests pass, then try again', commands: [...log, again] };
    case 'blocker':
      return { ...known, advice: 'clear what it waits for outside, then try again', commands: [again] };
    case 'timeout':
      return {
        ...known,
        advice: 'give it more time or less to do, then try again',
        commands: [...log, `rondo edit ${task.id} timeout=<longer>`, again],
      };
    case 'lost':
      return { ...known, advice: 'its worker is gone; try again', commands: [...log, again] };
  }
}

function dependentsOf(plan: Plan): ReadonlyMap<string, readonly string[]> {
  const dependents = new Map<string, string[]>();
  for (const { id, fields } of plan.tasks)
    for (const dependency of fields.blocked_by ?? []) {
      const on = dependencyId(dependency);
      const list = dependents.get(on);
      if (list === undefined) dependents.set(on, [id]);
      else list.push(id);
    }
  return dependents;
}

function countBehind(id: string, dependents: ReadonlyMap<string, readonly string[]>): number {
  const behind = new Set<string>([id]);
  for (const each of behind) for (const next of dependents.get(each) ?? []) behind.add(next);
  return behind.size - 1;
}

/** What is left until the plan is complete, a line each; nothing where it is. */
export function leftToComplete(plan: Plan): readonly string[] {
  if (plan.fields.status === 'complete') return [];
  const by: Record<string, string[]> = {};
  const note = (group: string, { id }: Task) => {
    by[group] ??= [];
    by[group].push(id);
  };
  for (const task of plan.tasks) {
    const status = taskStatusOf(task);
    if (status !== 'completed') note(status, task);
    else if (didNotPass(task)) note('again', task);
    if (awaitsApproval(task)) note('approve', task);
  }
  const lines: [string, readonly string[]][] = [
    ['mend', by.failed ?? []],
    ['clear what blocks', by.blocked ?? []],
    ['do again', by.again ?? []],
    ['wait for', by.in_progress ?? []],
    ['approve', by.approve ?? []],
    ['do', by.pending ?? []],
    ['meet', plan.criteria.filter(({ met }) => !met).map(({ text }) => `"${text}"`)],
  ];
  return lines.flatMap(([what, names]) => (names.length === 0 ? [] : [`${what} ${some(names)}`]));
}

const MOST = 5;

function some(names: readonly string[]): string {
  return names.length <= MOST
    ? names.join(', ')
    : `${names.slice(0, MOST).join(', ')} and ${names.length - MOST} more`;
}
