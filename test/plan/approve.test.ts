import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import type { Plan } from '../../src/model/plan.ts';
import { formatTime } from '../../src/model/time.ts';
import { notSupported } from '../../src/plan/not-supported.ts';
import type { Request } from '../../src/plan/request.ts';
import type { Seen } from '../../src/plan/seen.ts';
import type { RunState } from '../../src/ports.ts';
import {
  alive,
  claimed,
  completed,
  ELSEWHERE,
  ended,
  inProgress,
  move,
  NOW,
  plan,
  run,
  see,
  settings,
  task,
  taskOf,
} from '../support/plans.ts';

const DONE = { kind: 'done', summary: undefined, metadata: {}, passed: undefined } as const;
const rejectedOf = (of: Plan) => taskOf(of, 'a').fields.rejected;
const withA = (of: Plan, fields: TaskFields): Plan => ({
  ...of,
  tasks: of.tasks.map((each) =>
    each.id === 'a' ? { ...each, fields: { ...each.fields, ...fields } } : each,
  ),
});

const waiting = () =>
  see(plan([task('a', { ...completed, needs_approval: true }), task('b', { blocked_by: ['a'] })]));

describe('approval', () => {
  it('is recorded with who and when, and lets others build on the result', () => {
    const seen = waiting();
    expect(move(seen, { kind: 'tick', takeOver: false, recheck: false }).plan.fields.status).toBe('paused');
    const { plan: after } = move(seen, { kind: 'approve', task: 'a' });
    expect(after.tasks[0]?.fields.approved_by).toBe(seen.person);
    expect(after.tasks[0]?.fields.approved_at).toMatch(/^\d{4}-.*Z$/);
    expect(after.fields.status).toBe('running');
  });

  it('refused sends the task back, with the reason', () => {
    const { plan: after, draft } = move(waiting(), { kind: 'reject', task: 'a', reason: 'no tests' });
    expect(after.tasks[0]?.fields.status).toBe('pending');
    expect(after.tasks[0]?.fields.result).toBeUndefined();
    expect(draft.changes.some((change) => change.reason.includes('no tests'))).toBe(true);
  });

  it('refused is told to every attempt until one is approved, and goes with reopen and restart', () => {
    const { plan: sentBack } = move(waiting(), { kind: 'reject', task: 'a', reason: 'no tests' });
    const told = (of: Plan) => {
      const [effect] = move(see(of)).draft.effects;
      return effect?.kind === 'start' ? effect.order.brief : '';
    };
    expect(told(sentBack)).toContain('no tests');
    const failed = move(see(withA(sentBack, { status: 'in_progress' })), {
      kind: 'fail',
      task: 'a',
      reason: 'x',
    });
    const again = move(see(failed.plan), { kind: 'retry', task: 'a' }).plan;
    expect(told(again)).toContain('no tests');
    const redone = move(see(again), { ...DONE, task: 'a' }).plan;
    expect(rejectedOf(redone)).toMatchObject({ reason: 'no tests', by: see(redone).person });
    expect(rejectedOf(move(see(redone), { kind: 'approve', task: 'a' }).plan)).toBeUndefined();
    expect(rejectedOf(move(see(redone), { kind: 'reopen', task: 'a' }).plan)).toBeUndefined();
    expect(rejectedOf(move(see(redone), { kind: 'restart' }).plan)).toBeUndefined();
  });

  it('is refused where nothing awaits it', () => {
    const seen = see(plan([task('a', completed), task('b', {})]));
    for (const request of [
      { kind: 'approve', task: 'a' },
      { kind: 'approve', task: 'b' },
      { kind: 'reject', task: 'a', reason: 'x' },
    ] as const)
      expect(move(seen, request).decision).toMatchObject({
        kind: 'refused',
        problem: { code: 'illegal-transition' },
      });
  });
});

