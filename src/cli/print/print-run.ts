/** How a run ended, in two lines. */
import type { RunDocument } from '../../model/documents.ts';
import { standing } from './print-round.ts';
import { countLine } from './print-status.ts';
import type { Style } from './style.ts';
import { counted } from './words.ts';

export function printRun(document: RunDocument, style: Style): string {
  const commit = document.commit === null ? '' : `, ${document.commit.slice(0, 7)}`;
  return `${standing(document, style)}\n${countLine(document.counts)}  ${style.dim(`(${counted(document.rounds, 'round')}${commit})`)}\n`;
}
