/** Turns the text of a worker's result file into a report. Loads the schema library: kept apart for that. */
import { workerReportSchema } from '../model/worker-report.ts';
import { inertText } from './inert-text.ts';
import type { DecodedReport } from './read-result.ts';

/** Decodes a result file; what is no JSON, or does not fit the schema, is malformed and says why. */
export function decodeReport(text: string): DecodedReport {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''), refuseProto);
  } catch (error) {
    if (error instanceof UnsafeKey) return { kind: 'malformed', why: error.message };
    return { kind: 'malformed', why: text.trim() === '' ? 'it is empty' : 'it is no JSON' };
  }
  const parsed = workerReportSchema.safeParse(value);
  if (parsed.success) return { kind: 'report', report: makeInert(parsed.data) };
  const issue = parsed.error.issues[0];
  const where = issue === undefined ? '' : issue.path.map(String).join('.');
  return { kind: 'malformed', why: `${where === '' ? 'it' : inertText(where)} does not fit` };
}

class UnsafeKey extends Error {}

function refuseProto(this: unknown, key: string, value: unknown): unknown {
  if (key === '__proto__') throw new UnsafeKey('it holds the key __proto__');
  return value;
}

/** Strips control sequences from every text in a report, at any depth. */
function makeInert<T>(value: T): T;
function makeInert(value: unknown): unknown {
  if (typeof value === 'string') return inertText(value);
  if (Array.isArray(value)) return value.map((item: unknown) => makeInert(item));
  // JSON has a minus zero, a plan has not.
  if (Object.is(value, -0)) return 0;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [inertText(key), makeInert(item)]),
  );
}
