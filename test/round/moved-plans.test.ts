/** A plan is renamed, copied or deleted, or another branch checked out, while its worker runs: never two at once, nothing lost. */
import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { diagnose } from '../../src/query/doctor.ts';
import { runPlan } from '../../src/round/run.ts';
import { runRound } from '../../src/round/run-round.ts';
import { type Checkout, codesOf, FILE, newCheckout, stepsOf, TARGET, TICK, untilFile } from './checkout.ts';

const NEW_FILE = 'docs/renamed-state.md';
const NEW = { name: 'renamed', file: NEW_FILE };
const OTHER = { name: 'other', file: 'docs/other-state.md' };
const OTHER_TEXT = '---\nrondo: 1\n---\n\n## Tasks\n\n### x: Another\n';

const open: Checkout[] = [];
afterEach(async () => {
  for (const c of open.splice(0)) {
    const left = c.reopen().workers.alive();
    for (const { pid } of left) process.kill(pid, 'SIGTERM');
    c.write('go', '');
    // It writes how it ended, until then.
    for (const { pid } of left) await untilGone(pid);
    c.remove();
  }
});

const COMMAND = `echo "$$" >> started; while ! test -e go; do sleep 0.05; done; echo '{"summary": "well"}' > "$RONDO_RESULT"`;

/** A checkout whose task `a` is at work. */
async function working(more: { readonly command?: string } = {}): Promise<Checkout> {
  const c = newCheckout(
    `### a: First\n\n\`\`\`yaml\nrun: ${JSON.stringify(more.command ?? COMMAND)}\n\`\`\`\n`,
  );
  open.push(c);
  await c.round();
  await untilFile(c.dir, 'started');
  await untilFile(c.outside.workers.directory('demo', 'a', 1), 'child.json');
  return c;
}

const round = async (c: Checkout, target = NEW, request = TICK) =>
  (await runRound(c.reopen(), target, request)).document;
const starts = (c: Checkout) => readFileSync(join(c.dir, 'started'), 'utf8').trim().split('\n').length;
const alive = (c: Checkout) =>
  c
    .reopen()
    .workers.alive()
    .map((run) => `${run.plan}/${run.task}/${run.attempt}`);
const doctorOf = async (c: Checkout) =>
  (await diagnose(c.reopen())).checks.filter((check) => check.name === 'workers');
const runDir = (c: Checkout, plan: string) => c.outside.workers.directory(plan, 'a', 1);

const RENAMES: readonly (readonly [string, (c: Checkout) => void])[] = [
  ['git mv', (c) => c.git('mv', FILE, NEW_FILE)],
  ['a plain mv', (c) => renameSync(join(c.dir, FILE), join(c.dir, NEW_FILE))],
  [
    'git mv and a commit',
    (c) => {
      c.git('mv', FILE, NEW_FILE);
      c.git('commit', '-qm', 'renamed');
    },
  ],
];

describe.each(RENAMES)('a plan renamed by %s', (_, rename) => {
  test('has the worker of its former name, which is not started again and whose result counts', async () => {
    const c = await working();
    rename(c);
    expect((await doctorOf(c)).map((check) => [check.state, check.hint])).toEqual([
      ['warning', 'The next round takes it up: rondo round renamed'],
    ]);
    const taken = await round(c);
    expect(codesOf(taken)).toContain('worker-matched');
    expect(taken.effects.map((e) => [e.kind, e.id])).toEqual([['adopt', 'renamed/a/1']]);
    expect(alive(c)).toEqual(['renamed/a/1']);
    const again = await round(c);
    expect([again.changed, again.effects, codesOf(again)]).toEqual([false, [], []]);
    c.write('go', '');
    await untilFile(runDir(c, 'demo'), 'exit.json');
    const ended = await round(c);
    expect(stepsOf(ended)).toEqual(['a in_progress -> completed']);
    expect(c.git('show', `HEAD:${NEW_FILE}`)).toContain('well');
    expect(starts(c)).toBe(1);
  });

  test('takes up what the worker left meanwhile', async () => {
    const c = await working();
    rename(c);
    c.write('go', '');
    await untilFile(runDir(c, 'demo'), 'exit.json');
    expect(stepsOf(await round(c))).toEqual(['a in_progress -> completed']);
    expect((await round(c)).changed).toBe(false);
    expect(starts(c)).toBe(1);
  });
});

