import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLocal } from '../../src/local/open-local.ts';
import { makeFolder } from './run-program.ts';

const memo = () =>
  new Map<string, unknown>([
    ['a', { status: 'pending', n: [1, 'x', null] }],
    ['__proto__', { polluted: true }],
    ['### t: title\n\u0000\ud83d\ude00', 'text'],
  ]);

describe('the memo of parsed pieces', () => {
  test('comes back as it was saved, for its plan alone', () => {
    const gitDir = makeFolder();
    {
      const l = openLocal(gitDir);
      l.saveMemo('passkeys', memo());
      l.flush();
    }
    const found = openLocal(gitDir).loadMemo('passkeys');
    expect([...found]).toEqual([...memo()]);
    expect(openLocal(gitDir).loadMemo('other').size).toBe(0);
    expect(readdirSync(join(gitDir, 'rondo', 'cache'))).toEqual(['memo-passkeys.json']);
  });

  test('pollutes nothing', () => {
    const gitDir = makeFolder();
    {
      const l = openLocal(gitDir);
      l.saveMemo('p', memo());
      l.flush();
    }
    openLocal(gitDir).loadMemo('p');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('of another version is dropped', () => {
    const gitDir = makeFolder();
    {
      const l = openLocal(gitDir, { memoVersion: '1.0.0' });
      l.saveMemo('p', memo());
      l.flush();
    }
    expect(openLocal(gitDir, { memoVersion: '1.0.1' }).loadMemo('p').size).toBe(0);
    expect(openLocal(gitDir, { memoVersion: '1.0.0' }).loadMemo('p').size).toBe(3);
  });

  test.each([
    '',
    '{',
    '[]',
    'null',
    '{"rondo":"1"}',
    '{"rondo":"1","entries":{}}',
    '{"rondo":"1","entries":[["a"]]}',
    '{"rondo":"1","entries":[[1,2]]}',
    '{"rondo":"1","entries":[null]}',
  ])('with the content %j reads as empty', (content) => {
    const gitDir = makeFolder();
    mkdirSync(join(gitDir, 'rondo', 'cache'), { recursive: true });
    writeFileSync(join(gitDir, 'rondo', 'cache', 'memo-p.json'), content);
    expect(openLocal(gitDir, { memoVersion: '1' }).loadMemo('p').size).toBe(0);
  });

  test('as a link or a pipe is left alone', () => {
    const gitDir = makeFolder();
    const file = join(gitDir, 'rondo', 'cache', 'memo-p.json');
    {
      const l = openLocal(gitDir);
      l.saveMemo('q', memo());
      l.flush();
    }
    symlinkSync('memo-q.json', file);
    expect(openLocal(gitDir).loadMemo('p').size).toBe(0);
    rmSync(file);
    execFileSync('mkfifo', [file]);
    expect(openLocal(gitDir).loadMemo('p').size).toBe(0);
  });

  test('that cannot be saved fails nothing', () => {
    const gitDir = makeFolder();
    writeFileSync(join(gitDir, 'rondo'), 'in the way');
    {
      const l = openLocal(gitDir);
      l.saveMemo('p', memo());
      l.flush();
    }
    expect(openLocal(gitDir).loadMemo('p').size).toBe(0);
  });

  test('never leaves its folder', () => {
    const gitDir = makeFolder();
    for (const name of ['../escape', 'a/b', '', '.hidden', 'x\0y']) {
      {
        const l = openLocal(gitDir);
        l.saveMemo(name, memo());
        l.flush();
      }
      expect(openLocal(gitDir).loadMemo(name).size).toBe(0);
    }
    expect(readdirSync(gitDir)).toEqual([]);
  });
});
