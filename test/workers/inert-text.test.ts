import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inertText } from '../../src/workers/inert-text.ts';

describe('text from a worker', () => {
  test.each([
    ['plain \u00e4 \ud83d\ude00\tx\n', 'plain \u00e4 \ud83d\ude00\tx\n'],
    ['\u001b[1;31mred\u001b[0m', 'red'],
    ['\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001b]0;title\u0007x', 'x'],
    ['\u001b]0;never closed\nnext', '\nnext'],
    ['\u001bPdcs\u001b\\x\u001b_apc\u001b\\y', 'xy'],
    ['\u009b31mx\u009d0;t\u009cy', 'xy'],
    ['a\u001b(Bb\u001b7c\u001bcd', 'abcd'],
    ['10%\r20%\r\ndone', '10%\n20%\ndone'],
    ['a\u202eb\u2066c\u200fd', 'abcd'],
    ['a\u200bb\u00adc\u061cd\u2060e\u2064f\ufeffg\u{e0041}h\u{e007f}i', 'abcdefghi'],
    ['\u06f1\u0600\u0646\u0645\u06cc\u200c\u062f a\u200db', '\u06f1\u0600\u0646\u0645\u06cc\u200c\u062f ab'],
    ['\ud83d\udc68\u200d\ud83d\udcbb', '\ud83d\udc68\u200d\ud83d\udcbb'],
    ['a\bb\u0000c\u007fd', 'abcd'],
    ['ends in \u001b', 'ends in '],
    ['ends in \u001b[', 'ends in '],
  ])('%j becomes %j', (text, shown) => {
    expect(inertText(text)).toBe(shown);
  });

  test('never keeps a control character, and is inert already the second time', () => {
    const piece = fc.constantFrom(
      '\u001b',
      '[',
      ']',
      '3',
      ';',
      'm',
      '\u0007',
      '\\',
      '\u009b',
      '\u009c',
      'P',
      '\n',
      '\r',
      'x',
      '\u202e',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'binary' }))), (pieces) => {
        const shown = inertText(pieces.join(''));
        expect(shown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
        expect(inertText(shown)).toBe(shown);
      }),
      { numRuns: 1000 },
    );
  });

  test('of a megabyte of opened sequences takes no time to speak of', () => {
    expect(inertText('\u001b]'.repeat(500_000))).toBe('');
    expect(inertText('\u001b['.repeat(500_000))).toBe('');
  });
});