describe('a renamed plan', () => {
  test('wakes its run when the worker ends, and its run directory is cleaned as any other', async () => {
    const c = await working();
    c.git('mv', FILE, NEW_FILE);
    const ended = runPlan(c.reopen(), NEW, {
      takeOver: false,
      wait: true,
      signal: new AbortController().signal,
      onRound: () => undefined,
      onWait: () => c.write('go', ''),
    });
    expect((await ended).status).toBe('complete');
    expect(starts(c)).toBe(1);
    expect(c.outside.workers.clean('renamed', () => false)).toBe(1);
    expect([existsSync(runDir(c, 'demo')), existsSync(runDir(c, 'renamed'))]).toEqual([false, false]);
  });

  test('has its worker listed under its new name alone, wherever that stands in the order', async () => {
    const c = await working();
    const first = { name: 'a-first', file: 'docs/a-first-state.md' };
    c.git('mv', FILE, first.file);
    await round(c, first);
    expect(alive(c)).toEqual(['a-first/a/1']);
    expect((await round(c, first)).effects).toEqual([]);
    c.write(OTHER.file, OTHER_TEXT);
    expect((await round(c, OTHER)).effects).toEqual([]);
  });

  test('keeps its worker when another plan makes a round first', async () => {
    const c = await working();
    c.git('mv', FILE, NEW_FILE);
    c.write(OTHER.file, OTHER_TEXT);
    for (const text of [
      c.read(NEW_FILE),
      c.read(NEW_FILE).replace('status: in_progress', 'status: broken'),
    ]) {
      c.write(NEW_FILE, text);
      const seen = await round(c, OTHER);
      expect([codesOf(seen), seen.effects]).toEqual([['stray-worker'], []]);
    }
    expect(alive(c)).toEqual(['demo/a/1']);
  });

  test('stops that worker where its task is not under way any more, and starts the next attempt only then', async () => {
    const c = await working();
    c.git('mv', FILE, NEW_FILE);
    c.write(NEW_FILE, c.read(NEW_FILE).replace('status: in_progress', 'status: pending'));
    c.git('add', NEW_FILE);
    const stopping = await round(c);
    expect(stopping.effects.map((e) => [e.kind, e.id])).toEqual([['stop', 'demo/a/1']]);
    expect(stopping.queued).toEqual(['a']);
    await untilFile(runDir(c, 'demo'), 'exit.json');
    rmSync(join(c.dir, 'started'));
    expect((await round(c)).effects.map((e) => [e.kind, e.id])).toEqual([['start', 'renamed/a/2']]);
    await untilFile(c.dir, 'started');
  });
});

test('a copy of a plan has a worker of its own, and the first plan keeps its', async () => {
  const c = await working();
  cpSync(join(c.dir, FILE), join(c.dir, NEW_FILE));
  const copied = await round(c);
  expect(copied.effects.map((e) => [e.kind, e.id])).toEqual([['start', 'renamed/a/2']]);
  expect(stepsOf(copied)).toEqual(['a in_progress -> pending', 'a pending -> in_progress']);
  await untilFile(runDir(c, 'renamed').replace(/1$/, '2'), 'pid.json');
  expect([...alive(c)].sort()).toEqual(['demo/a/1', 'renamed/a/2']);
});

describe('a plan deleted', () => {
  test.each([
    ['in git', (c: Checkout) => c.git('rm', '-qf', FILE)],
    [
      'with a commit',
      (c: Checkout) => {
        c.git('rm', '-qf', FILE);
        c.git('commit', '-qm', 'deleted');
      },
    ],
  ])('%s has its worker stopped by a round of another plan, with a report', async (_, remove) => {
    const c = await working();
    remove(c);
    c.write(OTHER.file, OTHER_TEXT);
    expect((await doctorOf(c)).map((check) => check.hint)).toEqual([
      'The next round stops it: rondo round other',
    ]);
    const stopping = await round(c, OTHER);
    expect(codesOf(stopping)).toContain('stray-worker');
    expect(stopping.effects.map((e) => [e.kind, e.id])).toEqual([['stop', 'demo/a/1']]);
    await untilFile(runDir(c, 'demo'), 'exit.json');
    expect(alive(c)).toEqual([]);
    expect(codesOf(await round(c, OTHER))).toEqual([]);
  });

  test('is told by doctor how to stop its worker where no plan is left', async () => {
    const c = await working();
    c.git('rm', '-qf', FILE);
    const [check] = await doctorOf(c);
    const pid = Number(/^Stop it: kill (\d+)$/.exec(check?.hint ?? '')?.[1]);
    process.kill(pid, 'SIGTERM');
    await untilFile(runDir(c, 'demo'), 'exit.json');
    expect(alive(c)).toEqual([]);
  });

  test('in the work tree alone leaves its worker alone and says how to go on; it may come back', async () => {
    const c = await working();
    rmSync(join(c.dir, FILE));
    c.write(OTHER.file, OTHER_TEXT);
    const seen = await round(c, OTHER);
    expect([codesOf(seen), seen.effects]).toEqual([['stray-worker'], []]);
    expect(alive(c)).toEqual(['demo/a/1']);
    c.git('restore', FILE);
    expect((await round(c, TARGET)).effects).toEqual([]);
    expect(codesOf(await round(c, OTHER))).toEqual([]);
  });

  test('and put back between the look and the stop keeps its worker', async () => {
    const c = await working();
    c.git('rm', '-qf', FILE);
    c.write(OTHER.file, OTHER_TEXT);
    const outside = c.reopen();
    const repo = {
      ...outside.repo,
      commit: (order: Parameters<typeof outside.repo.commit>[0]) => {
        const outcome = outside.repo.commit(order);
        c.git('checkout', '-q', 'HEAD', '--', FILE);
        return outcome;
      },
    };
    const { document } = await runRound({ ...outside, repo }, OTHER, TICK);
    expect(document.effects.map((e) => e.kind)).toEqual(['stop']);
    expect(existsSync(join(runDir(c, 'demo'), 'stop'))).toBe(false);
    expect(alive(c)).toEqual(['demo/a/1']);
  });
});

