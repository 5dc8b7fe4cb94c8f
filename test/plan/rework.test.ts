import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import type { Plan, Task } from '../../src/model/plan.ts';
import { pathBetween, reworkProblems } from '../../src/plan/rules/rework.ts';
import { didNotPass, verdictOf } from '../../src/plan/verdict.ts';
import {
  alive,
  completed,
  ended,
  inProgress,
  move,
  personTask,
  plan,
  run,
  see,
  settings,
  statusesOf,
  task,
  taskOf,
} from '../support/plans.ts';

const FAILED = { summary: 'two holes', passed: false } as const;
const done = (more: TaskFields = {}): TaskFields => ({ ...completed, result: { summary: 'ok' }, ...more });

/** dev <- tests <- review, with a task beside the path on each side. */
function reviewed(review: TaskFields = {}, dev: TaskFields = {}): Plan {
  return plan([
    task('spec', done()),
    task('dev', done({ blocked_by: ['spec'], attempt: { number: 2 }, ...dev })),
    task('tests', done({ blocked_by: ['dev'] })),
    task('docs', done({ blocked_by: ['dev'] })),
    task('review', done({ blocked_by: ['tests'], rework: { task: 'dev' }, result: FAILED, ...review })),
    task('release', { blocked_by: ['review', 'docs'] }),
  ]);
}

