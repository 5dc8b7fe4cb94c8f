/** How what is printed reads: times, and lines that are longer than the terminal is wide. */
import { describe, expect, test } from 'vitest';
import { dueTime } from '../../src/cli/print/time.ts';

describe('a time of a plan', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  const at = (ms: number) => dueTime(new Date(now + ms).toISOString(), now).replace(/^.*\d\d:\d\d \(/, '(');
  test.each([
    [500, '(now)'],
    [25_000, '(in 25s)'],
    [-90_000, '(1m30s ago)'],
    [12 * 60_000 + 14_000, '(in 12m)'],
    [3_612_000, '(in 1h)'],
    [-3_599_000, '(1h ago)'],
    [5_412_000, '(in 1h30m)'],
    [26 * 3_600_000, '(in 1d2h)'],
  ])('that is %i ms away reads %s', (ms, read) => {
    expect(at(ms)).toBe(read);
  });

  test('stays as it is where it is none', () => {
    expect(dueTime('soon', now)).toBe('soon');
  });
});
