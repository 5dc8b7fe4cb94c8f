import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/model/sha256.ts';

const asNodeDoes = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

test.each([0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 1000])('the hash of %i letters', (length) => {
  expect(sha256('a'.repeat(length))).toBe(asNodeDoes('a'.repeat(length)));
});

test('the hash of any text is the one that Node makes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(sha256(text)).toBe(asNodeDoes(text));
    }),
  );
});