describe('a review that did not pass', () => {
  it('is saved as it is, with word of what comes, before its work is sent back', () => {
    const before = plan([
      task('dev', done()),
      task('review', { ...inProgress(1), blocked_by: ['dev'], rework: { task: 'dev' } }),
    ]);
    const moved = move(
      see(before, { runs: [run('review', 1, ended({ report: { passed: false, summary: 'two holes' } }))] }),
    );
    expect(statusesOf(moved.plan)).toEqual({ dev: 'completed', review: 'completed' });
    expect(moved.decision).toMatchObject({ kind: 'decided', leadsOn: true });
    expect(moved.plan.fields.status).toBe('running');
    expect(moved.plan.fields.next_action).toContain('dev');
    const next = move(see(moved.plan));
    expect(statusesOf(next.plan)).toEqual({ dev: 'in_progress', review: 'pending' });
    expect(next.decision).toMatchObject({ leadsOn: false });
  });

  it('sends back the named task, what is between, and itself, and nothing beside', () => {
    const { plan: after } = move(see(reviewed()), { kind: 'watchdog' });
    expect(statusesOf(after)).toEqual({
      spec: 'completed',
      dev: 'pending',
      tests: 'pending',
      docs: 'completed',
      review: 'pending',
      release: 'pending',
    });
    expect(taskOf(after, 'review').fields.iteration).toBe(1);
    expect(taskOf(after, 'dev').fields).toMatchObject({ attempt: { number: 2 } });
    expect(taskOf(after, 'dev').fields.result).toBeUndefined();
  });

  it('that a person or a hand edit says so is saved first, too', () => {
    const open = plan([
      personTask('dev', done()),
      personTask('review', { blocked_by: ['dev'], rework: { task: 'dev' } }),
    ]);
    const request = { kind: 'done', task: 'review', summary: 'no', metadata: {}, passed: false } as const;
    const said = move(see(open), request);
    expect(statusesOf(said.plan)).toEqual({ dev: 'completed', review: 'completed' });
    expect(said.decision).toMatchObject({ leadsOn: true });
    const edited = move(see(said.plan, { committed: open, edited: true }));
    expect(statusesOf(edited.plan)).toEqual({ dev: 'completed', review: 'completed' });
    expect(edited.decision).toMatchObject({ leadsOn: true });
  });

  it('waits while a person has paused the plan', () => {
    const paused = { ...reviewed(), fields: { rondo: 1, paused_by: 'kim' } };
    const moved = move(see(paused));
    expect(statusesOf(moved.plan)).toMatchObject({ dev: 'completed', review: 'completed' });
    expect(moved.decision).toMatchObject({ leadsOn: false });
  });

  it('stops a worker on the way, and what is blocked or cancelled there stays', () => {
    const of = plan([
      task('dev', done()),
      task('a', { ...inProgress(1), blocked_by: ['dev'] }),
      task('b', { status: 'blocked', blocked_by: ['dev'], blocker: { type: 'external' } }),
      task('c', { status: 'cancelled', blocked_by: ['dev'] }),
      task('d', { status: 'failed', blocked_by: ['dev'] }),
      task('review', done({ blocked_by: ['a', 'b', 'c', 'd'], rework: { task: 'dev' }, result: FAILED })),
    ]);
    const moved = move(see(of, { runs: [run('a', 1, alive())] }), { kind: 'watchdog' });
    expect(statusesOf(moved.plan)).toEqual({
      dev: 'pending',
      a: 'pending',
      b: 'blocked',
      c: 'cancelled',
      d: 'pending',
      review: 'pending',
    });
    expect(moved.effects).toEqual(['stop a/1']);
  });

  it('has the approval of what is done again asked for again', () => {
    const { plan: after } = move(
      see(reviewed({}, { needs_approval: true, approved_by: 'kim', approved_at: '2026-11-21T09:00:00Z' })),
      { kind: 'watchdog' },
    );
    expect(taskOf(after, 'dev').fields.approved_by).toBeUndefined();
    const redone = move(see(after), {
      kind: 'done',
      task: 'dev',
      summary: 'x',
      metadata: {},
      passed: undefined,
    });
    expect(redone.plan.fields.status).toBe('paused');
    expect(redone.plan.fields.next_action).toContain('approve dev');
  });

  it('tells the next attempt what it found, until it is done again', () => {
    const issues = [
      { severity: 'high', text: 'the token\nis logged', file: 'src/login.ts', line: 12 },
      { text: 'no test' },
    ];
    const moved = move(see(reviewed({ result: { ...FAILED, issues } })));
    const [start] = moved.draft.effects;
    expect(start?.kind === 'start' && start.task === 'dev' ? start.order.brief : '').toContain(
      '- review did not pass: two holes\n  - high: the token is logged (src/login.ts:12)\n  - no test\n',
    );
    // An attempt that was announced and never started is told the same.
    const again = move(see(moved.plan));
    expect(again.draft.effects[0]).toMatchObject({ kind: 'start', order: { task: 'dev' } });
    expect(again.draft.effects[0]).toEqual({ ...start, reason: 'announced and never started' });
  });

  it('blocks past its limit, with ways out, and keeps what it found', () => {
    const moved = move(see(reviewed({ iteration: 2, rework: { task: 'dev', limit: 2 } })));
    expect(taskOf(moved.plan, 'dev').fields.status).toBe('completed');
    expect(taskOf(moved.plan, 'review').fields).toMatchObject({
      status: 'blocked',
      iteration: 2,
      result: FAILED,
      blocker: { detail: expect.stringMatching(/2 times.*rondo reopen dev.*rondo unblock review/) },
    });
    expect(moved.plan.fields.status).toBe('blocked');
    const unblocked = move(see(moved.plan), { kind: 'unblock', task: 'review' });
    expect(taskOf(unblocked.plan, 'review').fields.result).toBeUndefined();
  });

  it('waits, past its limit, for work that was reopened, and so does what lies between', () => {
    const blocked = move(see(reviewed({ iteration: 2, rework: { task: 'dev', limit: 2 } })));
    const reopened = move(see(blocked.plan), { kind: 'reopen', task: 'dev' });
    const { plan: after } = move(see(reopened.plan), { kind: 'unblock', task: 'review' });
    expect(statusesOf(after)).toMatchObject({
      spec: 'completed',
      tests: 'pending',
      docs: 'completed',
      review: 'pending',
    });
    expect(taskOf(after, 'tests').fields.result).toBeUndefined();
    const next = move(see(after));
    expect(statusesOf(next.plan)).toMatchObject({ dev: 'in_progress', tests: 'pending', review: 'pending' });
    // Mended by hand in place, nothing is done again but the review.
    const again = move(see(blocked.plan), { kind: 'unblock', task: 'review' });
    expect(statusesOf(again.plan)).toMatchObject({ dev: 'completed', tests: 'completed', review: 'pending' });
  });

  it.each([
    ['is not in the plan', { task: 'gone' }],
    ['does not build', { task: 'release' }],
    ['names the review itself', { task: 'review' }],
  ])('blocks where the task it names %s', (what, rework) => {
    const of = reviewed({ rework });
    expect(reworkProblems(of)).toMatchObject([
      { code: 'invalid-rework', task: 'review', severity: 'warning' },
    ]);
    const { plan: after } = move(see(of));
    expect(taskOf(after, 'review').fields).toMatchObject({
      status: 'blocked',
      blocker: { detail: expect.stringContaining(what) },
    });
  });

  it('blocks where the task it names was cancelled', () => {
    const { plan: after } = move(see(reviewed({}, { status: 'cancelled' })));
    expect(taskOf(after, 'review').fields.status).toBe('blocked');
  });

  it('of two that name one task both count, and it is told of both', () => {
    const of = plan([
      task('dev', done()),
      task(
        'r1',
        done({ blocked_by: ['dev'], rework: { task: 'dev' }, result: { passed: false, summary: 'one' } }),
      ),
      task(
        'r2',
        done({ blocked_by: ['dev'], rework: { task: 'dev' }, result: { passed: false, summary: 'two' } }),
      ),
    ]);
    const moved = move(see(of));
    expect([taskOf(moved.plan, 'r1'), taskOf(moved.plan, 'r2')].map((r) => r.fields.iteration)).toEqual([
      1, 1,
    ]);
    const [start] = moved.draft.effects;
    const brief = start?.kind === 'start' ? start.order.brief : '';
    expect(brief).toContain('one');
    expect(brief).toContain('two');
  });

  it('without `rework` blocks the plan and nothing goes back', () => {
    const of = plan([task('dev', done()), task('review', done({ blocked_by: ['dev'], result: FAILED }))]);
    const moved = move(see(of));
    expect(statusesOf(moved.plan)).toEqual({ dev: 'completed', review: 'completed' });
    expect(moved.plan.fields.status).toBe('blocked');
  });

  it('leaves earlier batches open again under every strategy', () => {
    for (const strategy of ['eager', 'batched', 'sequential'] as const) {
      const moved = move(see(reviewed(), { settings: settings({ parallelism: { strategy } }) }));
      expect(moved.effects).toEqual(['start dev/3']);
    }
  });
});

