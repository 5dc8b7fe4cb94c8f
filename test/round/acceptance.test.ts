/** The acceptance list of `rondo check`: a record that is honest is said nothing of, and each lie is found at its line. */
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { savedStatusProblems } from '../../src/review/acceptance.ts';
import { checkPlans } from '../../src/review/check-plans.ts';
import { runPlan } from '../../src/round/run.ts';
import { arbitrarySeen, move } from '../support/plans.ts';
import { type Checkout, FILE, newCheckout, TARGET } from './checkout.ts';

const open: Checkout[] = [];
afterEach(() => {
  for (const checkout of open.splice(0)) checkout.remove();
});

function checkout(...args: Parameters<typeof newCheckout>): Checkout {
  const made = newCheckout(...args);
  open.push(made);
  return made;
}

const block = (body: string) => `\n\`\`\`yaml\n${body}\n\`\`\`\n`;
const found = async (c: Checkout) =>
  (await checkPlans(c.outside, TARGET)).problems.map(({ code, severity, task, line }) =>
    [code, severity, task ?? '-', line ?? '-'].join(' '),
  );
const DONE = block('status: completed\nowner: dana\ncompleted_at: 2026-11-21T10:00:00Z');
const SAID = (status: string, more = '') => `status: ${status}\nnext_action: go on\n${more}`;

