/**
 * This checkout's own name. It belongs to the git directory itself, told by its inode and birth: a copy of a checkout is
 * another machine, a checkout that was moved is the same one.
 */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { fail } from '../errors.ts';
import { acquireLock } from './lock-file.ts';
import { readJson } from './read-regular.ts';
import { publishOnce, writeAtomic } from './write-atomic.ts';

export interface Machine {
  /** Random, and never shown in the repository: approvals are filed under it. */
  readonly id: string;
  /** Host name and a short suffix, e.g. `kestrel-3f2a`. */
  readonly label: string;
}

interface Stored extends Machine {
  readonly directory: DirectoryIdentity;
}

interface DirectoryIdentity {
  readonly inode: string;
  /** Nanoseconds since 1970; empty where the file system does not say. */
  readonly birth: string;
}

/** The machine of a git directory, made at the first call, which asks for the host's name; processes that call at once agree. Throws `cannot-write`. */
export function loadMachine(gitDir: string, file: string, hostname: () => string): Machine {
  const known = readMachine(gitDir, file);
  if (known !== undefined) return known;
  const made: Stored = { ...newMachine(hostname()), directory: directoryIdentity(gitDir) };
  if (!publishOnce(file, print(made))) replaceForeign(gitDir, file, made);
  return readMachine(gitDir, file) ?? fail('cannot-read', `${file} could not be read back`, { file });
}

/** There is a file, of another checkout or broken: one process at a time may put a new one in its place. */
function replaceForeign(gitDir: string, file: string, made: Stored): void {
  const lock = acquireLock(`${file}.lock`, 5000, 'naming the machine');
  try {
    if (readMachine(gitDir, file) === undefined) writeAtomic(file, print(made));
  } finally {
    lock.release();
  }
}

function readMachine(gitDir: string, file: string): Stored | undefined {
  const value = readJson(file, 65_536);
  if (!isStored(value)) return undefined;
  const now = directoryIdentity(gitDir);
  const { inode, birth } = value.directory;
  const same = inode === now.inode && (birth === now.birth || birth === '' || now.birth === '');
  return same ? value : undefined;
}

function newMachine(hostname: string): Machine {
  const host =
    hostname
      .toLowerCase()
      .replace(/\..*$/s, '')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 20)
      .replace(/-+$/, '') || 'machine';
  return { id: randomBytes(16).toString('hex'), label: `${host}-${randomBytes(2).toString('hex')}` };
}

function directoryIdentity(gitDir: string): DirectoryIdentity {
  const stat = statSync(gitDir, { bigint: true });
  // Where a file system keeps no birth, the time of the last change stands in its place, and that does not keep still.
  const known = stat.birthtimeNs > 0n && stat.birthtimeNs !== stat.ctimeNs;
  return { inode: String(stat.ino), birth: known ? String(stat.birthtimeNs) : '' };
}

function print(machine: Stored): string {
  return `${JSON.stringify(machine, null, 2)}\n`;
}

function isStored(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null) return false;
  if (!('id' in value && 'label' in value && 'directory' in value)) return false;
  const { id, label, directory } = value;
  if (typeof id !== 'string' || !/^[0-9a-f]{32}$/.test(id)) return false;
  if (typeof label !== 'string' || !/^[a-z0-9-]{1,40}$/.test(label)) return false;
  if (typeof directory !== 'object' || directory === null) return false;
  return (
    'inode' in directory &&
    typeof directory.inode === 'string' &&
    'birth' in directory &&
    typeof directory.birth === 'string'
  );
}
