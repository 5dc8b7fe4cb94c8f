/** What stands of the work of attempts that are over, and worked in a worktree of their own. */
import { type Plan, type Task, taskStatusOf } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import { isolationOf } from '../plan/isolation.ts';
import type { Outside, Run, WorkLook } from '../ports.ts';

/** By task; costs nothing where no attempt of this machine has a branch of its own. */
export function lookAtWork(
  { repo }: Outside,
  plan: Plan,
  seen: {
    readonly machine: string;
    readonly ref: string;
    readonly settings: Settings;
    readonly runs: readonly Run[];
  },
): Readonly<Record<string, WorkLook>> {
  const out: Record<string, WorkLook> = Object.create(null);
  for (const task of plan.tasks) {
    const isolation = isOpenHere(task, seen.machine)
      ? isolationOf({ ...seen, plan }, task, task.fields.attempt)
      : undefined;
    if (isolation !== undefined && isOver(task, seen.runs)) out[task.id] = repo.worktrees.look(isolation);
  }
  return out;
}

function isOpenHere(task: Task, machine: string): boolean {
  const { attempt } = task.fields;
  return (
    attempt?.branch !== undefined &&
    attempt.machine === machine &&
    ['in_progress', 'blocked'].includes(taskStatusOf(task))
  );
}

function isOver({ id, fields }: Task, runs: readonly Run[]): boolean {
  const run = runs.find((each) => each.task === id && each.attempt === fields.attempt?.number);
  return run?.state.kind === 'ended' || run?.state.kind === 'lost';
}