describe('the threshold', () => {
  const review = (threshold: string | undefined, result: TaskFields['result']): Task =>
    task('r', { result, rework: { task: 'dev', ...(threshold === undefined ? {} : { threshold }) } });
  const found = (...severities: readonly (string | undefined)[]) => ({
    passed: false,
    issues: severities.map((severity) => ({ text: 'x', ...(severity === undefined ? {} : { severity }) })),
  });

  it.each([
    ['high', found('low', 'Medium'), true],
    ['high', found('low', 'high'), false],
    ['high', found('CRITICAL'), false],
    ['high', found('minor', 'nit'), true],
    ['high', found('low', undefined), false],
    ['high', found('low', 'odd'), false],
    ['odd', found('low'), false],
    [undefined, found('info'), false],
    ['high', { passed: false }, false],
    ['high', { passed: false, metadata: { severity: 'low' } }, true],
    ['high', { passed: false, metadata: { severity: 'high' } }, false],
    ['high', { passed: true }, true],
  ])('%s with %j passes: %s', (threshold, result, passes) => {
    expect(didNotPass(review(threshold, result))).toBe(!passes);
    expect(verdictOf(review(threshold, result))).toBe(passes);
  });

  it('lets dependents start on findings below it, and nothing goes back', () => {
    const of = reviewed({ rework: { task: 'dev', threshold: 'high' }, result: found('low') });
    expect(move(see(of)).effects).toEqual(['start release/1']);
  });

  it('is warned of where it is no severity', () => {
    expect(reworkProblems(reviewed({ rework: { task: 'dev', threshold: 'hihg' } }))).toMatchObject([
      { code: 'invalid-rework', path: ['rework', 'threshold'] },
    ]);
  });
});

// ---------------------------------------------------------------- over random graphs

/** Tasks that wait for earlier ones, all completed; the last is a review of one of them. */
const arbitraryReviewed: fc.Arbitrary<{
  readonly of: Plan;
  readonly target: string;
  readonly review: string;
}> = fc.array(fc.array(fc.nat(11), { maxLength: 4 }), { minLength: 2, maxLength: 12 }).chain((rows) =>
  fc.nat(rows.length - 2).map((n) => {
    const last = rows.length - 1;
    const tasks = rows.map((blockers, i) =>
      task(
        `t${i}`,
        done({
          blocked_by: [...new Set(blockers)].filter((b) => b < i).map((b) => `t${b}`),
          ...(i === last ? { rework: { task: `t${n}` }, result: FAILED } : {}),
        }),
      ),
    );
    return { of: plan(tasks), target: `t${n}`, review: `t${last}` };
  }),
);

/** Every path from a task down to another, by walking them all. */
function walk(of: Plan, from: string, to: string, path: readonly string[] = []): readonly string[] {
  const blockers = (taskOf(of, to).fields.blocked_by ?? []) as readonly string[];
  if (to === from) return [...path, to];
  return blockers.flatMap((id) => walk(of, from, id, [...path, to]));
}

describe('over random graphs', () => {
  it('exactly the tasks on a path are sent back, each field of all others is as it was', () => {
    fc.assert(
      fc.property(arbitraryReviewed, ({ of, target, review }) => {
        const expected = new Set(walk(of, target, review));
        expect(pathBetween(of, target, review)).toEqual(expected);
        const { plan: after } = move(see(of), { kind: 'watchdog' });
        if (expected.size === 0) {
          expect(taskOf(after, review).fields.status).toBe('blocked');
          expected.add(review);
        }
        for (const before of of.tasks) {
          const now = taskOf(after, before.id);
          if (!expected.has(before.id)) expect(now).toEqual(before);
          else expect(now.fields.status).not.toBe('completed');
        }
      }),
      { numRuns: 1000 },
    );
  });
});
