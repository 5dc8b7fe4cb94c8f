/** Between the bytes of the work tree and git's form of them: line ends, encodings, filters. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Ground } from './ground.ts';
import { type IndexEntry, readIndex } from './index-file.ts';
import { failedCall } from './run-git.ts';
import { readWorkBytes } from './work-file.ts';

/** The id of a file's bytes in git's form; null where there is no file. `known` are ids it probably has. */
export function blobOfFile(
  ground: Ground,
  file: string,
  known: readonly (string | null | undefined)[],
  tipBlob: string | null,
): string | null {
  const [entry] = readIndex(ground, file);
  if (entry !== undefined && known.includes(entry.id) && isUnchanged(ground, file, entry)) return entry.id;
  const bytes = readWorkBytes(ground.root, file);
  if (bytes === null) return null;
  const raw = ground.objects.idOf('blob', bytes);
  if (known.includes(raw)) return raw;
  return convert(ground, file, bytes, tipBlob, false);
}

/** Writes bytes as a blob in git's form, flushed to the disk, and returns its id. */
export function writeBlob(ground: Ground, file: string, bytes: Buffer, tipBlob: string | null): string {
  return convert(ground, file, bytes, tipBlob, true);
}

function convert(
  ground: Ground,
  file: string,
  bytes: Buffer,
  tipBlob: string | null,
  write: boolean,
): string {
  if (isPlain(ground, file, bytes))
    return write ? ground.objects.write('blob', bytes) : ground.objects.idOf('blob', bytes);
  const save = write ? ['-w'] : [];
  const call = { input: bytes, durable: write };
  const id = ground.git.ask(['hash-object', ...save, `--path=${file}`, '--stdin'], call);
  const raw = ground.objects.idOf('blob', bytes);
  if (id === raw || tipBlob === null || !keepsLineEnds(ground, file, tipBlob)) return id;
  return ground.git.ask(['hash-object', ...save, '--no-filters', '--stdin'], call);
}

/** Whether every conversion leaves the bytes as they are: no CR to drop, no `$Id$` to fold, no filter, no encoding. */
function isPlain(ground: Ground, file: string, bytes: Buffer): boolean {
  return !bytes.includes(13) && !bytes.includes('$Id') && !mayFilter(ground, file);
}

/**
 * Git leaves the line ends of a file alone that it guesses to be text (`autocrlf`, `text=auto`) where the file was
 * committed with CRLF; `hash-object` does not look there, so a commit would change every line.
 */
function keepsLineEnds(ground: Ground, file: string, tipBlob: string): boolean {
  if (!ground.objects.read(tipBlob).bytes.includes('\r\n')) return false;
  const names = ['text', 'crlf', 'eol', 'filter', 'ident', 'working-tree-encoding'];
  const said = ground.git.ask(['check-attr', ...names, '--', file]).split('\n');
  const value = (name: string) =>
    said
      .find((line) => line.includes(`: ${name}: `))
      ?.split(': ')
      .at(-1) ?? 'unspecified';
  const isUnset = (name: string) => value(name) === 'unspecified' || value(name) === 'unset';
  const guessed = value('text') === 'auto' || (isUnset('text') && isUnset('eol') && isUnset('crlf'));
  return guessed && isUnset('filter') && isUnset('ident') && isUnset('working-tree-encoding');
}

/** What git itself goes by: the file's stat data are those of the index entry, and older than the index. */
function isUnchanged({ root, gitDir }: Ground, file: string, entry: IndexEntry): boolean {
  if (entry.stat === undefined || entry.assumeUnchanged || entry.skipWorktree || entry.stage !== 0)
    return false;
  try {
    const now = statSync(join(root, file), { bigint: true });
    const index = statSync(join(gitDir, 'index'), { bigint: true });
    const word = (n: bigint) => Number(n & 0xffffffffn);
    const { stat } = entry;
    return (
      now.mtimeNs < index.mtimeNs &&
      stat.size === word(now.size) &&
      stat.ino === word(now.ino) &&
      stat.mtimeSeconds === word(now.mtimeNs / 1_000_000_000n) &&
      stat.mtimeNanos === Number(now.mtimeNs % 1_000_000_000n) &&
      stat.ctimeSeconds === word(now.ctimeNs / 1_000_000_000n) &&
      stat.ctimeNanos === Number(now.ctimeNs % 1_000_000_000n)
    );
  } catch {
    return false;
  }
}

/** The text of a blob as the work tree would hold it. */
export function textOfBlob(ground: Ground, file: string, blob: string): string {
  if (!mayFilter(ground, file)) return ground.objects.read(blob).bytes.toString('utf8');
  return smudged(ground, file, blob);
}

/** The text of a blob exactly as a checkout writes it, line ends included. */
export function smudged({ git }: Ground, file: string, blob: string): string {
  const args = ['cat-file', '--filters', `--path=${file}`, blob];
  const result = git.run(args);
  return result.code === 0 ? result.stdout.toString('utf8') : failedCall(args, result);
}

/** Where packagers of git let it look; which of them holds is compiled into git. */
const SYSTEM_ATTRIBUTES = [
  '/etc/gitattributes',
  '/usr/local/etc/gitattributes',
  '/opt/homebrew/etc/gitattributes',
];

/** Whether any attributes name a filter or an encoding; line ends alone do not matter to a reader. */
function mayFilter({ root, commonDir, git, config }: Ground, file: string): boolean {
  const folders = file
    .split('/')
    .slice(0, -1)
    .map((_, i, parts) => parts.slice(0, i + 1).join('/'));
  const inTree = ['', ...folders].map((folder) => join(root, folder, '.gitattributes'));
  const home = git.env.XDG_CONFIG_HOME ?? join(git.env.HOME ?? '/', '.config');
  const mine =
    config.get('core.attributesfile')?.replace(/^~\//, `${git.env.HOME ?? ''}/`) ??
    join(home, 'git', 'attributes');
  return [...inTree, join(commonDir, 'info', 'attributes'), mine, ...SYSTEM_ATTRIBUTES].some(namesFilter);
}

function namesFilter(path: string): boolean {
  try {
    return /filter|working-tree-encoding|\[attr\]/.test(readFileSync(path, 'utf8'));
  } catch {
    return false;
  }
}
