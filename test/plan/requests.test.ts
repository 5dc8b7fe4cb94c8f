/** Every request against every status: exactly the legal steps of the design pass, and each leaves what it should. */
import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import { TASK_STATUSES, TASK_TRANSITIONS, type TaskStatus } from '../../src/model/status.ts';
import { formatTime } from '../../src/model/time.ts';
import { mayDispatch, type Request } from '../../src/plan/request.ts';
import type { Seen } from '../../src/plan/seen.ts';
import {
  alive,
  claimed,
  completed,
  ended,
  HOUR,
  inProgress,
  type Moved,
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

/** The design's line of legal task transitions, typed in again so that the table of the code can be wrong. */
const LEGAL: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  pending: ['in_progress', 'blocked', 'completed', 'cancelled'],
  in_progress: ['completed', 'failed', 'blocked', 'pending', 'cancelled'],
  blocked: ['pending', 'in_progress', 'cancelled'],
  failed: ['pending', 'cancelled'],
  completed: ['pending'],
  cancelled: ['pending'],
};

const claim = (task: string, more: Partial<Extract<Request, { kind: 'claim' }>> = {}): Request => ({
  kind: 'claim',
  task,
  owner: undefined,
  returns: undefined,
  until: undefined,
  ...more,
});
const done = (task: string, more: Partial<Extract<Request, { kind: 'done' }>> = {}): Request => ({
  kind: 'done',
  task,
  summary: undefined,
  metadata: {},
  passed: undefined,
  ...more,
});
const edit = (
  task: string,
  fields: Extract<Request, { kind: 'edit' }>['fields'],
  title?: string,
): Request => ({
  kind: 'edit',
  task,
  title,
  fields,
});
const add = (id: string, fields: TaskFields = {}): Request => ({
  kind: 'add',
  id,
  title: 'New',
  fields,
  brief: 'How.',
});

/** Each request that moves one task: to which status, from which of the statuses that lead there. */
const MOVES: readonly (readonly [string, (id: string) => Request, TaskStatus, readonly TaskStatus[]])[] = [
  ['claim', (id) => claim(id), 'in_progress', ['pending', 'blocked']],
  ['release', (id) => ({ kind: 'release', task: id }), 'pending', ['in_progress']],
  ['done', (id) => done(id), 'completed', ['pending', 'in_progress']],
  ['fail', (id) => ({ kind: 'fail', task: id, reason: undefined }), 'failed', ['in_progress']],
  [
    'block',
    (id) => ({ kind: 'block', task: id, type: 'external', detail: 'the vendor' }),
    'blocked',
    ['pending', 'in_progress'],
  ],
  ['unblock', (id) => ({ kind: 'unblock', task: id }), 'pending', ['blocked']],
  ['retry', (id) => ({ kind: 'retry', task: id }), 'pending', ['failed']],
  [
    'cancel',
    (id) => ({ kind: 'cancel', task: id, reason: undefined }),
    'cancelled',
    ['pending', 'in_progress', 'blocked', 'failed'],
  ],
  ['reopen', (id) => ({ kind: 'reopen', task: id }), 'pending', ['completed', 'cancelled']],
  ...TASK_STATUSES.map(
    (to) =>
      [
        `edit status=${to}`,
        (id: string): Request => edit(id, [{ name: 'status', value: to }]),
        to,
        TASK_STATUSES.filter((from) => from === to || LEGAL[from].includes(to)),
      ] as const,
  ),
];

const FIELDS: Readonly<Record<TaskStatus, TaskFields>> = {
  pending: {},
  in_progress: claimed(2, 'kim'),
  blocked: { status: 'blocked', blocker: { type: 'technical' } },
  failed: { status: 'failed', attempt: { number: 2, retry: 1 }, result: { summary: 'no' } },
  completed: { ...completed, result: { summary: 'yes' }, approved_by: 'kim' },
  cancelled: { status: 'cancelled' },
};

