/** What would let go on what stands still, a line each with what to run. */
import type { RemedyDocument } from '../../model/documents.ts';
import { cut } from './columns.ts';
import { inertLine } from './inert.ts';

/** More than these are counted. */
const MOST = 5;

/** The remedies of the first few, and how many more there are; `known` where the reader has been told already what went wrong. */
export function remedyLines(
  remedies: readonly RemedyDocument[],
  { known }: { readonly known: boolean } = { known: false },
): readonly string[] {
  const more = remedies.length - MOST;
  return [
    ...remedies.slice(0, MOST).map((remedy) => {
      return `${inertLine(remedy.task)} (${standing(remedy, known)}): ${remedyText(remedy)}`;
    }),
    ...(more > 0 ? [`and ${more} more: rondo next --json`] : []),
  ];
}

/** `blocked: external: no key`, `failed: exit code 3`; what failed in the work itself is of no other kind. */
function standing({ state, cause, detail }: RemedyDocument, known: boolean): string {
  const why = known || detail === null ? '' : cut(inertLine(detail), MOST_OF_DETAIL);
  const kind = cause === null || cause === 'code' ? '' : cause;
  const word = state === 'not-passed' ? 'did not pass' : state;
  // Of a failure the detail says all; of an obstacle the kind leads to who could help.
  const said = state === 'blocked' ? [kind, why] : [why === '' ? kind : why];
  return [word, ...said.filter((part) => part !== '')].join(': ');
}

const MOST_OF_DETAIL = 80;

/** `have senior look into it: rondo assign t senior, then rondo unblock t (3 tasks wait for it)`. */
export function remedyText({ advice, commands, holds }: RemedyDocument): string {
  const run = commands.map(inertLine).join(', then ');
  const waits = holds === 0 ? '' : holds === 1 ? ' (1 task waits for it)' : ` (${holds} tasks wait for it)`;
  return `${inertLine(advice)}: ${run}${waits}`;
}
