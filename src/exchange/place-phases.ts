/** Lays what a workflow's state says of its phases over the tasks of a plan, and says what could not be laid. */
import type { TaskFields } from '../model/fields.ts';
import type { Task } from '../model/plan.ts';
import { pathFault } from '../model/read-text.ts';
import type { Phase, WorkflowState } from './read-workflow-state.ts';
import type { Json } from './take-fields.ts';
import { phaseKey } from './workflow-words.ts';

export interface Around {
  /** The file that is taken over, which stands for whoever wrote it. */
  readonly file: string;
  readonly now: string;
  /** Until when the owner of what is under way is believed without news. */
  readonly leaseUntil: string;
  readonly origin: string;
  /** Whether an approval that the file records counts here. */
  readonly mayApprove: boolean;
  exists(path: string): boolean;
}

export interface Placed {
  readonly tasks: readonly Task[];
  /** What has no place in a task. */
  readonly rest: Readonly<Record<string, Json>>;
  readonly notes: readonly string[];
}

/** What a task's `metadata` holds at most; more is kept as prose. */
const MOST_METADATA = 4000;

interface Placing {
  readonly state: WorkflowState;
  readonly around: Around;
  readonly inBlocks: boolean;
  readonly phases: ReadonlyMap<string, Phase>;
  /** The phases of the tasks, one after the other. */
  readonly order: readonly string[];
  /** The phase whose approval is awaited, where the file says that one is. */
  readonly awaiting: string | undefined;
  readonly rest: Map<string, Json>;
  readonly notes: string[];
}

/** `inBlocks`: whether what is left over of a phase goes to its task's `metadata`. */
export function placePhases(
  state: WorkflowState,
  tasks: readonly Task[],
  around: Around,
  inBlocks: boolean,
): Placed {
  const phases = new Map(state.phases.map((phase) => [phaseKey(phase.name), phase]));
  const order = tasks.map((task) => phaseKey(task.fields.phase ?? task.id));
  const awaiting = awaitedPhase(state, phases, order);
  const placing: Placing = { state, around, inBlocks, phases, order, awaiting, rest: new Map(), notes: [] };
  const placed = tasks.map((task, i) => placePhase(placing, task, order[i] ?? ''));
  const unsaid = order.filter((key) => phases.get(key)?.status === undefined).length;
  if (state.listed && unsaid > 0)
    placing.notes.push(`${unsaid} of ${tasks.length} phases are not told of: they are pending`);
  const documents = placeDocuments(state, placed);
  const rest = {
    ...(documents.length === 0 ? {} : { documents }),
    ...(placing.rest.size === 0 ? {} : { phases: Object.fromEntries(placing.rest) }),
  };
  return { tasks: afterCancelled(settleReviews(placing, placed)), rest, notes: placing.notes };
}

/** The one that is named; else the one under way, where its task is approved, or the last one that is over. */
function awaitedPhase(
  { pendingApproval, phases }: WorkflowState,
  known: ReadonlyMap<string, Phase>,
  order: readonly string[],
): string | undefined {
  if (pendingApproval === undefined || pendingApproval === false) return undefined;
  if (typeof pendingApproval === 'string')
    return known.has(phaseKey(pendingApproval)) ? phaseKey(pendingApproval) : undefined;
  const current = phases.find(({ status }) => status === 'in_progress');
  if (current !== undefined && phaseKey(current.name) === 'planning') return 'planning';
  return order.findLast((key) => known.get(key)?.status === 'completed');
}

function placePhase(placing: Placing, task: Task, key: string): Task {
  const { state, phases, order, awaiting } = placing;
  const phase = phases.get(key);
  if (phase === undefined) return { ...task, fields: withIteration(placing, task.fields, undefined) };
  const isAwaited = awaiting === key;
  const later = order.slice(order.indexOf(key) + 1);
  const begun = (other: string) => !['pending', undefined].includes(phases.get(other)?.status);
  const waits = task.fields.blocked_by?.some(
    (on) => !['completed', 'cancelled'].includes(statusOf(placing, on)),
  );
  const isBehind = awaiting !== undefined && order.indexOf(awaiting) < order.indexOf(key);
  let status = isAwaited ? 'completed' : (phase.status ?? 'pending');
  if (status === 'blocked' && waits === true && phase.reason === undefined) status = 'pending';
  if (status === 'in_progress' && isBehind) {
    status = 'pending';
    placing.notes.push(`${task.id} is pending, since the approval of ${awaiting} is awaited`);
  }
  const approved = phase.approved ?? (isAwaited ? false : undefined);
  const wentOn = approved === undefined && state.pendingApproval === false && later.some(begun);
  const fields: TaskFields = {
    ...task.fields,
    ...outputOf(placing, task, phase),
    ...(approved === undefined ? {} : { needs_approval: true }),
    ...leftOver(placing, task, phase),
    ...statusFields(placing, task, phase, status),
    ...((approved === true || (wentOn && task.fields.needs_approval === true)) && status === 'completed'
      ? approval(placing, task, phase)
      : {}),
  };
  if (status === 'completed' && fields.needs_approval === true && fields.approved_by === undefined)
    placing.notes.push(`${task.id} is completed, and no approval of it counts yet: rondo approve`);
  return { ...task, fields: withIteration(placing, fields, phase) };
}

