/**
 * Keeps what a plan's whole text was last parsed to, beside that text: a look at a plan nobody has changed compares bytes
 * and parses nothing. Only a cache: anything odd about it reads as nothing kept.
 */

import { readRegular } from './read-regular.ts';
import { writeAtomic } from './write-atomic.ts';

const LARGEST = 64 * 1_048_576;

/** The value kept for exactly this text by this version; undefined where there is none. */
export function readParsed(file: string, version: string, text: string): unknown {
  const found = readRegular(file, LARGEST);
  if (found.kind !== 'read') return undefined;
  const { bytes } = found;
  const head = headOf(version, Buffer.byteLength(text));
  const textEnd = head.length + Buffer.byteLength(text);
  if (bytes.length <= textEnd || bytes.compare(head, 0, head.length, 0, head.length) !== 0) return undefined;
  if (!bytes.subarray(head.length, textEnd).equals(Buffer.from(text, 'utf8'))) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8', textEnd));
  } catch {
    return undefined; // Cut off, or not of this program.
  }
}

/** Puts text and value in the file's place, or fails silently: without it the next look is a little slower. */
export function writeParsed(file: string, version: string, text: string, parsed: unknown): void {
  const bytes = Buffer.from(text, 'utf8');
  const head = headOf(version, bytes.length);
  try {
    writeAtomic(file, Buffer.concat([head, bytes, Buffer.from(JSON.stringify(parsed), 'utf8')]), {
      fsync: false,
    });
  } catch {
    // A full disk or a read-only checkout: the next look parses.
  }
}

/** One line: what wrote it, and how long the text behind it is. */
function headOf(version: string, length: number): Buffer {
  return Buffer.from(`rondo ${version} ${length}\n`, 'latin1');
}
