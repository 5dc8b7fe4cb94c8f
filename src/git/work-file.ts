/** Reads, finds and replaces files of the work tree, following no link and leaving it by none. */

import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fail } from '../errors.ts';
import { placeAt } from '../excerpt.ts';
import { errorCode } from '../local/error-code.ts';
import { cannotWrite, removeQuietly, writeWhole } from '../local/write-atomic.ts';
import { isThere } from './is-there.ts';

/** 8 MiB, the size from which on a plan is refused unread. */
const MOST_BYTES = 8_388_608;

/** The text of a file, BOM and line ends kept; null where there is none. Throws what makes it unfit to be a plan. */
export function readWorkFile(root: string, file: string): string | null {
  const bytes = readWorkBytes(root, file);
  return bytes === null ? null : textOfBytes(bytes, file);
}

/** Throws `not-text` where the bytes are none. */
export function textOfBytes(bytes: Buffer, file: string): string {
  if (!isUtf8(bytes) || bytes.includes(0)) refuseBytes(bytes, file);
  return bytes.toString('utf8');
}

/** Names the first byte that is no text: a NUL, or what no UTF-8 has there. */
function refuseBytes(bytes: Buffer, file: string): never {
  const text = bytes.toString('utf8');
  let at = text.indexOf('\0');
  if (!isUtf8(bytes)) {
    // A replacement character that the file itself does not hold. Each look at the bytes before it goes on from the last.
    let before = 0;
    let [from, bad] = [0, text.indexOf('\uFFFD')];
    for (; bad !== -1; from = bad, bad = text.indexOf('\uFFFD', bad + 1)) {
      before += Buffer.byteLength(text.slice(from, bad));
      if (!bytes.subarray(before, before + 3).equals(REPLACEMENT)) break;
    }
    if (bad !== -1 && (at === -1 || bad < at)) at = bad;
  }
  const what = text[at] === '\0' ? 'holds a NUL byte' : 'holds a byte that is not UTF-8';
  fail('not-text', `${file} ${what}, so it is no text`, { file, ...placeAt(text, at) });
}

const REPLACEMENT = Buffer.from('\uFFFD');

/** The bytes of a regular file of its own; null where there is none. */
export function readWorkBytes(root: string, file: string): Buffer | null {
  const path = safePath(root, file);
  const stat = statOf(path, file);
  if (stat === null) return null;
  checkRegular(stat, file);
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP') return notAFile(file, 'a symbolic link');
    return fail('cannot-read', `${file} cannot be read (${code ?? 'unknown'})`, { file });
  }
  try {
    checkRegular(fstatSync(fd), file);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The absolute path of a file; throws `unsafe-path` where it, or a link on the way, leaves the work tree. */
export function safePath(root: string, file: string): string {
  if (!isInside(file))
    fail('unsafe-path', `${JSON.stringify(file)} is not a path inside the repository`, { file });
  const parts = file.split('/');
  let at = root;
  for (const part of parts.slice(0, -1)) {
    at = join(at, part);
    const stat = statOf(at, file);
    if (stat === null) break;
    if (stat.isSymbolicLink())
      fail('unsafe-path', `${file} lies behind the symbolic link ${at}, where git does not look`, { file });
    if (existsSync(join(at, '.git')))
      fail('unsafe-path', `${file} lies in a repository of its own (${at})`, { file });
  }
  return join(root, file);
}

/** Whether a path is a plain one below the root, and not into the git directory, by its letters alone. */
function isInside(file: string): boolean {
  if (/[\0\n\\]/.test(file) || /^[A-Za-z]:/.test(file)) return false;
  return file.split('/').every((part) => part !== '' && !/^(\.|\.\.|(\.git|git~\d)[\s.]*)$/i.test(part));
}

function statOf(path: string, file: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    return fail('cannot-read', `${file} cannot be read (${code ?? 'unknown'})`, { file });
  }
}

function checkRegular(stat: Stats, file: string): void {
  if (stat.isSymbolicLink()) notAFile(file, 'a symbolic link');
  if (stat.isDirectory()) notAFile(file, 'a folder');
  if (!stat.isFile()) notAFile(file, 'a pipe, socket or device');
  if (stat.nlink > 1) notAFile(file, 'a hard link to another file');
  if (stat.size > MOST_BYTES)
    fail('file-too-large', `${file} has ${stat.size} bytes; ${MOST_BYTES} are the most`, { file });
}

