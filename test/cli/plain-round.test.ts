/**
 * A round on an ordinary plan reads and edits it without yaml and zod, which cost more than the rest of the round, and it
 * needs the parts of the bundle that are made for it, and no others: `node scripts/measure-parts.mjs` makes them anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

/** Notes each file of the program that is read. */
const HOOK = `
const fs = require('node:fs');
const read = fs.readFileSync;
fs.readFileSync = (file, ...more) => {
  if (/\\.cjs$/.test(file)) fs.appendFileSync(process.env.READ_LIST, file + '\\n');
  return read(file, ...more);
};
process.on('exit', () => {
  for (const name of ['child_process', 'crypto', 'net', 'stream', 'tty', 'zlib'])
    if (process.moduleLoadList.includes('NativeModule ' + name)) fs.appendFileSync(process.env.READ_LIST, name + '\\n');
});
`;

let place: Place;

beforeAll(() => {
  place = newPlace();
  writeFileSync(join(place.dir, '..', 'hook.cjs'), HOOK);
  for (const line of [
    'git config user.name Kim && git config user.email kim@example.org',
    'rondo new demo --goal "Ship it: the plan"',
    "rondo add 'First: one' --id t1 --plan demo --tag backend --estimate 45m",
    "rondo add Second --id t2 --after t1 --plan demo --output 'docs/a b.md'",
    'rondo add Third --id t3 --plan demo',
  ]) {
    const { code, err } = place.sh(line);
    expect({ line, code }, err).toEqual({ line, code: 0 });
  }
});
afterAll(() => place.remove());

/** The program's files that a command reads, without the one that starts it, and the costly parts of Node it loads. */
function filesRead(line: string): readonly string[] {
  const list = join(place.dir, '..', 'list');
  writeFileSync(list, '');
  const hook = join(place.dir, '..', 'hook.cjs');
  const { code, err } = place.sh(line, { NODE_OPTIONS: `--require=${hook}`, READ_LIST: list });
  expect(code, err).toBe(0);
  return readFileSync(list, 'utf8')
    .split('\n')
    .map((file) => file.slice(file.lastIndexOf('/') + 1))
    .filter((file) => file !== '' && file !== 'rondo.cjs');
}

test.each([
  'rondo block t1 --type external --detail "nobody: there"',
  'rondo unblock t1',
  'rondo claim t3',
  'rondo done t3',
  'rondo done t1',
  'rondo round demo',
])('%s', (line) => {
  const files = filesRead(line);
  expect(files.filter((file) => file.endsWith('.cjs'))).toEqual(['main.cjs', 'round.cjs']);
});

test.each(['rondo status demo', 'rondo status --brief', 'rondo status demo --json'])('%s', (line) => {
  expect(filesRead(line)).toEqual(['main.cjs']);
});

test('a plan that is laid out otherwise takes yaml and zod', () => {
  const file = join(place.dir, 'docs/demo-state.md');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('rondo: 1\n', 'rondo: 1\nworkflow_type: >-\n  long\n  text\n'),
  );
  expect(filesRead('rondo round demo')).toContain('lib-file.cjs');
});
