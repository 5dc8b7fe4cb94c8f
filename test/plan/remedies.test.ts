import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import type { SettingsFile } from '../../src/model/settings.ts';
import { BLOCKER_TYPES, FAILURE_KINDS } from '../../src/model/status.ts';
import { leftToComplete, prospectsOf, remediesOf, remedyOf } from '../../src/plan/remedies.ts';
import type { Request } from '../../src/plan/request.ts';
import type { RunState } from '../../src/ports.ts';
import {
  completed,
  ended,
  inProgress,
  LOST,
  move,
  NOW,
  personTask,
  plan,
  run,
  see,
  settings,
  statusesOf,
  TICK,
  task,
  taskOf,
} from '../support/plans.ts';

const SENIOR: SettingsFile = {
  specialists: { junior: { command: 'j' }, senior: { command: 's', tags: ['bug', 'error'] } },
};

describe('remediesOf', () => {
  type Row = readonly [what: string, TaskFields, RegExp, readonly string[], SettingsFile?];
  const blocked = (type: (typeof BLOCKER_TYPES)[number]): TaskFields => ({
    status: 'blocked',
    blocker: { type, detail: 'why' },
  });
  const failed = (failure?: (typeof FAILURE_KINDS)[number]): TaskFields => ({
    ...inProgress(),
    status: 'failed',
    result: { summary: 'why', ...(failure === undefined ? {} : { failure }) },
  });
  const table: readonly Row[] = [
    ['external', blocked('external'), /ask whoever/, ['rondo unblock t']],
    ['technical', blocked('technical'), /somebody who knows/, ['rondo unblock t']],
    [
      'technical, with a senior',
      blocked('technical'),
      /have senior look/,
      ['rondo assign t senior', 'rondo unblock t'],
      SENIOR,
    ],
    [
      'technical, of the senior',
      { ...blocked('technical'), owner: 'senior' },
      /somebody who knows/,
      ['rondo unblock t'],
      SENIOR,
    ],
    ['information', blocked('information'), /clear up with kim/, ['rondo unblock t']],
    [
      'the question who does it',
      {
        status: 'blocked',
        blocker: { type: 'information', detail: 'which specialist does t? choose from a' },
      },
      /which specialist/,
      ['rondo recommend t', 'rondo assign t <specialist>'],
    ],
    [
      'a plan inside that is blocked',
      {
        status: 'blocked',
        plan: './docs/in-state.md',
        blocker: { type: 'technical', detail: 'docs/in-state.md is blocked: in/x: exit code 1' },
      },
      /stands still inside/,
      ['rondo status --brief'],
      { specialists: { senior: { command: 'x', tags: ['bug'] } } },
    ],
    ['approval', blocked('approval'), /a person allow/, ['rondo unblock t']],
    ['gate', blocked('gate'), /what the gate found/, ['rondo show t', 'rondo unblock t']],
    [
      'gate in a worktree',
      {
        ...blocked('gate'),
        attempt: {
          number: 1,
          machine: 'm',
          started_at: '2026-11-21T10:00:00Z',
          lease_until: '2026-11-21T11:00:00Z',
          branch: 'rondo/work/p/t/1',
        },
      },
      /in the worktree of rondo\/work\/p\/t\/1,/,
      ['rondo show t', 'rondo unblock t'],
    ],
    ['conflict', blocked('conflict'), /resolve the conflict/, ['rondo show t', 'rondo unblock t']],
    ['no type', { status: 'blocked' }, /stands in its way/, ['rondo unblock t']],
    ['code', failed(), /went wrong/, ['rondo logs t', 'rondo retry t']],
    ['tests', failed('tests'), /failing tests/, ['rondo logs t', 'rondo retry t']],
    ['blocker', failed('blocker'), /waits for outside/, ['rondo retry t']],
    [
      'timeout',
      failed('timeout'),
      /more time/,
      ['rondo logs t', 'rondo edit t timeout=<longer>', 'rondo retry t'],
    ],
    ['lost', failed('lost'), /worker is gone/, ['rondo logs t', 'rondo retry t']],
    ['failed, says a person', { status: 'failed' }, /went wrong/, ['rondo retry t']],
    ['not passed', { ...completed, result: { passed: false } }, /done again/, ['rondo reopen t']],
  ];
  it.each(
    table.map(([what, fields, advice, commands, layer = {}]) => ({ what, fields, advice, commands, layer })),
  )('$what', ({ fields, advice, commands, layer }) => {
    const of = plan(
      [task('t', fields), task('b', { blocked_by: ['t'] }), task('c', { blocked_by: ['b', 't'] })],
      {
        fields: { origin: 'kim' },
      },
    );
    const [remedy, ...more] = remediesOf(of, settings(layer));
    expect(more).toEqual([]);
    expect(remedy?.advice).toMatch(advice);
    expect(remedy?.commands).toEqual(commands);
    expect(remedy?.holds).toBe(2);
    expect(remedyOf(of, settings(layer), 't')).toEqual({ ...remedy });
  });

  it('covers every type of blocker and every kind of failure', () => {
    const covered = new Set(table.map(([what]) => what));
    for (const kind of [...BLOCKER_TYPES, ...FAILURE_KINDS]) expect(covered.has(kind), kind).toBe(true);
  });

  it('has none for what moves, and no more than 20', () => {
    const fine = plan([task('a', completed), task('b', inProgress()), task('c')]);
    expect(prospectsOf(fine, settings()).remedies).toEqual([]);
    expect(remedyOf(fine, settings(), 'a')).toBeNull();
    const many = plan(Array.from({ length: 30 }, (_, i) => task(`t${i}`, failed())));
    expect(remediesOf(many, settings())).toHaveLength(20);
  });

  it('counts what waits through a circle once', () => {
    const of = plan([task('a', { ...failed(), blocked_by: ['b'] }), task('b', { blocked_by: ['a'] })]);
    expect(remediesOf(of, settings())[0]?.holds).toBe(1);
  });
});