describe('approvers', () => {
  const by = (email: string, request: Request, fields: TaskFields = {}) => {
    const of = plan([
      task('a', { ...completed, needs_approval: true, ...fields }),
      task('b', { blocked_by: ['a'] }),
    ]);
    return move(see(of, { email, settings: settings({ approvers: ['Kim@Example.org'] }) }), request);
  };
  const approve: Request = { kind: 'approve', task: 'a' };
  const edit = (name: 'approved_by' | 'needs_approval', value: unknown): Request => ({
    kind: 'edit',
    task: 'a',
    title: undefined,
    fields: [{ name, value }],
  });
  const table: readonly (readonly [string, Request])[] = [
    ['approve', approve],
    ['reject', { kind: 'reject', task: 'a', reason: 'no tests' }],
    ['edit approved_by', edit('approved_by', 'kim')],
    ['edit needs_approval away', edit('needs_approval', undefined)],
    ['edit needs_approval to false', edit('needs_approval', false)],
  ];

  it.each(table)('named by e-mail, are the only ones who may %s', (_, request) => {
    const refused = by('dana@example.org', request).decision;
    expect(refused).toMatchObject({ kind: 'refused', problem: { code: 'not-an-approver' } });
    expect(refused.kind === 'refused' && refused.problem.hint).toContain('Kim@Example.org');
    expect(by('kim@example.org', request).decision.kind).toBe('decided');
  });

  it('are asked for nothing else: anybody may edit, and ask for an approval', () => {
    expect(by('dana@example.org', edit('needs_approval', true)).decision.kind).toBe('decided');
    expect(
      by('dana@example.org', edit('needs_approval', true), { needs_approval: false }).decision.kind,
    ).toBe('decided');
    const twice = by('dana@example.org', approve, { needs_approval: false }).decision;
    expect(twice).toMatchObject({ kind: 'refused', problem: { code: 'illegal-transition' } });
  });

  it('take back what somebody else wrote into the file, and nothing starts on it', () => {
    const committed = plan([
      task('a', { ...completed, needs_approval: true }),
      task('b', { blocked_by: ['a'] }),
    ]);
    const edited = withA(committed, { approved_by: 'dana', approved_at: '2026-11-21T10:00:00Z' });
    const round = (email: string, approvers: readonly string[]) =>
      move(
        see(edited, { committed, edited: true, email, settings: settings({ approvers: [...approvers] }) }),
      );
    const back = round('dana@example.org', ['kim@example.org']);
    expect([back.effects, back.codes.includes('not-an-approver')]).toEqual([[], true]);
    expect(taskOf(back.plan, 'a').fields).toEqual(taskOf(committed, 'a').fields);
    for (const approvers of [['dana@example.org'], []]) {
      const kept = round('dana@example.org', approvers);
      expect([kept.effects, taskOf(kept.plan, 'a').fields.approved_by]).toEqual([['start b/1'], 'dana']);
    }
  });
});

describe('while a worker is at work', () => {
  const committed = plan([
    task('a', { ...completed, needs_approval: true }),
    task('b', { blocked_by: ['a'] }),
    task('w', inProgress()),
  ]);
  const round = (fields: TaskFields, state: RunState) =>
    move(see(withA(committed, fields), { committed, edited: true, runs: [run('w', 1, state)] }));

  it.each<[string, TaskFields, RunState]>([
    [
      'an approval',
      { approved_by: 'kim', approved_at: formatTime(NOW) },
      { kind: 'alive', pid: 1, startedAt: NOW },
    ],
    ['an approval before its end is taken up', { approved_by: 'kim', approved_at: formatTime(NOW) }, ended()],
    ['that no approval is needed', { needs_approval: false }, { kind: 'alive', pid: 1, startedAt: NOW }],
  ])('%s is not taken from the file, which does not say who wrote it', (_, fields, state) => {
    const { codes, plan: after, effects } = round(fields, state);
    expect(codes).toContain('called-by-worker');
    expect(effects).not.toContain('start b/1');
    expect(taskOf(after, 'a').fields).toEqual(taskOf(committed, 'a').fields);
  });

  it.each<[string, RunState]>([
    ['is at work', { kind: 'alive', pid: 1, startedAt: NOW }],
    ['has ended', ended()],
  ])('that the plan is accepted is not taken from the file, while a worker %s', (_, state) => {
    const said = plan(committed.tasks, { fields: { accepted_by: 'kim' } });
    for (const more of [
      { committed, edited: true },
      { committed: said, lastRounds: [committed] },
    ]) {
      const after = move(see(said, { ...more, runs: [run('w', 1, state)] }));
      expect(after.codes).toContain('called-by-worker');
      expect(after.plan.fields.accepted_by).toBeUndefined();
    }
    const before = plan(committed.tasks, { fields: { accepted_by: 'dana' } });
    const kept = move(see(before, { committed: before, lastRounds: [before], runs: [run('w', 1, state)] }));
    expect(kept.plan.fields.accepted_by).toBe('dana');
  });

  it('what the caller of a step writes is', () => {
    const { codes, plan: after } = round(
      { approved_by: 'kim' },
      { kind: 'alive', pid: 1, startedAt: NOW, step: true },
    );
    expect(codes).not.toContain('called-by-worker');
    expect(taskOf(after, 'a').fields.approved_by).toBe('kim');
  });
});

