import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RondoError } from '../../src/errors.ts';
import { acquireLock, type LockRecord, readLock } from '../../src/local/lock-file.ts';
import { openLocal } from '../../src/local/open-local.ts';
import { ownIdentity, type ProcessIdentity } from '../../src/local/process-identity.ts';
import { bundleProgram, makeFolder, startProgram } from './run-program.ts';

const takeTurns = bundleProgram(new URL('programs/take-turns.ts', import.meta.url));
const holdLock = bundleProgram(new URL('programs/hold-lock.ts', import.meta.url));
const removeFirst = bundleProgram(new URL('programs/remove-first.ts', import.meta.url));

const DEAD: ProcessIdentity = { ...ownIdentity(), start: '1' };

function makeGitDir(): { gitDir: string; lockFile: string } {
  const gitDir = makeFolder();
  mkdirSync(join(gitDir, 'rondo', 'lock'), { recursive: true });
  writeFileSync(join(gitDir, 'inside'), '0');
  writeFileSync(join(gitDir, 'turns'), '');
  writeFileSync(join(gitDir, 'faults'), '');
  return { gitDir, lockFile: join(gitDir, 'rondo', 'lock', 'round') };
}

function writeLock(path: string, owner: ProcessIdentity, more: Partial<LockRecord> = {}): void {
  const monotonic = Number(process.hrtime.bigint() / 1_000_000n);
  const record = {
    token: 'abc123',
    owner,
    since: 1_795_000_000_000,
    monotonic,
    command: 'rondo run',
    ...more,
  };
  writeFileSync(path, JSON.stringify(record));
}

