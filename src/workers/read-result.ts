/** Reads what a worker left as its result. Only ever called once the worker has ended, so nothing is half written. */
import { join } from 'node:path';
import { readRegular } from '../local/read-regular.ts';
import type { WorkerReport } from '../ports.ts';
import { inertText } from './inert-text.ts';
import { FILES } from './run-files.ts';

export type DecodedReport =
  | { readonly kind: 'report'; readonly report: WorkerReport }
  /** Why it is none, in a line. */
  | { readonly kind: 'malformed'; readonly why: string };

/** Handed in, so that the schema library is loaded only where there is a result to read. */
export type DecodeReport = (text: string) => DecodedReport;

/** The report, or the inert start of what was found in its place; both null where there is none. */
export interface FoundResult {
  readonly report: WorkerReport | null;
  readonly malformed: string | null;
}

const LARGEST = 1_048_576;
const KEPT = 4096;

export function readResult(directory: string, decode: DecodeReport): FoundResult {
  const file = readRegular(join(directory, FILES.result), LARGEST);
  if (file.kind === 'absent') return { report: null, malformed: null };
  if (file.kind === 'refused') return { report: null, malformed: `(${file.why})` };
  // Another name of it may be a file that the worker should not have shown.
  if (file.stat.nlink > 1) return { report: null, malformed: '(a hard link)' };
  const text = file.bytes.toString('utf8');
  const decoded = decode(text);
  if (decoded.kind === 'report') return { report: decoded.report, malformed: null };
  return {
    report: null,
    malformed: `(${decoded.why}) ${inertText(text).slice(0, KEPT)}`.slice(0, KEPT).trim(),
  };
}