/** A plan with one task in a status, and another that keeps it open. */
const withTask = (status: TaskStatus, more: TaskFields = {}) =>
  plan([personTask('a', { ...FIELDS[status], ...more }), personTask('z', claimed())]);
const refusal = (moved: Moved) => (moved.decision.kind === 'refused' ? moved.decision.problem : undefined);
const fieldsOf = (moved: Moved, id = 'a') => taskOf(moved.plan, id).fields;

describe('task transitions', () => {
  it('are the ones of the design', () => {
    expect(TASK_TRANSITIONS).toEqual(LEGAL);
  });

  for (const [name, request, to, from] of MOVES)
    for (const status of TASK_STATUSES)
      it(`${name} from ${status}: ${from.includes(status) ? 'passes' : 'refused'}`, () => {
        const moved = move(see(withTask(status)), request('a'));
        if (from.includes(status)) {
          expect(refusal(moved)).toBeUndefined();
          expect(fieldsOf(moved).status ?? 'pending').toBe(to);
        } else {
          expect(refusal(moved)?.code).toBe('illegal-transition');
          for (const legal of LEGAL[status]) expect(refusal(moved)?.hint).toContain(legal);
          // each command that the hint names takes the very step that it is named for, from this status
          const named = [...(refusal(moved)?.hint ?? '').matchAll(/(\w+) \(rondo (\w+)\)/g)];
          expect(named.map(([, step]) => step)).toEqual(LEGAL[status]);
          for (const [, step, command] of named) {
            const taken = MOVES.find(([known]) => known === command);
            expect(taken?.[2], command).toBe(step);
            expect(taken?.[3], command).toContain(status);
          }
        }
        expect(fieldsOf(moved).attempt?.number ?? 0).toBeGreaterThanOrEqual(
          FIELDS[status].attempt?.number ?? 0,
        );
      });

  for (const [name, request] of MOVES)
    it(`${name} of a task that is not there is refused`, () => {
      const moved = move(see(withTask('pending')), request('aa'));
      expect([refusal(moved)?.code, refusal(moved)?.hint]).toEqual(['unknown-task', 'Did you mean a?']);
    });

  it('start no work of their own', () => {
    const of = plan([task('a', { status: 'failed' }), task('b'), personTask('z', claimed())]);
    const moved = move(see(of, { settings: settings({ on_failure: 'continue' }) }), {
      kind: 'retry',
      task: 'a',
    });
    expect([moved.effects, statusesOf(moved.plan), moved.plan.fields.status]).toEqual([
      [],
      { a: 'pending', b: 'pending', z: 'in_progress' },
      'running',
    ]);
    expect(mayDispatch({ kind: 'launch' })).toBe(true);
  });
});

describe('claim', () => {
  it('names owner, lease and return condition; all have defaults', () => {
    expect(fieldsOf(move(see(withTask('pending')), claim('a')))).toEqual({
      status: 'in_progress',
      owner: 'dana',
      attempt: {
        number: 1,
        started_at: formatTime(NOW),
        lease_until: formatTime(NOW + HOUR),
        returns: 'dana reports',
      },
    });
    const given = claim('a', { owner: 'kim', returns: 'the lab calls', until: '2026-11-30T10:00:00Z' });
    expect(fieldsOf(move(see(withTask('blocked')), given))).toMatchObject({
      owner: 'kim',
      attempt: { lease_until: '2026-11-30T10:00:00Z', returns: 'the lab calls' },
    });
    expect(fieldsOf(move(see(withTask('blocked')), given)).blocker).toBeUndefined();
  });

  it('is refused while the task waits, and counts attempts on over runs and history', () => {
    const of = plan([personTask('a', { blocked_by: ['b'] }), personTask('b')]);
    expect(refusal(move(see(of), claim('a')))?.code).toBe('not-ready');
    expect(refusal(move(see(of), edit('a', [{ name: 'status', value: 'in_progress' }])))?.code).toBe(
      'not-ready',
    );
    expect(fieldsOf(move(see(withTask('pending'), { attempts: { a: 7 } }), claim('a'))).attempt?.number).toBe(
      8,
    );
  });

  it('by way of `edit status=in_progress` names an owner, too', () => {
    expect(
      fieldsOf(move(see(withTask('pending')), edit('a', [{ name: 'status', value: 'in_progress' }]))),
    ).toMatchObject({
      owner: 'dana',
      attempt: { number: 1 },
    });
  });
});

