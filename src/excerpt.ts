/** Where an offset is, in the words of an editor, with the line and a caret to show it. */

const WIDTH = 100;

export interface TextPlace {
  readonly line: number;
  readonly column: number;
  readonly excerpt: string;
}

/** Line and column (both from 1, columns in UTF-16 units) of an offset, and its line with a caret below, safe to print. */
export function placeAt(text: string, offset: number): TextPlace {
  const at = Math.min(offset, text.length);
  const start = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
  const newline = text.indexOf('\n', at);
  const end = newline === -1 ? text.length : newline;
  return {
    line: countNewlines(text, start) + 1,
    column: at - start + 1,
    excerpt: excerpt(text.slice(start, end), at - start),
  };
}

/** The line, cut to what fits around the column (from 0), and a caret below it; tabs kept so that both align. */
export function excerpt(line: string, column: number): string {
  const cutLeft = column > WIDTH - 20 ? column - (WIDTH >> 1) : 0;
  const cutRight = Math.min(line.length, cutLeft + WIDTH);
  const left = cutLeft > 0 ? '…' : '';
  const right = cutRight < line.length ? '…' : '';
  const shown = inert(line.slice(cutLeft, cutRight).replace(/\r$/, ''));
  const pad = inert(line.slice(cutLeft, column)).replace(/[^\t]/g, ' ');
  return `${left}${shown}${right}\n${left === '' ? '' : ' '}${pad}^`;
}

function countNewlines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** Control and direction characters would reach the terminal of whoever reads the message. */
function inert(text: string): string {
  return text
    .replace(/\uFEFF/g, ' ')
    .replace(/[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '\uFFFD');
}
