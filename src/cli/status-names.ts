/** The statuses as words for choices, without loading a schema; typed so that none can be missing or wrong. */
import type { PlanStatus, TaskStatus } from '../model/status.ts';

const PLANS: Readonly<Record<PlanStatus, true>> = {
  running: true,
  'awaiting-result': true,
  paused: true,
  blocked: true,
  complete: true,
};
const TASKS: Readonly<Record<TaskStatus, true>> = {
  pending: true,
  in_progress: true,
  completed: true,
  blocked: true,
  failed: true,
  cancelled: true,
};

export const PLAN_STATUS_NAMES: readonly string[] = Object.keys(PLANS);
export const TASK_STATUS_NAMES: readonly string[] = Object.keys(TASKS);

export const BLOCKER_TYPE_NAMES = [
  'external',
  'technical',
  'information',
  'approval',
  'gate',
  'conflict',
] as const;
