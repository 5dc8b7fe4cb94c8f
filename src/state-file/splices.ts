/** Bytes to replace in a text, and the lines around them. */

/** Bytes to take away, and what comes in their place. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with all splices made; undefined where two of them overlap. */
export function splice(text: string, splices: readonly Splice[]): string | undefined {
  const sorted = [...splices].sort((a, b) => a.start - b.start || a.end - b.end);
  let out = '';
  let at = 0;
  for (const { start, end, text: inserted } of sorted) {
    if (start < at) return undefined;
    out += text.slice(at, start) + inserted;
    at = end;
  }
  return out + text.slice(at);
}

/** The line end of a text's last line; the other one where it has none. */
export function lineEndOf(text: string, otherwise: string): string {
  const newline = text.lastIndexOf('\n');
  if (newline === -1) return otherwise;
  return text[newline - 1] === '\r' ? '\r\n' : '\n';
}

/** Start of the line that holds the offset. */
export function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

/** Start of the line after the one that holds the offset; the end of the text where there is none. */
export function lineAfter(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline === -1 ? text.length : newline + 1;
}

/** Whether the line that starts here is blank. */
export function isBlankLine(text: string, start: number): boolean {
  return isOnlyBlanks(text.slice(start, lineAfter(text, start)));
}

/** Whether a text holds nothing but blanks and line ends. */
export const isOnlyBlanks = (text: string): boolean => /^\s*$/.test(text);

/** Whether a decoded value is a map. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a decoded value is a map or a list. */
export const isCollectionValue = (value: unknown): boolean => typeof value === 'object' && value !== null;