describe('done', () => {
  it('keeps what was said of it, on one line', () => {
    const moved = move(
      see(withTask('in_progress')),
      done('a', { summary: 'two\nlines', metadata: { n: '1' }, passed: true }),
    );
    expect(fieldsOf(moved)).toMatchObject({
      owner: 'kim',
      completed_at: formatTime(NOW),
      result: { summary: 'two lines', metadata: { n: '1' }, passed: true },
    });
  });

  it('is refused where the task waits, or where its output is missing', () => {
    const of = plan([personTask('a', { blocked_by: ['b'], output: 'docs/a.md' }), personTask('b')]);
    expect(refusal(move(see(of), done('a')))?.code).toBe('not-ready');
    const ready = plan([personTask('a', { output: 'docs/a.md' }), personTask('z', claimed())]);
    expect(refusal(move(see(ready, { missingOutputs: new Set(['a']) }), done('a')))?.code).toBe(
      'missing-output',
    );
    expect(refusal(move(see(ready), done('a')))).toBeUndefined();
  });

  it('does not stop the worker: it may be the one who says so', () => {
    const of = plan([task('a', inProgress()), personTask('z', claimed())]);
    expect(move(see(of, { runs: [run('a', 1, alive())] }), done('a')).effects).toEqual([]);
  });

  it('falls without the approval of an earlier result', () => {
    const moved = move(
      see(withTask('pending', { needs_approval: true, approved_by: 'kim', approved_at: formatTime(NOW) })),
      done('a'),
    );
    expect([fieldsOf(moved).approved_by, fieldsOf(moved).approved_at]).toEqual([undefined, undefined]);
  });
});

describe('what ends an attempt', () => {
  const of = plan([task('a', inProgress()), personTask('z', claimed())]);
  const seen = see(of, { runs: [run('a', 1, alive())] });
  const requests: readonly Request[] = [
    { kind: 'cancel', task: 'a', reason: undefined },
    { kind: 'fail', task: 'a', reason: 'hopeless' },
    { kind: 'block', task: 'a', type: 'technical', detail: undefined },
    { kind: 'release', task: 'a' },
    { kind: 'pause', stop: true },
    { kind: 'restart' },
  ];
  for (const request of requests)
    it(`${request.kind} stops its worker at once, and once`, () => {
      expect(move(seen, request).effects).toEqual(['stop a/1']);
    });

  for (const request of [...requests, done('a')])
    it(`${request.kind} takes back the start of a worker that was announced and never started`, () => {
      expect(move(see(of), request).effects).toEqual([]);
    });

  it('a pause lets it finish', () => {
    expect(move(seen, { kind: 'pause', stop: false }).effects).toEqual([]);
  });
});

describe('retry and reopen', () => {
  it('take back what the attempt left, keep its number, and give automatic retries anew', () => {
    for (const [status, kind] of [
      ['failed', 'retry'],
      ['completed', 'reopen'],
    ] as const) {
      const fields = fieldsOf(move(see(withTask(status)), { kind, task: 'a' }));
      for (const field of ['owner', 'result', 'completed_at', 'approved_by', 'blocker'] as const)
        expect(fields[field]).toBeUndefined();
      expect(fields.attempt).toEqual(status === 'failed' ? { number: 2 } : undefined);
    }
  });

  it('reopen takes the acceptance of the plan back with it', () => {
    const of = plan([personTask('a', completed)], {
      fields: { status: 'complete', accepted_by: 'dana' },
      criteria: [{ text: 'good', met: false }],
    });
    const moved = move(see(of), { kind: 'reopen', task: 'a' });
    expect([moved.plan.fields.status, moved.plan.fields.accepted_by]).toEqual(['running', undefined]);
    expect(move(see(moved.plan), done('a')).plan.fields.status).toBe('paused');
  });
});

