/** `rondo step`: the command runs as if nobody tracked it, whatever happens to the tracking. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLocal } from '../../src/local/open-local.ts';
import { identify } from '../../src/local/process-identity.ts';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
  place.sh('rondo new p && rondo add Build --id build && rondo add Ship --id ship --after build');
});
afterEach(() => place.remove());

const plan = () => readFileSync(join(place.dir, 'docs/p-state.md'), 'utf8');
const statusOf = (task: string) =>
  (place.json('status', 'p') as { tasks: { id: string; status: string }[] }).tasks.find((t) => t.id === task)
    ?.status;

describe('the command', () => {
  test('has its streams, folder, words and exit code; the plan has its end', () => {
    place.sh('mkdir -p sub');
    const said = place.sh(
      `cd sub && printf in | rondo step build -- sh -c 'cat; pwd -P; printf "%s|" "$@"; echo err >&2; exit 7' x 'a b' --json '$HOME'`,
    );
    expect(said).toEqual({
      out: `in${place.sh('cd sub && pwd -P').out}a b|--json|$HOME|`,
      err: 'err\n',
      code: 7,
    });
    expect(statusOf('build')).toBe('failed');
    expect(plan()).toContain('exit_code: 7');
    expect(place.sh('rondo step build -- true')).toEqual({ out: '', err: '', code: 0 });
    expect(statusOf('build')).toBe('completed');
    expect(plan()).not.toContain('run:');
    expect(place.sh('git log --format=%s').out).toContain('rondo(p): round 7');
  });

  test('has its environment as it is, and needs no approval', () => {
    const bare = place.sh('env | sort | grep -v "^_="').out;
    const said = place.sh('rondo step build -- env | sort | grep -v "^_="');
    expect(said.out).toBe(bare);
    expect(statusOf('build')).toBe('completed');
    expect(place.json('trust')).toEqual({ commands: [] });
  });

  test('that cannot be started ends as in a shell', () => {
    expect(place.sh('rondo step build -- no-such-command')).toEqual({
      out: '',
      err: 'rondo: no-such-command: command not found\n',
      code: 127,
    });
    writeFileSync(join(place.dir, 'plain'), 'text');
    expect(place.sh('rondo step build -- ./plain').code).toBe(126);
    expect(statusOf('build')).toBe('failed');
  });

  test('ended by a signal ends the caller by it', () => {
    // A shell that is not replaced by its last command tells the number.
    expect(place.sh(`rondo step build -- sh -c 'kill -TERM $$'; echo "code $?"`).out).toBe('code 143\n');
    expect(plan()).toContain('ended by SIGTERM');
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const)('gets %s', async (signal) => {
    const name = signal.slice(3);
    const script = `trap 'echo got ${name}; exit 9' ${name}; echo up; while :; do sleep 0.05; done`;
    const step = place.start(['step', 'build', '--', 'sh', '-c', script]);
    await step.until('up');
    step.kill(signal);
    expect(await step.ended).toMatchObject({ code: 9, out: `up\ngot ${name}\n` });
    expect(statusOf('build')).toBe('failed');
  });

  test('is asked for by a wrong call only as usage', () => {
    expect(place.sh('rondo step build').code).toBe(2);
    expect(place.sh('rondo --json step build -- true').code).toBe(2);
    expect(statusOf('build')).toBe('pending');
  });
});

test('a git that hangs does not hold up the command', () => {
  const bin = join(place.dir, '.git/bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'git'), '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
  const said = place.sh(`PATH=${bin}:$PATH rondo step build -- sh -c 'echo ran; exit 7'`);
  expect(said).toMatchObject({ out: 'ran\n', code: 7 });
  expect(said.err).toContain('did not end in time');
  expect(said.err).toContain('(the step is not tracked)');
});

test('a step that is killed is lost to the next round, which runs nothing in its place', async () => {
  place.sh('rondo edit build run="touch ran" && rondo trust --all');
  const step = place.start(['step', 'build', '--', 'sh', '-c', 'echo $$ > pid; echo up; exec sleep 60']);
  await step.until('up');
  expect(statusOf('build')).toBe('in_progress');
  step.kill('SIGKILL');
  await waitUntilGone(step.pid);
  const command = Number(readFileSync(join(place.dir, 'pid'), 'utf8'));
  // It goes on, as it would without tracking: no round ends it.
  expect(place.rondo('round').code).toBe(0);
  expect(() => process.kill(command, 0)).not.toThrow();
  process.kill(command, 'SIGKILL');
  await step.ended;
  expect(statusOf('build')).toBe('failed');
  expect(plan()).toContain('the worker is gone and left no result');
  expect(place.sh('test -e ran').code).toBe(1);
});

/** A process that has ended and was not yet asked for its exit code is gone, too. */
async function waitUntilGone(pid: number): Promise<void> {
  while (identify(pid) !== null) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('what is not tracked runs all the same', () => {
  test.each([
    ['no such task', 'true', 'nope', 'unknown-task'],
    ['a task that waits', 'true', 'ship', 'not-ready'],
    ['no such plan', 'true', 'q/build', 'unknown-plan'],
    ['a broken plan', "printf '\\n## Tasks\\n' >> docs/p-state.md", 'p/build', 'duplicate-section'],
    ['broken settings', 'echo "retries: many" > rondo.yaml', 'build', 'config-invalid'],
    ['no branch', 'git checkout -q --detach', 'build', 'detached-head'],
    ['a merge under way', 'git rev-parse HEAD > .git/MERGE_HEAD', 'build', 'operation-in-progress'],
    ['no room for notes', 'rm -rf .git/rondo && touch .git/rondo', 'build', 'cannot-write'],
    ['nobody', 'git config user.name ""; git config user.email ""', 'build', 'identity-missing'],
    ['no repository', 'rm -rf .git', 'build', 'not-a-repository'],
  ])('%s', (_, before, task, code) => {
    place.sh(before);
    const {
      out,
      err,
      code: exit,
    } = place.sh(`rondo step ${task} -- sh -c 'echo ran; exit 3'`, {
      GIT_CEILING_DIRECTORIES: join(place.dir, '..'),
    });
    expect({ out, exit }).toEqual({ out: 'ran\n', exit: 3 });
    expect(err).toContain(`warning[${code}]`);
    expect(err).toContain('not tracked');
  });

  test('a locked plan', () => {
    const lock = openLocal(join(place.dir, '.git'), {}).lock(10_000);
    try {
      const { out, err, code } = place.sh('rondo step build -- echo ran');
      expect({ out, code }).toEqual({ out: 'ran\n', code: 0 });
      expect(err).toContain('warning[locked]');
    } finally {
      lock.release();
    }
    expect(statusOf('build')).toBe('pending');
  });

  test('a step on a task that is not ready is not recorded as completed', () => {
    expect(place.sh('rondo step ship -- echo ran')).toMatchObject({ out: 'ran\n', code: 0 });
    expect(statusOf('ship')).toBe('pending');
  });

  test('an end that cannot be recorded is warned of, and taken up later', () => {
    const { code, err } = place.sh(`rondo step build -- sh -c 'touch .git/index.lock; exit 4'`);
    expect(code).toBe(4);
    expect(err).toContain('warning[deferred]');
    expect(err).toContain('not recorded');
    rmSync(join(place.dir, '.git/index.lock'));
    expect(place.rondo('round').code).toBe(0);
    expect(statusOf('build')).toBe('failed');
  });
});

describe('tracking that is switched off', () => {
  test.each([
    ['by RONDO_DISABLE', 'true', { RONDO_DISABLE: '1' }],
    ['in rondo.yaml', 'echo "task_tracking: { enabled: false }" > rondo.yaml', {}],
    [
      'in the plan',
      "sed -i 's/^rondo: 1$/rondo: 1\\ntask_tracking: { enabled: false }/' docs/p-state.md",
      {},
    ],
  ])('%s is a plain pass-through', (_, before, env) => {
    place.sh(before);
    const head = place.sh('git rev-parse HEAD').out;
    expect(place.sh(`rondo step build -- sh -c 'echo ran; exit 5'`, env as Record<string, string>)).toEqual({
      out: 'ran\n',
      err: '',
      code: 5,
    });
    expect(place.sh('git rev-parse HEAD').out).toBe(head);
  });
});

test('a script of steps that is run again leaves out what is completed', () => {
  const script = `rondo step build --skip-completed -- sh -c 'echo building' && rondo step ship --skip-completed -- test -e key`;
  expect(place.sh(script)).toMatchObject({ out: 'building\n', code: 1 });
  place.sh('touch key');
  expect(place.sh(script)).toEqual({ out: '', err: 'build is completed already: skipped\n', code: 0 });
  expect(place.json('status', 'p')).toMatchObject({ counts: { completed: 2 } });
});

test('a task that the plan does not have is added where the call gives its title', () => {
  expect(place.sh('rondo step docs --add "Write the docs" -- echo ran')).toMatchObject({
    out: 'ran\n',
    err: '',
  });
  expect(plan()).toContain('### docs: Write the docs');
  expect(statusOf('docs')).toBe('completed');
  // Where it cannot be made, the command runs untracked.
  const { out, err } = place.sh('rondo step "a b" --add X -- echo ran');
  expect(out).toBe('ran\n');
  expect(err).toContain('warning[usage]');
});
