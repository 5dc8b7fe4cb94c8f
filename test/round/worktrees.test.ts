/** Specialists that work apart, end to end: real git, real workers, people who resolve, processes that are killed. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { diagnose } from '../../src/query/doctor.ts';
import { planStatus } from '../../src/query/status.ts';
import { cleanPlan } from '../../src/round/clean-plan.ts';
import { runPlan } from '../../src/round/run.ts';
import { random } from '../support/random.ts';
import { type Checkout, codesOf, FILE, newCheckout, stepsOf, TARGET, untilEnded } from './checkout.ts';

const PROGRAM = join(import.meta.dirname, '../../dist/rondo.cjs');

const open: Checkout[] = [];
afterEach(() => {
  for (const checkout of open.splice(0)) checkout.remove();
});

/** `rest` is more of the specialist; its command runs the task's own file of the repository. */
function checkout(tasks: string, rest = '', more = ''): Checkout {
  const made = newCheckout(tasks);
  open.push(made);
  made.write(
    'rondo.yaml',
    `specialists:\n  impl: { command: sh "$RONDO_TASK.sh", tags: [code], isolation: worktree${rest} }\n${more.includes('auto_cleanup') ? '' : KEEP}${more}`,
  );
  made.write('both.txt', 'one\n');
  return made;
}

/** The branches stay after the end, for a look at them. */
const KEEP = 'task_tracking: { auto_cleanup: false }\n';

const task = (id: string, more = '') =>
  `### ${id}: Task ${id}\n\n\`\`\`yaml\ntags: [code]\n${more}\`\`\`\n\n`;

function scripts(c: Checkout, of: Readonly<Record<string, string>>): void {
  for (const [id, text] of Object.entries(of)) c.write(`${id}.sh`, `${text}\n`);
  c.commitAll('scripts');
}

async function run(c: Checkout): Promise<string> {
  const signal = new AbortController().signal;
  const { status } = await runPlan(c.outside, TARGET, {
    takeOver: false,
    wait: true,
    signal,
    onRound: () => undefined,
  });
  return status;
}

const MERGED = 'rondo/merged/demo';
const filesOf = (c: Checkout, ref: string) => c.git('ls-tree', '-r', '--name-only', ref).split('\n');
const placeOf = (c: Checkout, id: string, n = 1) => join(c.dir, `.git/rondo/worktrees/demo/${id}/${n}`);

describe('a chain of tasks', () => {
  test('finds in each worktree what it builds on, and leaves the checkout and its branch alone', async () => {
    const c = checkout(task('a') + task('b', 'blocked_by: [a]\n') + task('c', 'blocked_by: [b]\n'));
    scripts(c, {
      a: 'echo a > a.txt; echo two >> both.txt',
      b: 'test -e a.txt && echo b > b.txt && git add . && git commit -qm b',
      c: 'cat a.txt b.txt > c.txt && test "$PWD" = "$RONDO_ROOT" && rondo_plan=$(cat docs/demo-state.md) && echo x >> docs/demo-state.md',
    });
    c.write('mine.txt', 'half done');
    expect(await run(c)).toBe('complete');
    expect(filesOf(c, MERGED)).toEqual(expect.arrayContaining(['a.txt', 'b.txt', 'c.txt']));
    expect(c.git('show', `${MERGED}:both.txt`)).toBe('one\ntwo');
    expect(c.git('status', '--porcelain')).toBe('?? mine.txt');
    expect(filesOf(c, 'main')).not.toContain('a.txt');
    expect(
      c
        .git('log', '--format=%s', '--first-parent', 'main')
        .split('\n')
        .every((line) => /^(rondo\(demo\)|scripts|plan|first)/.test(line)),
    ).toBe(true);
    expect(c.git('show', `${MERGED}:${FILE}`)).not.toMatch(/^x$/m);
    expect(c.committed()).toContain(`commit: ${c.git('rev-parse', '--short=12', 'rondo/work/demo/c/1')}`);
  });

  test('is taken up by people with one merge, and cleaned away after it', async () => {
    const c = checkout(task('a') + task('b'));
    scripts(c, { a: 'echo a > a.txt', b: 'echo b > b.txt' });
    expect(await run(c)).toBe('complete');
    const before = await cleanPlan(c.outside, TARGET);
    expect(before.branches).toEqual(['rondo/work/demo/a/1', 'rondo/work/demo/b/1']);
    c.git('merge', '-q', '-m', 'taken', MERGED);
    expect((await cleanPlan(c.reopen(), TARGET)).branches).toEqual([MERGED]);
    expect(c.git('branch', '--format=%(refname:short)')).toBe('main');
    expect(filesOf(c, 'HEAD')).toEqual(expect.arrayContaining(['a.txt', 'b.txt']));
  });
});

