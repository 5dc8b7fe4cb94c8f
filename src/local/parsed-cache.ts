/**
 * Keeps what a plan's whole text was last parsed to, beside that text: a look at a plan nobody has changed compares texts
 * and parses nothing. Only a cache: anything odd about it reads as nothing kept.
 */

import type { KeptText } from '../ports.ts';
import { readRegular } from './read-regular.ts';
import { writeAtomic } from './write-atomic.ts';

/** Raise it when the shape of what is kept changes, so that an upgrade starts afresh. */
export const CACHE_FORMAT = '2';

const LARGEST = 64 * 1_048_576;

/** What this version kept last; undefined where there is nothing of it. */
export function readParsed(file: string, version: string): KeptText | undefined {
  const found = readRegular(file, LARGEST);
  if (found.kind !== 'read') return undefined;
  const { bytes } = found;
  const newline = bytes.indexOf(10);
  const [, by, length] = /^rondo (\S+) (\d+)$/.exec(bytes.toString('latin1', 0, Math.min(newline, 80))) ?? [];
  const textEnd = newline + 1 + Number(length);
  if (by !== version || textEnd >= bytes.length) return undefined;
  return {
    text: bytes.toString('utf8', newline + 1, textEnd),
    value: () => {
      try {
        return JSON.parse(bytes.toString('utf8', textEnd));
      } catch {
        return undefined; // Cut off, or not of this program.
      }
    },
  };
}

/** Puts text and value in the file's place, or fails silently: without it the next look is a little slower. */
export function writeParsed(file: string, version: string, text: string, parsed: unknown): void {
  const head = `rondo ${version} ${Buffer.byteLength(text, 'utf8')}\n`;
  try {
    writeAtomic(file, head + text + JSON.stringify(parsed), { fsync: false });
  } catch {
    // A full disk or a read-only checkout: the next look parses.
  }
}
