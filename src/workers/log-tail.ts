/** The newest end of a worker's log. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { inertText } from './inert-text.ts';
import { FILES } from './run-files.ts';

/** At most that many bytes of the log's end, made inert; '' where there is no log. */
export function readLogTail(directory: string, bytes: number): string {
  const newer = readEnd(join(directory, FILES.log), bytes);
  const older = newer.length < bytes ? readEnd(join(directory, FILES.olderLog), bytes - newer.length) : EMPTY;
  return inertText(decodeWhole(Buffer.concat([older, newer])));
}

const EMPTY = Buffer.alloc(0);
/** The end of a file that a worker may have replaced by a link or a pipe. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

function readEnd(path: string, bytes: number): Buffer {
  let fd: number;
  try {
    fd = openSync(path, FLAGS);
  } catch {
    return EMPTY; // no log, or none that we may follow
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return EMPTY;
    const length = Math.max(0, Math.min(bytes, stat.size));
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, readSync(fd, buffer, 0, length, stat.size - length));
  } finally {
    closeSync(fd);
  }
}

/** Reads UTF-8 whose first character may be cut. */
function decodeWhole(bytes: Buffer): string {
  let start = 0;
  while (start < 3 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  return bytes.toString('utf8', start);
}