function notAFile(file: string, what: string): never {
  return fail('not-a-file', `${file} is ${what}`, { file });
}

/** Whether a file is there, whatever it holds; links that leave the work tree count as absent. */
export function workFileExists(root: string, file: string): boolean {
  if (!isInside(file)) return false;
  try {
    return realpathSync(join(root, file)).startsWith(`${root}/`);
  } catch {
    return false;
  }
}

/** Writes a file that must not be there yet; `already-exists` or `cannot-write` otherwise. */
export function writeNewWorkFile(root: string, file: string, text: string): void {
  const path = safePath(root, file);
  try {
    writeWhole(path, text, { mode: 0o666 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') fail('already-exists', `${file} is there already`, { file });
    throw cannotWrite(file, error);
  }
}

/** Paths that match the globs (`*` within one folder), sorted, each once. Folders behind links are left out. */
export function findWorkFiles(root: string, globs: readonly string[]): readonly string[] {
  return [...new Set(globs.flatMap((glob) => matchGlob(root, '', glob.split('/'))))].sort();
}

function matchGlob(root: string, folder: string, parts: readonly string[]): readonly string[] {
  const [part = '', ...rest] = parts;
  const names = part.includes('*')
    ? namesIn(join(root, folder)).filter((name) => matchesGlob(part, name))
    : [part];
  const paths = names
    .filter((name) => name !== '..' && name.toLowerCase() !== '.git')
    .map((name) => (folder === '' ? name : `${folder}/${name}`));
  if (rest.length > 0)
    return paths.filter((path) => isFolder(join(root, path))).flatMap((path) => matchGlob(root, path, rest));
  return paths.filter((path) => isThere(join(root, path)));
}

/** Hidden names match only a pattern that itself starts with a dot, as in a shell. Never goes back further than the last star. */
function matchesGlob(part: string, name: string): boolean {
  if (name.startsWith('.') && part.startsWith('*')) return false;
  let [p, n, star, mark] = [0, 0, -1, 0];
  while (n < name.length) {
    if (part[p] === '*') [star, mark] = [p++, n];
    else if (p < part.length && part[p] === name[n]) [p, n] = [p + 1, n + 1];
    else if (star >= 0) [p, n] = [star + 1, ++mark];
    else return false;
  }
  while (part[p] === '*') p++;
  return p === part.length;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Writes content beside its later place or in a folder of ours, flushed, with the mode and owner of what it replaces. */
export function prepareFile(
  root: string,
  file: string,
  content: string | Uint8Array,
  folder: string,
): string {
  const path = safePath(root, file);
  const old = statOf(path, file);
  const temporary = join(folderFor(path, folder), `.rondo-${randomBytes(6).toString('hex')}`);
  try {
    writeWhole(temporary, content, { mode: 0o666 });
    if (old !== null) chmodSync(temporary, old.mode & 0o7777);
    if (old !== null && old.uid !== process.geteuid?.()) chownQuietly(temporary, old);
  } catch (error) {
    removeQuietly(temporary);
    throw cannotWrite(file, error);
  }
  return temporary;
}

/** A rename works within one file system only; elsewhere the temporary file stands beside its later place. */
function folderFor(path: string, folder: string): string {
  try {
    mkdirSync(folder, { recursive: true });
    let there = dirname(path);
    while (!isFolder(there)) there = dirname(there);
    if (lstatSync(folder).dev === lstatSync(there).dev) return folder;
  } catch {
    // Our folder cannot be made.
  }
  return dirname(path);
}

function chownQuietly(path: string, owner: Stats): void {
  try {
    chownSync(path, owner.uid, owner.gid);
  } catch {
    // Only the superuser may give files away; then the file belongs to who wrote it last, as with any editor.
  }
}

/** Puts a prepared file in its place, or removes the place where there is none. */
export function putInPlace(root: string, file: string, temporary: string | null): void {
  const path = safePath(root, file);
  try {
    if (temporary === null) {
      rmSync(path, { force: true });
      return;
    }
    mkdirSync(dirname(path), { recursive: true });
    renameSync(temporary, path);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** Writes text over a file at once: prepares it and puts it in its place. Null removes the file. */
export function replaceWorkFile(root: string, file: string, text: string | null, folder: string): void {
  putInPlace(root, file, text === null ? null : prepareFile(root, file, text, folder));
}
