/**
 * The closed union of what a round may change. Recovery and decision produce changes, persist applies them to the text,
 * the commit lists them, reviews show them. `applyChange` says what each one means.
 */
import type { PlanFieldName, TaskFieldName, TaskFields } from './fields.ts';
import type { Criterion, Plan, Task } from './plan.ts';
import type { PlanStatus, TaskStatus } from './status.ts';

interface Reasoned {
  /** One sentence without a full stop at its end: why. */
  readonly reason: string;
}

export type Change = Reasoned &
  (
    | {
        readonly kind: 'task-status';
        readonly task: string;
        readonly from: TaskStatus;
        readonly to: TaskStatus;
      }
    | {
        readonly kind: 'task-field';
        readonly task: string;
        readonly field: Exclude<TaskFieldName, 'status'>;
        readonly from: unknown;
        readonly to: unknown;
      }
    | { readonly kind: 'task-title'; readonly task: string; readonly from: string; readonly to: string }
    | { readonly kind: 'task-brief'; readonly task: string; readonly from: string; readonly to: string }
    | {
        readonly kind: 'task-added';
        readonly task: string;
        readonly title: string;
        readonly fields: TaskFields;
        readonly brief: string /** Placed after this task; at the end where null, at the start where ''. */;
        readonly after: string | null;
      }
    | { readonly kind: 'task-removed'; readonly task: string }
    | { readonly kind: 'task-order'; readonly from: readonly string[]; readonly to: readonly string[] }
    | { readonly kind: 'plan-status'; readonly from: PlanStatus; readonly to: PlanStatus }
    | {
        readonly kind: 'plan-field';
        readonly field: Exclude<PlanFieldName, 'status'>;
        readonly from: unknown;
        readonly to: unknown;
      }
    | { readonly kind: 'plan-title'; readonly from: string; readonly to: string }
    | { readonly kind: 'criterion-met'; readonly text: string; readonly from: boolean; readonly to: boolean }
    | { readonly kind: 'criteria'; readonly from: readonly Criterion[]; readonly to: readonly Criterion[] }
    | { readonly kind: 'decision-added'; readonly text: string }
    | { readonly kind: 'decisions'; readonly from: readonly string[]; readonly to: readonly string[] }
  );
export type ChangeKind = Change['kind'];

/** The plan after the change. A change that names what is not there leaves the plan as it is. */
export function applyChange(plan: Plan, change: Change): Plan {
  switch (change.kind) {
    case 'task-status':
    case 'task-field':
    case 'task-title':
    case 'task-brief':
      return applyTaskEdits(plan, [change]);
    case 'task-added':
      return addTasks(plan, [change]);
    case 'task-removed':
      return removeTasks(plan, [change]);
    case 'task-order': {
      const byId = new Map(plan.tasks.map((task) => [task.id, task]));
      const ordered = change.to.flatMap((id) => byId.get(id) ?? []);
      const named = new Set(change.to);
      const rest = plan.tasks.filter((task) => !named.has(task.id));
      return { ...plan, tasks: [...ordered, ...rest] };
    }
    case 'plan-status':
      return { ...plan, fields: { ...plan.fields, status: change.to } };
    case 'plan-field':
      return { ...plan, fields: setKey(plan.fields, change.field, change.to) };
    case 'plan-title':
      return { ...plan, title: change.to };
    case 'criterion-met':
      return {
        ...plan,
        criteria: plan.criteria.map((c) => (c.text === change.text ? { ...c, met: change.to } : c)),
      };
    case 'criteria':
      return { ...plan, criteria: change.to };
    case 'decision-added':
      return { ...plan, decisions: [...plan.decisions, change.text] };
    case 'decisions':
      return { ...plan, decisions: change.to };
  }
}

