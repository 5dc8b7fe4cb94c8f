/** Plans inside a plan: real git, real workers. A run of the outer plan moves those inside. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { RunDocument } from '../../src/model/documents.ts';
import { planStatus } from '../../src/query/status.ts';
import { checkPlans } from '../../src/review/check-plans.ts';
import { runPlan } from '../../src/round/run.ts';
import { runRound } from '../../src/round/run-round.ts';
import { type Checkout, newCheckout, TARGET, TICK } from './checkout.ts';

const open: Checkout[] = [];
afterEach(() => {
  for (const checkout of open.splice(0)) checkout.remove();
});

const INNER = { name: 'inner', file: 'docs/inner-state.md' };
const yaml = (id: string, fields: string) => `### ${id}: Do ${id}\n\n\`\`\`yaml\n${fields}\n\`\`\`\n\n`;
const OUTER =
  yaml('sub', 'plan: docs/inner-state.md') + yaml('after', 'blocked_by: [sub]\nrun: echo after >> order');

function checkout(inside: Readonly<Record<string, string>>, outer = OUTER): Checkout {
  const made = newCheckout(outer);
  open.push(made);
  for (const [file, tasks] of Object.entries(inside))
    made.write(file, `---\nrondo: 1\ngoal: Inside\n---\n\n## Tasks\n\n${tasks}`);
  made.commitAll('plans inside');
  return made;
}

function run(c: Checkout, signal = new AbortController().signal): Promise<RunDocument> {
  return runPlan(c.outside, TARGET, { takeOver: false, wait: true, signal, onRound: () => undefined });
}

describe('a plan inside', () => {
  test('is moved by a run of the outer one, which is completed with it', async () => {
    const c = checkout({
      [INNER.file]:
        yaml('a', 'run: echo a >> order') + yaml('deep', 'plan: docs/deep-state.md\nblocked_by: [a]'),
      'docs/deep-state.md': yaml('b', 'run: echo b >> order'),
    });
    expect((await run(c)).status).toBe('complete');
    expect(c.read('order')).toBe('a\nb\nafter\n');
    expect(c.plan()).toContain('inner is complete: 2 of 2 tasks completed');
    expect(c.git('log', '--format=%s')).toContain('rondo(deep): round');
    for (const { tasks } of [await planStatus(c.outside, TARGET)])
      expect(tasks[0]?.sub_plan).toMatchObject({ plan: 'inner', status: 'complete', completed: 2, total: 2 });
  });

  test('shows a failure outside with its path, and the run goes on once it is mended', async () => {
    const c = checkout({
      [INNER.file]: yaml('deep', 'plan: docs/deep-state.md'),
      'docs/deep-state.md': yaml('unit', 'run: test -e mended'),
    });
    const failed = await run(c);
    expect(failed.status).toBe('blocked');
    expect(c.plan()).toContain(
      'inner/deep: technical: docs/deep-state.md is blocked: deep/unit: exit code 1',
    );
    writeFileSync(join(c.dir, 'mended'), '');
    await runRound(c.outside, { name: 'deep', file: 'docs/deep-state.md' }, { kind: 'retry', task: 'unit' });
    await runRound(c.outside, INNER, TICK);
    expect((await run(c)).status).toBe('complete');
  });

  test('that stood still before its task was begun has the run end as blocked, not as waiting', async () => {
    const c = checkout({ [INNER.file]: yaml('unit', 'run: test -e mended') });
    expect((await run(c)).status).toBe('blocked');
    await runRound(c.outside, TARGET, { kind: 'unblock', task: 'sub' });
    expect((await run(c)).status).toBe('blocked');
  });

  test('wakes the outer run by the end of its worker', async () => {
    const c = checkout({ [INNER.file]: yaml('a', 'run: "while ! test -e go; do sleep 0.05; done"') });
    const waits: number[] = [];
    const ended = runPlan(c.outside, TARGET, {
      takeOver: false,
      wait: true,
      signal: new AbortController().signal,
      onRound: () => undefined,
      onWait: () => {
        if (waits.push(1) === 1) writeFileSync(join(c.dir, 'go'), '');
      },
    });
    expect((await ended).status).toBe('complete');
  });

  test('that waits for a word ends the run with what it needs, in words that hold outside', async () => {
    const c = checkout({
      [INNER.file]:
        yaml('a', 'needs_approval: true\nrun: echo a >> order') + yaml('b', 'blocked_by: [a]\nrun: "true"'),
    });
    const paused = await run(c);
    expect(paused.status).toBe('paused');
    expect(paused.next_action).toContain('inner is paused: rondo approve a');
    expect((await checkPlans(c.outside)).problems).toEqual([]);
    await runRound(c.outside, INNER, { kind: 'approve', task: 'a' });
    expect((await run(c)).status).toBe('complete');
  });

  test('in which a person is to take a task has a waiting run say so', async () => {
    const c = checkout({ [INNER.file]: '### a: For somebody\n' });
    const stop = new AbortController();
    const needs: unknown[] = [];
    await runPlan(c.outside, TARGET, {
      takeOver: false,
      wait: true,
      signal: stop.signal,
      onRound: () => undefined,
      onWait: (_until, _plan, waits) => {
        needs.push(...waits);
        stop.abort();
      },
    });
    expect(needs).toMatchObject([{ kind: 'claim', task: 'inner/a', command: 'rondo claim inner/a' }]);
  });

  test('whose command is not approved here ends the run, and is told of', async () => {
    const c = checkout({ [INNER.file]: yaml('a', 'run: echo a') });
    const outside = c.reopen({ trustAll: false });
    const signal = new AbortController().signal;
    const held = await runPlan(outside, TARGET, {
      takeOver: false,
      wait: true,
      signal,
      onRound: () => undefined,
    });
    expect(held.problems.map((p) => p.code)).toContain('untrusted-command');
    expect(held.needs).toMatchObject([{ kind: 'trust', task: 'inner/a' }]);
    outside.local.approve(['echo a', 'echo after >> order']);
    const done = await runPlan(outside, TARGET, {
      takeOver: false,
      wait: true,
      signal,
      onRound: () => undefined,
    });
    expect(done.status).toBe('complete');
  });

  test('that contains the outer one is refused by rounds and by check, with the way round', async () => {
    const c = checkout({
      [INNER.file]: yaml('deep', 'plan: docs/deep-state.md'),
      'docs/deep-state.md': yaml('back', 'plan: docs/demo-state.md'),
    });
    const document = await c.round();
    expect(document.status).toBe('blocked');
    const way = 'docs/demo-state.md -> docs/inner-state.md -> docs/deep-state.md -> docs/demo-state.md';
    expect(document.problems).toMatchObject([
      { code: 'sub-plan-cycle', message: expect.stringContaining(way) },
    ]);
    const checked = await checkPlans(c.outside);
    expect(checked.problems.filter((p) => p.code === 'sub-plan-cycle')).toHaveLength(3);
    expect(checked.problems[0]).toMatchObject({ line: expect.any(Number) });
  });

  test('that is not there blocks its task, and is warned of by check', async () => {
    const c = checkout({});
    expect((await run(c)).status).toBe('blocked');
    expect(c.plan()).toContain('docs/inner-state.md is no plan of this repository');
    expect((await checkPlans(c.outside)).problems).toMatchObject([
      { code: 'unknown-plan', severity: 'warning' },
    ]);
  });
});
