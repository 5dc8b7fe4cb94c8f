/** Why a text is refused unread: great size, NUL bytes, the conflict markers of an unfinished merge. */
import { error, type Fault } from './layout.ts';

export const MAX_BYTES = 8 * 1024 * 1024;

/** Why a text that is all YAML is refused unread. */
export function findUnfitText(text: string): Fault | undefined {
  return findUnfitBytes(text) ?? findConflict(text, 0, text.length);
}

/** The fault of a text that is too large, or none at all. */
export function findUnfitBytes(text: string): Fault | undefined {
  if (isLongerThan(text, MAX_BYTES)) return error('file-too-large', 'The file is larger than 8 MiB', 0);
  const nul = text.indexOf('\0');
  return nul === -1 ? undefined : error('not-text', 'The file holds a NUL byte', nul);
}

function isLongerThan(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  if (text.length * 3 <= limit) return false;
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code >= 0xd800 && code < 0xe000 ? 2 : 3;
  }
  return bytes > limit;
}

/** The first conflict marker that opens a line of this part of the text, which must start with a line. */
export function findConflict(text: string, from: number, to: number): Fault | undefined {
  for (let at = from; at < to; ) {
    const newline = text.indexOf('\n', at);
    const next = newline === -1 ? to : newline + 1;
    if (isConflictMark(text, at, next)) return conflict(at);
    at = next;
  }
  return undefined;
}

/** Seven marks, then a blank or the line's end. `=======` alone is an underline of Markdown and does not count. */
export function isConflictMark(text: string, at: number, end: number): boolean {
  const code = text.charCodeAt(at);
  if (code !== 60 && code !== 62 && code !== 124) return false;
  for (let i = 1; i < 7; i++) if (text.charCodeAt(at + i) !== code) return false;
  const after = text.charCodeAt(at + 7);
  return at + 7 >= end || after === 32 || after === 10 || after === 13;
}

/** The fault of a conflict marker at the offset. */
export const conflict = (offset: number): Fault =>
  error('conflict-markers', 'Conflict markers of an unfinished merge stand here', offset);
