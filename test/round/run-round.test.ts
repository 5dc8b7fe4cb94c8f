import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { RondoError } from '../../src/errors.ts';
import type { Workers } from '../../src/ports.ts';
import { findPlans } from '../../src/round/find-plans.ts';
import { runRound } from '../../src/round/run-round.ts';
import { codec } from '../../src/state-file/codec.ts';
import { parsePlan } from '../../src/state-file/parse-plan.ts';
import { sandboxAt } from '../support/git-sandbox.ts';
import {
  type Checkout,
  checkoutAt,
  cloneOf,
  codesOf,
  FILE,
  newCheckout,
  stepsOf,
  TARGET,
  TICK,
  untilEnded,
  untilFile,
} from './checkout.ts';

const open: Checkout[] = [];
afterEach(() => {
  for (const checkout of open.splice(0)) checkout.remove();
});

function checkout(...args: Parameters<typeof newCheckout>): Checkout {
  const made = newCheckout(...args);
  open.push(made);
  return made;
}

const runs = (command: string, more = '') => `\`\`\`yaml\n${more}run: ${JSON.stringify(command)}\n\`\`\`\n`;

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof RondoError) return error.code;
    throw error;
  }
  return 'none';
}

describe('a round', () => {
  test('that finds nothing to change commits nothing and writes nothing', async () => {
    const c = checkout('### a: First\n');
    await c.round();
    const [head, text] = [c.git('rev-parse', 'HEAD'), c.plan()];
    const document = await c.round();
    expect(document.changed).toBe(false);
    expect(document.to).toBe(document.from);
    expect(document.changes).toEqual([]);
    expect(c.git('rev-parse', 'HEAD')).toBe(head);
    expect(c.plan()).toBe(text);
  });

  test('starts a worker after its commit, consumes its result once, and completes', async () => {
    const c = checkout(`### a: First\n\n${runs(`git show HEAD:${FILE} > seen.txt`)}`);
    const started = await c.round();
    expect(stepsOf(started)).toEqual(['a pending -> in_progress']);
    expect(started.status).toBe('awaiting-result');
    await untilEnded(c, 'a', 1);
    // What the worker saw committed when it began already announced it.
    expect(c.read('seen.txt')).toContain('status: in_progress');
    const ended = await c.round();
    expect(stepsOf(ended)).toEqual(['a in_progress -> completed']);
    expect(ended.status).toBe('complete');
    expect((await c.round()).changed).toBe(false);
  });

  test('reports what the commit says', async () => {
    const c = checkout('### a: First\n');
    const document = await c.round({ kind: 'block', task: 'a', type: 'external', detail: 'the key' });
    const said = parsePlan(c.committed(), FILE, { codec }).plan;
    expect(document.status).toBe(said?.fields.status);
    expect(document.next_action).toBe(said?.fields.next_action);
    expect(document.to).toBe(c.git('rev-parse', 'HEAD'));
  });

  test('numbers itself, and its trailers say plan, status, machine and steps', async () => {
    const c = checkout('### a: First\n');
    await c.round({ kind: 'claim', task: 'a', owner: 'dana', returns: undefined, until: undefined });
    await c.round({
      kind: 'done',
      task: 'a',
      summary: 'ok\nRondo-Round: 99',
      metadata: {},
      passed: undefined,
    });
    const trailers = c.git('log', '-2', '--format=%(trailers:only)').split('\n').filter(Boolean);
    expect(trailers).toContain('Rondo-Round: 1');
    expect(trailers).toContain('Rondo-Round: 2');
    expect(trailers).not.toContain('Rondo-Round: 99');
    expect(trailers).toContain('Rondo-Change: a in_progress -> completed');
    expect(trailers).toContain('Rondo-Attempt: a 1');
  });

  test('commits the plan alone: what the user has staged, changed and not added stays', async () => {
    const c = checkout('### a: First\n');
    c.write('staged.txt', 'staged\n');
    c.git('add', 'staged.txt');
    c.write('README.md', 'changed\n');
    c.write('new.txt', 'new\n');
    const before = c.git('status', '--porcelain');
    const document = await c.round();
    expect(document.changed).toBe(true);
    expect(c.git('status', '--porcelain')).toBe(before);
    expect(c.git('show', '--name-only', '--format=', 'HEAD')).toBe(FILE);
  });
});

