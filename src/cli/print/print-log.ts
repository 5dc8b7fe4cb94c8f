/** The rounds of a plan as text, newest first. */
import type { LogDocument } from '../../model/documents.ts';
import { hang } from './columns.ts';
import { inertLine } from './inert.ts';
import type { StatusOptions } from './print-status.ts';
import { shortTime } from './time.ts';

export function printLog(document: LogDocument, { style, columns, now }: StatusOptions): string {
  if (document.rounds.length === 0) return `${document.plan} has no rounds yet\n`;
  return document.rounds
    .map((round) => {
      const when = shortTime(Date.parse(round.at), now);
      const head = `${style.yellow(round.commit.slice(0, 7))} ${style.bold(`round ${round.round}`)}  ${round.status}  ${style.dim(`${when}  ${inertLine(round.author)} on ${inertLine(round.machine)}`)}\n`;
      return head + sentences(round.body, columns);
    })
    .join('\n');
}

/** The body without its trailers. */
function sentences(body: string, columns: number): string {
  return body
    .split('\n')
    .filter((line) => line.startsWith('- '))
    .map((line) => `${hang(`  ${inertLine(line)}`, columns)}\n`)
    .join('');
}