describe('while the own worker of a task is at work, what a commit by hand brought', () => {
  const own = { ...inProgress(), needs_approval: true };
  const left = plan([
    task('a', { ...completed, needs_approval: true }),
    task('w', own),
    task('b', { blocked_by: ['w'] }),
  ]);
  const withFields = (id: string, fields: TaskFields) =>
    plan(
      left.tasks.map((each) => (each.id === id ? { ...each, fields: { ...each.fields, ...fields } } : each)),
    );
  const look = (said: Plan, more: Partial<Seen> = {}) =>
    move(see(said, { lastRounds: [left], runs: [run('w', 1, alive())], ...more }));
  const approved = { approved_by: 'kim', approved_at: formatTime(NOW) };

  it.each<[string, TaskFields]>([
    ['an approval', approved],
    ['that no approval is needed', { needs_approval: false }],
  ])('is not taken: %s', (_, fields) => {
    const after = look(withFields('w', fields));
    expect(after.codes).toContain('called-by-worker');
    expect(taskOf(after.plan, 'w').fields).toEqual(taskOf(left, 'w').fields);
    expect(after.draft.problems.find((p) => p.code === 'called-by-worker')?.hint).toMatch(
      /rondo (approve|edit) w/,
    );
  });

  it('is not taken when the worker has ended, and its end is consumed without it', () => {
    const after = look(withFields('w', approved), { runs: [run('w', 1, ended())] });
    const { fields } = taskOf(after.plan, 'w');
    expect([fields.status, fields.approved_by]).toEqual(['completed', undefined]);
    expect(after.effects).not.toContain('start b/1');
  });

  it('is taken for a task that is not at work, and once the worker is over', () => {
    const after = look(withFields('a', approved));
    expect([after.codes.includes('called-by-worker'), taskOf(after.plan, 'a').fields.approved_by]).toEqual([
      false,
      'kim',
    ]);
    const over = look(withFields('w', { ...completed, ...approved }), {
      lastRounds: [],
      runs: [run('w', 1, ended(), true)],
    });
    expect(taskOf(over.plan, 'w').fields.approved_by).toBe('kim');
  });

  it('is taken where the last round on any of the merged lines says so', () => {
    const said = withFields('w', approved);
    expect(look(said, { lastRounds: [left, said] }).codes).not.toContain('called-by-worker');
  });

  it('is put back to what the round left, also under an edit that is not committed', () => {
    const said = withFields('w', { ...approved, approved_by: 'lee' });
    const after = look(said, { committed: withFields('w', approved), edited: true });
    expect(taskOf(after.plan, 'w').fields).toEqual(taskOf(left, 'w').fields);
    expect(after.codes.filter((code) => code === 'called-by-worker')).toHaveLength(1);
  });
});

