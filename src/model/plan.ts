/** A plan as a value: what a state file says, apart from free prose and layout. */
import type { PlanFields, TaskFields } from './fields.ts';
import type { PlanStatus, TaskStatus } from './status.ts';

export interface Task {
  readonly id: string;
  readonly title: string;
  readonly fields: TaskFields;
  /** The prose under the block, without blank lines at its ends, and without what Rondo keeps between progress markers. */
  readonly brief: string;
}

export interface Criterion {
  readonly text: string;
  readonly met: boolean;
  /** The command of `(check: \`command\`)`. */
  readonly check?: string;
}

export interface Plan {
  /** The topic: the file name without its ending. */
  readonly name: string;
  /** Path of the file from the root of the work tree, with forward slashes. */
  readonly file: string;
  readonly title: string;
  readonly fields: PlanFields;
  readonly criteria: readonly Criterion[];
  readonly tasks: readonly Task[];
  /** Items of `## Decisions`, without their bullet. */
  readonly decisions: readonly string[];
}

export function planStatusOf(plan: Plan): PlanStatus {
  return plan.fields.status ?? 'running';
}

export function taskStatusOf(task: Task): TaskStatus {
  return task.fields.status ?? 'pending';
}

export function findTask(plan: Plan, id: string): Task | undefined {
  return plan.tasks.find((task) => task.id === id);
}
