/** Sets fields of a task as a person would by hand, with the same rules as the commands: a status goes only legal ways. */
import { type Problem, problem } from '../../errors.ts';
import type { TaskFieldName, TaskFields } from '../../model/fields.ts';
import { planStatusOf, type Task } from '../../model/plan.ts';
import { TASK_STATUSES } from '../../model/status.ts';
import { isAtWork, refuseApprover } from '../approvers.ts';
import type { Draft } from '../draft.ts';
import { awaitGates } from '../gates.ts';
import { graphProblems } from '../graph.ts';
import type { Request } from '../request.ts';
import type { Seen } from '../seen.ts';
import { gatesKept, lostGates } from '../take-back.ts';
import { refuseTitle } from './add-task.ts';
import { claimTask } from './claim-task.ts';
import { isProblem, refuseStep, requireTask } from './legal-step.ts';

export function editTask(
  draft: Draft,
  seen: Seen,
  request: Extract<Request, { kind: 'edit' }>,
): Problem | undefined {
  const task = requireTask(draft, seen, request.task);
  if (isProblem(task)) return task;
  const badTitle = request.title === undefined ? undefined : refuseTitle(seen, request.title);
  if (badTitle !== undefined) return badTitle;
  const reason = `edited by ${seen.person}`;
  if (request.title !== undefined && request.title !== task.title)
    draft.apply({ kind: 'task-title', task: task.id, from: task.title, to: request.title, reason });
  for (const { name, value } of request.fields) {
    const refusal = setField(draft, seen, task.id, name, value, reason);
    if (refusal !== undefined) return refusal;
  }
  const kept = request.fields.some(({ name }) => GATING.has(name)) ? keptGates(draft, seen, task) : undefined;
  if (kept !== undefined) return kept;
  return request.fields.some(({ name }) => name === 'blocked_by') ? brokenGraph(draft, task.id) : undefined;
}

/** What says which gates a task has. */
const GATING: ReadonlySet<TaskFieldName> = new Set<TaskFieldName>(['gates', 'tags']);

/** A task loses no gate while its worker is at work. */
function keptGates(draft: Draft, seen: Seen, { id, fields }: Task): Problem | undefined {
  const now = draft.task(id);
  if (now === undefined || !seen.runs.some((run) => run.task === id && isAtWork(run))) return undefined;
  const lost = lostGates(seen, now, fields);
  return lost.length === 0 ? undefined : gatesKept(seen, id, lost);
}

/** An edit that would leave the plan waiting for what is not there, or in a circle, is refused. */
function brokenGraph(draft: Draft, id: string): Problem | undefined {
  const found = graphProblems(draft.plan).find((p) => p.task === id || p.cycle?.includes(id));
  if (found === undefined) return undefined;
  // What was not written has no place in the file.
  const { path: _, ...problem } = found;
  return problem;
}

function setField(
  draft: Draft,
  seen: Seen,
  id: string,
  name: TaskFieldName,
  value: unknown,
  reason: string,
): Problem | undefined {
  const task = requireTask(draft, seen, id);
  if (isProblem(task)) return task;
  if (name === 'status') {
    const to = TASK_STATUSES.find((status) => status === value) ?? 'pending';
    if (draft.status(id) === to) return undefined;
    if (to === 'in_progress')
      return claimTask(draft, seen, {
        kind: 'claim',
        task: id,
        owner: undefined,
        returns: undefined,
        until: undefined,
      });
    if (planStatusOf(draft.plan) === 'complete')
      return problem('illegal-transition', 'the plan is complete', {
        file: seen.plan.file,
        task: id,
        hint: `Reopen the task: rondo reopen ${id}`,
      });
    const refusal = refuseStep(seen, task, to);
    if (refusal !== undefined) return refusal;
    const { result } = task.fields;
    if (to === 'completed' && awaitGates(draft, seen, task, result, reason)) return undefined;
    draft.step(id, to, reason);
    return undefined;
  }
  const waives = name === 'needs_approval' && task.fields.needs_approval === true && value !== true;
  if (waives || (name === 'approved_by' && value !== undefined)) {
    const refusal = refuseApprover(seen, id);
    if (refusal !== undefined) return refusal;
  }
  const before = task.fields.attempt?.number ?? 0;
  if (name === 'attempt' && attemptNumber(value) < before)
    return problem('illegal-transition', `the attempt number of ${id} is ${before} and never goes down`, {
      file: seen.plan.file,
      task: id,
    });
  draft.set(id, name, value as TaskFields[typeof name], reason);
  return undefined;
}

function attemptNumber(value: unknown): number {
  return typeof value === 'object' && value !== null && 'number' in value && typeof value.number === 'number'
    ? value.number
    : 0;
}