describe('while the own worker of a task is at work, its gates', () => {
  const with_ = settings({
    quality_gates: { task_gates: { unit: { hook: 'gate t' }, lint: { hook: 'lint', required: false } } },
  });
  const gated = { ...inProgress(), gates: ['gate a'], tags: ['unit', 'lint'] };
  const of = (fields: TaskFields) => plan([task('w', fields), task('v', gated)]);
  const before = of(gated);
  const at = (fields: TaskFields, more: Partial<Seen>, request?: Request) =>
    move(
      see(of({ ...gated, ...fields }), { settings: with_, runs: [run('w', 1, alive())], ...more }),
      request,
    );

  it.each<[string, TaskFields, TaskFields]>([
    ['stay', { gates: [] }, gated],
    ['stay, by tag, too', { gates: ['gate b'], tags: ['fast'] }, gated],
    [
      'stay, and what else is written',
      { gates: [], tags: ['unit', 'fast'] },
      { gates: ['gate a'], tags: ['unit', 'fast'] },
    ],
  ])('%s, in the work tree and in a commit', (_, edit, kept) => {
    for (const more of [{ committed: before, edited: true }, { lastRounds: [before] }]) {
      const after = at(edit, more);
      expect(after.codes).toContain('called-by-worker');
      expect(taskOf(after.plan, 'w').fields).toMatchObject(kept);
    }
  });

  it.each<[string, TaskFields, Partial<Seen>]>([
    ['may be added', { gates: ['gate a', 'gate b'] }, {}],
    ['may be optional ones that go', { tags: ['unit'] }, {}],
    ['go once it is over', { gates: [] }, { runs: [run('w', 1, ended(), true)] }],
    ['go while another is at work', { gates: [] }, { runs: [run('v', 1, alive())] }],
  ])('%s', (_, edit, more) => {
    const after = at(edit, { committed: before, edited: true, ...more });
    expect(after.codes).not.toContain('called-by-worker');
    expect(taskOf(after.plan, 'w').fields).toMatchObject(edit);
  });

  it('are kept by `edit`, too', () => {
    const edit = (name: 'gates' | 'tags', value: unknown, more: Partial<Seen> = {}) =>
      at({}, more, { kind: 'edit', task: 'w', title: undefined, fields: [{ name, value }] }).decision;
    expect(edit('gates', undefined)).toMatchObject({
      kind: 'refused',
      problem: { code: 'called-by-worker' },
    });
    expect(edit('tags', ['lint'])).toMatchObject({ kind: 'refused', problem: { code: 'called-by-worker' } });
    expect(edit('gates', ['gate b', 'gate a']).kind).toBe('decided');
    expect(edit('gates', undefined, { runs: [] }).kind).toBe('decided');
  });
});

