/** Text from plans and workers, made safe to print: nothing in it moves a cursor, colours, hides or reorders. */
import { replaceHidden, replaceHiddenInCommand } from '../../model/inert.ts';

/** Several lines; what is hidden, other than newline and tab, is shown by its number. */
export function inert(text: string): string {
  return replaceHidden(text.replace(/\r\n/g, '\n'), visible);
}

/** Nothing in it is hidden: what most texts are, and a look at a thousand tasks asks it three thousand times. */
const PLAIN = /^[\x20-\x7e]*$/;

/** One line: newlines and tabs become spaces. */
export function inertLine(text: string): string {
  if (PLAIN.test(text)) return text;
  return inert(text.replace(/[\r\n\t]+/g, ' '));
}

/** A command that somebody is to approve, in its own lines: every character that cannot be seen is shown by its number. */
export function inertCommand(text: string): string {
  return replaceHiddenInCommand(text, visible);
}

function visible(c: string): string {
  const code = c.codePointAt(0) ?? 0;
  if (code > 0xffff) return `\\u{${code.toString(16)}}`;
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
