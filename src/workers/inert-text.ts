/**
 * Makes text from a worker safe to show: no control sequences, no characters that reorder what is read. Line ends become
 * `\n`; a line that was written over by carriage returns becomes several.
 */
export function inertText(text: string): string {
  return text
    .replace(SEQUENCES, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[\u2028\u2029\u0085]/g, '\n')
    .replace(INVISIBLE, '');
}

/** Strings of terminals up to their end mark (OSC, DCS, SOS, PM, APC), then CSI, then the two- and three-byte escapes. */
const SEQUENCES =
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c|(?=\n|\u001b)|$)|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?/g;

/** Control characters but tab and newline, and the marks that change the direction of text. */
const INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
