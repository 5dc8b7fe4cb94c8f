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
      const { task, state, cause } = remedy;
      const what = state === 'not-passed' ? 'did not pass' : (cause ?? state);
      return `${inertLine(task)} (${what}): ${remedyText(remedy)}`;
    }),
    ...(more > 0 ? [`and ${more} more: rondo next --json`] : []),
  ];
}

/** `have senior look into it: rondo assign t senior, then rondo unblock t (3 tasks wait for it)`. */
export function remedyText({ advice, commands, holds }: RemedyDocument): string {
  const run = commands.map(inertLine).join(', then ');
  const waits = holds === 0 ? '' : holds === 1 ? ' (1 task waits for it)' : ` (${holds} tasks wait for it)`;
  return `${inertLine(advice)}: ${run}${waits}`;
}
