/** Starts what is ready, allowed, approved on this machine and has a slot; says what is queued and why. */
import { type Problem, problem } from '../../errors.ts';
import { type Task, taskStatusOf } from '../../model/plan.ts';
import { dispatch } from '../dispatch.ts';
import type { Draft } from '../draft.ts';
import { type Route, routeTask } from '../routing.ts';
import type { Seen } from '../seen.ts';
import { hasStray } from '../strays.ts';
import { groupSlots } from './groups.ts';
import { startSubPlan } from './sub-plans.ts';
import { type Overlap, WriteSets } from './write-sets.ts';

export interface StartOutcome {
  readonly started: readonly string[];
  /** Could start now, in a round that starts nothing. */
  readonly startable: readonly string[];
  /** Ready and waiting for a slot, for the files of another task, or for the end of an earlier attempt's worker that is being stopped. */
  readonly queued: readonly string[];
  /** What is startable, queued or untrusted, in the order of the plan, which is the same on every machine. */
  readonly waiting: readonly string[];
  /** Ready, and for a person to claim. */
  readonly forPeople: readonly string[];
  /** Ready, and held back because this machine has not approved the command. */
  readonly untrusted: readonly string[];
  /** Of the queued, those that wait for the files of another task. */
  readonly overlaps: readonly Overlap[];
  /** How many tasks are under way in this clone, those that are started now included; and how many may be. */
  readonly busy: number;
  readonly most: number;
}

/** Sorts the allowed tasks into those it starts and the reasons for the others. With `mayStart` false it only sorts. */
export function startTasks(
  draft: Draft,
  seen: Seen,
  allowed: readonly Task[],
  mayStart: boolean,
): StartOutcome {
  const limit = seen.settings.parallelism.max_parallel_tasks;
  let busy = busyHere(draft, seen);
  const bySpecialist = new Map<string, number>();
  for (const task of draft.tasks)
    if (taskStatusOf(task) === 'in_progress') count(bySpecialist, task.fields.owner);
  const out = {
    started: [] as string[],
    startable: [] as string[],
    queued: [] as string[],
    waiting: [] as string[],
    forPeople: [] as string[],
    untrusted: [] as string[],
    overlaps: [] as Overlap[],
  };
  let writeSets: WriteSets | undefined;
  const alive = new Set(seen.runs.filter((run) => run.state.kind === 'alive').map((run) => run.task));
  const isRunning = (task: Task) => alive.has(task.id) || hasStray(seen, task);
  const groups = groupSlots(
    seen,
    allowed.filter((task) => {
      if (task.fields.parallel_group === undefined || isRunning(task)) return false;
      const route = routeTask(task, seen.settings);
      return route.kind === 'command' && seen.isApproved(route.command);
    }),
  );
  if (mayStart) draft.problems.push(...groups.problems);
  for (const task of allowed) {
    const route = routeTask(task, seen.settings);
    if (route.kind === 'plan') {
      if (mayStart) startSubPlan(draft, seen, task);
      (mayStart ? out.started : out.startable).push(task.id);
    } else if (route.kind === 'person') {
      out.forPeople.push(task.id);
    } else if (!seen.isApproved(route.command)) {
      out.untrusted.push(task.id);
      draft.problems.push(untrusted(seen, task, route.command));
    } else if (
      isRunning(task) ||
      busy >= limit ||
      !groups.mayStart(task, limit - busy) ||
      specialistIsFull(seen, route, bySpecialist)
    ) {
      out.queued.push(task.id);
    } else {
      if (task.fields.writes !== undefined) writeSets ??= new WriteSets(draft, seen);
      const other = writeSets?.overlapOf(task);
      if (other !== undefined) {
        out.queued.push(task.id);
        out.overlaps.push({ task: task.id, with: other });
        continue;
      }
      writeSets?.take(task);
      busy += 1;
      count(bySpecialist, route.owner);
      if (mayStart) dispatch(draft, seen, task, route, `ready${why(task)}`);
      (mayStart ? out.started : out.startable).push(task.id);
    }
  }
  const gone = new Set([...out.started, ...out.forPeople]);
  out.waiting = allowed.flatMap(({ id }) => (gone.has(id) ? [] : [id]));
  return { ...out, busy: mayStart ? busy : busy - out.startable.length, most: limit };
}

function busyHere(draft: Draft, seen: Seen): number {
  const own = draft.tasks.filter(
    (task) => taskStatusOf(task) === 'in_progress' && task.fields.attempt?.machine === seen.machine,
  ).length;
  return own + seen.aliveElsewhere;
}

function specialistIsFull(
  seen: Seen,
  route: Extract<Route, { kind: 'command' }>,
  busy: ReadonlyMap<string, number>,
): boolean {
  const limit =
    route.specialist === null ? undefined : seen.settings.specialists[route.specialist]?.max_parallel;
  return limit !== undefined && (busy.get(route.owner) ?? 0) >= limit;
}

function count(counts: Map<string, number>, key: string | undefined): void {
  if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
}

function why(task: Task): string {
  const blockers = task.fields.blocked_by ?? [];
  return blockers.length === 0 ? '' : ': all it waited for is done';
}

function untrusted(seen: Seen, task: Task, command: string): Problem {
  return problem(
    'untrusted-command',
    `${task.id} would run a command this clone has not approved: ${command}`,
    {
      file: seen.plan.file,
      task: task.id,
    },
  );
}
