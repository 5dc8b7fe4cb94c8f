/** Writes files so that a reader, or the machine after a crash, finds the old bytes or the new ones, never a part. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { problem, RondoError } from '../errors.ts';
import { errorCode } from './error-code.ts';

export interface WriteOptions {
  /** Waits until the bytes are on the disk; true where not given. */
  readonly fsync?: boolean;
  /** Waits until the name is on the disk, too; false where not given. */
  readonly fsyncDir?: boolean;
  /** The file's mode; 0o644 less the umask where not given. */
  readonly mode?: number;
  /** The folder (of the same file system) for the temporary file; the target's own where not given. */
  readonly tempDir?: string;
}

/** Puts the content in the file's place in one step, making missing folders. Throws `cannot-write`. */
export function writeAtomic(path: string, content: string | Uint8Array, options: WriteOptions = {}): void {
  withTemp(path, content, options, (temp) => {
    renameSync(temp, path);
    return true;
  });
}

/**
 * Makes the file with its whole content, unless there is one already; says whether it did. Of any number of processes
 * that try at once, one is told true. Throws `cannot-write`.
 */
export function publishOnce(path: string, content: string | Uint8Array, options: WriteOptions = {}): boolean {
  return withTemp(path, content, options, (temp) => {
    const won = linkOnce(temp, path);
    removeQuietly(temp);
    return won;
  });
}

/** Gives a complete file a second name, unless that name is taken; says whether it did. */
export function linkOnce(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return false;
    if (code === undefined || !NO_LINKS.has(code)) throw error;
    return copyOnce(from, to);
  }
}

/** What file systems without hard links answer. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** A reader may see this one half done; readers here take what they cannot read for somebody else's, alive. */
function copyOnce(from: string, to: string): boolean {
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function withTemp(
  path: string,
  content: string | Uint8Array,
  options: WriteOptions,
  put: (temp: string) => boolean,
): boolean {
  const temp = join(
    options.tempDir ?? dirname(path),
    `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`,
  );
  try {
    writeWhole(temp, content, options);
    const done = put(temp);
    if (options.fsyncDir === true) syncDir(dirname(path));
    return done;
  } catch (error) {
    removeQuietly(temp);
    throw cannotWrite(path, error);
  }
}

/** Removes a file that nobody needs any more, or leaves it where that cannot be done. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A folder that cannot be written to is told by the call that wanted to write.
  }
}

/** Makes a new file of that content, and its folder where it is missing; throws the system's error. */
export function writeWhole(path: string, content: string | Uint8Array, options: WriteOptions = {}): void {
  const fd = openNew(path, options.mode ?? 0o644);
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    if (options.fsync !== false) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function openNew(path: string, mode: number): number {
  try {
    return openSync(path, 'wx', mode);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'wx', mode);
  }
}

function syncDir(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } catch (error) {
    if (errorCode(error) !== 'EINVAL') throw error; // a file system whose folders need no syncing
  } finally {
    closeSync(fd);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
};

/** The error for a file that the system did not let us write, naming the path and the reason. */
export function cannotWrite(path: string, error: unknown): unknown {
  if (error instanceof RondoError) return error;
  const code = errorCode(error);
  if (code === undefined) return error;
  const reason = REASONS[code] ?? code;
  return new RondoError(problem('cannot-write', `${path} could not be written: ${reason}`, { file: path }), {
    cause: error,
  });
}
