/**
 * Which commands this checkout may run. The file lives in the user's state directory, outside every repository, and is
 * filed under the checkout's random id, which no commit and no other clone can know.
 */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { acquireLock } from './lock-file.ts';
import { readRegular } from './read-regular.ts';
import { cannotWrite, writeAtomic } from './write-atomic.ts';

export interface ApprovalFile {
  readonly path: string;
  /** The id of the checkout that the approvals are for. */
  readonly machine: string;
  /** Shown to people who look into the file. */
  readonly root: string;
}

/** The folder of approvals: `$XDG_STATE_HOME/rondo/trust`, or `~/.local/state/rondo/trust`. */
export function approvalFolder(env: Readonly<Record<string, string | undefined>>): string {
  const state = env.XDG_STATE_HOME;
  // A relative path would depend on where one stands, which may be inside a repository.
  if (state !== undefined && isAbsolute(state)) return join(state, 'rondo', 'trust');
  const home = env.HOME;
  return join(home !== undefined && isAbsolute(home) ? home : homedir(), '.local', 'state', 'rondo', 'trust');
}

/** The approved commands and when each was approved (ISO 8601); none where the file is not this user's own. */
export function readApprovals(file: ApprovalFile): Map<string, string> {
  const approved = new Map<string, string>();
  const found = readRegular(file.path, 16 * 1_048_576);
  if (found.kind !== 'read' || !isPrivate(found.stat)) return approved;
  for (const [command, at] of parse(found.bytes.toString('utf8'), file.machine)) approved.set(command, at);
  return approved;
}

/** Changes the approvals; of changes by several processes at once none is lost. Throws `cannot-write`, `locked`. */
export function changeApprovals(file: ApprovalFile, change: (approved: Map<string, string>) => void): void {
  makePrivateFolder(dirname(file.path));
  const lock = acquireLock(`${file.path}.lock`, 10_000, 'rondo trust');
  try {
    const approved = readApprovals(file);
    change(approved);
    // Entries, not assignments: `__proto__` is a command like any other.
    const commands = Object.fromEntries([...approved].map(([command, at]) => [command, { approved_at: at }]));
    const content = { root: file.root, machine: file.machine, commands };
    writeAtomic(file.path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  } finally {
    lock.release();
  }
}

function makePrivateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw cannotWrite(folder, error);
  }
}

/** Others who could write the file could approve commands for its owner. */
function isPrivate(stat: { readonly uid: number; readonly mode: number }): boolean {
  const uid = process.getuid?.();
  return (uid === undefined || stat.uid === uid) && (stat.mode & 0o022) === 0;
}

function parse(text: string, machine: string): readonly (readonly [string, string])[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return []; // nothing is approved by a file that cannot be read
  }
  if (typeof value !== 'object' || value === null || !('machine' in value && 'commands' in value)) return [];
  if (value.machine !== machine || typeof value.commands !== 'object' || value.commands === null) return [];
  return Object.entries(value.commands).flatMap(([command, entry]: [string, unknown]) =>
    typeof entry === 'object' &&
    entry !== null &&
    'approved_at' in entry &&
    typeof entry.approved_at === 'string'
      ? [[command, entry.approved_at] as const]
      : [],
  );
}
