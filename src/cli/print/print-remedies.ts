/** What would let go on what stands still, a line each with what to run. */
import type { RemedyDocument } from '../../model/documents.ts';
import { inertLine } from './inert.ts';

/** More than these are counted. */
const MOST = 5;

/** The remedies of the first few, and how many more there are. */
export function remedyLines(remedies: readonly RemedyDocument[]): readonly string[] {
  const more = remedies.length - MOST;
  return [
    ...remedies.slice(0, MOST).map((remedy) => {
      return `${inertLine(remedy.task)} (${standing(remedy)}): ${remedyText(remedy)}`;
    }),
    ...(more > 0 ? [`and ${more} more: rondo next --json`] : []),
  ];
}

/** `blocked: external`, `failed`: what failed in the work itself is of no other kind. */
function standing({ state, cause }: RemedyDocument): string {
  if (state === 'not-passed') return 'did not pass';
  return cause === null || cause === 'code' ? state : `${state}: ${cause}`;
}

/** `have senior look into it: rondo assign t senior, then rondo unblock t (3 tasks wait for it)`. */
export function remedyText({ advice, commands, holds }: RemedyDocument): string {
  const run = commands.map(inertLine).join(', then ');
  const waits = holds === 0 ? '' : holds === 1 ? ' (1 task waits for it)' : ` (${holds} tasks wait for it)`;
  return `${inertLine(advice)}: ${run}${waits}`;
}