describe('edit', () => {
  it('sets and removes fields and the title, and changes nothing that is so already', () => {
    const moved = move(
      see(withTask('pending', { priority: 1 })),
      edit(
        'a',
        [
          { name: 'tags', value: ['x'] },
          { name: 'priority', value: undefined },
        ],
        'Other',
      ),
    );
    expect(taskOf(moved.plan, 'a')).toMatchObject({ title: 'Other', fields: { tags: ['x'] } });
    expect(fieldsOf(moved).priority).toBeUndefined();
    const settled = move(see(moved.plan), TICK).plan;
    expect(move(see(settled), edit('a', [{ name: 'tags', value: ['x'] }], 'Other')).draft.changes).toEqual(
      [],
    );
  });

  it.each([
    [['gone'], 'unknown-blocker'],
    [['z', 'gone'], 'unknown-blocker'],
    [['a'], 'dependency-cycle'],
    [['z'], 'dependency-cycle'],
    [['y'], undefined],
    [undefined, undefined],
  ])('blocked_by=%j is answered with %s', (value, code) => {
    const of = plan([personTask('a'), personTask('y'), personTask('z', { blocked_by: ['a'] })]);
    const found = refusal(move(see(of), edit('a', [{ name: 'blocked_by', value }])));
    expect(found?.code).toBe(code);
    // nothing was written, so there is no line to look for
    expect(found ?? {}).not.toHaveProperty('path');
  });

  it('of another field goes through where the plan waits for what is not there already', () => {
    const of = plan([personTask('a', { blocked_by: ['gone'] }), personTask('b')]);
    expect(refusal(move(see(of), edit('b', [{ name: 'blocked_by', value: ['a'] }])))).toBeUndefined();
    expect(refusal(move(see(of), edit('a', [{ name: 'priority', value: 1 }])))).toBeUndefined();
    expect(refusal(move(see(of), edit('a', [{ name: 'blocked_by', value: ['b'] }])))).toBeUndefined();
  });

  it.each(['', '  ', '\n', 'two\nlines', 'two\r\nlines'])('the title %j is a matter of usage', (title) => {
    expect(refusal(move(see(withTask('pending')), edit('a', [], title)))?.code).toBe('usage');
    expect(refusal(move(see(withTask('pending')), { ...add('new'), title } as Request))?.code).toBe('usage');
  });

  it('never lowers an attempt', () => {
    for (const value of [{ number: 1 }, undefined])
      expect(refusal(move(see(withTask('in_progress')), edit('a', [{ name: 'attempt', value }])))?.code).toBe(
        'illegal-transition',
      );
    expect(
      refusal(move(see(withTask('in_progress')), edit('a', [{ name: 'attempt', value: { number: 3 } }]))),
    ).toBeUndefined();
  });

  it('says where the step was made already, and where a plan is named for a task', () => {
    const said = (status: TaskStatus, request: Request) => refusal(move(see(withTask(status)), request));
    expect(said('cancelled', { kind: 'cancel', task: 'a', reason: undefined })?.message).toBe(
      'a is cancelled already',
    );
    expect(said('completed', { kind: 'cancel', task: 'a', reason: undefined })?.message).toBe(
      'a is completed and cannot become cancelled this way',
    );
    const waits = see(plan([personTask('a'), personTask('b', { blocked_by: ['a'] })]));
    expect(refusal(move(waits, claim('b')))?.hint).toBe('See `rondo show b` for what it waits for.');
    const { name } = withTask('pending');
    expect(said('pending', { kind: 'retry', task: name })?.hint).toContain(`${name} is the plan itself`);
  });

  it('opens no plan that is complete: that is for reopen and restart', () => {
    const of = plan([personTask('a', completed)], { fields: { status: 'complete' } });
    expect(refusal(move(see(of), edit('a', [{ name: 'status', value: 'pending' }])))?.code).toBe(
      'illegal-transition',
    );
    expect(refusal(move(see(of), edit('a', [{ name: 'priority', value: 2 }])))).toBeUndefined();
  });
});

