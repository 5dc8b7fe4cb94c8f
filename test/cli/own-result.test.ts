/** What a worker says by `done`, `fail` and `block` goes into its own attempt's result, wherever its environment points. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

/** Has a worker run the script to its end; the environment of it is the script's to change. */
function asWorker(script: string): void {
  writeFileSync(join(place.dir, 'script'), `${script}\n`);
  place.sh(
    'git config user.name Dana; git config user.email dana@example.org; rondo new p; ' +
      "rondo add Other --run 'exit 0'; rondo add Work --run '. ./script'; rondo trust --all; rondo run",
  );
}

const said = () => JSON.parse(readFileSync(join(place.dir, 'said'), 'utf8'));
const resultOf = (task: string) => join(place.dir, '.git/rondo/runs/p', task, '1/result.json');

test.each([
  ['a file of the user', 'RONDO_RESULT="$PWD/precious"'],
  ['a file that is not there', 'RONDO_RESULT="$PWD/new"'],
  ['the result of another task', 'RONDO_RESULT="$PWD/.git/rondo/runs/p/other/1/result.json"'],
  ['its own by another path', 'RONDO_RESULT="$PWD/docs/../.git/rondo/runs/p/work/1/result.json"'],
])('%s is not written', (_, env) => {
  writeFileSync(join(place.dir, 'precious'), 'precious\n');
  asWorker(`${env} rondo --json done work > said`);
  expect(said()).toMatchObject({ error: { code: 'not-owner' } });
  expect(readFileSync(join(place.dir, 'precious'), 'utf8')).toBe('precious\n');
  for (const file of [join(place.dir, 'new'), resultOf('other'), resultOf('work')])
    expect(existsSync(file)).toBe(false);
});

test('its own is', () => {
  asWorker('rondo --json done work --summary mine > said');
  expect(said()).toMatchObject({ task: 'work', attempt: 1, status: 'completed' });
  expect(JSON.parse(readFileSync(resultOf('work'), 'utf8'))).toEqual({
    status: 'completed',
    summary: 'mine',
  });
  expect(place.json('show', 'work')).toMatchObject({ task: { status: 'completed' } });
});

test('its own is under the name that its plan has by now', () => {
  asWorker(
    [
      'git mv docs/p-state.md docs/q-state.md && git commit -qm renamed',
      'rondo --json status > seen; rondo --json done work --summary mine > said',
    ].join('; '),
  );
  expect(place.rondo('run', 'q').code).toBe(0);
  expect(JSON.parse(readFileSync(join(place.dir, 'seen'), 'utf8'))).toMatchObject({ plan: 'q' });
  expect(said()).toMatchObject({ plan: 'q', task: 'work', attempt: 1, status: 'completed' });
  expect(place.json('show', 'work')).toMatchObject({
    task: { status: 'completed', summary: 'mine', attempt: 1 },
  });
});

test('a plan that is gone is not taken for another one', () => {
  const other = String.raw`'---\nrondo: 1\ngoal: Other\n---\n\n## Tasks\n\n### work: Work\n'`;
  asWorker(
    `printf -- ${other} > docs/z-state.md; git mv docs/p-state.md q.md; rondo --json done work > part; mv part said`,
  );
  place.sh('while [ ! -e said ]; do sleep 0.05; done');
  expect(said()).toMatchObject({ error: { code: 'unknown-plan' } });
});