test('the end of a plan cleans up by itself what is merged, and leaves what is not', async () => {
  const c = checkout(task('a', 'retries: 1\n') + task('b'), '', 'task_tracking: { auto_cleanup: true }\n');
  scripts(c, { a: 'echo $RONDO_ATTEMPT > a.txt; test $RONDO_ATTEMPT = 2', b: 'echo b > b.txt' });
  expect(await run(c)).toBe('complete');
  expect(c.git('branch', '--format=%(refname:short)').split('\n')).toEqual([
    'main',
    MERGED,
    'rondo/work/demo/a/1',
  ]);
  expect(existsSync(placeOf(c, 'a', 2))).toBe(false);
  expect(c.git('show', `${MERGED}:a.txt`)).toBe('2');
});

test('whoever builds on a task finds its work where the integration branch was removed meanwhile', async () => {
  const c = checkout(
    `${task('a')}${task('b', 'blocked_by: [a]\nneeds_approval: true\n')}${task('c', 'blocked_by: [b]\n')}`,
  );
  scripts(c, { a: 'echo a > a.txt', b: 'echo b > b.txt', c: 'test -s a.txt && test -s b.txt' });
  expect(await run(c)).toBe('paused');
  c.git('branch', '-qD', MERGED);
  await c.round({ kind: 'approve', task: 'b' });
  expect(await run(c)).toBe('complete');
  expect(filesOf(c, MERGED)).toEqual(expect.arrayContaining(['a.txt', 'b.txt']));
});

