/** The ledger in a round's commit: at milestones, never in its way, and by the recovery decision table. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Request } from '../../src/plan/request.ts';
import { parseLedger } from '../../src/state-file/ledger-text.ts';
import { type Checkout, codesOf, newCheckout } from './checkout.ts';

const open: Checkout[] = [];
afterAll(() => {
  for (const checkout of open) checkout.remove();
});

const LEDGER = '.agents/workflow-ledger.yml';
const TASKS = ['a', 'b', 'c']
  .map((id) => `### ${id}: Do ${id}\n\n\`\`\`yaml\nmilestone: true\n\`\`\`\n\n`)
  .join('');
const done = (task: string): Request => ({
  kind: 'done',
  task,
  summary: undefined,
  metadata: {},
  passed: undefined,
});

function checkout(head = 'task_tracking: { ledger: true }\n', tasks = TASKS): Checkout {
  const c = newCheckout(tasks, { head });
  open.push(c);
  return c;
}

const ledgerOf = (c: Checkout, rev = 'HEAD') => parseLedger(c.git('show', `${rev}:${LEDGER}`), LEDGER).ledger;
const filesOf = (c: Checkout) => c.git('show', '--name-only', '--format=', 'HEAD').trim().split('\n');

test('a milestone and its receipt are one commit; what is no milestone leaves the ledger alone', async () => {
  const c = checkout();
  await c.round({ kind: 'claim', task: 'a', owner: undefined, returns: undefined, until: undefined });
  expect(filesOf(c)).toEqual(['docs/demo-state.md']);
  await c.round(done('a'));
  expect(filesOf(c)).toEqual([LEDGER, 'docs/demo-state.md']);
  expect(ledgerOf(c)).toMatchObject({
    workflow_type: 'demo',
    workflow_id: expect.stringMatching(/^demo-\d{8}T\d{4}$/),
    status: 'in_progress',
    current_step: 1,
    checkpoints: [{ step: 1, name: 'Do a', status: 'completed', data: { task: 'a' } }],
  });
  await c.round({ kind: 'edit', task: 'b', title: undefined, fields: [{ name: 'priority', value: 3 }] });
  expect(filesOf(c)).toEqual(['docs/demo-state.md']);
  await c.round({ kind: 'claim', task: 'b', owner: undefined, returns: undefined, until: undefined });
  await c.round({ kind: 'fail', task: 'b', reason: 'no' });
  expect(ledgerOf(c)).toMatchObject({ status: 'failed', current_step: 2 });
  await c.round({ kind: 'retry', task: 'b' });
  expect(ledgerOf(c)).toMatchObject({ status: 'in_progress', current_step: 1 });
  await c.round(done('b'));
  await c.round(done('c'));
  expect(ledgerOf(c)).toMatchObject({ status: 'completed', current_step: 3 });
  expect(c.git('status', '--porcelain')).toBe('');
});

test('without the setting there is neither a ledger nor an id', async () => {
  const c = checkout('');
  await c.round(done('a'));
  expect(filesOf(c)).toEqual(['docs/demo-state.md']);
  expect(c.committed()).not.toContain('workflow_id');
});

test('the plan wins: a ledger that says otherwise, or is gone, is made right by the next round that saves', async () => {
  const c = checkout();
  await c.round(done('a'));
  const text = c.read(LEDGER);
  c.write(LEDGER, `# mine\n${text.replace('name: "Do a"', 'name: "Never done"')}`);
  const { problems } = await c.round(done('b'));
  expect(problems.map((p) => p.code)).not.toContain('ledger-rewritten');
  expect(c.read(LEDGER)).toMatch(/^# mine\n/);
  expect(ledgerOf(c)?.checkpoints.map((each) => each.name)).toEqual(['Do a', 'Do b']);
  rmSync(join(c.dir, LEDGER));
  await c.round({ kind: 'edit', task: 'c', title: undefined, fields: [{ name: 'priority', value: 1 }] });
  expect(ledgerOf(c)?.checkpoints).toHaveLength(2);
});

test('comments that cannot be kept are told', async () => {
  const c = checkout();
  await c.round(done('a'));
  c.write(LEDGER, c.read(LEDGER).replace('name: "Do a"', 'name: "Other" # mine'));
  expect(codesOf(await c.round(done('b')))).toContain('ledger-rewritten');
});

describe('a ledger that was there before', () => {
  const of = (id: string, status: string) =>
    `version: 1\nworkflow_id: "${id}"\ncurrent_step: 9\nstatus: "${status}"\ncheckpoints: []\n`;

  test.each([
    ['completed, of another workflow', of('other-20260101T0000', 'completed')],
    ['of an earlier run', of('demo-20260101T0000', 'in_progress')],
  ])('%s: a fresh start', async (_, text) => {
    const c = checkout();
    c.write(LEDGER, text);
    await c.round(done('a'));
    expect(ledgerOf(c)).toMatchObject({ workflow_type: 'demo', current_step: 1 });
  });

  test.each(['in_progress', 'failed'])(
    'of another workflow that is %s: it stays, and the plan goes on',
    async (status) => {
      const c = checkout();
      c.write(LEDGER, of('other-20260101T0000', status));
      const document = await c.round(done('a'));
      expect(codesOf(document)).toContain('ledger-not-written');
      expect(c.read(LEDGER)).toBe(of('other-20260101T0000', status));
      expect(c.committed()).toContain('status: completed');
    },
  );

  test('of this run: it goes on where it was', async () => {
    const c = checkout('task_tracking: { ledger: true }\nworkflow_id: demo-20260101T0000\n');
    c.write(LEDGER, of('demo-20260101T0000', 'in_progress'));
    await c.round(done('a'));
    expect(ledgerOf(c)).toMatchObject({ workflow_id: 'demo-20260101T0000', current_step: 1 });
  });

  test('unreadable: the plan stops by default, and nothing is written', async () => {
    const c = checkout();
    c.write(LEDGER, 'version: 1\nstatus: [\n');
    const before = c.git('rev-parse', 'HEAD');
    await expect(c.round(done('a'))).rejects.toMatchObject({ code: 'ledger-broken', exitCode: 3 });
    expect(c.git('rev-parse', 'HEAD')).toBe(before);
    expect(c.read(LEDGER)).toBe('version: 1\nstatus: [\n');
  });

  test('unreadable: it is written anew where the setting says so', async () => {
    const c = checkout('task_tracking: { ledger: true }\non_broken_ledger: fresh\n');
    c.write(LEDGER, 'version: 1\nstatus: [\n');
    const { problems } = await c.round(done('a'));
    expect(problems).toContainEqual(expect.objectContaining({ code: 'ledger-broken', severity: 'warning' }));
    expect(ledgerOf(c)).toMatchObject({ current_step: 1 });
  });
});

test.each([
  ['docs/demo-state.md', undefined],
  ['README.md', 'precious: [\n'],
  ['rondo.yaml', '# settings\n'],
  ['ci.yml', 'on: push\nversion: 1\njobs: {}\n'],
])(
  '%s is no place for a ledger: it stays as it is, even where a broken ledger is written anew',
  async (file, text) => {
    const c = checkout(`task_tracking: { ledger: true, ledger_path: ${file} }\non_broken_ledger: fresh\n`);
    if (text !== undefined) c.write(file, text);
    const document = await c.round(done('a'));
    expect(document.problems).toContainEqual(
      expect.objectContaining({ code: 'ledger-not-written', severity: 'warning', file }),
    );
    expect(filesOf(c)).toEqual(['docs/demo-state.md']);
    expect(c.committed()).toContain('status: completed');
    if (text !== undefined) expect(c.read(file)).toBe(text);
  },
);

test.each<[string, (c: Checkout) => void]>([
  ['is a folder', (c) => mkdirSync(join(c.dir, LEDGER), { recursive: true })],
  ['cannot be made, a file being in the way', (c) => c.write('.agents', 'a file')],
  ['is ignored', (c) => c.write('.gitignore', '.agents/\n')],
  [
    'is staged as something else',
    (c) => {
      c.write(LEDGER, 'staged');
      c.git('add', LEDGER);
      rmSync(join(c.dir, LEDGER));
    },
  ],
])('where the ledger %s, the plan is saved without its checkpoint, with a warning', async (_, hinder) => {
  const c = checkout();
  hinder(c);
  const document = await c.round(done('a'));
  expect(document.problems).toContainEqual(
    expect.objectContaining({ code: 'ledger-not-written', severity: 'warning', file: LEDGER }),
  );
  expect(filesOf(c)).toEqual(['docs/demo-state.md']);
  expect(c.committed()).toContain('status: completed');
});
