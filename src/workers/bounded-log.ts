/** A log that never grows beyond a bound: the newest bytes win. */
import { closeSync, constants, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { FILES } from './run-files.ts';

export interface BoundedLog {
  write(bytes: Uint8Array): void;
  close(): void;
}

const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/**
 * Opens the log in the current folder. It is two files: the newer is written, and takes the older one's place when half
 * the bound is reached. Bytes that cannot be written (the disk is full) are dropped: the work goes on without them.
 */
export function openLog(limit: number): BoundedLog {
  const half = Math.max(1, Math.floor(limit / 2));
  let fd = openFresh();
  let size = 0;

  const rotate = () => {
    if (fd !== undefined) closeSync(fd);
    quietly(() => renameSync(FILES.log, FILES.olderLog));
    fd = openFresh();
    size = 0;
  };

  return {
    write: (bytes) => {
      // Of a piece larger than the bound, only its end can stay.
      for (let at = Math.max(0, bytes.length - 2 * half); at < bytes.length; ) {
        if (size >= half) rotate();
        const piece = bytes.subarray(at, at + half - size);
        if (fd !== undefined) writeQuietly(fd, piece);
        size += piece.length;
        at += piece.length;
      }
    },
    close: () => {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}

/** A new file of our own, whatever a worker may have put under the name. */
function openFresh(): number | undefined {
  return quietly(() => {
    rmSync(FILES.log, { force: true, recursive: true });
    return openSync(FILES.log, FLAGS, 0o600);
  });
}

function writeQuietly(fd: number, bytes: Uint8Array): void {
  quietly(() => {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  });
}

function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined; // a log that cannot be kept is no reason to end the work
  }
}