function codeOf(act: () => unknown): RondoError {
  try {
    act();
  } catch (error) {
    if (error instanceof RondoError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const words = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');

describe('a lock of our own', () => {
  test('is there while held, and says by whom', () => {
    const { gitDir, lockFile } = makeGitDir();
    const local = openLocal(gitDir, { command: 'rondo done passkeys/docs' });
    expect(local.lockHolder()).toBeNull();
    const lock = local.lock(0);
    expect(lock.removedStale).toBe(false);
    expect(local.lockHolder()).toMatchObject({
      pid: process.pid,
      alive: true,
      command: 'rondo done passkeys/docs',
    });
    lock.release();
    lock.release();
    expect(local.lockHolder()).toBeNull();
    expect(readLock(lockFile)).toBeNull();
    expect(readdirSync(join(gitDir, 'rondo', 'lock'))).toEqual([]);
  });

  test('a second release takes nothing from the next owner', () => {
    const { gitDir } = makeGitDir();
    const local = openLocal(gitDir);
    const first = local.lock(0);
    first.release();
    const second = local.lock(0);
    first.release();
    expect(local.lockHolder()?.alive).toBe(true);
    second.release();
  });

  test('taken twice by one process is a bug, and says so', () => {
    const { gitDir } = makeGitDir();
    const local = openLocal(gitDir);
    const lock = local.lock(0);
    expect(codeOf(() => local.lock(0)).code).toBe('internal');
    lock.release();
  });

  test('held by a living process it is kept, and the error names pid, since and command', async () => {
    const { gitDir } = makeGitDir();
    const program = startProgram([process.execPath, holdLock, gitDir]);
    await program.line(/held/);
    const error = codeOf(() => openLocal(gitDir).lock(100));
    expect(error.code).toBe('locked');
    expect(error.message).toContain(String(program.child.pid));
    expect(error.message).toContain('rondo round passkeys');
    expect(error.message).toMatch(/since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/);
    expect(readdirSync(join(gitDir, 'rondo', 'lock'))).toEqual(['round']);
  });

  test('of a process that was killed it is removed, and told', async () => {
    const { gitDir } = makeGitDir();
    const program = startProgram([process.execPath, holdLock, gitDir]);
    await program.line(/held/);
    program.child.kill('SIGKILL');
    await program.ended;
    const local = openLocal(gitDir);
    expect(local.lockHolder()).toMatchObject({ alive: false });
    const lock = local.lock(0);
    expect(lock.removedStale).toBe(true);
    lock.release();
    expect(readdirSync(join(gitDir, 'rondo', 'lock'))).toEqual([]);
  });

  test.each([
    ['whose number was given to another process', DEAD],
    ['of before the machine started again', { ...ownIdentity(), boot: 'before/1' }],
  ])('of a process %s it is removed', (_, owner) => {
    const { gitDir, lockFile } = makeGitDir();
    writeLock(lockFile, owner);
    const lock = openLocal(gitDir).lock(0);
    expect(lock.removedStale).toBe(true);
    lock.release();
  });

  test('of a process in another container it is kept, but not for ever', () => {
    const { gitDir, lockFile } = makeGitDir();
    const foreign = { ...ownIdentity(), boot: `${ownIdentity().boot.split('/')[0]}/1` };
    writeLock(lockFile, foreign);
    expect(codeOf(() => openLocal(gitDir).lock(20)).code).toBe('locked');
    writeLock(lockFile, foreign, { monotonic: -3_600_000 });
    openLocal(gitDir).lock(0).release();
  });

  test("that cannot be read is kept, unless it is older than the machine's start", () => {
    for (const content of ['', 'nonsense', '{}', JSON.stringify({ token: '../x', owner: DEAD })]) {
      const { gitDir, lockFile } = makeGitDir();
      writeFileSync(lockFile, content);
      expect(codeOf(() => openLocal(gitDir).lock(20)).code).toBe('locked');
      expect(openLocal(gitDir).lockHolder()).toMatchObject({ pid: 0, alive: true });
      utimesSync(lockFile, 1, 1);
      expect(openLocal(gitDir).lock(0).removedStale).toBe(true);
    }
  });

  test('that is a link to nowhere ends in an error, not in a loop', () => {
    const { gitDir, lockFile } = makeGitDir();
    symlinkSync('/nowhere', lockFile);
    expect(codeOf(() => openLocal(gitDir).lock(20)).code).toBe('locked');
  });

  test('is removed also where the one who was removing it was killed at it', () => {
    const { gitDir, lockFile } = makeGitDir();
    writeLock(lockFile, DEAD, { token: 'aa' });
    writeLock(`${lockFile}.aa`, DEAD, { token: 'bb' });
    writeLock(`${lockFile}.aa.bb`, DEAD, { token: 'cc' });
    const lock = openLocal(gitDir).lock(0);
    expect(lock.removedStale).toBe(true);
    lock.release();
    expect(readdirSync(join(gitDir, 'rondo', 'lock'))).toEqual([]);
  });

  test('is not removed by one who comes late with the right to remove an earlier one', async () => {
    const { lockFile } = makeGitDir();
    const program = startProgram([process.execPath, removeFirst, lockFile]);
    await program.line(/ready/);
    expect(codeOf(() => acquireLock(lockFile, 1000, '')).code).toBe('locked');
    await program.line(/taken/);
    expect(readLock(lockFile)?.token).toBe('dd');
  });

  test('drops the tickets of those who were killed waiting', () => {
    const { gitDir, lockFile } = makeGitDir();
    const ticket = join(gitDir, 'rondo', 'lock', '.wait-1-ab');
    writeLock(ticket, DEAD);
    linkSync(ticket, lockFile);
    openLocal(gitDir).lock(1000).release();
    expect(readdirSync(join(gitDir, 'rondo', 'lock'))).toEqual([]);
  });
});

describe('8 processes at once', () => {
  test('only ever one is inside, and each gets its turns', async () => {
    const { gitDir } = makeGitDir();
    const programs = Array.from({ length: 8 }, () =>
      startProgram([process.execPath, takeTurns, gitDir, '25', '0']),
    );
    const ends = await Promise.all(programs.map((program) => program.ended));
    expect(ends.map((end) => end.code)).toEqual(Array(8).fill(0));
    expect(words(join(gitDir, 'faults'))).toEqual([]);
    expect(words(join(gitDir, 'turns'))).toHaveLength(200);
  });

  test('only ever one is inside while owners are killed', async () => {
    const { gitDir } = makeGitDir();
    let killed = 0;
    const keepRunning = async () => {
      for (;;) {
        const end = await startProgram([process.execPath, takeTurns, gitDir, '12', '0.15']).ended;
        if (end.signal === 'SIGKILL') killed++;
        else if (end.code === 0) return;
        else throw new Error(`ended with ${end.code}`);
        if (killed >= 25) return;
      }
    };
    await Promise.all(Array.from({ length: 6 }, keepRunning));
    expect(words(join(gitDir, 'faults'))).toEqual([]);
    const stale = words(join(gitDir, 'turns')).filter((line) => line.endsWith('stale'));
    expect(killed).toBeGreaterThan(5);
    expect(stale.length).toBeGreaterThan(3);
    openLocal(gitDir).lock(10_000).release();
  });
});
