/** The message of a round's commit: subject, one sentence a change, trailers. History is the audit trail. */
import { describeChange } from '../compare/describe-change.ts';
import type { Change } from '../model/change.ts';
import type { PlanStatus } from '../model/status.ts';
import { OWN_TASK_FIELDS } from '../state-file/field-order.ts';

export interface RoundMessage {
  readonly plan: string;
  readonly round: number;
  readonly status: PlanStatus;
  readonly machine: string;
  /** What the round itself changed, in order, and what it took up from a hand edit. */
  readonly changes: readonly Change[];
  readonly adopted: readonly Change[];
  /** Where the branch has no plan to compare with: how the text got there, in a sentence. */
  readonly arrival?: string | undefined;
  readonly attempts: Readonly<Record<string, number>>;
}

/** Beyond this many sentences a body stops being read; the diff has the rest. */
const MOST_SENTENCES = 200;

export function roundMessage(message: RoundMessage): string {
  const subject = `rondo(${message.plan}): round ${message.round}, ${message.status}`;
  const first = [
    ...(message.arrival === undefined ? [] : [message.arrival]),
    ...message.adopted.map((change) => `by hand, ${describeChange(change)}`),
  ];
  const sentences = [
    ...first,
    ...worthSaying(message.changes, first.length > 0).map(
      (change) => `${describeChange(change)}${because(change)}`,
    ),
  ];
  const shown = sentences.slice(0, MOST_SENTENCES).map((line) => `- ${line}`);
  if (sentences.length > MOST_SENTENCES)
    shown.push(`- and ${sentences.length - MOST_SENTENCES} more changes`);
  return `${subject}\n\n${shown.length === 0 ? '' : `${shown.join('\n')}\n\n`}${trailers(message).join('\n')}\n`;
}

/**
 * Fields that change along with a task's status, and those derived from the tasks, need no sentence of their own where
 * anything else is said.
 */
function worthSaying(changes: readonly Change[], isSaid: boolean): readonly Change[] {
  const moved = new Set(changes.flatMap((c) => (c.kind === 'task-status' ? [c.task] : [])));
  const goesAlong = (c: Change) => c.kind === 'task-field' && moved.has(c.task) && GOES_ALONG.has(c.field);
  const said = changes.filter((c) => !goesAlong(c) && !isDerived(c));
  return said.length > 0 || isSaid ? said : changes;
}

const GOES_ALONG: ReadonlySet<string> = new Set(OWN_TASK_FIELDS);

function isDerived(change: Change): boolean {
  // A plan that says no status is running; to write that down changes nothing.
  if (change.kind === 'plan-status') return change.from === change.to;
  return (
    change.kind === 'plan-field' &&
    ['current_step', 'next_action', 'next_checkpoint', 'blockers'].includes(change.field)
  );
}

function because(change: Change): string {
  const reason = change.reason.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return reason === '' || describeChange(change).includes(reason) ? '' : ` (${reason.slice(0, 300)})`;
}

function trailers({
  plan,
  round,
  status,
  machine,
  changes,
  adopted,
  attempts,
}: RoundMessage): readonly string[] {
  const steps = [...adopted, ...changes].flatMap((c) =>
    c.kind === 'task-status' ? [`Rondo-Change: ${c.task} ${c.from} -> ${c.to}`] : [],
  );
  return [
    `Rondo-Plan: ${plan}`,
    `Rondo-Round: ${round}`,
    `Rondo-Status: ${status}`,
    `Rondo-Machine: ${machine}`,
    ...Object.entries(attempts).map(([task, number]) => `Rondo-Attempt: ${task} ${number}`),
    ...steps,
  ];
}
