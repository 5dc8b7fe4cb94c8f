/** The value of a task's field as people read it: words where a field has its own, else names and values, never JSON of the first level. */
import { dueTime } from './time.ts';

export function fieldText(name: string, value: unknown, running: boolean, now: number): string {
  const fields = fieldsOf(value);
  switch (name) {
    case 'attempt':
      return attemptText(fields, running, now);
    case 'rework':
      return reworkText(fields);
    case 'await':
      return `${String(fields.get('check'))}, every ${String(fields.get('every') ?? '5m')} until it ends with exit code 0`;
    default:
      return typeof value === 'string' && name.endsWith('_at') ? dueTime(value, now) : valueText(value);
  }
}

/** `a, b` of a list, `size: 3, of: [1, 2]` of a map. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = (each: unknown) => (typeof each === 'object' ? JSON.stringify(each) : String(each));
  return Array.isArray(value)
    ? value.map(inner).join(', ')
    : Object.entries(value)
        .map(([name, each]) => `${name}: ${inner(each)}`)
        .join(', ');
}

function fieldsOf(value: unknown): Map<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

/** `sends development back where it does not pass, at most 3 times; findings below high pass`. */
function reworkText(fields: ReadonlyMap<string, unknown>): string {
  const limit = Number(fields.get('limit') ?? 3);
  const threshold = fields.get('threshold');
  const passing = threshold === undefined ? '' : `; findings below ${String(threshold)} pass`;
  return `sends ${String(fields.get('task'))} back where it does not pass, at most ${limit === 1 ? 'once' : `${limit} times`}${passing}`;
}

/** `2, on kestrel-3f2a, started 10:15 (4m ago), believed until 11:30 (in 1h12m), ends by process exit`. */
function attemptText(fields: Map<string, unknown>, running: boolean, now: number): string {
  if (!running) for (const name of ['lease_until', 'returns']) fields.delete(name);
  const part = (name: string, before: string, show = (text: string) => text) => {
    const text = fields.get(name);
    return typeof text === 'string' ? [`${before} ${show(text)}`] : [];
  };
  const due = (text: string) => dueTime(text, now);
  return [
    String(fields.get('number') ?? ''),
    ...part('machine', 'on'),
    ...part('started_at', 'started', due),
    ...part('lease_until', 'believed until', due),
    ...part('returns', 'ends by'),
  ].join(', ');
}
