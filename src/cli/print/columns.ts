/** Columns that line up and fit: the last one gives way where the terminal is narrow. */

/** Cells that print two columns wide: East Asian wide forms and most emoji. Not exact, and good enough to line up. */
const wide = () =>
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
const none = () => /\p{Mn}|\u200d|[\ufe00-\ufe0f]/u;
/** Plainly one column a character: Latin, and the marks of statuses. The patterns above cost a millisecond to make. */
const NARROW = /^[\x20-\x7e\xa1-\u02ff\u2013-\u2026\u2190-\u2193\u2500-\u25fc\u2713\u2717]*$/;

let patterns: { readonly wide: RegExp; readonly none: RegExp } | undefined;

function widthOfCharacter(c: string): number {
  patterns ??= { wide: wide(), none: none() };
  return patterns.none.test(c) ? 0 : patterns.wide.test(c) ? 2 : 1;
}

/** What colours a text takes no column. */
const DRESS = new RegExp(`${'\x1b'}\\[[\\d;]*m`, 'g');

/** How many columns a text takes that has no controls but those of its colours. */
export function widthOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  let width = 0;
  for (const c of text.replace(DRESS, '')) width += widthOfCharacter(c);
  return width;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** The text, cut with `…` where it is wider. */
export function cut(text: string, width: number): string {
  if (width === Number.POSITIVE_INFINITY) return text;
  if (widthOf(text) <= width) return text;
  let out = '';
  let used = 0;
  for (const c of text) {
    const w = widthOf(c);
    if (used + w > width - 1) break;
    out += c;
    used += w;
  }
  return `${out.trimEnd()}…`;
}

export interface Cell {
  readonly text: string;
  readonly dress?: (text: string) => string;
}

/**
 * Rows of cells as lines, two spaces between columns; every column but the last is as wide as its widest cell, to a bound.
 * The column `whole` holds what people type again: it goes beyond the bound, and the columns after it give way.
 */
export function columns(
  rows: readonly (readonly Cell[])[],
  total: number,
  options: { readonly indent?: string; readonly bound?: number; readonly whole?: number } = {},
): string {
  const indent = options.indent ?? '';
  const bound = total === Number.POSITIVE_INFINITY ? total : (options.bound ?? 28);
  // Measured once, row after row: a plan can have thousands. The last cell is never padded, so its width is nobody's concern.
  const measured: number[] = [];
  const widths: number[] = [];
  for (const row of rows)
    for (let i = 0; i < row.length - 1; i++) {
      const width = widthOf(row[i]?.text ?? '');
      measured.push(width);
      widths[i] = Math.max(widths[i] ?? 0, width);
    }
  fitWidths(widths, total, bound, options.whole);
  let out = '';
  let at = 0;
  for (const row of rows) {
    out += `${line(row, indent, measured, at, widths, total)}\n`;
    at += Math.max(0, row.length - 1);
  }
  return out;
}

/** Takes the widths back to the bound, but for the column that is to be whole: what that is over, those after it give up. */
function fitWidths(widths: number[], total: number, bound: number, whole: number | undefined): void {
  let over = 0;
  for (const [i, width] of widths.entries()) {
    if (i === whole) {
      widths[i] = Math.min(width, Math.max(bound, total - LEFT_TO_OTHERS));
      over = Math.max(0, (widths[i] ?? 0) - bound);
    } else {
      const bounded = Math.min(width, bound);
      const given = Math.min(over, Math.max(0, bounded - LEAST));
      widths[i] = bounded - given;
      over -= given;
    }
  }
}

/** What a column that is to be whole leaves to the others. */
const LEFT_TO_OTHERS = 40;
/** How far a column gives way. */
const LEAST = 12;
/** The last column is this wide at least. */
const LEAST_LAST = 6;

/** One row; the widths of its cells stand in `measured` from `at` on. */
function line(
  row: readonly Cell[],
  indent: string,
  measured: readonly number[],
  at: number,
  widths: readonly number[],
  total: number,
): string {
  let out = indent;
  let left = total - indent.length;
  for (let i = 0; i < row.length; i++) {
    const { text, dress } = row[i] as Cell;
    const last = i === row.length - 1;
    const width = last ? Math.max(LEAST_LAST, left) : (widths[i] ?? 0);
    const own = last ? undefined : measured[at + i];
    const shown = own !== undefined && own <= width ? text : cut(text, width);
    left -= width + 2;
    out += dress === undefined ? shown : dress(shown);
    if (!last) out += ' '.repeat(width - (shown === text ? (own ?? 0) : widthOf(shown)) + 2);
  }
  return out.trimEnd();
}

/** A line that is longer than `total` goes on below, further in than it begins. */
export function hang(line: string, total: number, indent = '    '): string {
  if (total === Number.POSITIVE_INFINITY) return line;
  const words = line.trimStart();
  return `${line.slice(0, line.length - words.length)}${wrap(words, total - indent.length, indent)}`;
}

/** Breaks a text into lines of words; what is longer than a line stays whole. */
export function wrap(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    if (current !== '' && widthOf(current) + 1 + widthOf(word) > width) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current].map((line) => line.trimEnd()).join(`\n${indent}`);
}
