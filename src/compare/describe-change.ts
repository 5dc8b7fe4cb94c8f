/** One sentence for a change, without a full stop: for commits, reports and reviews. Always on one line. */
import type { Change } from '../model/change.ts';

/** What changed, without why. */
export function describeChange(change: Change): string {
  switch (change.kind) {
    case 'task-status':
      return `${change.task}: ${change.from} -> ${change.to}`;
    case 'task-field':
      if (
        change.field === 'attempt' &&
        returnedAt(change.to) !== undefined &&
        returnedAt(change.to) !== returnedAt(change.from)
      )
        return `${change.task}: its work came back`;
      if (change.field === 'result' && change.to !== undefined)
        return `${change.task}: result ${change.from === undefined ? 'set to' : 'is now'} ${resultInWords(change.to)}`;
      return change.to === undefined
        ? `${change.task}: ${change.field} removed`
        : `${change.task}: ${change.field} ${change.from === undefined ? 'set to' : 'is now'} ${shown(change.to)}`;
    case 'task-title':
      return `${change.task}: title is now ${shown(change.to)}`;
    case 'task-brief':
      return `${change.task}: brief changed`;
    case 'task-added':
      return `${change.task}: added, ${shown(change.title)}`;
    case 'task-removed':
      return `${change.task}: removed`;
    case 'task-order':
      return 'tasks are in another order';
    case 'plan-status':
      return `plan: ${change.from} -> ${change.to}`;
    case 'plan-field':
      return change.to === undefined
        ? `plan: ${change.field} removed`
        : `plan: ${change.field} ${change.from === undefined ? 'set to' : 'is now'} ${shown(change.to)}`;
    case 'plan-title':
      return `plan: title is now ${shown(change.to)}`;
    case 'criterion-met':
      return `criterion ${shown(change.text)}: ${change.to ? 'met' : 'no longer met'}`;
    case 'criteria':
      return 'success criteria changed';
    case 'decision-added':
      return `decision: ${flat(change.text)}`;
    case 'decisions':
      return 'decisions changed';
  }
}

/** When the work of an attempt came back; undefined while it is under way. */
function returnedAt(attempt: unknown): unknown {
  return new Map<string, unknown>(Object.entries(attempt ?? {})).get('returned_at');
}

/** The verdict and the summary; of lists how long they are, since the file has them. */
function resultInWords(result: unknown): string {
  const { passed, summary, issues, evidence }: Readonly<Record<string, unknown>> = { ...Object(result) };
  const words = [
    passed === undefined ? '' : passed === true ? 'passed' : 'did not pass',
    typeof summary === 'string' ? JSON.stringify(summary) : '',
    counted(issues, 'issue', 'issues'),
    counted(evidence, 'piece of evidence', 'pieces of evidence'),
  ].filter((word) => word !== '');
  return words.length === 0 ? shown(result) : words.map(flat).join(', ');
}

function counted(list: unknown, one: string, more: string): string {
  if (!Array.isArray(list) || list.length === 0) return '';
  return `${list.length} ${list.length === 1 ? one : more}`;
}

function shown(value: unknown): string {
  return flat(typeof value === 'string' ? value : JSON.stringify(value));
}

function flat(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return line.length <= 120 ? line : `${line.slice(0, 119)}…`;
}
