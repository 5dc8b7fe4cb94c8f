/** Globs: what is refused, what a path belongs to, and whether two can name the same path, against every short path. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coverOf, globFault, isCovered, overlap, patternsOf } from '../../src/model/globs.ts';

test.each([
  ['../x', 'it leaves the repository'],
  ['src/{a,../../b}', 'it leaves the repository'],
  ['/etc/**', 'it is absolute'],
  ['{/etc,src}/**', 'it is absolute'],
  ['C:/x', 'it names a drive'],
  ['.git/hooks/*', 'it points into the git directory'],
  ['{.git,src}/x', 'it points into the git directory'],
  ['!src/**', 'it starts with `!`: write what is meant, not what is not'],
  ['src\\a', 'it holds a backslash: folders are parted by `/`'],
  ['', 'it is empty'],
  ['-x', 'it starts with a dash'],
  [':(top)x', 'it starts with a colon'],
])('%j is refused: %s', (glob, why) => {
  expect(globFault(glob)).toBe(why);
});

test.each(['src/{a', 'src/a}', '{a,{b,c}}', '{a,b}'.repeat(7)])('the braces of %j are refused', (glob) => {
  expect(globFault(glob)).toMatch(/braces/);
});

test.each(['src/**', 'src', './src/a.ts', '**/*.md', 'app/[id]/page.tsx', 'a b/ü?.txt', 'src/{a,b}/*'])(
  '%j is taken',
  (glob) => {
    expect(globFault(glob)).toBeUndefined();
  },
);

describe('a path belongs to', () => {
  test.each([
    ['src/a.ts', 'src', true],
    ['src/a/b/c.ts', 'src/', true],
    ['src/a.ts', 'src/**', true],
    ['src/a/b.ts', 'src/*', true], // `src/a` is a folder, and what is in it belongs to it
    ['src/a/b.ts', 'src/*.ts', false],
    ['srcs/a.ts', 'src', false],
    ['a.ts', '*.ts', true],
    ['a.tsx', '*.ts', false],
    ['docs/x/y.md', '**/*.md', true],
    ['y.md', '**/*.md', true],
    ['src/b/x', 'src/{a,b}/*', true],
    ['src/c/x', 'src/{a,b}/*', false],
    ['app/[id]/page.tsx', 'app/[id]', true],
    ['app/i/page.tsx', 'app/[id]', false],
    ['a1', 'a?', true],
    ['a', 'a?', false],
    ['a*b', 'a\u002ab', true],
    ['Src/a', 'src', false],
  ])('%j: %j %s', (path, glob, belongs) => {
    expect(isCovered(path, patternsOf([glob]))).toBe(belongs);
    expect(coverOf([glob])(path)).toBe(belongs);
  });
});

describe('two globs meet', () => {
  test.each([
    ['src/**', 'src/a.ts', true],
    ['src', 'src/a/b', true],
    ['src/a', 'src/b', false],
    ['src/a*', 'src/*b', true],
    ['*.ts', '*.md', false],
    ['**/*.md', 'docs/**', true],
    ['**/test/**', 'src/**', true],
    ['src/a', 'SRC/A', true], // one file where the disk ignores case
    ['src/{a,b}', 'src/{c,b}', true],
    ['src/{a,b}', 'src/{c,d}', false],
  ])('%j and %j: %s', (a, b, meets) => {
    expect(overlap(patternsOf([a]), patternsOf([b]))).toBe(meets);
    expect(overlap(patternsOf([b]), patternsOf([a]))).toBe(meets);
  });

  // As deep as two globs of two folders each, one below the other.
  const names = ['a', 'b', 'ab'];
  const below = (paths: readonly string[]) => paths.flatMap((x) => names.map((y) => `${x}/${y}`));
  const two = below(names);
  const paths = [...names, ...two, ...below(two), ...below(below(two))];
  const glob = fc
    .array(fc.constantFrom('a', 'b', 'ab', '*', '?', 'a*', '*b', '?b', '**'), { minLength: 1, maxLength: 2 })
    .map((parts) => parts.join('/'));

  test('exactly where some path belongs to both', () => {
    fc.assert(
      fc.property(glob, glob, (a, b) => {
        const [one, other] = [patternsOf([a]), patternsOf([b])];
        const shared = paths.some((path) => isCovered(path, one) && isCovered(path, other));
        expect(overlap(one, other)).toBe(shared);
      }),
      { numRuns: 2000 },
    );
  });

  test('without trying every way a long pattern could', () => {
    const long = `${'*a'.repeat(40)}/${'**/'.repeat(40)}x`;
    expect(overlap(patternsOf([long]), patternsOf([`${'a*'.repeat(40)}b/y`]))).toBe(false);
  });
});
