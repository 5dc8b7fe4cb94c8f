/** A command that a shell marks is the command: its process, arguments, input and end. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { isMarked, MARK, startMarked } from '../../src/workers/worker-mark.ts';

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
