/** How a run ended, in two lines and more where it waits for somebody. */
import type { RunDocument } from '../../model/documents.ts';
import { standing } from './print-round.ts';
import { countLine, type StatusOptions } from './print-status.ts';
import { counted } from './words.ts';

export function printRun(document: RunDocument, view: StatusOptions): string {
  const commit = document.commit === null ? '' : `, ${document.commit.slice(0, 7)}`;
  return `${standing(document, view)}\n${countLine(document.counts)}  ${view.style.dim(`(${counted(document.rounds, 'round')}${commit})`)}\n`;
}