function statusOf({ phases }: Placing, on: NonNullable<TaskFields['blocked_by']>[number]): string {
  return phases.get(phaseKey(typeof on === 'string' ? on : on.task))?.status ?? 'pending';
}

function statusFields(
  { around, state, notes }: Placing,
  task: Task,
  phase: Phase,
  status: string,
): TaskFields {
  const said = `${status}, as ${around.file} says`;
  const owner = phase.owner === undefined ? {} : { owner: phase.owner };
  const result = phase.result === undefined ? {} : { result: phase.result };
  switch (status) {
    case 'completed': {
      const at = phase.completedAt === undefined ? {} : { completed_at: phase.completedAt };
      const isRecorded = phase.completedAt !== undefined || phase.result !== undefined;
      return { status, ...owner, ...at, ...(isRecorded ? result : { result: { summary: said } }) };
    }
    case 'in_progress': {
      const by = phase.owner ?? state.lastAgent ?? around.origin;
      notes.push(
        `${task.id} is in progress by ${by}, who reports with rondo done; to start it anew: rondo release`,
      );
      const started_at = phase.startedAt ?? around.now;
      const attempt = { number: 1, started_at, lease_until: around.leaseUntil, returns: `${by} reports` };
      return { status, owner: by, attempt, ...result };
    }
    case 'blocked':
      return { status, ...owner, ...result, blocker: { type: 'information', detail: phase.reason ?? said } };
    case 'failed':
      return { status, ...owner, result: { summary: phase.reason ?? said, ...phase.result } };
    case 'cancelled':
      return { status, ...owner, ...result };
    default:
      return phase.approved === false && phase.reason !== undefined
        ? { ...result, rejected: { reason: phase.reason } }
        : result;
  }
}

function approval({ around, notes }: Placing, task: Task, phase: Phase): TaskFields {
  if (!around.mayApprove) {
    notes.push(`the approval of ${task.id} does not count: who takes it over is not among the approvers`);
    return {};
  }
  const at = phase.approvedAt === undefined ? {} : { approved_at: phase.approvedAt };
  return { approved_by: phase.approvedBy ?? around.file, ...at };
}

/** The file that the phase names, else the template's name in the folder of the state, where that is there. */
function outputOf({ around }: Placing, task: Task, phase: Phase): TaskFields {
  const [named] = phase.outputs;
  if (named !== undefined) return { output: named };
  const expected = besideState(around, task);
  return expected !== undefined && around.exists(expected) ? { output: expected } : {};
}

function besideState({ file }: Around, { fields: { output } }: Task): string | undefined {
  if (output === undefined) return undefined;
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  return output.endsWith('/README.md') ? undefined : folder + nameOf(output);
}

/** Documents of the whole workflow are outputs of the phases that leave files of these names; returns the others. */
function placeDocuments({ documents }: WorkflowState, tasks: Task[]): readonly string[] {
  return documents.filter((document) => {
    const name = nameOf(document);
    const at = tasks.findIndex(({ fields: { output } }) => output !== undefined && nameOf(output) === name);
    const task = tasks[at];
    if (task === undefined || pathFault(document) !== undefined) return true;
    tasks[at] = { ...task, fields: { ...task.fields, output: document } };
    return false;
  });
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function leftOver({ inBlocks, rest }: Placing, task: Task, phase: Phase): TaskFields {
  const more = phase.outputs.length > 1 ? { outputs: phase.outputs.slice(1) } : {};
  const left = { ...phase.rest, ...more };
  if (Object.keys(left).length === 0) return {};
  if (inBlocks && JSON.stringify(left).length <= MOST_METADATA) return { metadata: left };
  rest.set(task.id, left);
  return {};
}

/** How often work was done is once more than it was sent back. */
function withIteration({ state }: Placing, fields: TaskFields, phase: Phase | undefined): TaskFields {
  const times = phase?.iteration ?? (fields.rework?.task === 'development' ? state.iteration : undefined);
  if (times === undefined || times < 2 || fields.rework === undefined) return fields;
  return { ...fields, iteration: times - 1 };
}

/** A review that did not pass and whose work was sent back already waits for that, with its findings. */
function settleReviews({ notes }: Placing, tasks: readonly Task[]): readonly Task[] {
  return tasks.map((task) => {
    const { rework, result, status, completed_at: _, iteration = 1, ...fields } = task.fields;
    const work = tasks.find(({ id }) => id === rework?.task);
    if (rework === undefined || status !== 'completed' || result?.passed !== false) return task;
    if (work === undefined || work.fields.status === 'completed') return task;
    notes.push(`${task.id} did not pass and ${work.id} is done again: it is pending, with its findings kept`);
    return { ...task, fields: { ...fields, rework, result, iteration } };
  });
}

/** What was left out holds up nobody. */
function afterCancelled(tasks: readonly Task[]): readonly Task[] {
  const cancelled = new Set(
    tasks.filter((task) => task.fields.status === 'cancelled').map((task) => task.id),
  );
  if (cancelled.size === 0) return tasks;
  return tasks.map((task) => {
    const on = task.fields.blocked_by;
    if (on === undefined) return task;
    const blocked_by = on.map((each) =>
      typeof each === 'string' && cancelled.has(each) ? { task: each, or_cancelled: true } : each,
    );
    return { ...task, fields: { ...task.fields, blocked_by } };
  });
}
