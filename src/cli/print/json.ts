/** The one document of `--json`: indented, a final newline, and nothing in it that a terminal would obey. */

const UNSAFE = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** JSON.stringify leaves C1 controls and direction marks as they are; escaped they mean the same. */
export function printJson(document: object): string {
  const text = JSON.stringify(document, null, 2).replace(
    UNSAFE,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}
