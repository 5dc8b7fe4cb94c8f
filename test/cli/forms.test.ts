/** Calls in the forms that people try. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

describe('help', () => {
  test('is a command, too', () => {
    expect(place.rondo('help').out).toBe(place.rondo('--help').out);
    expect(place.rondo('help', 'run').out).toBe(place.rondo('run', '--help').out);
    const wrong = place.rondo('help', 'stauts');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('status');
  });
});

test('a bare wait waits for a change', async () => {
  place.sh('rondo new p');
  expect(place.rondo('wait', '--timeout', '0.1s').code).toBe(5);
  const waiting = place.start(['wait', '--timeout', '30s', '--json']);
  // Until the wait watches, a change wakes nobody: further ones follow until one does.
  const changes = setInterval(() => place.rondo('decide', 'x'), 200);
  const ended = await waiting.ended.finally(() => clearInterval(changes));
  expect(ended).toMatchObject({ code: 0 });
  expect(JSON.parse(ended.out)).toEqual({ plan: 'p', changed: true });
});