describe('a hand edit', () => {
  test('is adopted and named in the commit', async () => {
    const c = checkout('### a: First\n');
    await c.round();
    writeFileSync(join(c.dir, FILE), c.plan().replace('First', 'First of all'));
    const document = await c.round();
    expect(codesOf(document)).toContain('hand-edit');
    expect(c.git('log', '-1', '--format=%b')).toContain('by hand, a: title is now First of all');
    expect(c.committed()).toContain('First of all');
  });

  test('that brings a whole plan, or mends one, is told in a line and not field by field', async () => {
    const c = checkout('### a: First\n');
    const said = () =>
      c
        .git('log', '-1', '--format=%b')
        .split('\n')
        .filter((line) => line.startsWith('- '));
    const target = { name: 'other', file: 'docs/other-state.md' };
    const text = '---\nrondo: 1\ngoal: g\nstatus: running\n---\n## Tasks\n### x: X\n### y: Y\n';
    c.write(target.file, text);
    await runRound(c.outside, target, TICK);
    expect(said()).toEqual(['- by hand, plan added, 2 tasks']);
    // a broken plan that is committed, then mended
    c.write(FILE, c.plan().replace('goal: Test', 'goal: ['));
    c.git('commit', '-qam', 'broken');
    c.write(FILE, c.plan().replace('goal: [', 'goal: Test'));
    await c.round({ kind: 'claim', task: 'a', owner: 'kim', returns: undefined, until: undefined });
    expect(said()).toEqual([
      '- by hand, plan mended, 1 task',
      '- a: pending -> in_progress (claimed by kim)',
      expect.stringContaining('plan: running -> awaiting-result'),
    ]);
  });

  test('that takes an illegal step is kept and warned of', async () => {
    const c = checkout('### a: First\n\n```yaml\nstatus: completed\n```\n\n### b: Second\n');
    await c.round();
    writeFileSync(join(c.dir, FILE), c.plan().replace('status: completed', 'status: failed'));
    const document = await c.round();
    expect(document.problems.find((p) => p.code === 'illegal-transition')?.severity).toBe('warning');
    expect(c.committed()).toContain('status: failed');
  });

  test('saved while a round is between reading and writing is kept, and the round starts again', async () => {
    const c = checkout('### a: First\n');
    await c.round();
    const outside = c.reopen();
    let edits = 0;
    const repo = {
      ...outside.repo,
      commit: (order: Parameters<typeof outside.repo.commit>[0]) => {
        if (edits++ === 0) writeFileSync(join(c.dir, FILE), c.plan().replace('First', 'First, by hand'));
        return outside.repo.commit(order);
      },
    };
    const request = { kind: 'block', task: 'a', type: 'external', detail: 'x' } as const;
    await runRound({ ...outside, repo }, TARGET, request);
    expect(edits).toBe(2);
    expect(c.committed()).toContain('First, by hand');
    expect(c.committed()).toContain('status: blocked');
  });

  test('waits for the commit with adopt: on-commit', async () => {
    const c = checkout('### a: First\n', { head: 'adopt: on-commit\n' });
    await c.round();
    writeFileSync(join(c.dir, FILE), c.plan().replace('First', 'Second'));
    expect(await codeOf(c.round())).toBe('edit-not-committed');
    c.commitAll('by the user');
    expect((await c.round()).changed).toBe(false);
  });

  test('that breaks the file is refused with place and last good commit, and other plans go on', async () => {
    const c = checkout('### a: First\n');
    await c.round();
    const good = c.git('rev-parse', 'HEAD');
    const broken = c.plan().replace('status: running', 'status: runing');
    writeFileSync(join(c.dir, FILE), broken);
    c.write('docs/other-state.md', '---\nrondo: 1\n---\n\n## Tasks\n\n### x: Another\n');
    const error = await c.round().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RondoError);
    if (!(error instanceof RondoError)) return;
    expect(error.code).toBe('invalid-value');
    expect(error.problems[0]?.line).toBeGreaterThan(1);
    expect(error.problems[0]?.hint).toContain(good.slice(0, 12));
    expect(c.plan()).toBe(broken);
    const other = await runRound(c.outside, { name: 'other', file: 'docs/other-state.md' }, TICK);
    expect(other.document.changed).toBe(true);
    expect((await findPlans(c.outside)).plans.map((p) => p.name)).toEqual(['demo', 'other']);
  });
});

