/** How much a command says: little after a little change, all where it is asked for, and never nothing without a word. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
  place.sh('rondo new p; rondo add One --id one; rondo add Two --id two --after one');
});
afterEach(() => place.remove());

test('after an edit nothing is said of what stands still, and a look says all of it', () => {
  place.sh('rondo block one --detail "no key"');
  const edited = place.rondo('edit', 'two', 'estimate=5m').out.trimEnd().split('\n');
  expect(edited).toEqual([
    expect.stringMatching(/^two: estimate is 5m/),
    expect.stringMatching(/^p blocked: /),
  ]);
  const mend = 'one (blocked: external: no key): ask whoever it depends on for it';
  expect(place.rondo('round').out).toContain(mend);
  expect(place.rondo('block', 'two', '--type', 'technical').out).toContain(mend);
});

test('a value that an edit cannot take is answered as it is in the file', () => {
  const { error } = place.json('edit', 'one', 'status=done') as { error: object };
  expect(error).toMatchObject({ code: 'usage', hint: expect.stringContaining('Did you mean `completed`?') });
});

test('a log with nothing in it is said to be empty', () => {
  place.sh('rondo step one -- true');
  expect(place.rondo('logs', 'one')).toEqual({
    out: '',
    err: 'attempt 1 of one printed nothing that was kept\n',
    code: 0,
  });
  expect(place.json('logs', 'one')).toMatchObject({ attempt: 1, log: '' });
});
