/** What a worker's word and its end mean together; and that what is written of it is the same whoever writes it. */
import { describe, expect, it, test } from 'vitest';
import { DEFAULT_SETTINGS, layerSettings, type SettingsFile } from '../../src/model/settings.ts';
import { checkTask } from '../../src/plan/rules/criteria.ts';
import type { WorkerReport } from '../../src/ports.ts';
import {
  check,
  completed,
  ended,
  inProgress,
  LOST,
  MINUTE,
  move,
  NOW,
  personTask,
  plan,
  run,
  see,
  settings,
  statusesOf,
  task,
  taskOf,
} from '../support/plans.ts';

type End = Parameters<typeof ended>[0];

const ENDS = {
  'exit code 0': {},
  'another exit code': { exitCode: 3 },
  'a signal': { exitCode: null, signal: 'SIGSEGV' },
  'its timeout': { exitCode: null, signal: 'SIGTERM', timedOut: true },
  'a stop by hand': { exitCode: null, signal: 'SIGTERM', stopped: true },
  'exit code 0 and no output': { outputMissing: true },
} satisfies Record<string, End>;

const WORDS: Readonly<Record<string, WorkerReport | null>> = {
  nothing: null,
  'a summary': { summary: 'well' },
  completed: { status: 'completed', passed: true },
  'completed, not passed': { status: 'completed', passed: false },
  failed: { status: 'failed', summary: 'no luck' },
  blocked: { status: 'blocked', blocker: { type: 'external', detail: 'the vendor' } },
};

describe.each(Object.entries(WORDS))('a worker that says %s', (word, report) => {
  it.each(Object.entries<End>(ENDS))('and ends by %s', (how, end) => {
    const of = plan([task('a', { ...inProgress(), output: 'out.md', timeout: '1m' })]);
    const moved = move(see(of, { now: NOW + MINUTE, runs: [run('a', 1, ended({ ...end, report }))] }));
    const { status, result } = taskOf(moved.plan, 'a').fields;
    const good = how === 'exit code 0';
    const expected = word === 'blocked' ? 'blocked' : word === 'failed' || !good ? 'failed' : 'completed';
    expect(status).toBe(expected);
    expect(result?.evidence).toHaveLength(1);
    // No verdict that all is well stands beside a failure; one that it is not is kept.
    expect(result?.passed).toBe(
      expected === 'failed' && report?.passed === true ? undefined : report?.passed,
    );
    if (word === 'failed') expect(result?.summary).toContain('no luck');
    expect(moved.effects).toEqual(['settle a/1']);
  });
});

test('a malformed result fails whatever the exit, and its text is kept', () => {
  for (const end of Object.values<End>(ENDS)) {
    const state = ended({ ...end, malformed: '{"status":' });
    const { plan: after } = move(see(plan([task('a', inProgress())]), { runs: [run('a', 1, state)] }));
    expect(taskOf(after, 'a').fields).toMatchObject({ status: 'failed' });
    expect(taskOf(after, 'a').fields.result?.summary).toContain('{"status":');
  }
});

test.each([
  ['before its timeout is not said to have timed out', MINUTE - 1, 'it was stopped'],
  ['past its timeout is', MINUTE, 'stopped at its timeout of 1m'],
])('a worker stopped %s', (_, after, said) => {
  const of = plan([task('a', { ...inProgress(), timeout: '1m' })]);
  const state = ended({ exitCode: null, signal: 'SIGTERM', stopped: true, endedAt: NOW + after });
  const { plan: moved } = move(see(of, { runs: [run('a', 1, state)] }));
  expect(taskOf(moved, 'a').fields.result?.summary).toBe(said);
});

test('what a blocked worker left is taken back with the obstacle', () => {
  const of = plan([task('a', inProgress())]);
  const state = ended({ report: WORDS.blocked ?? null });
  const blocked = move(see(of, { runs: [run('a', 1, state)] })).plan;
  const { plan: after } = move(see(blocked), { kind: 'unblock', task: 'a' });
  expect(taskOf(after, 'a').fields).toMatchObject({ status: 'pending' });
  expect(taskOf(after, 'a').fields.result).toBeUndefined();
});

