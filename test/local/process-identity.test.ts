import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  fateOf,
  identify,
  isIdentity,
  isSame,
  ownIdentity,
  parseProcStat,
  readProcStat,
} from '../../src/local/process-identity.ts';
import { makeFolder, startProgram, until } from './run-program.ts';

const onLinux = test.runIf(process.platform === 'linux');

describe('who a process is', () => {
  test('a running process is itself, as often as one looks', () => {
    const own = ownIdentity();
    expect(identify(process.pid)).toEqual(own);
    expect(isSame(own)).toBe(true);
    expect(isIdentity(JSON.parse(JSON.stringify(own)))).toBe(true);
  });

  test('a number that was given to another process is not the first one', () => {
    expect(fateOf({ ...ownIdentity(), start: '1' })).toBe('gone');
  });

  test('a process of before the machine started again is gone', () => {
    const own = ownIdentity();
    const [, space] = own.boot.split('/');
    expect(fateOf({ ...own, boot: `0f0e0d0c/${space ?? ''}` })).toBe('gone');
  });

  onLinux('a process in another namespace of numbers cannot be judged', () => {
    const own = ownIdentity();
    expect(fateOf({ ...own, boot: `${own.boot.split('/')[0]}/1` })).toBe('unknown');
    expect(isSame({ ...own, boot: `${own.boot.split('/')[0]}/1` })).toBe(false);
  });

  test('a killed process is gone', async () => {
    const program = startProgram(['sleep', '100']);
    const identity = identify(program.child.pid ?? 0);
    if (identity === null) throw new Error('not started');
    expect(isSame(identity)).toBe(true);
    program.child.kill('SIGKILL');
    await program.ended;
    expect(fateOf(identity)).toBe('gone');
    expect(identify(identity.pid)).toBeNull();
  });

  onLinux('a zombie is gone', async () => {
    // The shell becomes a sleep, which never asks for the exit code of the child it inherits.
    const program = startProgram(['sh', '-c', 'sleep 0.3 & echo $!; exec sleep 100']);
    const pid = Number(await program.line(/^\d+$/));
    const identity = identify(pid);
    if (identity === null) throw new Error('not started');
    await until('a zombie', () => readProcStat(pid)?.state === 'Z');
    expect(fateOf(identity)).toBe('gone');
    expect(identify(pid)).toBeNull();
  });

  onLinux('a name that looks like the rest of the line is read as a name', async () => {
    const file = join(makeFolder(), 'a) Z 1 (b c');
    copyFileSync('/bin/sleep', file);
    const program = startProgram([file, '100']);
    const stat = await until('the name', () => {
      const found = readProcStat(program.child.pid ?? 0);
      return found?.state === 'S' ? found : undefined;
    });
    expect(stat.group).toBe(readProcStat(process.pid)?.group);
    expect(identify(program.child.pid ?? 0)?.start).toBe(stat.start);
  });

  test('state, parent, group, session and start stand where Linux says', () => {
    const line = `7147 (a) b (c)) R 7134 7130 4452 0 -1 4194304 99 0 0 0 0 0 0 0 20 0 1 0 232358 3133440 382`;
    expect(parseProcStat(line)).toEqual({
      state: 'R',
      parent: 7134,
      group: 7130,
      session: 4452,
      foreground: -1,
      start: '232358',
    });
    expect(parseProcStat('')).toBeNull();
    expect(parseProcStat('1 (x) R 1')).toBeNull();
  });
});
