/** What only a person may say is refused to a worker, however it hides: real workers that call the real program. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

/** What a worker that drops its environment keeps, lest it reach another state folder. */
const BARE = 'env -i PATH="$PATH" XDG_STATE_HOME="$XDG_STATE_HOME" GIT_CONFIG_GLOBAL="$GIT_CONFIG_GLOBAL"';

/** Runs a plan whose worker runs the script, while `other` waits for approval; returns what it was told, and how `other` stands. */
function askAsWorker(script: string): { readonly code: string; readonly other: unknown } {
  writeFileSync(join(place.dir, 'ask'), 'rondo --json approve other > said 2>&1; touch over\n');
  // Once the process that it is given has ended, which makes an orphan of it.
  writeFileSync(
    join(place.dir, 'later'),
    'touch later-runs; while kill -0 $1 2>/dev/null; do sleep 0.02; done; . ./ask\n',
  );
  writeFileSync(join(place.dir, 'script'), `${script}\n`);
  place.sh(
    'git config user.name Dana; git config user.email dana@example.org; rondo new p; ' +
      'rondo add Other; rondo edit other needs_approval=true; rondo claim other; rondo done other; ' +
      "rondo add Work --run '. ./script'; rondo trust --all",
  );
  expect(place.json('show', 'other')).toMatchObject({ task: { status: 'completed' } });
  place.rondo('run', '--no-wait');
  place.sh('for i in $(seq 400); do [ -e over ] && break; sleep 0.05; done');
  const said = readFileSync(join(place.dir, 'said'), 'utf8');
  return { code: JSON.parse(said).error?.code, other: place.json('show', 'other') };
}

describe('a worker cannot approve', () => {
  test.each([
    ['as it is', '. ./ask'],
    ['with a variable fewer', 'unset RONDO_PLAN; . ./ask'],
    ['without its environment', `${BARE} sh ask`],
    ['as the first process itself, without its environment', `exec ${BARE} sh ask`],
    ['in a session of its own', `setsid ${BARE} sh ask`],
    [
      'as a silent orphan in its group',
      `sh -c '${BARE} sh later $$ </dev/null >/dev/null 2>&1 &'; while [ ! -e over ]; do sleep 0.02; done`,
    ],
    [
      'as an orphan in a session of its own',
      `setsid ${BARE} sh later $$ & while [ ! -e later-runs ]; do sleep 0.02; done`,
    ],
  ])('%s', (_, script) => {
    const { code, other } = askAsWorker(script);
    expect(code).toBe('called-by-worker');
    expect(other).not.toMatchObject({ fields: { approved_by: expect.anything() } });
  });
});

test("nor anything else that is a person's word, while it may look and report", () => {
  const asked = [
    'reject other --reason no',
    'accept',
    'edit other approved_by=dana',
    'edit other needs_approval=false',
    'trust',
    'trust --all',
    'trust --revoke x',
    'round --trust-all',
    'run --dry-run --trust-all',
    'status',
  ];
  const lines = asked.map((words, i) => `${BARE} rondo --json ${words} > said-${i} 2>&1`);
  const more = [
    `${BARE} RONDO_TRUST=all rondo --json round > said-all 2>&1`,
    'RONDO_TRUST=all rondo --json fail work > said-own',
  ];
  askAsWorker([...lines, ...more, '. ./ask'].join('\n'));
  const code = (name: string) =>
    JSON.parse(readFileSync(join(place.dir, `said-${name}`), 'utf8')).error?.code ?? 'done';
  expect(Object.fromEntries(asked.map((words, i) => [words, code(String(i))]))).toEqual(
    Object.fromEntries(asked.map((words, i) => [words, i < asked.length - 1 ? 'called-by-worker' : 'done'])),
  );
  expect(code('all')).toBe('called-by-worker');
  expect(code('own')).toBe('done');
});

test('a worker does not inherit RONDO_TRUST', () => {
  place.sh(`rondo new p; rondo add One --run 'echo "[$RONDO_TRUST]" > said'`);
  place.sh('rondo run', { RONDO_TRUST: 'all' });
  expect(readFileSync(join(place.dir, 'said'), 'utf8')).toBe('[]\n');
});

test('a person approves while a worker runs', () => {
  place.sh(
    "rondo new p; rondo add Other; rondo edit other needs_approval=true; rondo claim other; rondo done other; rondo add Work --run 'while [ ! -e go ]; do sleep 0.02; done'",
  );
  place.rondo('run', '--no-wait', '--trust-all');
  expect(place.json('status')).toMatchObject({ counts: { in_progress: 1 } });
  expect(place.rondo('approve', 'other').code).toBe(0);
  expect(place.rondo('round', '--trust-all').code).toBe(0);
  place.sh('touch go; rondo run --trust-all');
});
