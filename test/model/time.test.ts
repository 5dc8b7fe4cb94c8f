/** Durations as people read them. */
import { expect, test } from 'vitest';
import { durationMs, formatDuration } from '../../src/model/time.ts';

test.each([
  ['0s', '0s'],
  ['25s', '25s'],
  ['59.6s', '1m'],
  ['12m', '12m'],
  ['1m5s', '1m5s'],
  ['1h12s', '1h'],
  ['1h30m10s', '1h30m'],
  ['1d5m', '1d'],
  ['1d2h5m', '1d2h'],
])('%s reads %s: its largest unit, and the next where there is some of it', (typed, read) => {
  expect(formatDuration(durationMs(typed) ?? Number.NaN)).toBe(read);
});
