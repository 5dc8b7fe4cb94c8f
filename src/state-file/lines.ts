/** The text line by line, as Markdown sees a line: its blanks at the start, its line end apart. */

export interface Line {
  readonly start: number;
  readonly end: number;
  readonly next: number;
  /** First character that is no blank; `end` where there is none. */
  readonly at: number;
  /** Its column. */
  readonly indent: number;
}

/** The line that starts at the offset. */
export function readLine(text: string, start: number): Line {
  const newline = text.indexOf('\n', start);
  const next = newline === -1 ? text.length : newline + 1;
  let end = newline === -1 ? text.length : newline;
  if (newline !== -1 && end > start && text.charCodeAt(end - 1) === 13) end--;
  let at = start;
  let indent = 0;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 32) indent++;
    else if (code === 9) indent += 4 - (indent % 4);
    else break;
  }
  return { start, end, next, at, indent };
}

/** How many columns there are from the start of a line to an offset within it, tabs counted as what they fill. */
export function columnOf(text: string, start: number, at: number): number {
  let column = 0;
  for (let i = start; i < at; i++) column += text.charCodeAt(i) === 9 ? 4 - (column % 4) : 1;
  return column;
}
