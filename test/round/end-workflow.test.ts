/** What is cleaned up by itself at the end of a workflow, and what is not. */
import { afterAll, expect, test } from 'vitest';
import { problem, RondoError } from '../../src/errors.ts';
import type { Outside, Workers } from '../../src/ports.ts';
import { runRound } from '../../src/round/run-round.ts';
import { type Checkout, newCheckout, TARGET, TICK, untilEnded } from './checkout.ts';

const open: Checkout[] = [];
afterAll(() => {
  for (const checkout of open) checkout.remove();
});

/** Its first attempt fails, its second does not. */
const TWICE =
  "### a: A\n\n```yaml\nrun: 'echo try; test -e .git/second || { touch .git/second; exit 1; }'\nretries: 1\n```\n";

function checkout(tasks: string, head = ''): Checkout {
  const c = newCheckout(tasks, { head });
  open.push(c);
  return c;
}

const attemptsOf = (c: Checkout) => c.outside.workers.runs('demo').map((run) => `${run.task}/${run.attempt}`);

/** Two attempts of `a`, the second still to be consumed. */
async function twice(c: Checkout): Promise<void> {
  await c.round();
  await untilEnded(c, 'a', 1);
  await c.round();
  await untilEnded(c, 'a', 2);
}

test('a complete plan keeps the newest attempt of each task, with its log', async () => {
  const c = checkout(TWICE);
  await twice(c);
  expect(attemptsOf(c).sort()).toEqual(['a/1', 'a/2']);
  expect(await c.round()).toMatchObject({ status: 'complete' });
  expect(attemptsOf(c)).toEqual(['a/2']);
  expect(c.outside.workers.logTail('demo', 'a', 2, 100)).toBe('try\n');
  // The number of the next attempt is not taken back by it.
  await c.round({ kind: 'reopen', task: 'a' });
  await c.round();
  expect(c.committed()).toContain('number: 3');
});

test('where the setting is off, all of them stay', async () => {
  const c = checkout(TWICE, 'task_tracking: { auto_cleanup: false }\n');
  await twice(c);
  expect(await c.round()).toMatchObject({ status: 'complete' });
  expect(attemptsOf(c).sort()).toEqual(['a/1', 'a/2']);
});

test('a plan with an open task is not cleaned up, and the task stays open', async () => {
  const c = checkout(`${TWICE}\n### b: B\n`);
  await twice(c);
  expect(await c.round()).toMatchObject({ status: 'running' });
  expect(attemptsOf(c).sort()).toEqual(['a/1', 'a/2']);
  await c.round({ kind: 'cancel', task: 'b', reason: undefined });
  expect(attemptsOf(c)).toEqual(['a/2']);
  expect(c.committed()).toContain('status: cancelled');
});

test('an end that was cut short is made up for by the next look; what fails in it is a warning', async () => {
  const c = checkout(TWICE);
  await twice(c);
  const workers: Workers = Object.create(c.outside.workers, {
    clean: {
      value: () => {
        throw new RondoError(problem('cannot-write', 'the disk is read-only'));
      },
    },
    // Its private state belongs to the one it stands for.
    ...Object.fromEntries(
      (['runs', 'alive', 'settle', 'logTail', 'announced', 'trace'] as const).map((name) => [
        name,
        { value: (c.outside.workers[name] as () => unknown).bind(c.outside.workers) },
      ]),
    ),
  });
  const outside: Outside = { ...c.outside, workers };
  const { document } = await runRound(outside, TARGET, TICK);
  expect(document).toMatchObject({ status: 'complete', changed: true });
  expect(document.problems).toContainEqual(
    expect.objectContaining({ code: 'cannot-write', severity: 'warning' }),
  );
  expect(await c.round()).toMatchObject({ changed: false, problems: [] });
  expect(attemptsOf(c)).toEqual(['a/2']);
});
