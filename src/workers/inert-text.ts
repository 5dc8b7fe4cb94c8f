import { replaceHidden } from '../model/inert.ts';

/**
 * Makes text from a worker safe to show: no control sequences, no characters that hide or reorder what is read. Line ends become
 * `\n`; a line that was written over by carriage returns becomes several.
 */
export function inertText(text: string): string {
  const lines = text
    .replace(SEQUENCES, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[\u2028\u2029\u0085]/g, '\n');
  return replaceHidden(lines, () => '');
}

/** Strings of terminals up to their end mark (OSC, DCS, SOS, PM, APC), then CSI, then the two- and three-byte escapes. */
const SEQUENCES =
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c|(?=\n|\u001b)|$)|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?/g;
