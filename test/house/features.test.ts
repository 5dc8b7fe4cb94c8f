/** The page of features: in the order of its documents, each test that it names there. */
import { describe, expect, test } from 'vitest';
import { featureFaults, featuresPage, readParts, readTest } from '../../scripts/features.mjs';

const TABLE = '| document | feature | how Rondo does it | test |\n| --- | --- | --- | --- |\n';
const part = (...rows: readonly string[]) => TABLE + rows.map((row) => `| ${row} |\n`).join('');

describe('the page of features', () => {
  const parts = {
    batches: part(
      'task-coordinator | new | so | test/a.test.ts',
      'task-coordinator | b | better | test/a.test.ts, "one"',
      'task-coordinator | a | worse |  ',
    ),
    'task-coordinator': part('task-coordinator | a | how | test/a.test.ts', 'task-coordinator | b | how |  '),
  };

  test("keeps a document's order, takes what a part knows better, and puts what is new last", () => {
    const rows = featuresPage(parts).match(/^\| (?!feature|---).*$/gm);
    expect(rows).toEqual([
      '| a | how | test/a.test.ts |',
      '| b | better | test/a.test.ts, "one" |',
      '| new | so | test/a.test.ts |',
    ]);
  });

  test('has a test for each feature, in whatever part', () => {
    const there = () => `test('one', () => {});`;
    expect(featureFaults(parts, there)).toEqual([]);
    const own = { 'task-coordinator': parts['task-coordinator'] };
    expect(featureFaults(own, there)).toEqual(['docs/features/: no test shows task-coordinator: b']);
  });

  const read = (file: string) =>
    file === 'test/a.test.ts' ? `test('one', () => {}); test('it\\'s, so', () => {});` : undefined;
  const cases: readonly (readonly [string, string, number])[] = [
    ['a test that is there', 'issue | f | h | test/a.test.ts, "one", "it\'s, so"', 0],
    ['no test', 'issue | f | h |  ', 1],
    ['a file that is not there', 'issue | f | h | test/b.test.ts', 1],
    ['a title that is not there', 'issue | f | h | test/a.test.ts, "two"; test/a.test.ts, "three"', 2],
    ['a part of a title', 'issue | f | h | test/a.test.ts, "on"', 1],
    ['words that name no test', 'issue | f | h | by hand', 1],
    ['a row of an unknown document', 'hearsay | f | h | test/a.test.ts', 1],
    ['a row without a behaviour', 'issue | f |  | test/a.test.ts', 1],
  ];
  test.each(cases)('%s', (_, row, faults) =>
    expect(featureFaults({ x: part(row) }, read)).toHaveLength(faults),
  );

  test('of this project names tests that are there', () => {
    const own = readParts();
    expect(Object.keys(own)).toEqual(
      expect.arrayContaining([
        'execution-patterns',
        'long-task-coordinator',
        'task-coordination-system',
        'task-coordinator',
      ]),
    );
    expect(featureFaults(own, readTest)).toEqual([]);
  });
});
