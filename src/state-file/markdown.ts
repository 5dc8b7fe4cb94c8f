/**
 * The block starts of CommonMark that decide what is a heading of the plan and what is prose. Each looks at one line,
 * from its first character that is no blank (`at`) to before its line end (`end`), and allocates only where it matches.
 */

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface FenceMark {
  /** Character code of a backtick or a tilde. */
  readonly code: number;
  readonly length: number;
  readonly info: Span;
}

export interface ListMark {
  /** Column at which the item's content starts, counted like the column handed in. */
  readonly column: number;
  /** Offset at which it starts; the line's end where the item is empty. */
  readonly content: number;
}

const TAB = 9;
const SPACE = 32;
const HASH = 35;
const BACKTICK = 96;
const TILDE = 126;

export const isBlank = (code: number): boolean => code === SPACE || code === TAB;

/** 1 to 6 where the line opens an ATX heading, else 0. */
export function headingLevel(text: string, at: number, end: number): number {
  let level = 0;
  while (level < 7 && text.charCodeAt(at + level) === HASH) level++;
  if (level === 0 || level > 6) return 0;
  return at + level >= end || isBlank(text.charCodeAt(at + level)) ? level : 0;
}

/** What a heading says: without its marks, closing marks, and the blanks around them. */
export function headingContent(text: string, afterMarks: number, end: number): Span {
  const span = trim(text, afterMarks, end);
  let closing = span.end;
  while (closing > span.start && text.charCodeAt(closing - 1) === HASH) closing--;
  if (closing === span.start) return { start: span.start, end: span.start };
  if (closing === span.end || !isBlank(text.charCodeAt(closing - 1))) return span;
  return trim(text, span.start, closing);
}

/** The span without blanks at its ends. */
export function trim(text: string, from: number, to: number): Span {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return { start, end };
}

export function fenceMark(text: string, at: number, end: number): FenceMark | undefined {
  const code = text.charCodeAt(at);
  if (code !== BACKTICK && code !== TILDE) return undefined;
  const length = runLength(text, at, end);
  if (length < 3) return undefined;
  const info = trim(text, at + length, end);
  if (code === BACKTICK && text.slice(info.start, info.end).includes('`')) return undefined;
  return { code, length, info };
}

export function closesFence(text: string, at: number, end: number, fence: FenceMark): boolean {
  if (text.charCodeAt(at) !== fence.code) return false;
  const length = runLength(text, at, end);
  if (length < fence.length) return false;
  const rest = trim(text, at + length, end);
  return rest.start === rest.end;
}

function runLength(text: string, at: number, end: number): number {
  const code = text.charCodeAt(at);
  let length = 1;
  while (at + length < end && text.charCodeAt(at + length) === code) length++;
  return length;
}

/** Three or more of `*`, `-` or `_`, blanks between them allowed, and nothing else. */
export function isThematicBreak(text: string, at: number, end: number): boolean {
  const code = text.charCodeAt(at);
  if (code !== 42 && code !== 45 && code !== 95) return false;
  let marks = 0;
  for (let i = at; i < end; i++) {
    const here = text.charCodeAt(i);
    if (here === code) marks++;
    else if (!isBlank(here)) return false;
  }
  return marks >= 3;
}

/** Whether the line is the underline of a setext heading: `=` or `-` alone. */
export function isSetextUnderline(text: string, at: number, end: number): boolean {
  const code = text.charCodeAt(at);
  if (code !== 61 && code !== 45) return false;
  const rest = trim(text, at + runLength(text, at, end), end);
  return rest.start === rest.end;
}

/** The list item the line opens; `interrupts` where it would cut a paragraph short, which takes content and a 1. */
export function listMark(
  text: string,
  at: number,
  end: number,
  column: number,
  interrupts: boolean,
): ListMark | undefined {
  const width = markWidth(text, at, end, interrupts);
  if (width === 0) return undefined;
  let content = at + width;
  let here = column + width;
  const afterMark = here;
  while (content < end && isBlank(text.charCodeAt(content))) {
    here += text.charCodeAt(content) === TAB ? 4 - (here % 4) : 1;
    content++;
  }
  if (content === end) return interrupts ? undefined : { column: afterMark + 1, content: end };
  // more than four blanks: the item holds indented code, one blank after the mark
  return here - afterMark > 4 ? { column: afterMark + 1, content } : { column: here, content };
}

function markWidth(text: string, at: number, end: number, interrupts: boolean): number {
  const code = text.charCodeAt(at);
  let width = 0;
  if (code === 42 || code === 43 || code === 45) width = 1;
  else {
    let digits = 0;
    while (digits < 10 && isDigit(text.charCodeAt(at + digits))) digits++;
    if (digits === 0 || digits > 9) return 0;
    const mark = text.charCodeAt(at + digits);
    if (mark !== 46 && mark !== 41) return 0;
    if (interrupts && text.slice(at, at + digits) !== '1') return 0;
    width = digits + 1;
  }
  return at + width >= end || isBlank(text.charCodeAt(at + width)) ? width : 0;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

const RAW = /^<(?:pre|script|style|textarea)(?:[\s>]|$)/i;
const BLOCK =
  /^<\/?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?:\s|\/?>|$)/i;
const ATTRIBUTE = `\\s+[a-zA-Z_:][a-zA-Z0-9_.:-]*(?:\\s*=\\s*(?:[^\\s"'=<>\`]+|'[^']*'|"[^"]*"))?`;
const WHOLE_TAG = new RegExp(
  `^(?:<[a-zA-Z][a-zA-Z0-9-]*(?:${ATTRIBUTE})*\\s*/?>|</[a-zA-Z][a-zA-Z0-9-]*\\s*>)\\s*$`,
);
const RAW_END = /<\/(?:pre|script|style|textarea)>/i;

/** Kinds 1 to 5 end at their own end mark, 6 and 7 at a blank line; 0 is no HTML. Numbered as in CommonMark. */
export type HtmlKind = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

export function htmlKind(text: string, at: number, end: number, paragraphOpen: boolean): HtmlKind {
  if (text.charCodeAt(at) !== 60) return 0;
  const line = text.slice(at, Math.min(end, at + 4096));
  if (RAW.test(line)) return 1;
  if (line.startsWith('<!--')) return 2;
  if (line.startsWith('<?')) return 3;
  if (line.startsWith('<![CDATA[')) return 5;
  if (/^<![A-Za-z]/.test(line)) return 4;
  if (BLOCK.test(line)) return 6;
  return !paragraphOpen && WHOLE_TAG.test(line) ? 7 : 0;
}

/** Whether an HTML block of a kind with an end mark ends on this line. */
export function endsHtml(kind: HtmlKind, line: string): boolean {
  switch (kind) {
    case 1:
      return RAW_END.test(line);
    case 2:
      return line.includes('-->');
    case 3:
      return line.includes('?>');
    case 4:
      return line.includes('>');
    case 5:
      return line.includes(']]>');
    default:
      return false;
  }
}
