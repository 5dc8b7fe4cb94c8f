/** A command that a shell marks is the command: its process, arguments, input and end. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { bearsMark, isMarked, MARK, startMarked } from '../../src/workers/worker-mark.ts';

const HAS_LIMITS = process.platform === 'linux';

function run(program: string, args: readonly string[], input = '') {
  const [file, ...rest] = startMarked([program, ...args]);
  return spawnSync(file, rest, { input, encoding: 'utf8' });
}

describe('what a shell marks and becomes', () => {
  test('bears the mark in both limits, and this process does not', () => {
    const shown = run('cat', ['/proc/self/limits']).stdout;
    const limits = /^Max file locks +(\S+) +(\S+)/m.exec(shown)?.slice(1);
    expect(limits).toEqual(HAS_LIMITS ? [String(MARK), String(MARK)] : undefined);
    expect(isMarked(process.pid)).toBe(false);
  });

  test('has the arguments as they are', () => {
    const args = ['', 'two words', '$HOME `id` "q" \'q\' \\', 'a\nb', '-n', '--', '*', '\u{1f600}'];
    const print = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
    expect(JSON.parse(run(process.execPath, ['-e', print, '--', ...args]).stdout)).toEqual(args);
  });

  test('reads its input, says nothing of its own, and ends as it ends', () => {
    const fine = run('sh', ['-c', 'cat; exit 7'], 'the brief\n');
    expect(fine).toMatchObject({ stdout: 'the brief\n', stderr: '', status: 7 });
    expect(run('sh', ['-c', 'kill -TERM $$'])).toMatchObject({ signal: 'SIGTERM', status: null });
  });

  test('is the process that was started', () => {
    const { stdout, pid } = run('sh', ['-c', 'echo $$']);
    expect(Number(stdout)).toBe(pid);
  });
});

test('a process is not marked where the system says nothing of it', () => {
  expect(isMarked(2 ** 30)).toBe(false);
});

describe('limits of a process bear the mark', () => {
  const limits = (soft: number | string, hard: number | string) =>
    [
      'Limit                     Soft Limit           Hard Limit           Units     ',
      'Max address space         unlimited            unlimited            bytes     ',
      `Max file locks            ${String(soft).padEnd(21)}${String(hard).padEnd(21)}locks     `,
      'Max pending signals       127224               127224               signals   ',
      '',
    ].join('\n');
  const none = limits('unlimited', 'unlimited');

  test.each([
    ['the mark', limits(MARK, MARK), none, true],
    ['the mark, and a lower soft limit', limits(5, MARK), none, true],
    ['the mark, which the first process has, too', limits(MARK, MARK), limits(MARK, MARK), true],
    ['less than the mark', limits(100, 100), none, true],
    ['less than the mark, where the first process has another limit', limits(99, 99), limits(100, 100), true],
    ['less than the mark, where the first process cannot be asked', limits(100, 100), undefined, true],
    ['what all have, less than the mark', limits(100, 100), limits(100, 100), false],
    ['none at all for anybody', limits(0, 0), limits(0, 0), false],
    ['no limit', none, none, false],
    ['a soft limit alone', limits(MARK, 'unlimited'), none, false],
    ['more than the mark', limits(MARK + 1, MARK + 1), none, false],
    ['a system without that limit', '', '', false],
    ['what is no list of limits', 'Max file locks', none, false],
  ])('%s', (_what, own, first, marked) => {
    expect(bearsMark(own, () => first)).toBe(marked);
  });
});
