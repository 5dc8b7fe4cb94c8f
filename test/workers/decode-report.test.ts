/** The bounds of what a worker may say: all of it must fit into one block of a plan, and be read back as it was. */
import { describe, expect, test } from 'vitest';
import { decodeReport } from '../../src/workers/decode-report.ts';

const json = JSON.stringify;
const metadata = (value: unknown) => json({ metadata: value });
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
const issues = (count: number, text = 'x') => json({ issues: numbers(count).map(() => ({ text })) });
/** Metadata of so many bytes as JSON. */
const sized = (bytes: number) => metadata({ a: 'x'.repeat(bytes - json({ a: '' }).length) });

describe('bounds, the last that fits and the first that does not', () => {
  test.each([
    ['500 values, what holds others included', metadata({ a: numbers(498) }), metadata({ a: numbers(499) })],
    [
      'values at any depth',
      metadata({ a: [numbers(248), numbers(248)] }),
      metadata({ a: [numbers(248), numbers(249)] }),
    ],
    ['bytes', sized(16_384), sized(16_385)],
    ['depth', metadata(nested(16)), metadata(nested(17))],
    ['issues', issues(100), issues(101)],
    ['the text of an issue', issues(1, 'x'.repeat(1000)), issues(1, 'x'.repeat(1001))],
    ['a summary', json({ summary: 'x'.repeat(10_000) }), json({ summary: 'x'.repeat(10_001) })],
    ['numbers', '{"metadata":{"a":1e308}}', '{"metadata":{"a":1e309}}'],
    ['numbers at any depth', '{"metadata":{"a":[{"b":-1e308}]}}', '{"metadata":{"a":[{"b":-1e309}]}}'],
    ['the line of an issue', '{"issues":[{"text":"x","line":0}]}', '{"issues":[{"text":"x","line":-1}]}'],
    ['whole lines', '{"issues":[{"text":"x","line":1}]}', '{"issues":[{"text":"x","line":1.5}]}'],
  ])('%s', (_, fits, tooMuch) => {
    expect(decodeReport(fits)).toMatchObject({ kind: 'report', report: JSON.parse(fits) });
    expect(decodeReport(tooMuch)).toMatchObject({
      kind: 'malformed',
      why: expect.stringMatching(/ does not fit$/),
    });
  });
});

test('a minus zero, which a plan has not, is zero at any depth', () => {
  const decoded = decodeReport('{"metadata":{"a":-0,"b":[{"c":-0.0}]},"issues":[{"text":"x","line":-0}]}');
  expect(decoded).toStrictEqual({
    kind: 'report',
    report: { metadata: { a: 0, b: [{ c: 0 }] }, issues: [{ text: 'x', line: 0 }] },
  });
});
