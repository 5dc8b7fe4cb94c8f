/** The statuses of plans and tasks, the steps between them that are legal, and the kinds of obstacles. Loads no schema. */
export const PLAN_STATUSES = ['running', 'awaiting-result', 'paused', 'blocked', 'complete'] as const;
export const TASK_STATUSES = [
  'pending',
  'in_progress',
  'completed',
  'blocked',
  'failed',
  'cancelled',
] as const;
export type PlanStatus = (typeof PLAN_STATUSES)[number];
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** The kinds of obstacles that a blocker records. */
export const BLOCKER_TYPES = [
  'external',
  'technical',
  'information',
  'approval',
  'gate',
  'conflict',
] as const;
export type BlockerType = (typeof BLOCKER_TYPES)[number];

/** The kinds of failure that a result records; without one it is `code`. */
export const FAILURE_KINDS = ['code', 'tests', 'blocker', 'timeout', 'lost'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** The legal next statuses of a task, in the order in which they are offered. */
export const TASK_TRANSITIONS: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  pending: ['in_progress', 'blocked', 'completed', 'cancelled'],
  in_progress: ['completed', 'failed', 'blocked', 'pending', 'cancelled'],
  blocked: ['pending', 'in_progress', 'cancelled'],
  failed: ['pending', 'cancelled'],
  completed: ['pending'],
  cancelled: ['pending'],
};

export function isLegalTaskStep(from: TaskStatus, to: TaskStatus): boolean {
  return from === to || TASK_TRANSITIONS[from].includes(to);
}

/** Whether a task in this status needs nothing more: completed or cancelled. */
export function isEnded(status: TaskStatus): boolean {
  return status === 'completed' || status === 'cancelled';
}
