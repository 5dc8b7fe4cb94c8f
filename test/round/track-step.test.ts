/** The two rounds around a step: an update that fails is tried once more, a stale read is read again. */
import { afterAll, describe, expect, test } from 'vitest';
import { problem, RondoError } from '../../src/errors.ts';
import type { CommitOutcome, Outside, Repo } from '../../src/ports.ts';
import { beginStep, endStep, renewStep } from '../../src/round/track-step.ts';
import { type Checkout, FILE, newCheckout, TARGET } from './checkout.ts';

const open: Checkout[] = [];
afterAll(() => {
  for (const checkout of open) checkout.remove();
});

function checkout(tasks = '### a: A\n'): Checkout {
  const c = newCheckout(tasks, { trustAll: false });
  open.push(c);
  return c;
}

/** An outside whose commits answer these first, then go through. */
function answering(c: Checkout, ...answers: readonly (() => CommitOutcome | undefined)[]) {
  const left = [...answers];
  let commits = 0;
  const repo: Repo = Object.create(c.outside.repo, {
    commit: {
      value: (order: Parameters<Repo['commit']>[0]) => {
        commits += 1;
        return left.shift()?.() ?? c.outside.repo.commit(order);
      },
    },
  });
  const outside: Outside = { ...c.outside, repo };
  return { outside, commits: () => commits };
}

const busy = (): CommitOutcome => ({ kind: 'deferred', problem: problem('deferred', 'git is busy') });
const full = (): never => {
  throw new RondoError(problem('cannot-write', 'the disk is full'));
};
const status = (c: Checkout) => /status: (\w+)\nowner/.exec(c.committed())?.[1];

describe('an update that fails', () => {
  test.each([
    ['git is busy', busy],
    ['the disk is full', full],
  ])('is tried once more where %s', async (_, failure) => {
    const c = checkout();
    const { outside, commits } = answering(c, failure);
    const step = await beginStep(outside, TARGET, 'a', 'make');
    expect(commits()).toBe(2);
    expect(step).toMatchObject({ task: 'a', attempt: 1 });
    const end = answering(c, failure);
    await endStep(end.outside, step, { exitCode: 0, signal: null });
    expect(end.commits()).toBe(2);
    expect(status(c)).toBe('completed');
  });

  test('is told after the second time, and its end is taken up by a later round', async () => {
    const c = checkout();
    await expect(beginStep(answering(c, busy, busy).outside, TARGET, 'a', 'make')).rejects.toMatchObject({
      code: 'deferred',
    });
    const step = await beginStep(c.outside, TARGET, 'a', 'make');
    const failing = answering(c, busy, busy, busy);
    await expect(endStep(failing.outside, step, { exitCode: 0, signal: null })).rejects.toMatchObject({
      code: 'deferred',
    });
    expect(failing.commits()).toBe(2);
    expect(status(c)).toBe('in_progress');
    await c.round();
    expect(status(c)).toBe('completed');
  });

  test('is not tried again where a rule refuses it', async () => {
    const c = checkout('### a: A\n\n```yaml\nblocked_by: [b]\n```\n\n### b: B\n');
    let looks = 0;
    const repo: Repo = Object.create(c.outside.repo, {
      look: {
        value: (file: string) => {
          looks += 1;
          return c.outside.repo.look(file);
        },
      },
    });
    await expect(beginStep({ ...c.outside, repo }, TARGET, 'a', 'make')).rejects.toMatchObject({
      code: 'not-ready',
    });
    expect(looks).toBe(1);
  });
});

test('a stale read is read again: what was edited meanwhile is kept', async () => {
  const c = checkout();
  const edit = (): undefined => {
    c.write(FILE, c.plan().replace('goal: Test', 'goal: Edited meanwhile'));
  };
  const { outside, commits } = answering(c, edit);
  await beginStep(outside, TARGET, 'a', 'make');
  expect(commits()).toBe(2);
  expect(c.committed()).toContain('goal: Edited meanwhile');
  expect(status(c)).toBe('in_progress');
});

test('the attempt lives while its caller does, and a lease about to end is extended', async () => {
  const c = checkout();
  const step = await beginStep(c.outside, TARGET, 'a', 'make');
  const [run] = c.outside.workers.runs('demo');
  expect(run).toMatchObject({ attempt: 1, state: { kind: 'alive', pid: process.pid, step: true } });
  const late = { ...c.outside.clock, now: () => (step.leaseUntil ?? 0) - 60_000 };
  const renewed = await renewStep({ ...c.outside, clock: late }, step);
  expect(renewed.leaseUntil).toBe((step.leaseUntil ?? 0) - 60_000 + 3_600_000);
  c.outside.workers.stop('demo', 'a', 1);
  expect(c.outside.workers.runs('demo')[0]?.state.kind).toBe('alive');
});

test('where the plan goes on without the step, its end is fenced off and told', async () => {
  const c = checkout();
  const step = await beginStep(c.outside, TARGET, 'a', 'make');
  await c.round({ kind: 'release', task: 'a' });
  await c.round({ kind: 'claim', task: 'a', owner: 'kim', returns: undefined, until: undefined });
  await expect(endStep(c.outside, step, { exitCode: 0, signal: null })).rejects.toMatchObject({
    code: 'not-owner',
  });
  expect(c.committed()).toMatch(
    /status: in_progress\n(.*\n)*owner: kim|owner: kim\n(.*\n)*status: in_progress/,
  );
});

test('a missing output makes the step fail, as it does any worker', async () => {
  const c = checkout('### a: A\n\n```yaml\noutput: out.txt\n```\n');
  const step = await beginStep(c.outside, TARGET, 'a', 'make');
  await endStep(c.outside, step, { exitCode: 0, signal: null });
  expect(c.committed()).toContain('its output out.txt is not there');
});
