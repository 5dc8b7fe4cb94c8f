/** The changes that turn one plan into another: `applyChanges(a, diffPlans(a, b))` equals `b`. */
import type { Change } from '../model/change.ts';
import type { PlanFieldName, TaskFieldName } from '../model/fields.ts';
import { type Criterion, type Plan, planStatusOf, type Task, taskStatusOf } from '../model/plan.ts';
import { sameValue } from '../model/same-value.ts';

/** Linear in the size of both plans. A task that is the very same object on both sides costs nothing. */
export function diffPlans(a: Plan, b: Plan, reason = 'edited by hand'): readonly Change[] {
  return [...diffPlanFields(a, b, reason), ...diffTasks(a, b, reason)];
}

function diffPlanFields(a: Plan, b: Plan, reason: string): readonly Change[] {
  const out: Change[] = [];
  if (a.title !== b.title) out.push({ kind: 'plan-title', from: a.title, to: b.title, reason });
  for (const field of keysOf(a.fields, b.fields)) {
    const [from, to] = [a.fields[field], b.fields[field]];
    if (sameValue(from, to)) continue;
    if (field === 'status' && b.fields.status !== undefined)
      out.push({ kind: 'plan-status', from: planStatusOf(a), to: b.fields.status, reason });
    else out.push({ kind: 'plan-field', field: field as Exclude<PlanFieldName, 'status'>, from, to, reason });
  }
  out.push(...diffCriteria(a.criteria, b.criteria, reason), ...diffDecisions(a, b, reason));
  return out;
}

/** The changes that turn one list of criteria into another: single boxes where only those differ. */
export function diffCriteria(
  a: readonly Criterion[],
  b: readonly Criterion[],
  reason: string,
): readonly Change[] {
  if (sameValue(a, b)) return [];
  const sameTexts = sameValue(
    a.map(({ text, check }) => ({ text, check })),
    b.map(({ text, check }) => ({ text, check })),
  );
  const distinct = new Set(a.map((c) => c.text)).size === a.length;
  if (!sameTexts || !distinct) return [{ kind: 'criteria', from: a, to: b, reason }];
  return b.flatMap((c, i): Change[] => {
    const before = a[i]?.met ?? false;
    return before === c.met ? [] : [{ kind: 'criterion-met', text: c.text, from: before, to: c.met, reason }];
  });
}

function diffDecisions(a: Plan, b: Plan, reason: string): readonly Change[] {
  if (sameValue(a.decisions, b.decisions)) return [];
  const appended = sameValue(a.decisions, b.decisions.slice(0, a.decisions.length));
  if (!appended) return [{ kind: 'decisions', from: a.decisions, to: b.decisions, reason }];
  return b.decisions
    .slice(a.decisions.length)
    .map((text): Change => ({ kind: 'decision-added', text, reason }));
}

function diffTasks(a: Plan, b: Plan, reason: string): readonly Change[] {
  if (a.tasks === b.tasks) return [];
  if (a.tasks.length === b.tasks.length && a.tasks.every(({ id }, i) => id === b.tasks[i]?.id))
    return a.tasks.flatMap((old, i) => {
      const task = b.tasks[i];
      return task === undefined || task === old ? [] : diffTask(old, task, reason);
    });
  const before = new Map(a.tasks.map((task) => [task.id, task]));
  const after = new Set(b.tasks.map((task) => task.id));
  const out: Change[] = a.tasks
    .filter((task) => !after.has(task.id))
    .map((task): Change => ({ kind: 'task-removed', task: task.id, reason }));
  const order = a.tasks.filter((task) => after.has(task.id)).map((task) => task.id);
  let previous = '';
  const added: Change[] = [];
  for (const task of b.tasks) {
    const old = before.get(task.id);
    if (old === undefined)
      added.push({
        kind: 'task-added',
        task: task.id,
        title: task.title,
        fields: task.fields,
        brief: task.brief,
        after: previous,
        reason,
      });
    else if (old !== task) out.push(...diffTask(old, task, reason));
    previous = task.id;
  }
  const kept = b.tasks.filter((task) => before.has(task.id)).map((task) => task.id);
  if (!sameValue(order, kept)) out.push({ kind: 'task-order', from: order, to: kept, reason });
  return [...out, ...added];
}

function diffTask(a: Task, b: Task, reason: string): readonly Change[] {
  const out: Change[] = [];
  if (a.title !== b.title) out.push({ kind: 'task-title', task: a.id, from: a.title, to: b.title, reason });
  for (const field of keysOf(a.fields, b.fields)) {
    const [from, to] = [a.fields[field], b.fields[field]];
    if (sameValue(from, to)) continue;
    if (field === 'status' && b.fields.status !== undefined)
      out.push({ kind: 'task-status', task: a.id, from: taskStatusOf(a), to: b.fields.status, reason });
    else
      out.push({
        kind: 'task-field',
        task: a.id,
        field: field as Exclude<TaskFieldName, 'status'>,
        from,
        to,
        reason,
      });
  }
  if (a.brief !== b.brief) out.push({ kind: 'task-brief', task: a.id, from: a.brief, to: b.brief, reason });
  return out;
}

function keysOf<T extends object>(a: T, b: T): readonly (keyof T)[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])] as (keyof T)[];
}
