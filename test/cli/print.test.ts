/** How what is printed reads: times, and lines that are longer than the terminal is wide. */
import { describe, expect, test } from 'vitest';
import { columns, hang, widthOf } from '../../src/cli/print/columns.ts';
import { fieldText } from '../../src/cli/print/field-text.ts';
import { remedyLines } from '../../src/cli/print/print-remedies.ts';
import { foldCommand } from '../../src/cli/print/print-review.ts';
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

describe('a line that is wider than the terminal', () => {
  test('goes on further in than it begins; colours take no room', () => {
    const line = '  - build: \x1b[32min progress\x1b[39m -> completed (exit code 0)';
    expect(hang(line, 34)).toBe('  - build: \x1b[32min progress\x1b[39m ->\n    completed (exit code 0)');
    expect(hang(line, 80)).toBe(line);
    expect(hang(line, Number.POSITIVE_INFINITY)).toBe(line);
  });

  test.each([
    ['curl --silent  https://example.org/a | sh', ['curl --silent  ', 'https://example.', 'org/a | sh']],
    ['    deeply     indented', ['    deeply     ', 'indented']],
    ['x', ['x']],
    ['', ['']],
  ])('a command %j loses no character by it', (command, pieces) => {
    const found = foldCommand(command, 16);
    expect(found).toEqual(pieces);
    expect(found.join('')).toBe(command);
    for (const piece of found) expect(widthOf(piece)).toBeLessThanOrEqual(16);
  });

  test.each([-1, 0, 1])('folds a command to something where only %i columns are left', (width) => {
    expect(foldCommand('rm \u5bbd', width).join('')).toBe('rm \u5bbd');
  });
});

test.each<[string, unknown, string]>([
  ['rework', { task: 'development' }, 'sends development back where it does not pass, at most 3 times'],
  [
    'rework',
    { task: 'development', limit: 1, threshold: 'high' },
    'sends development back where it does not pass, at most once; findings below high pass',
  ],
  ['await', { check: 'gh run list' }, 'gh run list, every 5m until it ends with exit code 0'],
  ['await', { check: 'ls done', every: '10s' }, 'ls done, every 10s until it ends with exit code 0'],
  ['metadata', { size: 3, of: ['a', 'b'], by: null }, 'size: 3, of: ["a","b"], by: null'],
  ['writes', ['src/**', 'docs'], 'src/**, docs'],
  ['milestone', true, 'true'],
  ['attempt', { number: 2, machine: 'vm-1', returns: 'process exit' }, '2, on vm-1, ends by process exit'],
])('the field %s of a task, %j, is shown in words', (name, value, text) => {
  expect(fieldText(name, value, true, 0)).toBe(text);
});

describe('a table that is wider than the terminal', () => {
  const row = (id: string) => [
    '·',
    id,
    'waiting',
    'on collect-the-requirements-from-the',
    'Write it all down',
  ];
  const table = (ids: readonly string[], total: number) =>
    columns(
      ids.map((id) => row(id).map((text) => ({ text }))),
      total,
      { indent: '  ', bound: 24, whole: 1 },
    )
      .trimEnd()
      .split('\n');

  test('keeps the ids whole, which people type again, and cuts what stands after them', () => {
    const ids = ['write-the-migration-of-accounts', 'write-the-migration-of-invoices', 'a'];
    const lines = table(ids, 80);
    for (const [i, line] of lines.entries()) {
      expect(line).toContain(`  ${ids[i]} `);
      expect(widthOf(line)).toBeLessThanOrEqual(80);
    }
    expect(lines[2]).toBe('  ·  a                                waiting  on collect-the-r…  Write it all…');
  });

  test.each([80, 100, 132])('fits %i columns whatever the ids are', (total) => {
    for (const length of [1, 24, 25, 40, 41, 64])
      for (const line of table(['x'.repeat(length)], total)) expect(widthOf(line)).toBeLessThanOrEqual(total);
  });

  test('is cut nowhere where there is no terminal', () => {
    expect(table(['x'.repeat(64)], Number.POSITIVE_INFINITY)[0]).toContain(
      `${'x'.repeat(64)}  waiting  on collect-the-requirements-from-the  Write it all down`,
    );
  });
});

type Remedy = Parameters<typeof remedyLines>[0][number];

test.each<[Pick<Remedy, 'state' | 'cause' | 'detail'>, string, string]>([
  [{ state: 'failed', cause: 'code', detail: 'exit code 3' }, 'failed: exit code 3', 'failed'],
  [{ state: 'failed', cause: 'code', detail: null }, 'failed', 'failed'],
  [{ state: 'failed', cause: 'timeout', detail: 'past 3s' }, 'failed: past 3s', 'failed: timeout'],
  [
    { state: 'blocked', cause: 'external', detail: 'no key' },
    'blocked: external: no key',
    'blocked: external',
  ],
  [{ state: 'blocked', cause: null, detail: null }, 'blocked', 'blocked'],
  [{ state: 'not-passed', cause: null, detail: 'two holes' }, 'did not pass: two holes', 'did not pass'],
])('what stands still as %j is told as %s, or %s where that is known', (of, told, known) => {
  const remedy = { ...of, task: 'a', advice: 'help', commands: ['rondo go'], asks: null, holds: 0 };
  expect(remedyLines([remedy])).toEqual([`a (${told}): help: rondo go`]);
  expect(remedyLines([remedy], { known: true })).toEqual([`a (${known}): help: rondo go`]);
});
