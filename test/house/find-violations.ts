/** Holds source files against the table of rooms. */

import type { Import, SourceFile } from './read-imports.ts';
import { LIBRARIES, MAY_ACT_AT_LOAD, MAY_EXIT, MOST_LINES, NODE_HOMES, ROOMS, type Room } from './rooms.ts';

export type Rule =
  | 'no-room'
  | 'direction'
  | 'types-only'
  | 'missing-file'
  | 'node'
  | 'pure'
  | 'library-home'
  | 'exit'
  | 'length'
  | 'load';

/** One line a violation: the rule, the file, and what is wrong. */
export function findViolations(files: readonly SourceFile[]): readonly string[] {
  const found: string[] = [];
  const paths = new Set(files.map((file) => file.path));
  for (const file of files) {
    const say = (rule: Rule, what: string) => found.push(`${rule}: ${file.path} ${what}`);
    const room = roomOf(file.path);
    if (file.lines > MOST_LINES) say('length', `has ${file.lines} lines`);
    if (file.globals.includes('process.exit') && !MAY_EXIT.some((path) => path === file.path)) {
      say('exit', 'calls process.exit');
    }
    if (!MAY_ACT_AT_LOAD.some((path) => path === file.path))
      for (const deed of file.deeds) say('load', `does something when it is loaded: ${deed}`);
    if (room === undefined) {
      say('no-room', 'is in no room of the table');
      continue;
    }
    if (room[1].pure) for (const name of file.globals) say('pure', `uses ${name}`);
    for (const imported of file.imports) checkImport(room, imported, paths, say);
  }
  return found;
}

function roomOf(path: string): readonly [string, Room] | undefined {
  return Object.entries(ROOMS).find(([, { files }]) =>
    files.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place)),
  );
}

function checkImport(
  [name, room]: readonly [string, Room],
  imported: Import,
  paths: ReadonlySet<string>,
  say: (rule: Rule, what: string) => void,
): void {
  const { target } = imported;
  if (target.startsWith('node:')) {
    if (room.node !== true) say('node', `imports ${target}`);
    if (NODE_HOMES[target] !== undefined && !NODE_HOMES[target].includes(name))
      say('node', `imports ${target}`);
    return;
  }
  if (paths.has(target)) return checkDirection(name, room, imported, say);
  if (/^[./]|\.ts$/.test(target)) return say('missing-file', `imports ${target}, which is not there`);
  const library = libraryOf(target);
  if (!LIBRARIES[library]?.includes(name)) say('library-home', `imports ${target}`);
}

function checkDirection(
  name: string,
  room: Room,
  { target, kind }: Import,
  say: (rule: Rule, what: string) => void,
): void {
  const other = roomOf(target)?.[0];
  if (other === undefined || other === name || room.mayImport.includes(other)) return;
  if (!room.mayImport.includes(`${other}:types`)) say('direction', `imports ${target}`);
  else if (kind !== 'type' && !room.except?.includes(target))
    say('types-only', `imports values of ${target}`);
}

/** `@scope/name/part` and `name/part` without the part. */
function libraryOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