describe('work that conflicts', () => {
  const conflict = async () => {
    const c = checkout(task('a') + task('b') + task('c', 'blocked_by: [b]\n'));
    scripts(c, {
      a: 'echo a > both.txt',
      b: 'if test -e a-was-here || grep -q a both.txt; then echo b >> both.txt; else echo b > both.txt; fi',
      c: 'cp both.txt c.txt',
    });
    await c.round();
    await untilEnded(c, 'a', 1);
    await untilEnded(c, 'b', 1);
    const round = await c.round();
    expect(stepsOf(round)).toEqual(['a in_progress -> completed', 'b in_progress -> blocked']);
    expect(codesOf(round)).toContain('merge-conflict');
    expect(
      round.effects.filter((effect) => effect.kind !== 'settle').map(({ kind, id }) => `${kind} ${id}`),
    ).toEqual(['collect demo/a/1', 'collect demo/b/1', 'merge demo/a/1', 'merge demo/b/1']);
    return c;
  };

  test('is merged once a person resolved it in its worktree, and what builds on it goes on', async () => {
    const c = await conflict();
    const place = placeOf(c, 'b');
    expect(c.tryGit(['merge', '-q', MERGED], { cwd: place }).code).toBe(1);
    writeFileSync(join(place, 'both.txt'), 'a\nb\n');
    c.git('-C', place, 'add', 'both.txt');
    const unblocked = await c.round({ kind: 'unblock', task: 'b' });
    expect(stepsOf(unblocked)).toEqual(['b blocked -> in_progress', 'b in_progress -> completed']);
    expect(await run(c)).toBe('complete');
    expect(c.git('show', `${MERGED}:c.txt`)).toBe('a\nb');
    expect(c.committed()).toMatch(/### b[^#]*number: 1,/);
  });

  test('is done anew by `retry`, from where the others are, and the old branch is kept until somebody removes it', async () => {
    const c = await conflict();
    await c.round({ kind: 'retry', task: 'b' });
    expect(await run(c)).toBe('complete');
    expect(c.git('show', `${MERGED}:both.txt`)).toBe('a\nb');
    expect((await cleanPlan(c.outside, TARGET)).kept).toEqual(['rondo/work/demo/b/1']);
    const { checks } = await diagnose(c.reopen());
    expect(
      checks
        .filter((check) => check.name === 'worktrees')
        .map((check) => [check.state, check.message.includes('b/1')]),
    ).toEqual([['warning', true]]);
  });

  test('blocks again where nothing was resolved', async () => {
    const c = await conflict();
    const again = await c.round({ kind: 'unblock', task: 'b' });
    expect(stepsOf(again)).toEqual(['b blocked -> in_progress', 'b in_progress -> blocked']);
  });
});

describe('a worker', () => {
  test('that fails keeps its work on its branch, which is merged nowhere', async () => {
    const c = checkout(task('a'));
    scripts(c, { a: 'echo half > half.txt; exit 1' });
    expect(await run(c)).toBe('blocked');
    expect(c.git('show', 'rondo/work/demo/a/1:half.txt')).toBe('half');
    expect(filesOf(c, MERGED)).not.toContain('half.txt');
    await c.round({ kind: 'retry', task: 'a' });
    expect((await cleanPlan(c.outside, TARGET)).kept).toEqual([]);
    c.write('a.sh', 'test ! -e half.txt && echo whole > whole.txt\n');
    c.commitAll('mended');
    expect(await run(c)).toBe('complete');
    expect(filesOf(c, MERGED)).toContain('whole.txt');
    expect((await cleanPlan(c.outside, TARGET)).kept).toEqual(['rondo/work/demo/a/1']);
  });

  test('that is stopped loses nothing when its worktree is cleaned away', async () => {
    const c = checkout(task('a'));
    scripts(c, { a: 'echo half > half.txt; sleep 600' });
    await c.round();
    while (!existsSync(join(placeOf(c, 'a'), 'half.txt')))
      await new Promise((resolve) => setTimeout(resolve, 20));
    await c.round({ kind: 'cancel', task: 'a', reason: undefined });
    await untilEnded(c, 'a', 1);
    expect((await cleanPlan(c.outside, TARGET)).kept).toEqual(['rondo/work/demo/a/1']);
    expect(c.git('show', 'rondo/work/demo/a/1:half.txt')).toBe('half');
  });

  test('reports by the commands of its coordinator from within its worktree', async () => {
    const c = checkout(task('a'));
    scripts(c, { a: `echo a > a.txt; node ${PROGRAM} done a --summary "from within"` });
    expect(await run(c)).toBe('complete');
    expect(c.committed()).toContain('from within');
  });

  test('that changes what its task does not list is held where the specialist says so, until the list is widened', async () => {
    const c = checkout(task('a', 'writes: [src/**]\n'), ', enforce_writes: true');
    scripts(c, { a: 'mkdir src; echo a > src/a.txt; echo x > x.txt' });
    expect(await run(c)).toBe('blocked');
    expect(c.plan()).toContain('x.txt');
    await c.round({
      kind: 'edit',
      task: 'a',
      title: undefined,
      fields: [{ name: 'writes', value: ['src/**', 'x.txt'] }],
    });
    await c.round({ kind: 'unblock', task: 'a' });
    expect(await run(c)).toBe('complete');
    expect(filesOf(c, MERGED)).toContain('x.txt');
  });

  test('has its gates run where it worked', async () => {
    const c = checkout(task('a'), '', 'quality_gates: { task_gates: { code: { hook: "test -e a.txt" } } }\n');
    scripts(c, { a: 'echo a > a.txt' });
    expect(await run(c)).toBe('complete');
    expect(c.committed()).toMatch(/gate: code/);
    expect(filesOf(c, MERGED)).toContain('a.txt');
  });

  test('is not merged where its branch went on after its gates, until they have seen that, too', async () => {
    const late =
      'test -e a.txt && { test -e b.txt || { echo b > b.txt; git add . && git commit -qm late; }; }';
    const c = checkout(
      task('a'),
      '',
      `quality_gates: { task_gates: { code: { hook: ${JSON.stringify(late)} } } }\n`,
    );
    scripts(c, { a: 'echo a > a.txt' });
    expect(await run(c)).toBe('blocked');
    expect(c.plan()).toMatch(/type: gate, .*went on after it ran/);
    expect(filesOf(c, MERGED)).not.toContain('a.txt');
    await c.round({ kind: 'unblock', task: 'a' });
    expect(await run(c)).toBe('complete');
    expect(filesOf(c, MERGED)).toEqual(expect.arrayContaining(['a.txt', 'b.txt']));
    const tip = c.git('rev-parse', 'rondo/work/demo/a/1').trim().slice(0, 12);
    expect(c.committed()).toContain(`commit: ${tip}, gate: code`);
  });
});

test('`merge: pr` leaves each branch alone', async () => {
  const c = checkout(task('a') + task('b', 'blocked_by: [a]\n'), '', 'merge: pr\n');
  scripts(c, { a: 'echo a > a.txt', b: 'test ! -e a.txt && echo b > b.txt' });
  expect(await run(c)).toBe('complete');
  expect(c.tryGit(['rev-parse', '--verify', MERGED]).code).not.toBe(0);
  expect(filesOf(c, 'rondo/work/demo/b/1')).toContain('b.txt');
  expect((await cleanPlan(c.outside, TARGET)).kept).toHaveLength(2);
});

/** Killed anywhere between a worker's end and the commit that says so, the next round goes on, and merges nothing twice. */
test('a coordinator that is killed at any moment loses no work and merges none twice', async () => {
  const next = random('worktrees');
  const c = checkout(
    ['a', 'b', 'c', 'd', 'e', 'f'].map((id, i) => task(id, i > 2 ? 'blocked_by: [a]\n' : '')).join(''),
  );
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  scripts(
    c,
    Object.fromEntries(ids.map((id) => [id, `echo ${id} > ${id}.txt; echo run >> ${c.base}/ran-${id}`])),
  );
  const once = () =>
    new Promise<string | null>((resolve) => {
      const child = spawn(process.execPath, [PROGRAM, 'round', 'demo', '--trust-all'], {
        cwd: c.dir,
        env: c.env,
        stdio: 'ignore',
      });
      const timer = setTimeout(() => child.kill('SIGKILL'), 60 + next() * 700);
      child.on('exit', (_, signal) => {
        clearTimeout(timer);
        resolve(signal);
      });
    });
  let kills = 0;
  for (let i = 0; i < 40 && kills < 15; i++) if ((await once()) === 'SIGKILL') kills += 1;
  expect(kills).toBeGreaterThan(0);
  expect(await run(c)).toBe('complete');
  expect(filesOf(c, MERGED)).toEqual(expect.arrayContaining(ids.map((id) => `${id}.txt`)));
  const merges = c.git('log', '--first-parent', '--format=%s', `main..${MERGED}`).split('\n');
  expect(merges.filter((line) => line.endsWith(': merged')).sort()).toEqual(
    ids.map((id) => `rondo: ${id}, attempt 1: merged`),
  );
  for (const id of ids) expect(c.git('rev-list', '--count', `${MERGED}`, '--', `${id}.txt`)).toBe('1');
  expect(c.git('status', '--porcelain')).toBe('');
  expect(c.git('fsck', '--no-dangling', '--no-progress')).toBe('');
}, 180_000);

/**
 * Every program of git that a landing round starts is a point at which its coordinator is killed: between a worker's end,
 * the commit of what it left, the merge, the branch's move and the plan's commit.
 */
test('a coordinator that is killed before any call of git lands the work once', async () => {
  const most = 60;
  const ids = Array.from({ length: most }, (_, i) => `t${i}`);
  const c = checkout(ids.map((id, i) => task(id, i === 0 ? '' : `blocked_by: [${ids[i - 1]}]\n`)).join(''));
  scripts(
    c,
    Object.fromEntries(ids.map((id) => [id, `echo ${id} > ${id}.txt; echo ran >> "${c.base}/ran-${id}"`])),
  );
  const env = killingGit(c);
  let calls = 0;
  for (let killed = true; killed && calls < most - 1; calls += 1) {
    const id = ids[calls] ?? '';
    if (calls === 0) await c.round();
    await untilEnded(c, id, 1);
    killed = (await killedRound(c, env, calls + 1)) === 'SIGKILL';
    await c.round();
    expect(c.committed()).toMatch(new RegExp(`### ${id}:[^#]*status: completed`));
    expect(c.git('rev-list', '--count', MERGED, '--', `${id}.txt`)).toBe('1');
    expect(readFileSync(join(c.base, `ran-${id}`), 'utf8')).toBe('ran\n');
  }
  expect(calls).toBeGreaterThan(10);
  expect(calls).toBeLessThan(most - 1);
  const merges = c.git('log', '--first-parent', '--format=%s', `main..${MERGED}`).split('\n');
  expect(new Set(merges).size).toBe(merges.length);
  for (const run of c.outside.workers.alive()) await untilEnded(c, run.task, run.attempt);
  expect(c.git('status', '--porcelain')).toBe('');
}, 300_000);

/** An environment in which the n-th git (`$RONDO_TEST_KILL`) of a process kills that process. */
function killingGit(c: Checkout): Readonly<Record<string, string | undefined>> {
  const bin = join(c.base, 'bin');
  mkdirSync(bin);
  const real = `${c.tryGit(['--exec-path']).out.trim()}/git`;
  writeFileSync(
    join(bin, 'git'),
    `#!/bin/sh
count="${c.base}/count-$PPID"
echo x >> "$count"
test "$(wc -l < "$count")" = "$RONDO_TEST_KILL" || exec ${real} "$@"
kill -9 $PPID
`,
    { mode: 0o755 },
  );
  return { ...c.env, PATH: `${bin}:${c.env.PATH}` };
}

function killedRound(
  c: Checkout,
  env: Readonly<Record<string, string | undefined>>,
  call: number,
): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, 'round', 'demo', '--trust-all'], {
      cwd: c.dir,
      env: { ...env, RONDO_TEST_KILL: String(call) },
      stdio: 'ignore',
    });
    child.on('exit', (_, signal) => resolve(signal));
  });
}