describe('trust', () => {
  const task = `### a: First\n\n${runs('touch ran.txt')}`;

  test('a command nobody approved here is not run, and nothing is committed for it', async () => {
    const c = checkout(task, { trustAll: false });
    const document = await c.round();
    expect(codesOf(document)).toContain('untrusted-command');
    expect(stepsOf(document)).toEqual([]);
    expect(existsSync(join(c.dir, 'ran.txt'))).toBe(false);
  });

  test('an approved one runs; a changed one, or the same in a copied or cloned checkout, does not', async () => {
    const c = checkout(task, { trustAll: false });
    c.outside.local.approve(['touch ran.txt']);
    const copy = join(c.base, 'copy');
    cpSync(c.dir, copy, { recursive: true });
    const clone = join(c.base, 'clone');
    c.git('clone', '-q', c.dir, clone);
    for (const dir of [copy, clone]) {
      const other = checkoutAt(sandboxAt(c.base, dir, c.env), false);
      expect(codesOf(await other.round())).toContain('untrusted-command');
    }
    const approved = c.plan();
    writeFileSync(join(c.dir, FILE), approved.replace('touch ran.txt', 'touch  ran.txt'));
    expect(codesOf(await c.round())).toContain('untrusted-command');
    writeFileSync(join(c.dir, FILE), c.plan().replace('touch  ran.txt', 'touch ran.txt'));
    expect(stepsOf(await c.round())).toEqual(['a pending -> in_progress']);
    await untilEnded(c, 'a', 1);
    expect(existsSync(join(c.dir, 'ran.txt'))).toBe(true);
  });

  test('an approval that lies in the tree counts for nothing', async () => {
    const c = checkout(task, { trustAll: false });
    c.outside.local.approve(['something else']);
    const state = c.env.XDG_STATE_HOME ?? join(c.env.HOME ?? '', '.local/state');
    cpSync(join(state, 'rondo'), join(c.dir, '.rondo'), { recursive: true });
    c.commitAll('approvals, committed');
    expect(codesOf(await c.round())).toContain('untrusted-command');
  });
});

describe('attempts', () => {
  test('never go down: through reset --hard, retry and reopen', async () => {
    const c = checkout(`### a: First\n\n${runs('exit 1')}`);
    const start = c.git('rev-parse', 'HEAD');
    await c.round();
    await untilEnded(c, 'a', 1);
    await c.round();
    c.git('reset', '-q', '--hard', start);
    const again = await c.round();
    expect(again.effects.map((effect) => effect.id)).toEqual(['demo/a/1', 'demo/a/2'].slice(-1));
    await untilEnded(c, 'a', 2);
    await c.round();
    await c.round({ kind: 'retry', task: 'a' });
    expect((await c.round()).effects.filter((e) => e.kind === 'start').map((e) => e.attempt)).toEqual([3]);
    await untilEnded(c, 'a', 3);
  });

  test('announced and never started is started by the next round, once, with the same number', async () => {
    const c = checkout(`### a: First\n\n${runs('echo ran >> ran.txt')}`);
    const outside = c.reopen();
    const killed = {
      ...outside,
      workers: withStart(outside.workers, () => {
        throw new Error('killed before the effect');
      }),
    };
    await expect(runRound(killed, TARGET, TICK)).rejects.toThrow('killed before the effect');
    expect(c.committed()).toContain('status: in_progress');
    const next = await c.round();
    expect(next.changed).toBe(false);
    expect(next.effects.map((e) => [e.kind, e.id])).toEqual([['start', 'demo/a/1']]);
    await untilEnded(c, 'a', 1);
    await c.round();
    expect(c.read('ran.txt')).toBe('ran\n');
  });

  test('of another machine are left alone while the lease holds, and taken over when asked; late results are fenced', async () => {
    const c = checkout(`### a: First\n\n${runs('cat > /dev/null; test -e go || exit 7')}`);
    await c.round();
    await untilEnded(c, 'a', 1);
    const other = cloneOf(c, 'other-machine');
    const held = await other.round();
    expect(held.changed).toBe(false);
    expect(codesOf(held)).toContain('held-elsewhere');
    other.write('go', '');
    const taken = await other.round({ kind: 'tick', takeOver: true, recheck: false });
    expect(stepsOf(taken)).toEqual(['a in_progress -> pending', 'a pending -> in_progress']);
    expect(taken.effects.map((e) => e.id)).toEqual(['demo/a/2']);
    await untilEnded(other, 'a', 2);
    expect((await other.round()).status).toBe('complete');
    c.git('pull', '-q', '--ff-only', other.dir, 'main');
    const late = await c.round();
    expect(codesOf(late)).toContain('fenced-result');
    expect(late.changed).toBe(false);
    expect(c.committed()).toContain('status: complete');
  });
});