describe('leftToComplete', () => {
  it('names what is to be done, by kind', () => {
    const of = plan(
      [
        task('f', { status: 'failed' }),
        task('b', { status: 'blocked' }),
        task('n', { ...completed, result: { passed: false } }),
        task('w', inProgress()),
        task('a', { ...completed, needs_approval: true }),
        ...Array.from({ length: 7 }, (_, i) => task(`p${i}`)),
        task('d', completed),
      ],
      {
        criteria: [
          { text: 'fast', met: false },
          { text: 'small', met: true },
        ],
      },
    );
    expect(leftToComplete(of)).toEqual([
      'mend f',
      'clear what blocks b',
      'do again n',
      'wait for w',
      'approve a',
      'do p0, p1, p2, p3, p4 and 2 more',
      'meet "fast"',
    ]);
    expect(leftToComplete(plan([task('d', completed)], { fields: { status: 'complete' } }))).toEqual([]);
  });
});

describe('the kind of a failure', () => {
  const end = (state: RunState, fields: TaskFields = {}) =>
    taskOf(
      move(see(plan([task('t', { ...inProgress(), ...fields })]), { runs: [run('t', 1, state)] })).plan,
      't',
    ).fields;
  it.each<readonly [string, RunState, TaskFields, string | undefined]>([
    ['an exit code', ended({ exitCode: 2 }), {}, undefined],
    ['a timeout', ended({ exitCode: null, signal: 'SIGTERM', timedOut: true }), { timeout: '5m' }, 'timeout'],
    ['a worker that is gone', LOST, {}, 'lost'],
    ['a verdict of no', ended({ report: { status: 'failed', passed: false } }), {}, 'tests'],
    ['tests, by its own word', ended({ report: { status: 'failed', failure: 'tests' } }), {}, 'tests'],
    [
      'code, by its own word',
      ended({ report: { status: 'failed', failure: 'code', passed: false } }),
      {},
      undefined,
    ],
    ['an obstacle', ended({ report: { status: 'failed', blocker: { type: 'external' } } }), {}, 'blocker'],
  ])('is told by %s', (_, state, fields, kind) => {
    const { status, result } = end(state, fields);
    expect([status, result?.failure]).toEqual(['failed', kind]);
  });

  it('is what a person says, and is gone with the next attempt', () => {
    const request: Request = { kind: 'fail', task: 't', reason: 'red', failure: 'tests' };
    const held = personTask('t', { status: 'in_progress', owner: 'dana', attempt: { number: 1 } });
    const after = move(see(plan([held])), request).plan;
    expect(taskOf(after, 't').fields.result).toEqual({ summary: 'red', failure: 'tests' });
    expect(taskOf(move(see(after), { kind: 'retry', task: 't' }).plan, 't').fields.result).toBeUndefined();
  });
});

/** What stops and what goes on beside a task that stands still: `x` waits for it, `y` for nothing. */
describe('no cascade', () => {
  type Row = readonly [TaskFields['status'], SettingsFile, started: readonly string[], status: string];
  const table: readonly Row[] = [
    ['failed', {}, [], 'blocked'],
    ['failed', { on_failure: 'stop' }, [], 'blocked'],
    ['failed', { on_failure: 'continue' }, ['start y/1'], 'awaiting-result'],
    ['failed', { on_failure: 'continue', on_blocked: 'stop' }, ['start y/1'], 'awaiting-result'],
    ['blocked', {}, ['start y/1'], 'awaiting-result'],
    ['blocked', { on_blocked: 'continue' }, ['start y/1'], 'awaiting-result'],
    ['blocked', { on_blocked: 'stop' }, [], 'blocked'],
    ['blocked', { on_blocked: 'stop', on_failure: 'continue' }, [], 'blocked'],
  ];
  it.each(table)('%s with %j', (status, layer, effects, planStatus) => {
    const of = plan([task('t', { status }), task('x', { blocked_by: ['t'] }), task('y')]);
    const moved = move(see(of, { settings: settings(layer) }));
    expect([moved.effects, moved.plan.fields.status]).toEqual([effects, planStatus]);
    expect(statusesOf(moved.plan)).toMatchObject({ t: status, x: 'pending' });
  });

  it.each([
    ['failed', { kind: 'retry', task: 't' }],
    ['blocked', { kind: 'unblock', task: 't' }],
  ] as const)('ends where it is mended: a plan held by a %s task goes on', (status, request) => {
    const s = settings({ on_blocked: 'stop' });
    const held = move(
      see(plan([task('t', { status }), task('x', { blocked_by: ['t'] })]), { settings: s }),
    ).plan;
    expect(held.fields.status).toBe('blocked');
    const mended = move(see(held, { settings: s }), request).plan;
    expect(mended.fields).toMatchObject({ status: 'running', next_action: 'start t' });
    expect(mended.fields.blockers ?? []).toEqual([]);
    const goesOn = move(see(mended, { settings: s, now: NOW + 1 }), TICK);
    expect(goesOn.effects).toEqual(['start t/1']);
  });
});