describe('killed between the commit of a retry and what follows it', () => {
  const of = plan([task('a', { ...inProgress(), retries: 3 })]);

  it.each([
    ['ended', ended({ exitCode: 1 })],
    ['was lost', LOST],
  ])('a result that led to it is settled and not reported as late, where it %s', (_, state) => {
    const runs = [run('a', 1, state)];
    const first = move(see(of, { runs }));
    const again = move(see(first.plan, { runs }));
    expect([again.codes, again.effects]).toEqual([[], ['start a/2', 'settle a/1']]);
    const waiting = move(see(of, { runs }), { kind: 'watchdog' });
    expect(statusesOf(waiting.plan)).toEqual({ a: 'pending' });
    expect(move(see(waiting.plan, { runs }), { kind: 'watchdog' }).codes).toEqual([]);
  });

  it('one that did not is still reported as late, with the place where it is kept', () => {
    const retried = move(see(of, { runs: [run('a', 1, LOST)] })).plan;
    // Another machine took attempt 2 over.
    const taken = plan([task('a', inProgress(3, { ...taskOf(retried, 'a').fields.attempt, number: 3 }))]);
    const late = move(see(taken, { runs: [run('a', 2, ended()), run('a', 3, ended())] }));
    expect(late.codes).toEqual(['fenced-result']);
    expect(late.draft.problems[0]?.hint).toContain('/rondo/runs/demo/a/2');
    expect(late.draft.problems[0]?.hint).toContain('rondo logs demo/a --attempt 2');
  });

  it('a retry by a person begins to count anew', () => {
    const failed = plan([task('a', { ...inProgress(2, { retry: 1, retry_of: 1 }), status: 'failed' })]);
    const { plan: after } = move(see(failed), { kind: 'retry', task: 'a' });
    expect(taskOf(after, 'a').fields.attempt).not.toMatchObject({ retry: 1 });
    expect(Object.keys(taskOf(after, 'a').fields.attempt ?? {})).not.toContain('retry_of');
  });
});

test.each([
  ['neither owner nor attempt', { status: 'in_progress' }, ['no-owner']],
  ['no attempt', { status: 'in_progress', owner: 'dana' }, ['no-owner']],
  ['no owner', { status: 'in_progress', attempt: { number: 1 } }, ['no-owner']],
  ['both', { status: 'in_progress', owner: 'dana', attempt: { number: 1 } }, []],
] as const)('a task in progress by hand with %s does not wait in silence', (_, fields, codes) => {
  const moved = move(see(plan([personTask('a', fields)])));
  expect(moved.codes).toEqual(codes);
  if (codes.length > 0) expect(moved.draft.problems[0]).toMatchObject({ severity: 'warning', task: 'a' });
});

describe('accepting', () => {
  const CHECK = checkTask('npm test');
  const criteria = [
    { text: 'tests pass', met: false, check: 'npm test' },
    { text: 'good', met: false },
  ];

  it('before the work is over leaves the checks to be made', () => {
    const open = plan([personTask('a', { status: 'in_progress', owner: 'dana', attempt: { number: 1 } })], {
      criteria,
    });
    const accepted = move(see(open), { kind: 'accept' }).plan;
    const over = { ...accepted, tasks: [personTask('a', completed)] };
    const checking = move(see(over));
    expect([checking.plan.fields.status, checking.effects]).toEqual([
      'awaiting-result',
      [`start ${CHECK}/1`],
    ]);
    const failed = move(see(checking.plan, { runs: [check('npm test', 1, ended({ exitCode: 1 }))] }));
    expect(failed.plan.fields.status).toBe('blocked');
    const passed = move(see(checking.plan, { runs: [check('npm test', 1, ended())] }));
    expect(passed.plan.fields.status).toBe('complete');
  });

  it('after it takes failed checks as met, until there are tasks again', () => {
    const over = plan([personTask('a', completed)], { criteria });
    const runs = [check('npm test', 1, ended({ exitCode: 1 }))];
    const accepted = move(see(over, { runs }), { kind: 'accept' }).plan;
    expect(accepted.fields.status).toBe('complete');
    expect(move(see(accepted, { runs })).draft.changes).toEqual([]);
    const more = move(see({ ...accepted, tasks: [...accepted.tasks, personTask('b')] }, { runs })).plan;
    expect(more.fields.status).toBe('running');
    const done = { ...more, tasks: more.tasks.map((each) => personTask(each.id, completed)) };
    expect(move(see(done)).effects).toEqual([`start ${CHECK}/1`]);
  });
});

