/** `parallel_group`: members start in one round. A ready one waits for fellows that can still become ready, and for slots for all. */
import { type Problem, problem } from '../../errors.ts';
import { dependencyId } from '../../model/dependency.ts';
import { type Task, taskStatusOf } from '../../model/plan.ts';
import type { Draft } from '../draft.ts';
import { awaitsApproval, unmetBecause } from '../graph.ts';
import { routeTask } from '../routing.ts';
import type { Seen } from '../seen.ts';

/** The allowed tasks without those that wait for their fellows. Only `eager` mixes generations, so only there one may be early. */
export function withoutEarly(draft: Draft, seen: Seen, allowed: readonly Task[]): readonly Task[] {
  const { strategy, auto_launch } = seen.settings.parallelism;
  if (strategy !== 'eager' || !auto_launch) return allowed;
  if (!allowed.some((task) => groupOf(task, seen) !== undefined)) return allowed;
  const ready = new Set(allowed.map((task) => task.id));
  const coming = comingTogether(draft, seen);
  const waited = new Set(coming.filter((task) => !ready.has(task.id)).map((task) => groupOf(task, seen)));
  const together = new Set(coming.map((task) => task.id));
  return allowed.filter((task) => {
    const group = groupOf(task, seen);
    return group === undefined || !together.has(task.id) || !waited.has(group);
  });
}

/** The group that a round may start together with it; people claim theirs when they like. */
function groupOf(task: Task, seen: Seen): string | undefined {
  const group = task.fields.parallel_group;
  return group === undefined || routeTask(task, seen.settings).kind !== 'command' ? undefined : group;
}

/**
 * Pending members of groups that come to their turn without mending, all fellows at once. A group whose members wait for
 * each other, by themselves or by way of other groups, is none, nor is one behind it: its members start as they get ready.
 * That is judged on the whole plan, whatever has ended, so that no start changes it.
 */
function comingTogether(draft: Draft, seen: Seen): readonly Task[] {
  const pending = draft.tasks.filter((task) => taskStatusOf(task) === 'pending');
  const alone = inTurn(
    pending,
    (task) => task.id,
    (task) => waitsFor(draft, task),
  );
  // No id holds a space, so no task has the name of a group's unit.
  const united = inTurn(
    draft.tasks,
    (task) => {
      const group = groupOf(task, seen);
      return group === undefined ? task.id : ` ${group}`;
    },
    (task) => (task.fields.blocked_by ?? []).flatMap((d) => draft.task(dependencyId(d)) ?? []),
  );
  return pending.filter(
    (task) => groupOf(task, seen) !== undefined && alone.has(task.id) && united.has(task.id),
  );
}

/** The pending tasks that a pending one waits for; undefined where it waits for what only mending brings. */
function waitsFor(draft: Draft, task: Task): readonly Task[] | undefined {
  const out: Task[] = [];
  for (const dependency of task.fields.blocked_by ?? []) {
    const blocker = draft.task(dependencyId(dependency));
    if (unmetBecause(dependency, blocker) === undefined) continue;
    if (blocker !== undefined && taskStatusOf(blocker) === 'pending') out.push(blocker);
    else if (!comes(blocker)) return undefined;
  }
  return out;
}

/** Whether a blocker that is not pending can still be satisfied without mending: it is under way, or a person or a rework is due. */
function comes(blocker: Task | undefined): boolean {
  if (blocker === undefined) return false;
  const status = taskStatusOf(blocker);
  if (status === 'in_progress') return true;
  return status === 'completed' && (awaitsApproval(blocker) || blocker.fields.rework !== undefined);
}

/** Ids of the tasks that come to their turn, where those of one unit do so together and after all that any of them waits for. */
function inTurn(
  tasks: readonly Task[],
  unitOf: (task: Task) => string,
  blockersOf: (task: Task) => readonly Task[] | undefined,
): ReadonlySet<string> {
  const units = new Map<string, { readonly members: Task[]; readonly on: Set<string>; stuck: boolean }>();
  for (const task of tasks) {
    const name = unitOf(task);
    const unit = units.get(name) ?? { members: [], on: new Set<string>(), stuck: false };
    units.set(name, unit);
    unit.members.push(task);
    const blockers = blockersOf(task);
    if (blockers === undefined) unit.stuck = true;
    else for (const blocker of blockers) unit.on.add(unitOf(blocker));
  }
  const dependents = new Map<string, string[]>();
  for (const [name, { on }] of units)
    for (const other of on) {
      const list = dependents.get(other);
      if (list === undefined) dependents.set(other, [name]);
      else list.push(name);
    }
  const free = [...units].filter(([, unit]) => !unit.stuck && unit.on.size === 0).map(([name]) => name);
  const placed = new Set<string>();
  for (const name of free) {
    for (const { id } of units.get(name)?.members ?? []) placed.add(id);
    for (const dependent of dependents.get(name) ?? []) {
      const unit = units.get(dependent);
      if (unit?.on.delete(name) === true && unit.on.size === 0 && !unit.stuck) free.push(dependent);
    }
  }
  return placed;
}

export interface GroupSlots {
  /** Whether a member may take one of the free slots: all its fellows fit with it, or never will. */
  mayStart(task: Task, free: number): boolean;
  readonly problems: readonly Problem[];
}

/** Decides once a group, at its first member, whether it starts now. `startable` are all that nothing but slots holds up. */
export function groupSlots(seen: Seen, startable: readonly Task[]): GroupSlots {
  const limit = seen.settings.parallelism.max_parallel_tasks;
  const sizes = new Map<string, number>();
  for (const { fields } of startable)
    if (fields.parallel_group !== undefined)
      sizes.set(fields.parallel_group, (sizes.get(fields.parallel_group) ?? 0) + 1);
  const decided = new Map<string, boolean>();
  return {
    mayStart({ fields: { parallel_group: group } }, free) {
      if (group === undefined || seen.settings.parallelism.strategy === 'sequential') return true;
      const size = sizes.get(group) ?? 0;
      const fits = decided.get(group) ?? (size > limit || size <= free);
      decided.set(group, fits);
      return fits;
    },
    problems: [...sizes]
      .filter(([, size]) => size > limit && seen.settings.parallelism.strategy !== 'sequential')
      .map(([group, size]) =>
        problem(
          'group-too-large',
          `the parallel group ${group} has ${size} members to start, and at most ${limit} may be under way at once: it starts in parts`,
          { severity: 'info', file: seen.plan.file },
        ),
      ),
  };
}
