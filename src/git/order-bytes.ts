/** The texts of a commit's files as bytes, made once: a plan may have megabytes, and each step of a commit needs them. */
import type { FileChange } from '../ports.ts';

interface Bytes {
  readonly before: Buffer | null;
  readonly after: Buffer | null;
}

const known = new WeakMap<FileChange, Bytes>();

export function bytesOf(change: FileChange): Bytes {
  const found = known.get(change);
  if (found !== undefined) return found;
  const made = { before: encode(change.before), after: encode(change.after) };
  known.set(change, made);
  return made;
}

function encode(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text, 'utf8');
}
