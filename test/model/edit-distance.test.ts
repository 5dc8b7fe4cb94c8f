import { expect, it } from 'vitest';
import { editDistance } from '../../src/model/edit-distance.ts';

it.each([
  ['', '', 0],
  ['build', 'build', 0],
  ['', 'abc', 3],
  ['build', 'buld', 1], // left out
  ['build', 'buiild', 1], // put in
  ['build', 'guild', 1], // replaced
  ['build', 'biuld', 2], // swapped: one of each
  ['kitten', 'sitting', 3],
  ['abc', 'xyz', 3],
  ['Build', 'build', 1], // who wants letters of either case the same says so first
])('between %j and %j lie %i edits, either way', (a, b, edits) => {
  expect(editDistance(a, b)).toBe(edits);
  expect(editDistance(b, a)).toBe(edits);
});
