/** Where plans stand, as text. */
import type { CountsDocument, ListDocument, StatusDocument, TaskDocument } from '../../model/documents.ts';
import { type Cell, columns, wrap } from './columns.ts';
import { inertLine } from './inert.ts';
import { needLines, unsaidNeeds } from './print-needs.ts';
import { remedyLines } from './print-remedies.ts';
import type { Style } from './style.ts';
import { dueTime } from './time.ts';
import { batchLine, counted, insideText, NO_TASKS, planDress, some, taskLook } from './words.ts';

export interface StatusOptions {
  readonly style: Style;
  readonly columns: number;
  readonly now: number;
}

export function printStatus(document: StatusDocument, options: StatusOptions): string {
  const parts = [
    heading(document, options),
    taskTable(document, options),
    criteriaList(document, options),
    footer(document),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function heading(document: StatusDocument, { style, columns: width, now }: StatusOptions): string {
  const status = document.status === null ? '' : planDress(document.status, style)(document.status);
  const lines = [
    `${style.bold(document.plan)}  ${status}  ${style.dim(`round ${document.round}, ${document.file}`)}`,
  ];
  const say = (name: string, text: string | null) => {
    if (text !== null && text !== '')
      lines.push(`${style.dim(name.padEnd(6))}${wrap(inertLine(text), width - 6, '      ')}`);
  };
  say('goal', document.goal);
  say('roles', rolesLine(document));
  if (document.status !== 'complete') say('next', document.next_action);
  say('batch', batchLine(document.batch).replace('Batch ', ''));
  if (document.next_checkpoint !== null && document.status !== 'complete')
    say('look', `again at ${dueTime(document.next_checkpoint, now)}`);
  for (const blocker of document.blockers) say('held', blocker);
  for (const line of remedyLines(document.remedies, { known: true })) say('mend', line);
  if (document.remedies.length > 0) say('left', document.to_complete.join('; '));
  for (const line of needLines(unsaidNeeds(document.needs, document.next_action), now)) say('also', line);
  if (document.edited) say('note', 'edited by hand; the next round takes it up');
  return `${lines.join('\n')}\n`;
}

/** `origin dana, coordinator kim`; '' where nobody but the origin is named: one person then has all of them. */
function rolesLine({ roles }: StatusDocument): string {
  if (roles.coordinator === null && roles.watchdog === null) return '';
  return (['origin', 'coordinator', 'watchdog'] as const)
    .flatMap((role) => (roles[role] === null ? [] : [`${role} ${roles[role]}`]))
    .join(', ');
}

function taskTable({ tasks, needs }: StatusDocument, { style, columns: width }: StatusOptions): string {
  const elsewhere = new Set(needs.flatMap((need) => (need.kind === 'machine' ? [need.task] : [])));
  const rows = tasks.map((task): Cell[] => {
    const look = taskLook(task.status, task.ready, style);
    return [
      { text: look.symbol, dress: look.dress },
      { text: inertLine(task.id) },
      { text: look.word, dress: look.dress },
      { text: inertLine(whoOrWhy(task, elsewhere.has(task.id))), dress: style.dim },
      { text: inertLine(task.title) },
    ];
  });
  return columns(rows, width, { indent: '  ', bound: width < 100 ? 24 : 32, whole: ID_COLUMN });
}

const ID_COLUMN = 1;

/** What a reader wants to know of a task in this status: who has it, what it waits for, what stands in its way. */
function whoOrWhy(task: TaskDocument, elsewhere: boolean): string {
  switch (task.status) {
    case 'pending':
      return task.ready ? (task.specialist ?? '') : `on ${some(task.waiting_on, 3)}`;
    case 'blocked':
      return task.blocker === null ? `on ${some(task.waiting_on, 3)}` : task.blocker.type;
    case 'in_progress':
      if (task.sub_plan !== undefined) return `${task.owner ?? task.sub_plan.file}${insideText(task)}`;
      return `${task.owner ?? '?'}${elsewhere ? ` on ${task.machine}` : ''}${task.attempt === null || task.attempt < 2 ? '' : ` (attempt ${task.attempt})`}`;
    case 'completed':
      if (task.awaits_approval) return 'awaits approval';
      if (task.passed === false) return `${task.owner ?? ''} did not pass`.trim();
      return task.evidence === 'reported'
        ? (task.owner ?? '')
        : `${task.owner ?? ''} ${task.evidence}`.trim();
    case 'failed':
    case 'cancelled':
      return task.owner ?? '';
  }
}

function criteriaList(
  { criteria, status, accepted_by: by }: StatusDocument,
  { style, columns: width }: StatusOptions,
): string {
  if (criteria.length === 0) return '';
  const lines = criteria.map(({ text, met, check }) => {
    // A plan is complete only once each is met, or was accepted as it is.
    const accepted = !met && status === 'complete';
    const box = met ? style.green('[x]') : accepted ? style.green('[~]') : '[ ]';
    const how = accepted
      ? ` (accepted by ${inertLine(by ?? 'its origin')})`
      : check === null
        ? ''
        : ' (checked by a command)';
    return `  ${box} ${wrap(inertLine(text), width - 6, '      ')}${style.dim(how)}`;
  });
  return `${lines.join('\n')}\n`;
}

function footer({ counts }: StatusDocument): string {
  return counts.total === 0 ? NO_TASKS : `${countLine(counts)}\n`;
}

/** `2 of 5 tasks completed, 1 in progress, 1 failed, 1 pending`. */
export function countLine(counts: CountsDocument): string {
  const rest = (['in_progress', 'failed', 'blocked', 'pending', 'cancelled'] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${status.replace('_', ' ')}`);
  return [`${counts.completed} of ${counted(counts.total, 'task')} completed`, ...rest].join(', ');
}

/** What is said where there is no plan. */
export const NO_PLANS = 'no plans here: rondo new <topic> --goal "<what is to be reached>"\n';

/** One line a plan. */
export function printList(
  { plans }: ListDocument,
  { style, columns: width }: Omit<StatusOptions, 'now'>,
): string {
  if (plans.length === 0) return NO_PLANS;
  const rows = plans.map((plan): Cell[] => {
    const broken = plan.status === null;
    return [
      { text: inertLine(plan.plan), dress: style.bold },
      broken
        ? { text: 'broken', dress: style.red }
        : { text: plan.status ?? '', dress: planDress(plan.status ?? 'running', style) },
      { text: broken ? '' : `${plan.counts.completed}/${plan.counts.total}` },
      { text: inertLine(broken ? (plan.problems[0]?.message ?? '') : (plan.goal ?? '')) },
    ];
  });
  return columns(rows, width, { bound: 40 });
}

/** One line a task, for `list --tag` and `list --status`. */
export function printTasks(
  found: readonly { readonly plan: string; readonly task: TaskDocument }[],
  { style, columns: width }: Omit<StatusOptions, 'now'>,
): string {
  const rows = found.map(({ plan, task }): Cell[] => {
    const look = taskLook(task.status, task.ready, style);
    return [
      { text: look.symbol, dress: look.dress },
      { text: inertLine(`${plan}/${task.id}`) },
      { text: look.word, dress: look.dress },
      { text: inertLine(task.title) },
    ];
  });
  return columns(rows, width, { bound: 40 });
}
