/**
 * The library. Plans as values: what a plan file says, what a change to it looks like in bytes, how two plans differ and
 * merge, the documents that `--json` prints. And rounds: `runRound(openOutside(dir, { env }), target, request)` is what
 * each command of the command line does.
 */
export { diffPlans } from './compare/diff.ts';
export { type MergeConflict, type Merged, mergePlans } from './compare/merge.ts';
export { ERRORS, type ErrorCode, EXIT, type ExitCode, type Problem, RondoError } from './errors.ts';
export { applyChange, applyChanges, type Change, type ChangeKind } from './model/change.ts';
export type * from './model/documents.ts';
export { DOCUMENTS } from './model/documents.ts';
export type {
  Attempt,
  Blocker,
  Dependency,
  Evidence,
  PlanFields,
  TaskFields,
  TaskResult,
} from './model/fields.ts';
export { type Criterion, findTask, type Plan, type Task } from './model/plan.ts';
export { DEFAULT_SETTINGS, type Settings, type SettingsFile, type Specialist } from './model/settings.ts';
export {
  BLOCKER_TYPES,
  type BlockerType,
  PLAN_STATUSES,
  type PlanStatus,
  TASK_STATUSES,
  TASK_TRANSITIONS,
  type TaskStatus,
} from './model/status.ts';
export { type OpenOptions, openOutside } from './open-outside.ts';
export { findCycle, graphProblems, openBatches, waitingOn } from './plan/graph.ts';
export type { Request } from './plan/request.ts';
export type { Outside } from './ports.ts';
export { choosePlan, findPlans, type PlanFile } from './round/find-plans.ts';
export type { Reported } from './round/report.ts';
export { type RoundOptions, runRound } from './round/run-round.ts';
export { type Codec, codec } from './state-file/codec.ts';
export { type EditedPlan, editPlan } from './state-file/edit-plan.ts';
export { type ParsedPlan, readPlan } from './state-file/parse-plan.ts';
export { printPlan } from './state-file/print-plan.ts';