describe('what two machines write of one plan in turns', () => {
  const slots = settings({ parallelism: { max_parallel_tasks: 1 } });
  const failedHere = { runs: [check('npm test', 1, ended({ exitCode: 1 }))] };
  const untrusted = { isApproved: () => false, machine: 'osprey-91bc' };
  const checked = plan([task('a', completed)], {
    criteria: [{ text: 'tests pass', met: false, check: 'npm test' }],
  });
  const busy = plan([
    personTask('a', { status: 'in_progress', owner: 'dana', attempt: { number: 1 } }),
    task('b', { priority: 1 }),
    task('c', { run: 'other' }),
  ]);

  it.each([
    ['a check that failed on one, and is not approved on the other', checked, failedHere, untrusted],
    [
      'a slot that is taken on one, a command not approved on the other',
      busy,
      { settings: slots, aliveElsewhere: 1 },
      untrusted,
    ],
    [
      'a command of two approved on one, the other on the other',
      plan([task('a', { needs_approval: true, run: 'x' }), task('b', { run: 'y' })]),
      { isApproved: (command: string) => command === 'y', settings: slots, aliveElsewhere: 1 },
      { isApproved: (command: string) => command === 'x', settings: slots, aliveElsewhere: 1 },
    ],
  ])('is the same: %s', (_, of, one, other) => {
    const first = move(see(of, one)).plan;
    const second = move(see(first, other));
    expect(second.draft.changes).toEqual([]);
    expect(move(see(second.plan, one)).draft.changes).toEqual([]);
  });
});

test('a machine takes over only what it may run: else nobody would work on it', () => {
  const there = plan([task('a', inProgress(3, { machine: 'osprey-91bc' }))]);
  const over = { now: NOW + 61 * MINUTE, unchangedFor: { a: 61 * MINUTE } };
  const asked = { kind: 'tick', takeOver: true, recheck: false } as const;
  for (const [more, request] of [
    [{}, asked],
    [over, { ...asked, takeOver: false }],
  ] as const) {
    const refused = move(see(there, { ...more, isApproved: () => false }), request);
    expect([statusesOf(refused.plan), refused.effects]).toEqual([{ a: 'in_progress' }, []]);
    expect(taskOf(refused.plan, 'a').fields.attempt).toMatchObject({ number: 3, machine: 'osprey-91bc' });
    expect(refused.codes).toContain('untrusted-command');
    expect(move(see(there, more), request).effects).toEqual(['start a/4']);
  }
});

describe('layers of settings', () => {
  const of = (...layers: readonly SettingsFile[]) => layerSettings(DEFAULT_SETTINGS, ...layers).parallelism;
  const p = (parallelism: SettingsFile['parallelism']): SettingsFile => ({ parallelism });

  it.each([
    [
      'what was implied goes with what implied it',
      [p({ auto_launch: false }), p({ auto_launch: true })],
      'eager',
    ],
    [
      'a strategy that was said stays',
      [p({ strategy: 'sequential' }), p({ auto_launch: false })],
      'sequential',
    ],
    [
      'and stays again',
      [p({ strategy: 'batched', auto_launch: false }), p({ auto_launch: true })],
      'batched',
    ],
  ] as const)('%s', (_, layers, strategy) => {
    expect(of(...layers).strategy).toBe(strategy);
  });

  it('without auto_launch a later one goes by batches still', () => {
    const uneven = plan([task('a', completed), task('b', inProgress()), task('c', { blocked_by: ['a'] })]);
    const with_ = (parallelism: SettingsFile['parallelism']) =>
      move(
        see(uneven, {
          settings: settings({ parallelism }),
          runs: [run('b', 1, { kind: 'alive', pid: 1, startedAt: NOW })],
        }),
      );
    expect(with_({ auto_launch: false }).effects).toEqual([]);
    expect(with_({}).effects).toEqual(['start c/1']);
  });
});
