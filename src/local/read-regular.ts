/** Reads files that somebody else may have put there: a link, a pipe or a huge file neither hangs, leaks nor fills the memory. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { errorCode } from './error-code.ts';

export type RegularFile =
  | { readonly kind: 'read'; readonly bytes: Buffer; readonly stat: Stats }
  | { readonly kind: 'absent' }
  /** Not a regular file, too large, or not readable; `why` in a few words. */
  | { readonly kind: 'refused'; readonly why: string };

const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Reads a regular file of at most that many bytes. */
export function readRegular(path: string, limit: number): RegularFile {
  let fd: number;
  try {
    fd = openSync(path, FLAGS);
  } catch (error) {
    return refusal(error);
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return { kind: 'refused', why: 'not a regular file' };
    if (stat.size > limit) return { kind: 'refused', why: `larger than ${limit} bytes` };
    return { kind: 'read', bytes: readUpTo(fd, stat.size), stat };
  } catch (error) {
    return refusal(error);
  } finally {
    closeSync(fd);
  }
}

/** The parsed JSON of a regular file; undefined where there is none, or it cannot be read as such. */
export function readJson(path: string, limit = 1_048_576): unknown {
  const file = readRegular(path, limit);
  if (file.kind !== 'read') return undefined;
  try {
    return JSON.parse(file.bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function refusal(error: unknown): RegularFile {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
  if (code === 'ELOOP' || code === 'EMLINK') return { kind: 'refused', why: 'a symbolic link' };
  if (code === 'ENXIO') return { kind: 'refused', why: 'not a regular file' };
  return { kind: 'refused', why: code ?? 'unreadable' };
}

function readUpTo(fd: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  while (at < size) {
    const got = readSync(fd, bytes, at, size - at, at);
    if (got === 0) break;
    at += got;
  }
  return bytes.subarray(0, at);
}
