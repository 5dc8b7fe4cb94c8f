/**
 * What people see: each file of test/transcripts/ is one session in a repository of its own. A line `$ …` goes to the shell,
 * what follows is what it prints (standard error marked with `! `) and, where it is not 0, its exit code.
 * After a change that is meant: UPDATE_TRANSCRIPTS=1 npx vitest run test/cli/transcripts.test.ts, and read the diff.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Ended, newPlace } from './rondo-process.ts';

const FOLDER = join(import.meta.dirname, '../transcripts');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));

describe('transcripts', () => {
  test('there are some', () => expect(files.length).toBeGreaterThan(0));
  test.each(files)('%s', (name) => {
    const file = join(FOLDER, name);
    const written = readFileSync(file, 'utf8');
    const replayed = replay(written);
    if (process.env.UPDATE_TRANSCRIPTS === '1') writeFileSync(file, replayed);
    else expect(replayed).toBe(written);
  });
});

/** The same session with what is printed now. Lines before the first command are a comment. */
function replay(written: string): string {
  const place = newPlace();
  try {
    const [comment = '', ...steps] = written.split(/^(?=\$ )/m);
    return comment + steps.map((step) => replayStep(step, (line) => place.sh(line), place.dir)).join('');
  } finally {
    place.remove();
  }
}

function replayStep(step: string, sh: (line: string) => Ended, dir: string): string {
  const [command = ''] = step.split('\n', 1);
  const { out, err, code } = sh(command.slice(2));
  const marked = err === '' ? '' : err.replace(/\n$/, '').replace(/^/gm, '! ').concat('\n');
  const text = normalise(`${out}${marked}${code === 0 ? '' : `[exit ${code}]\n`}`, dir);
  return `${command}\n${text.replace(/[ \t]+$/gm, '')}\n`;
}

/** What differs from run to run: commits, this machine's name, times. */
function normalise(text: string, dir: string): string {
  return text
    .replaceAll(dir, '<dir>')
    .replace(/(round \d+, |rounds?, |with |\()[0-9a-f]{7}\b/g, '$1<commit>')
    .replace(/^[0-9a-f]{7} (round)/gm, '<commit> $1')
    .replace(/\b[0-9a-f]{40}\b/g, '<commit>')
    .replace(/\b[\w.-]+-[0-9a-f]{4}\b(?=[),\s]|$)/gm, (name) => (MACHINE.test(name) ? '<machine>' : name))
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
    .replace(/\b\d\d:\d\d:\d\d\b/g, '<clock>')
    .replace(/\b(\d{4}-\d\d-\d\d )?\d\d:\d\d \((in|now|\d)[^)]*\)/g, '<due>')
    .replace(/ {2}(\d{4}-\d\d-\d\d )?\d\d:\d\d {2}/g, '  <when>  ')
    .replace(/^- \d{4}-\d\d-\d\d:/gm, '- <day>:');
}

const MACHINE = /-[0-9a-f]{4}$/;
