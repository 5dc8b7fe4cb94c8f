/** What only a person may say is refused to a worker, however it hides: real workers that call the real program. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
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

/** Elsewhere nothing is left of an orphan by which it can be told from anybody's process. */
const ORPHANS_ARE_KNOWN = process.platform === 'linux';

/** Lets a worker end, the session and all, before it asks: nothing above it, no environment, no stream of a worker's. */
const OUTLIVE = `setsid ${BARE} sh outlive </dev/null >/dev/null 2>&1 & while [ ! -e outlives ]; do sleep 0.02; done`;

/** Runs a plan whose worker runs the script, while `other` waits for approval; returns what it was told, and how `other` stands. */
function askAsWorker(
  script: string,
  ask = 'rondo --json approve other > said 2>&1',
): { readonly code: string; readonly other: unknown } {
  writeFileSync(join(place.dir, 'ask'), `${ask}; touch over\n`);
  writeFileSync(
    join(place.dir, 'outlive'),
    'touch outlives; while [ ! -e .git/rondo/runs/p/work/1/exit.json ]; do sleep 0.02; done; exec sh ask\n',
  );
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
  place.sh('for i in $(seq 800); do [ -e over ] && break; sleep 0.05; done');
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

describe('an orphan that outlives its worker, without environment, in a session of its own, its streams closed', () => {
  const code = ORPHANS_ARE_KNOWN ? 'called-by-worker' : undefined;

  /** What all of these commands were told by it. */
  const ASKED = [
    'approve other',
    'accept',
    'edit other needs_approval=false',
    'trust --all',
    'run --dry-run --trust-all',
  ];

  test('is refused whatever is a word of people', () => {
    const lines = ASKED.map((words, i) => `rondo --json ${words} > said-${i} 2>&1`);
    const { other } = askAsWorker(OUTLIVE, `${lines.join('; ')}; cp said-0 said`);
    const told = (_: string, i: number) => JSON.parse(readFileSync(join(place.dir, `said-${i}`), 'utf8'));
    if (!ORPHANS_ARE_KNOWN) return expect(ASKED.map(told)[0]).not.toHaveProperty('error');
    expect(ASKED.map(told)).toMatchObject(
      ASKED.map(() => ({
        error: {
          code,
          message: expect.stringContaining('started by a worker'),
          hint: expect.stringContaining('no worker started'),
        },
      })),
    );
    expect(other).not.toMatchObject({ fields: { approved_by: expect.anything() } });
    place.rondo('round');
    expect(place.json('show', 'other')).toEqual(other);
    // And a person is not.
    expect(place.rondo('approve', 'other').code).toBe(0);
  });

  test('is known where the shell has to set the mark', () => {
    const program = join(place.dir, '../bin/prlimit');
    writeFileSync(program, '#!/bin/sh\nexit 1\n');
    chmodSync(program, 0o755);
    expect(askAsWorker(OUTLIVE).code).toBe(code);
  });

  test('is known where it lowers the limit that marks it', () => {
    const lower = 'for flag in -w -x; do ulimit -S $flag 3 && ulimit -H $flag 3 && break; done 2>lowered';
    expect(askAsWorker(OUTLIVE, `${lower}; rondo --json approve other > said 2>&1`).code).toBe(code);
  });

  test('is known where a gate started it', () => {
    const { sh, dir } = place;
    writeFileSync(join(dir, 'ask'), 'rondo --json approve other > said 2>&1; touch over\n');
    writeFileSync(
      join(dir, 'outlive'),
      'touch outlives; while ! rondo show work | grep -q completed; do sleep 0.05; done; exec sh ask\n',
    );
    sh(
      'git config user.name Dana; git config user.email dana@example.org; rondo new p; ' +
        'rondo add Other; rondo edit other needs_approval=true; rondo claim other; rondo done other; ' +
        `rondo add Work --run true; rondo edit work 'gates=[". ./gate"]'; rondo trust --all`,
    );
    writeFileSync(join(dir, 'gate'), `${OUTLIVE}\n`);
    sh('rondo run; for i in $(seq 800); do [ -e over ] && break; sleep 0.05; done');
    expect(JSON.parse(readFileSync(join(dir, 'said'), 'utf8')).error?.code).toBe(code);
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

describe('a worker that writes into the plan that it is completed and approved', () => {
  const WRITE = "sed -i 's/^status: in_progress$/status: completed\\napproved_by: me/' docs/p-state.md";

  test.each([
    ['', WRITE],
    [' and commits that', `${WRITE}; git commit -qam mine`],
    [
      ' and commits that in two steps, with other work',
      `git commit -qm empty --allow-empty; ${WRITE}; git commit -qam mine; echo x > x; git add x; git commit -qm more`,
    ],
  ])('is asked for its gates all the same, and for a person%s', (_, write) => {
    const { dir, sh, rondo, json } = place;
    writeFileSync(join(dir, 'write'), `${write}\n[ -z "$WAIT" ] || while [ ! -e go ]; do sleep 0.02; done\n`);
    sh(
      'git config user.name Dana; git config user.email dana@example.org; rondo new p; ' +
        "rondo add Work --run '. ./write'; rondo edit work needs_approval=true 'gates=[\"test -e good\"]'; " +
        'rondo add Next --after work --run true; rondo trust --all',
    );
    // A round while it is at work, another that takes up its end, and those of its gates.
    sh(
      'rondo run --no-wait; while ! grep -q approved_by docs/p-state.md; do sleep 0.02; done; rondo round; touch go',
      {
        WAIT: 'yes',
      },
    );
    expect(rondo('run').code).toBe(10);
    expect(json('show', 'work')).toMatchObject({
      task: { status: 'blocked', attempt: 1 },
      fields: { blocker: { type: 'gate' } },
    });
    expect(sh('grep approved_by docs/p-state.md').out).toBe('');
    expect(sh('git log --format=%B').out).toContain('which may have done it');
    // Mended by people, it goes on as ever.
    sh('touch good; rondo unblock work; rondo run');
    expect(json('status')).toMatchObject({ status: 'paused', counts: { completed: 1, pending: 1 } });
    expect(sh('rondo approve work && rondo run').code).toBe(0);
    expect(json('status')).toMatchObject({ status: 'complete' });
  });

  test('leaves what a person commits of other tasks meanwhile', () => {
    const { sh, json } = place;
    sh(
      'git config user.name Dana; git config user.email dana@example.org; rondo new p; ' +
        'rondo add Other; rondo edit other needs_approval=true; rondo claim other; rondo done other; ' +
        "rondo add Work --run 'while [ ! -e go ]; do sleep 0.02; done'; rondo trust --all; rondo run --no-wait",
    );
    sh(
      "sed -i 's/^completed_at: .*/&\\napproved_by: dana/' docs/p-state.md; git commit -qam 'Approve other'; rondo round",
    );
    expect(json('show', 'other')).toMatchObject({ fields: { approved_by: 'dana' } });
    sh('touch go; rondo run');
  });
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
