import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RondoError } from '../../src/errors.ts';
import { cannotWrite, publishOnce, writeAtomic } from '../../src/local/write-atomic.ts';
import { bundleProgram, makeFolder, mountsAllowed, withMounts } from './run-program.ts';

const writeFile = bundleProgram(new URL('programs/write-file.ts', import.meta.url));

describe('writing in one step', () => {
  test('replaces the file, makes missing folders, and leaves nothing beside it', () => {
    const folder = join(makeFolder(), 'a', 'b');
    writeAtomic(join(folder, 'file'), 'one', { fsyncDir: true });
    writeAtomic(join(folder, 'file'), 'two', { mode: 0o600 });
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('two');
    expect(statSync(join(folder, 'file')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  test('of two who publish, the first one wins', () => {
    const file = join(makeFolder(), 'file');
    expect(publishOnce(file, 'one')).toBe(true);
    expect(publishOnce(file, 'two')).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('one');
  });

  test('a path that cannot be written is named', () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder'));
    for (const path of [join(folder, 'file', 'below'), join(folder, 'folder')]) {
      const error = catchError(() => writeAtomic(path, 'x'));
      expect(error.code).toBe('cannot-write');
      expect(error.problems[0]?.file).toBe(path);
    }
    expect(readdirSync(folder).sort()).toEqual(['file', 'folder']);
  });

  test.each(['ENOSPC', 'EROFS', 'EACCES'])('%s is told as cannot-write', (code) => {
    const error = cannotWrite('/some/file', Object.assign(new Error(code), { code }));
    expect(error).toBeInstanceOf(RondoError);
    expect(error instanceof RondoError && error.code).toBe('cannot-write');
  });

  test.runIf(mountsAllowed())('a full disk keeps the old file', () => {
    const out = withMounts(`
      mount -t tmpfs -o size=64k none /mnt
      printf old > /mnt/file
      ${process.execPath} ${writeFile} /mnt/file 1000000
      cat /mnt/file; echo; ls -A /mnt`);
    expect(out).toBe('cannot-write /mnt/file\nold\nfile\n');
  });

  test.runIf(mountsAllowed())('a read-only disk keeps the old file', () => {
    const out = withMounts(`
      mount -t tmpfs none /mnt
      printf old > /mnt/file
      mount -o remount,ro /mnt
      ${process.execPath} ${writeFile} /mnt/file 3
      cat /mnt/file; echo; ls -A /mnt`);
    expect(out).toBe('cannot-write /mnt/file\nold\nfile\n');
  });

  test('the temporary file can stand in another folder', () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'other'));
    writeAtomic(join(folder, 'file'), 'x', { tempDir: join(folder, 'other') });
    expect(existsSync(join(folder, 'file'))).toBe(true);
    expect(readdirSync(join(folder, 'other'))).toEqual([]);
  });
});

function catchError(act: () => void): RondoError {
  try {
    act();
  } catch (error) {
    if (error instanceof RondoError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
