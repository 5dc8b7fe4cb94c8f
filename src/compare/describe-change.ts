/** One sentence for a change, without a full stop: for commits, reports and reviews. Always on one line. */
import type { Change } from '../model/change.ts';
import { sameValue } from '../model/same-value.ts';

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
      return `${change.task}: ${flat(fieldChange(change.field, change.from, change.to), 240)}`;
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
      return `plan: ${flat(fieldChange(change.field, change.from, change.to), 240)}`;
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

/** `estimate set to 45m`; of a map what differs: `attempt.lease_until is now 2026-11-21T11:30:00Z`. */
function fieldChange(name: string, from: unknown, to: unknown): string {
  if (to === undefined) return `${name} removed`;
  if (!isMap(from) || !isMap(to)) return `${name} ${from === undefined ? 'set to' : 'is now'} ${shown(to)}`;
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return keys
    .filter((key) => !sameValue(from[key], to[key]))
    .map((key) => fieldChange(`${name}.${key}`, from[key], to[key]))
    .join(', ');
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
  return words.length === 0 ? shown(result) : words.map((word) => flat(word)).join(', ');
}

function counted(list: unknown, one: string, more: string): string {
  if (!Array.isArray(list) || list.length === 0) return '';
  return `${list.length} ${list.length === 1 ? one : more}`;
}

function shown(value: unknown): string {
  return flat(written(value));
}

/** As a plan has it in one line: `[a, b]`, `{ task: build, limit: 3 }`. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (!isMap(value)) return String(value);
  const fields = Object.entries(value).map(([key, each]) => `${key}: ${written(each)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

function flat(text: string, most = 120): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}
