/** Whatever is wrong with a plan is shown with its line, column and caret by every command that says it. */
import { afterAll, describe, expect, test } from 'vitest';
import { planBatches } from '../../src/query/schedule.ts';
import { listPlans, planStatus } from '../../src/query/status.ts';
import { checkPlans } from '../../src/review/check-plans.ts';
import { type Checkout, newCheckout, TARGET } from './checkout.ts';

const open: Checkout[] = [];
afterAll(() => {
  for (const checkout of open) checkout.remove();
});

const block = (body: string) => `\n\`\`\`yaml\n${body}\n\`\`\`\n\n`;
const CYCLE = `### a: A\n${block('tags: [x]\nblocked_by: [b]')}### b: B\n${block('blocked_by: [a]')}`;
const UNKNOWN = `### a: A\n${block('blocked_by:\n  - gone')}`;

describe.each([
  ['unknown-blocker', UNKNOWN, 14, 5, '  - gone'],
  ['dependency-cycle', CYCLE, 14, 14, 'blocked_by: [b]'],
] as const)('%s', (code, tasks, line, column, shown) => {
  const c = newCheckout(tasks);
  open.push(c);
  const there = {
    code,
    file: TARGET.file,
    task: 'a',
    line,
    column,
    excerpt: `${shown}\n${' '.repeat(column - 1)}^`,
  };

  test('in check, status, list and batches', async () => {
    const { problems } = await checkPlans(c.outside);
    expect(problems).toMatchObject([there]);
    expect((await planStatus(c.outside, TARGET)).problems).toMatchObject([there]);
    expect((await listPlans(c.outside)).plans[0]?.problems).toMatchObject([there]);
    expect((await planBatches(c.outside, TARGET)).problems).toMatchObject([there]);
  });

  test('in the round, where it stands in the file as committed', async () => {
    const { problems } = await c.round();
    const [found] = problems.filter((p) => p.code === code);
    const lines = c.committed().split('\n');
    expect(lines[(found?.line ?? 0) - 1]).toBe(shown);
    expect(found?.excerpt?.split('\n')[0]).toBe(shown);
    // the header grew above it
    expect(found?.line).toBeGreaterThan(line);
  });
});

test.each([
  ['status: in_progress\nattempt: { number: 1, returns: x }', 13],
  ['tags: [x]\nstatus: in_progress', 14],
  ['status: in_progress\nowner: kim\nattempt: { number: 1 }', 15],
])('work without owner or return condition is shown at its line: %j', async (body, line) => {
  const c = newCheckout(`### a: A\n${block(body)}`);
  open.push(c);
  const { problems } = await checkPlans(c.outside);
  expect(problems).toMatchObject([{ code: 'no-owner', task: 'a', line, excerpt: expect.any(String) }]);
});

test('a sub-plan that is not there is shown at its line', async () => {
  const c = newCheckout(`### a: A\n${block('tags: [x]\nplan: docs/b-state.md')}`);
  open.push(c);
  const { problems } = await checkPlans(c.outside);
  expect(problems).toMatchObject([{ code: 'unknown-plan', task: 'a', line: 14 }]);
});