/** The plan after all of them, in order. Changes of one sort in a row cost one pass over the plan together. */
export function applyChanges(plan: Plan, changes: readonly Change[]): Plan {
  let out = plan;
  for (let i = 0; i < changes.length; ) {
    const edits = rowFrom(changes, i, isTaskEdit);
    const added = rowFrom(changes, i, isAdded);
    const removed = rowFrom(changes, i, isRemoved);
    const change = changes[i];
    if (edits.length > 1) out = applyTaskEdits(out, edits);
    else if (added.length > 1) out = addTasks(out, added);
    else if (removed.length > 1) out = removeTasks(out, removed);
    else if (change !== undefined) out = applyChange(out, change);
    i += Math.max(1, edits.length, added.length, removed.length);
  }
  return out;
}

type TaskEdit = Extract<Change, { kind: 'task-status' | 'task-field' | 'task-title' | 'task-brief' }>;
type TaskAdded = Extract<Change, { kind: 'task-added' }>;
type TaskRemoved = Extract<Change, { kind: 'task-removed' }>;

const TASK_EDITS: readonly ChangeKind[] = ['task-status', 'task-field', 'task-title', 'task-brief'];
const isTaskEdit = (change: Change): change is TaskEdit => TASK_EDITS.includes(change.kind);
const isAdded = (change: Change): change is TaskAdded => change.kind === 'task-added';
const isRemoved = (change: Change): change is TaskRemoved => change.kind === 'task-removed';

function rowFrom<C extends Change>(
  changes: readonly Change[],
  start: number,
  belongs: (change: Change) => change is C,
): readonly C[] {
  const row: C[] = [];
  for (let i = start; i < changes.length; i++) {
    const change = changes[i];
    if (change === undefined || !belongs(change)) break;
    row.push(change);
  }
  return row;
}

/** Puts each task behind its neighbour, in the order given; '' stands for the place before the first. */
function addTasks(plan: Plan, added: readonly TaskAdded[]): Plan {
  const next = new Map<string, string>();
  const byId = new Map<string, Task>();
  let last = '';
  const insert = (task: Task, after: string | null) => {
    if (byId.has(task.id)) return; // it is there already
    const before = after !== null && (after === '' || byId.has(after)) ? after : last;
    const follower = next.get(before);
    next.set(before, task.id);
    if (follower === undefined) last = task.id;
    else next.set(task.id, follower);
    byId.set(task.id, task);
  };
  for (const task of plan.tasks) insert(task, null);
  for (const { task: id, title, fields, brief, after } of added) insert({ id, title, fields, brief }, after);
  const tasks: Task[] = [];
  for (let id = next.get(''); id !== undefined; id = next.get(id)) {
    const task = byId.get(id);
    if (task !== undefined) tasks.push(task);
  }
  return { ...plan, tasks };
}

function removeTasks(plan: Plan, removed: readonly TaskRemoved[]): Plan {
  const gone = new Set(removed.map((change) => change.task));
  return { ...plan, tasks: plan.tasks.filter((task) => !gone.has(task.id)) };
}

function applyTaskEdits(plan: Plan, edits: readonly TaskEdit[]): Plan {
  const byTask = new Map<string, TaskEdit[]>();
  for (const edit of edits) {
    const list = byTask.get(edit.task);
    if (list === undefined) byTask.set(edit.task, [edit]);
    else list.push(edit);
  }
  return {
    ...plan,
    tasks: plan.tasks.map((task) => byTask.get(task.id)?.reduce(applyTaskEdit, task) ?? task),
  };
}

function applyTaskEdit(task: Task, edit: TaskEdit): Task {
  switch (edit.kind) {
    case 'task-status':
      return withField(task, 'status', edit.to);
    case 'task-field':
      return withField(task, edit.field, edit.to);
    case 'task-title':
      return { ...task, title: edit.to };
    case 'task-brief':
      return { ...task, brief: edit.to };
  }
}

function withField(task: Task, name: TaskFieldName, value: unknown): Task {
  return { ...task, fields: setKey(task.fields, name, value) };
}

/** Sets a key, or removes it where the value is undefined. The caller has the value from the schema or built it to fit. */
function setKey<T extends object>(fields: T, key: keyof T, value: unknown): T {
  const { [key]: _, ...rest } = fields;
  return (value === undefined ? rest : { ...fields, [key]: value }) as T;
}