describe('another branch', () => {
  test('without the plan leaves its worker alone, and says where the plan is', async () => {
    const c = await working();
    c.git('checkout', '-q', '--orphan', 'empty');
    c.git('rm', '-qrf', '.');
    c.write(OTHER.file, OTHER_TEXT);
    const seen = await round(c, OTHER);
    expect([codesOf(seen), seen.effects]).toEqual([['stray-worker'], []]);
    expect((await doctorOf(c)).map((check) => check.state)).toEqual(['ok']);
    c.git('checkout', '-q', 'main');
    c.write('go', '');
    await untilFile(runDir(c, 'demo'), 'exit.json');
    expect(stepsOf(await round(c, TARGET))).toEqual(['a in_progress -> completed']);
  });

  test('on which the plan has another name starts nothing twice, there and back', async () => {
    const c = await working();
    c.git('checkout', '-q', '-b', 'side');
    c.git('mv', FILE, NEW_FILE);
    c.git('commit', '-qm', 'renamed');
    await round(c);
    c.git('checkout', '-q', 'main');
    await round(c, TARGET);
    expect(alive(c)).toHaveLength(1);
    c.write('go', '');
    await untilFile(runDir(c, 'demo'), 'exit.json');
    expect(stepsOf(await round(c, TARGET))).toEqual(['a in_progress -> completed']);
    c.git('checkout', '-q', 'side');
    expect(stepsOf(await round(c))).toEqual(['a in_progress -> completed']);
    expect(starts(c)).toBe(1);
  });

  test('that is gone with its plan leaves the worker alone, and says how to stop it', async () => {
    const c = newCheckout(`### a: First\n\n\`\`\`yaml\nrun: ${JSON.stringify(COMMAND)}\n\`\`\`\n`);
    open.push(c);
    c.git('checkout', '-q', '-b', 'side');
    await c.round();
    await untilFile(c.dir, 'started');
    c.git('checkout', '-q', 'main');
    c.git('rm', '-qf', FILE);
    c.git('commit', '-qm', 'deleted');
    c.git('branch', '-qD', 'side');
    c.write(OTHER.file, OTHER_TEXT);
    const seen = await round(c, OTHER);
    expect([codesOf(seen), seen.effects]).toEqual([['stray-worker'], []]);
    expect(alive(c)).toEqual(['demo/a/1']);
  });
});

describe('a run directory removed while its worker lives', () => {
  test.each([
    ['that of the attempt', (c: Checkout) => runDir(c, 'demo')],
    ['those of all', (c: Checkout) => join(c.dir, '.git/rondo/runs')],
  ])('(%s) starts no second worker; the attempt is lost once the worker is gone', async (_, directory) => {
    const c = await working();
    rmSync(directory(c), { recursive: true });
    const found = await round(c, TARGET);
    expect(codesOf(found)).toContain('worker-matched');
    expect(found.effects.map((e) => [e.kind, e.id])).toEqual([['adopt', 'demo/a/1']]);
    const again = await round(c, TARGET);
    expect([again.effects, codesOf(again)]).toEqual([[], []]);
    const [{ pid } = { pid: 0 }] = c.reopen().workers.alive();
    c.write('go', '');
    await untilGone(pid);
    expect(stepsOf(await round(c, TARGET))).toEqual(['a in_progress -> failed']);
    expect(starts(c)).toBe(1);
  });

  test('can be stopped still', async () => {
    const c = await working();
    rmSync(runDir(c, 'demo'), { recursive: true });
    await round(c, TARGET, { kind: 'cancel', task: 'a', reason: undefined });
    const [, pid] = [0, Number(readFileSync(join(c.dir, 'started'), 'utf8').trim())];
    await untilGone(pid);
    expect(starts(c)).toBe(1);
  });

  test('and its wrapper killed has what is left of it ended before another attempt', async () => {
    const c = await working();
    const [{ pid } = { pid: 0 }] = c.reopen().workers.alive();
    process.kill(pid, 'SIGKILL');
    await untilGone(pid);
    rmSync(runDir(c, 'demo'), { recursive: true });
    expect((await round(c, TARGET)).effects.map((e) => e.kind)).toEqual(['adopt']);
    const worker = Number(readFileSync(join(c.dir, 'started'), 'utf8').trim());
    await round(c, TARGET);
    await untilGone(worker);
    await untilFile(runDir(c, 'demo'), 'lost');
    expect(stepsOf(await round(c, TARGET))).toEqual(['a in_progress -> failed']);
  });
});

async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
      if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return;
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