describe('while the own worker of a task is at work, that it is completed', () => {
  const gated = { ...inProgress(), gates: ['gate a'] };
  const fake: TaskFields = {
    status: 'completed',
    completed_at: formatTime(NOW),
    result: { evidence: [{ command: 'gate a', exit_code: 0, gate: 'task' }] },
  };
  const left = (fields: TaskFields = gated) => plan([task('w', fields), task('b', { blocked_by: ['w'] })]);
  const both = (before: Plan, said: Plan, more: Partial<Seen>) => [
    move(see(said, { committed: before, edited: true, ...more })),
    move(see(said, { committed: said, lastRounds: [before], ...more })),
  ];

  it.each<[string, TaskFields, TaskFields]>([
    ['with gates', gated, fake],
    ['with gates that are taken away, too', gated, { ...fake, gates: [] }],
    ['that needs an approval', { ...inProgress(), needs_approval: true }, fake],
    [
      'without its attempt',
      gated,
      { ...fake, attempt: undefined, owner: undefined } as unknown as TaskFields,
    ],
  ])('is not taken from the file, in the work tree or in a commit, for a task %s', (_, fields, edit) => {
    const said = plan(
      left().tasks.map((each) => (each.id === 'w' ? task('w', { ...fields, ...edit }) : each)),
    );
    for (const after of both(left(fields), said, { runs: [run('w', 1, alive())] })) {
      expect(after.codes).toContain('called-by-worker');
      expect(taskOf(after.plan, 'w').fields).toMatchObject({ ...inProgress(), status: 'in_progress' });
      expect(taskOf(after.plan, 'w').fields).not.toHaveProperty('result');
      expect(after.effects).toEqual([]);
    }
  });

  it('its end is taken up and its gates are asked in the same round', () => {
    for (const after of both(left(), left({ ...gated, ...fake }), { runs: [run('w', 1, ended())] })) {
      expect(after.effects.map((effect) => effect.replace(/-[0-9a-f]+/, ''))).toEqual([
        'settle w/1',
        'start +gate/1',
      ]);
      expect(taskOf(after.plan, 'w').fields.status).toBe('in_progress');
    }
    const failed = both(left(), left({ ...gated, ...fake }), { runs: [run('w', 1, ended({ exitCode: 1 }))] });
    expect(failed.map((after) => taskOf(after.plan, 'w').fields.status)).toEqual(['failed', 'failed']);
  });

  it('an attempt number that was raised with it stays, so that none goes down', () => {
    const raised = { ...gated, ...fake, attempt: { ...gated.attempt, number: 3 } };
    for (const after of both(left(), left(raised), { runs: [run('w', 1, alive())] }))
      expect([taskOf(after.plan, 'w').fields.attempt?.number, after.effects]).toEqual([3, ['stop w/1']]);
  });

  it.each<[string, TaskFields, Partial<Seen>]>([
    ['has no gates', inProgress(), { runs: [run('w', 1, alive())] }],
    ['has optional gates only', { ...inProgress(), tags: ['lint'] }, { runs: [run('w', 1, alive())] }],
    ['is with a person', { ...claimed(), gates: ['gate a'] }, {}],
    ['is at work on another machine', { ...inProgress(1, { machine: ELSEWHERE }), gates: ['gate a'] }, {}],
    ['has a worker whose end is consumed', gated, { runs: [run('w', 1, ended(), true)] }],
  ])('is a word of people for a task that %s', (_, fields, more) => {
    const with_ = settings({
      quality_gates: { task_gates: { lint: { hook: 'lint', required: false } } },
    });
    for (const after of both(left(fields), left({ ...fields, ...fake }), { settings: with_, ...more })) {
      expect(after.codes).not.toContain('called-by-worker');
      expect(taskOf(after.plan, 'w').fields.status).toBe('completed');
    }
  });

  it('is said to be unproved where people complete it by hand, unless it brings its proof', () => {
    const before = left({ gates: ['gate a'] });
    const by = (fields: TaskFields) =>
      move(see(left({ gates: ['gate a'], ...fields }), { committed: before, edited: true })).codes;
    expect(by(completed)).toContain('gates-not-asked');
    expect(by(fake)).not.toContain('gates-not-asked');
    expect(by({ ...completed, result: { passed: false } })).not.toContain('gates-not-asked');
    expect(by({ ...completed, gates: [] })).not.toContain('gates-not-asked');
    const later = left({ gates: ['gate a'], ...completed, priority: 1 });
    const committed = left({ gates: ['gate a'], ...completed });
    expect(move(see(later, { committed, edited: true })).codes).not.toContain('gates-not-asked');
  });

  it('is taken where a round of any merged line completed it', () => {
    const said = left({ ...gated, ...fake });
    const after = move(
      see(said, { committed: said, lastRounds: [left(), said], runs: [run('w', 1, alive())] }),
    );
    expect(taskOf(after.plan, 'w').fields.status).toBe('completed');
  });
});

describe('what has no effect', () => {
  it('is said for every setting that is given with what stands instead, and for no other', () => {
    const said = notSupported(
      plan([task('a', {})]),
      settings({
        sync: { push: 'auto' },
        trust: { briefs: 'ask' },
        specialists: { x: { agent: 'claude' } },
      }),
    );
    const shared = { code: 'not-supported', severity: 'warning' };
    expect(said).toMatchObject([
      { ...shared, path: ['sync', 'push'], message: expect.stringContaining('nothing pushes') },
      { ...shared, path: ['trust', 'briefs'], hint: expect.stringContaining('`permissions`') },
    ]);
    expect(
      notSupported(
        plan([task('a', {})]),
        settings({ sync: { push: 'never' }, quality_gates: { enabled: false } }),
      ),
    ).toEqual([]);
  });
});