/** The same workers, but for one method. */
function withStart(workers: Workers, start: Workers['start']): Workers {
  return new Proxy(workers, {
    get(target, key) {
      if (key === 'start') return start;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('several plans', () => {
  test('share the slots of the checkout', async () => {
    const slow = (name: string) =>
      `### ${name}: Slow\n\n${runs(`while ! test -e stop; do sleep 0.05; done`)}\n`;
    const c = checkout(slow('a') + slow('b'), { head: 'parallelism: { max_parallel_tasks: 3 }\n' });
    c.write(
      'docs/other-state.md',
      `---\nrondo: 1\nparallelism: { max_parallel_tasks: 3 }\n---\n\n## Tasks\n\n${slow('x')}${slow('y')}`,
    );
    c.commitAll('another plan');
    const first = await c.round();
    expect(stepsOf(first)).toHaveLength(2);
    const target = { name: 'other', file: 'docs/other-state.md' };
    // Both workers of the first plan live before the second plan looks.
    await Promise.all(['a', 'b'].map((task) => untilAlive(c, task)));
    const second = (await runRound(c.outside, target, TICK)).document;
    expect(stepsOf(second)).toEqual(['x pending -> in_progress']);
    expect(second.queued).toEqual(['y']);
    c.write('stop', '');
    await Promise.all(['a', 'b'].map((task) => untilEnded(c, task, 1)));
    await untilFile(c.outside.workers.directory('other', 'x', 1), 'exit.json');
  });
});

async function untilAlive(c: Checkout, task: string): Promise<void> {
  await untilFile(c.outside.workers.directory('demo', task, 1), 'pid.json');
}

describe('criteria', () => {
  test('with a check are checked by a worker once all tasks are done; a failed one blocks until it is mended', async () => {
    const c = checkout('### a: First\n', { criteria: '- [ ] There is a file (check: `test -e wanted`)\n' });
    const started = await c.round({
      kind: 'done',
      task: 'a',
      summary: undefined,
      metadata: {},
      passed: undefined,
    });
    expect(started.status).not.toBe('complete');
    const checking = await c.round();
    const effect = checking.effects.find((e) => e.kind === 'start');
    expect(effect).toBeDefined();
    await untilEnded(c, effect?.task ?? '', 1);
    const failed = await c.round();
    expect(failed.status).toBe('blocked');
    expect(codesOf(failed)).toContain('criterion-failed');
    c.write('wanted', '');
    const again = await c.round({ kind: 'resume' });
    await untilEnded(c, again.effects.find((e) => e.kind === 'start')?.task ?? '', 2);
    const met = await c.round();
    expect(met.status).toBe('complete');
    expect(c.committed()).toContain('- [x] There is a file');
  });

  test('without a check wait for acceptance', async () => {
    const c = checkout('### a: First\n', { criteria: '- [ ] It feels right\n' });
    const done = await c.round({
      kind: 'done',
      task: 'a',
      summary: undefined,
      metadata: {},
      passed: undefined,
    });
    expect(done.status).toBe('paused');
    expect((await c.round({ kind: 'accept' })).status).toBe('complete');
  });
});

describe('where a round must not write', () => {
  test.each([
    [
      'a merge under way',
      (c: Checkout) => {
        c.git('checkout', '-q', '-b', 'side');
        c.write('README.md', 'side\n');
        c.commitAll('side');
        c.git('checkout', '-q', 'main');
        c.write('README.md', 'main\n');
        c.commitAll('main');
        c.tryGit(['merge', 'side']);
      },
      'operation-in-progress',
    ],
    ['a detached head', (c: Checkout) => c.git('checkout', '-q', '--detach'), 'detached-head'],
    [
      'no identity',
      (c: Checkout) => {
        c.git('config', '--global', '--unset', 'user.name');
        c.git('config', '--global', '--unset', 'user.email');
        c.git('config', 'user.useConfigOnly', 'true');
      },
      'identity-missing',
    ],
  ])('%s refuses with a code and leaves all as it was', async (_, prepare, code) => {
    const c = checkout('### a: First\n');
    await c.round();
    prepare(c);
    const [head, text] = [c.git('rev-parse', 'HEAD'), c.plan()];
    const fresh = c.reopen();
    const request = { kind: 'block', task: 'a', type: 'external', detail: undefined } as const;
    expect(await codeOf(runRound(fresh, TARGET, request))).toBe(code);
    expect(c.git('rev-parse', 'HEAD')).toBe(head);
    expect(c.plan()).toBe(text);
  });

  test('an illegal request leaves no trace', async () => {
    const c = checkout('### a: First\n');
    await c.round();
    const head = c.git('rev-parse', 'HEAD');
    expect(await codeOf(c.round({ kind: 'fail', task: 'a', reason: undefined }))).toBe('illegal-transition');
    expect(
      await codeOf(
        c.round({ kind: 'claim', task: 'b', owner: undefined, returns: undefined, until: undefined }),
      ),
    ).toBe('unknown-task');
    expect(c.git('rev-parse', 'HEAD')).toBe(head);
    expect(spawnSync('git', ['diff', '--quiet'], { cwd: c.dir }).status).toBe(0);
  });
});
