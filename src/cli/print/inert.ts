/** Text from plans and workers, made safe to print: nothing in it moves a cursor, colours, hides or reorders. */

const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Several lines; controls other than newline and tab are shown as visibles. */
export function inert(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(CONTROLS, visible);
}

/** One line: newlines and tabs become spaces. */
export function inertLine(text: string): string {
  return inert(text.replace(/[\r\n\t]+/g, ' '));
}

function visible(c: string): string {
  const code = c.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