describe('add', () => {
  const of = plan([personTask('a'), personTask('b'), personTask('c')]);

  it('puts a task after the last one it depends on, else at the end', () => {
    const ids = (request: Request) => move(see(of), request).plan.tasks.map((each) => each.id);
    expect(ids(add('new', { blocked_by: ['b', 'a'] }))).toEqual(['a', 'b', 'new', 'c']);
    expect(ids(add('new'))).toEqual(['a', 'b', 'c', 'new']);
  });

  it('puts tasks after one and the same in the order in which they come', () => {
    let now = of;
    for (const [id, after] of [
      ['one', 'a'],
      ['two', 'a'],
      ['deep', 'two'],
      ['three', 'a'],
      ['more', 'one'],
    ] as const)
      now = move(see(now), add(id, { blocked_by: [after] })).plan;
    expect(now.tasks.map((each) => each.id)).toEqual(['a', 'one', 'more', 'two', 'deep', 'three', 'b', 'c']);
  });

  it('is refused for an id that is bad or taken, for blockers that are not there, and on a complete plan', () => {
    const code = (request: Request, on = of) => refusal(move(see(on), request))?.code;
    for (const id of ['', '-x', 'a b', 'x..y', 'x.lock', 'x.', 'ü', 'x'.repeat(65)])
      expect(code(add(id)), id).toBe('usage');
    expect([code(add('a')), code(add('B'))]).toEqual(['already-exists', 'already-exists']);
    expect(code(add('new', { blocked_by: ['gone'] }))).toBe('unknown-task');
    expect(code(add('new'), plan([personTask('a', completed)], { fields: { status: 'complete' } }))).toBe(
      'illegal-transition',
    );
  });
});

