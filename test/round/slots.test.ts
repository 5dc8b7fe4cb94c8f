/** A whole run with fewer slots than tasks, and with tasks that may change the same files: real workers say when they ran. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { RoundDocument } from '../../src/model/documents.ts';
import { runPlan } from '../../src/round/run.ts';
import { type Checkout, newCheckout, TARGET } from './checkout.ts';

const open: Checkout[] = [];
afterEach(() => {
  for (const checkout of open.splice(0)) checkout.remove();
});

/** Says when it begins and ends, and in between leaves others the time to begin. */
const task = (id: string, more = '') =>
  `### ${id}: Task ${id}\n\n\`\`\`yaml\n${more}run: echo begin ${id} >> trace; sleep 0.3; echo end ${id} >> trace\n\`\`\`\n\n`;

async function runToEnd(tasks: string, head: string) {
  const c = newCheckout(tasks, { head });
  open.push(c);
  const rounds: RoundDocument[] = [];
  const document = await runPlan(c.outside, TARGET, {
    takeOver: false,
    wait: true,
    signal: new AbortController().signal,
    onRound: (round) => rounds.push(round),
  });
  expect(document.status).toBe('complete');
  const trace = readFileSync(join(c.dir, 'trace'), 'utf8').trim().split('\n');
  const together: (readonly string[])[] = [];
  let busy: readonly string[] = [];
  for (const line of trace) {
    const [what, id = ''] = line.split(' ');
    busy = what === 'begin' ? [...busy, id] : busy.filter((other) => other !== id);
    together.push(busy);
  }
  return { rounds, together };
}

test('never more than the limit run at once, and each end starts the next', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const { rounds, together } = await runToEnd(
    names.map((id) => task(id)).join(''),
    'parallelism: { max_parallel_tasks: 2 }\n',
  );
  expect(Math.max(...together.map((busy) => busy.length))).toBe(2);
  expect(rounds[0]).toMatchObject({ queued: ['c', 'd', 'e'], busy: 2, most_at_once: 2 });
  expect(rounds[0]?.batch).toMatchObject({ number: 1, done: 0, total: 5, in_progress: 2 });
  // Refilled one by one: as soon as one has ended, not once all have.
  const starts = rounds.map((round) => round.effects.filter(({ kind }) => kind === 'start').length);
  expect(starts.reduce((sum, n) => sum + n)).toBe(5);
});

test('tasks that may change the same files run one after the other, and the rest beside them', async () => {
  const tasks = [
    task('a', 'writes: [src/**]\n'),
    task('b', 'writes: [src/lib/x.ts]\n'),
    task('c', 'writes: [docs]\n'),
    task('d'),
  ].join('');
  const { rounds, together } = await runToEnd(tasks, '');
  expect(together.filter((busy) => busy.includes('a') && busy.includes('b'))).toEqual([]);
  expect(rounds[0]).toMatchObject({ queued: ['b'], overlaps: [{ task: 'b', with: 'a' }] });
  expect(Math.max(...together.map((busy) => busy.length))).toBe(3);
});