test('evidence of a branch stands until somebody touches here what it covers, merged or not', async () => {
  const gate = 'gates: [test -s src/a.txt]\nwrites: ["src/**"]\n';
  const c = checkout(task('a', gate));
  const evidence = async () => (await planStatus(c.outside, TARGET)).tasks[0]?.evidence;
  scripts(c, { a: 'mkdir -p src && echo a > src/a.txt' });
  expect(await run(c)).toBe('complete');
  expect(await evidence()).toBe('verified');
  c.write('else.txt', 'else\n');
  c.commitAll('else');
  expect(await evidence()).toBe('verified');
  const before = c.git('rev-parse', 'HEAD');
  // Where the integration branch is gone, whoever builds on the task does not find its work.
  const merged = c.git('rev-parse', MERGED);
  c.git('branch', '-qD', MERGED);
  expect(await evidence()).toBe('stale');
  c.write('rondo.yaml', `${c.read('rondo.yaml')}merge: pr\n`);
  expect(await evidence()).toBe('verified');
  c.git('checkout', '-q', 'rondo.yaml');
  c.git('update-ref', 'refs/remotes/origin/elsewhere', merged);
  expect(await evidence()).toBe('verified');
  c.git('update-ref', '-d', 'refs/remotes/origin/elsewhere');
  c.git('branch', '-q', MERGED, merged);
  expect(await evidence()).toBe('verified');
  c.git('merge', '-q', '--no-ff', '-m', 'merged by hand', MERGED);
  expect(await evidence()).toBe('verified');
  c.write('src/a.txt', 'other\n');
  c.commitAll('touched');
  expect(await evidence()).toBe('stale');
  // As one commit of another history; later commits count as ever.
  c.git('reset', '-q', '--hard', before);
  c.git('merge', '-q', '--squash', MERGED);
  c.git('commit', '-qm', 'squashed');
  expect(await evidence()).toBe('verified');
  c.write('src/b.txt', 'more\n');
  c.commitAll('more');
  expect(await evidence()).toBe('stale');
  // Touched here before it is merged: no gate saw the two together.
  c.git('reset', '-q', '--hard', before);
  c.write('src/b.txt', 'more\n');
  c.commitAll('touched before');
  expect(await evidence()).toBe('stale');
});