describe('the plan as a whole', () => {
  const at = (
    status: NonNullable<ReturnType<typeof plan>['fields']['status']>,
    more: Parameters<typeof plan>[1] = {},
  ) =>
    plan([personTask('a', status === 'complete' ? completed : {})], {
      ...more,
      fields: { status, ...more.fields },
    });
  const statusAfter = (request: Request, of: ReturnType<typeof plan>, more: Partial<Seen> = {}) => {
    const moved = move(see(of, more), request);
    return refusal(moved)?.code ?? moved.plan.fields.status;
  };
  const PAUSE: Request = { kind: 'pause', stop: false };

  it('pause holds until resume, whatever else happens; complete is not paused', () => {
    for (const status of ['running', 'awaiting-result', 'paused', 'blocked'] as const)
      expect(statusAfter(PAUSE, at(status))).toBe('paused');
    expect(statusAfter(PAUSE, at('complete'))).toBe('illegal-transition');
    const paused = move(see(plan([task('a')])), PAUSE).plan;
    expect(move(see(paused), TICK).effects).toEqual([]);
    expect(move(see(paused), PAUSE).draft.changes).toEqual([]);
    expect(statusAfter({ kind: 'resume' }, paused)).toBe('running');
    expect(statusAfter({ kind: 'resume' }, at('complete'))).toBe('illegal-transition');
  });

  it('pause --stop gives the tasks of this machine back, and of no other', () => {
    const of = plan([
      task('a', inProgress()),
      task('b', inProgress(1, { machine: 'osprey' })),
      task('c', claimed()),
    ]);
    expect(statusesOf(move(see(of), { kind: 'pause', stop: true }).plan)).toEqual({
      a: 'pending',
      b: 'in_progress',
      c: 'in_progress',
    });
  });

  it('a paused plan still consumes what comes back', () => {
    const of = plan([task('a', inProgress()), task('b', { blocked_by: ['a'] })], {
      fields: { paused_by: 'dana' },
    });
    const moved = move(see(of, { runs: [run('a', 1, ended())] }));
    expect([statusesOf(moved.plan), moved.effects, moved.plan.fields.status]).toEqual([
      { a: 'completed', b: 'pending' },
      ['settle a/1'],
      'paused',
    ]);
  });

  it('reopen --plan opens a complete plan alone, and keeps it open until it is accepted again', () => {
    for (const status of ['running', 'awaiting-result', 'paused', 'blocked'] as const)
      expect(statusAfter({ kind: 'reopen-plan' }, at(status))).toBe('illegal-transition');
    const open = move(see(at('complete')), { kind: 'reopen-plan' }).plan;
    expect(open.fields.status).not.toBe('complete');
    expect(move(see(open), TICK).draft.changes).toEqual([]);
    const added = move(see(open), add('b')).plan;
    const finished = move(see(added), done('b')).plan;
    expect([added.fields.status, finished.fields.status]).toEqual(['running', 'paused']);
    expect(statusAfter({ kind: 'accept' }, finished)).toBe('complete');
  });

  it('restart takes every task back to pending from any status; attempts go on counting, checked boxes are off', () => {
    const of = plan(
      TASK_STATUSES.map((status) => task(status, { ...FIELDS[status], attempt: { number: 4, retry: 2 } })),
      {
        fields: {
          status: 'complete',
          accepted_by: 'dana',
          launched: 3,
          paused_by: 'dana',
          reopened_by: 'dana',
        },
        criteria: [
          { text: 'checked', met: true, check: 'npm test' },
          { text: 'said', met: true },
        ],
      },
    );
    const moved = move(see(of), { kind: 'restart' });
    expect(new Set(Object.values(statusesOf(moved.plan)))).toEqual(new Set(['pending']));
    for (const each of moved.plan.tasks) expect(each.fields.attempt).toEqual({ number: 4 });
    expect(moved.plan.criteria.map((c) => c.met)).toEqual([false, true]);
    for (const field of ['accepted_by', 'launched', 'paused_by', 'reopened_by'] as const)
      expect(moved.plan.fields[field]).toBeUndefined();
    expect(moved.plan.fields.status).toBe('running');
    expect(move(see(moved.plan)).draft.effects.map((e) => e.attempt)).toEqual([5, 5, 5, 5, 5]);
  });

  it('accept says where somebody accepts for the origin', () => {
    const of = plan([personTask('a', completed)], {
      fields: { origin: 'kim' },
      criteria: [{ text: 'good', met: false }],
    });
    const moved = move(see(of), { kind: 'accept' });
    expect([moved.codes, moved.plan.fields.status, moved.plan.fields.accepted_by]).toEqual([
      ['not-owner'],
      'complete',
      'dana',
    ]);
  });

  it('a decision is dated and on one line', () => {
    const moved = move(see(at('running')), { kind: 'decide', text: 'WebAuthn\n\n## level 3' });
    expect(moved.plan.decisions).toEqual(['2026-11-21: WebAuthn ## level 3']);
  });

  it.each(['', '   ', '\n\n'])('the decision %j is a matter of usage', (text) => {
    expect(refusal(move(see(at('running')), { kind: 'decide', text }))?.code).toBe('usage');
  });

  it('launch changes nothing where batches start by themselves', () => {
    const settled = move(see(plan([personTask('a')]))).plan;
    expect(move(see(settled), { kind: 'launch' }).draft.changes).toEqual([]);
  });
});