describe('the saved status', () => {
  test.each<[string, string, string, string[]]>([
    ['complete with an open task', SAID('complete'), '### a: A\n', ['status-mismatch warning - 4']],
    [
      'complete, and it did not pass',
      SAID('complete', 'blockers: ["a: did not pass"]\n'),
      `### a: A\n${block('status: completed\nresult: { passed: false }')}`,
      ['status-mismatch warning - 4'],
    ],
    ['running, and all is over', SAID('running'), `### a: A\n${DONE}`, ['status-mismatch warning - 4']],
    ['awaiting what nobody does', SAID('awaiting-result'), '### a: A\n', ['status-mismatch warning - 4']],
    ['paused by nobody', SAID('paused'), '### a: A\n', ['status-mismatch warning - 4']],
    ['blocked by nothing', SAID('blocked'), '### a: A\n', ['status-mismatch warning - 4']],
    [
      'running, and paused',
      SAID('running', 'paused_by: dana\n'),
      '### a: A\n',
      ['status-mismatch warning - 4'],
    ],
    ['complete', SAID('complete'), `### a: A\n${DONE}`, []],
    ['running', SAID('running'), '### a: A\n', []],
    ['paused', SAID('paused', 'paused_by: dana\n'), '### a: A\n', []],
    ['never said', '', `### a: A\n${DONE}`, []],
  ])('%s', async (_, head, tasks, expected) => {
    const c = checkout(tasks, { head });
    // The lines count from the frontmatter's.
    expect((await found(c)).map((line) => line.replace(/ \d+$/, ' 4'))).toEqual(expected);
  });

  test.each<[string, string, string, string[]]>([
    ['complete, and nobody accepted', 'complete', '- [ ] It feels right\n', ['status-mismatch warning - 4']],
    ['complete, and accepted', 'complete\naccepted_by: dana', '- [ ] It feels right\n', []],
    ['complete, and unchecked', 'complete', '- [ ] ok (check: `true`)\n', ['status-mismatch warning - 4']],
    ['blocked by a check', 'blocked\nblockers: ["not met: ok"]', '- [ ] ok (check: `false`)\n', []],
    ['waiting for a check', 'awaiting-result', '- [ ] ok (check: `true`)\n', []],
  ])('with criteria: %s', async (_, status, criteria, expected) => {
    const c = checkout(`### a: A\n${DONE}`, { head: SAID(status), criteria });
    expect(await found(c)).toEqual(expected);
  });

  test('of whatever a round has saved is what the tasks say', () => {
    fc.assert(
      fc.property(arbitrarySeen(), (seen) => {
        const { plan, decision } = move(seen);
        // What leads on to another decision at once is not what the plan comes to.
        if (decision.kind === 'refused' || decision.leadsOn) return;
        expect(savedStatusProblems(plan, seen.settings).map((p) => p.message)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the record', () => {
  test.each<[string, string, string, string[]]>([
    ['of completed work', '', `### a: A\n${block('status: completed')}`, ['unrecorded-work warning a 13']],
    ['of what comes next', 'status: running\n', '### a: A\n', ['unrecorded-next-action warning - 4']],
    [
      'of what blocks a task',
      'status: blocked\nnext_action: x\nblockers: ["a: blocked"]\n',
      `### a: A\n${block('status: blocked')}`,
      ['unrecorded-blocker warning a 16'],
    ],
    [
      'of why one failed',
      'status: blocked\nnext_action: x\nblockers: ["a: failed"]\n',
      `### a: A\n${block('status: failed')}`,
      ['unrecorded-blocker warning a 16'],
    ],
    [
      'of the plan’s blockers',
      'status: blocked\nnext_action: x\nblockers: []\n',
      `### a: A\n${block('status: blocked\nblocker: { type: external, detail: the key }')}`,
      ['unrecorded-blocker warning - 6'],
    ],
    ['of who does it', '', `### a: A\n${block('status: in_progress')}`, ['no-owner warning a 13']],
  ])('%s', async (_, head, tasks, expected) => {
    expect(await found(checkout(tasks, { head }))).toEqual(expected);
  });
});

describe('the file', () => {
  test('that no commit has is not durable, and a round makes it so', async () => {
    const c = checkout('### a: A\n');
    c.git('rm', '-q', '--cached', FILE);
    c.git('commit', '-qm', 'out');
    expect(await found(c)).toEqual(['not-committed warning - -']);
    await c.round();
    expect(await found(c)).toEqual([]);
  });

  test('that git ignores is not durable, and the hint says what to do', async () => {
    const c = checkout('### a: A\n');
    c.git('rm', '-q', '--cached', FILE);
    c.write('.gitignore', 'docs/\n');
    c.git('add', '.gitignore');
    c.git('commit', '-qm', 'out');
    const { problems } = await checkPlans(c.outside, TARGET);
    expect(problems).toMatchObject([
      { code: 'not-committed', message: expect.stringContaining('git ignores it') },
    ]);
  });
});

describe('the report', () => {
  test('is what was saved: a commit whose trailer says otherwise is found', async () => {
    const c = checkout('### a: A\n');
    await c.round();
    expect(await found(c)).toEqual([]);
    const message = c
      .git('log', '-1', '--format=%B')
      .replace('Rondo-Status: running', 'Rondo-Status: complete');
    c.git('commit', '-q', '--amend', '-m', message);
    expect(await found(c)).toEqual(['report-mismatch warning - 5']);
  });

  test('between progress markers is what the tasks say', async () => {
    const c = checkout('### a: A\n\n<!-- rondo:progress -->\n<!-- /rondo:progress -->\n');
    expect(await found(c)).toEqual(['report-mismatch warning - -']);
    await c.round();
    expect(await found(c)).toEqual([]);
  });
});

test('of a plan from its first round to its last, nothing is to be said', async () => {
  const c = checkout(
    `### a: A\n${block('run: "true"\ngates: ["true"]')}\n### b: B\n${block('blocked_by: [a]\nrun: "true"')}\n### c: C\n`,
    { criteria: '- [ ] good\n' },
  );
  const rounds = [
    undefined,
    { kind: 'claim', task: 'c', owner: 'dana', returns: undefined, until: undefined },
    { kind: 'block', task: 'c', type: 'external', detail: 'the key' },
    { kind: 'unblock', task: 'c' },
    { kind: 'pause', stop: false },
    { kind: 'resume' },
    { kind: 'done', task: 'c', summary: undefined, metadata: {}, passed: undefined },
  ] as const;
  for (const request of rounds) {
    await c.round(request);
    expect(await found(c), JSON.stringify(request)).toEqual([]);
  }
  const end = { takeOver: false, wait: true, signal: new AbortController().signal, onRound: () => undefined };
  expect(await runPlan(c.outside, TARGET, end)).toMatchObject({ status: 'paused' });
  expect(await found(c)).toEqual([]);
  expect((await c.round({ kind: 'accept' })).status).toBe('complete');
  expect(await found(c)).toEqual([]);
});
