/** Work in worktrees of its own, as pure decisions: taken up, held against `writes`, merged, refused, merged again. */
import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import type { Settings } from '../../src/model/settings.ts';
import type { Request } from '../../src/plan/request.ts';
import type { RunState, WorkLook } from '../../src/ports.ts';
import {
  completed,
  ELSEWHERE,
  ended,
  inProgress,
  LOST,
  move,
  NOW,
  plan,
  run,
  see,
  settings,
  TICK,
  task,
} from '../support/plans.ts';

const APART = settings({ specialists: { impl: { command: 'work', isolation: 'worktree' } } });
const STRICT = settings({
  specialists: { impl: { command: 'work', isolation: 'worktree', enforce_writes: true } },
});
const BY_IMPL: TaskFields = { specialist: 'impl' };
const BRANCH = { branch: 'rondo/work/demo/a/1' };

const collected = (more: Partial<Extract<WorkLook, { kind: 'collected' }>> = {}): WorkLook => ({
  kind: 'collected',
  tip: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  changed: ['src/a.ts'],
  merged: false,
  refused: null,
  ...more,
});
const REFUSED = collected({ refused: { why: 'conflicts with rondo/merged/demo', files: ['src/a.ts'] } });

/** A task whose attempt is over, and what its work looks like. */
function over(
  work: WorkLook | undefined,
  fields: TaskFields = {},
  more: { state?: RunState; settings?: Settings; request?: Request; attempt?: object } = {},
) {
  const one = plan([
    task('a', { ...BY_IMPL, ...inProgress(1, { ...BRANCH, ...more.attempt }, 'impl'), ...fields }),
    task('b', { blocked_by: ['a'] }),
  ]);
  const seen = see(one, {
    settings: more.settings ?? APART,
    runs: [run('a', 1, more.state ?? ended())],
    work: work === undefined ? {} : { a: work },
  });
  const moved = move(seen, more.request ?? TICK);
  const [a] = moved.plan.tasks;
  return { ...moved, a: a?.fields ?? {}, b: moved.plan.tasks[1]?.fields ?? {} };
}

describe('a specialist with `isolation: worktree`', () => {
  it('has each attempt announced with its branch, and ordered apart', () => {
    const { plan: started, draft } = move(
      see(plan([task('a', { ...BY_IMPL, writes: ['src'] }), task('b')]), { settings: APART }),
    );
    expect(started.tasks.map((each) => each.fields.attempt?.branch)).toEqual([
      'rondo/work/demo/a/1',
      undefined,
    ]);
    const orders = draft.effects.map((effect) => (effect.kind === 'start' ? effect.order : undefined));
    expect(orders.map((order) => order?.isolation)).toEqual([
      {
        branch: 'rondo/work/demo/a/1',
        into: 'rondo/merged/demo',
        ref: 'refs/heads/main',
        planFile: 'docs/demo-state.md',
      },
      undefined,
    ]);
    expect(orders[0]?.brief).toContain('rondo/work/demo/a/1');
    expect(orders[0]?.writes).toBeUndefined();
    expect(orders[1]?.brief).not.toContain('Where you work');
  });

  it('is told what has landed: the newest commit that the evidence of each completed task names', () => {
    const apart = (id: string, more: TaskFields) =>
      task(id, { ...completed, attempt: { number: 1, branch: `rondo/work/demo/${id}/1` }, ...more });
    const proved = (...commits: readonly string[]) => ({
      result: { evidence: commits.map((commit) => ({ command: 'work', commit })) },
    });
    const { draft } = move(
      see(
        plan([
          apart('a', proved('aaaaaaaaaaaa', 'bbbbbbbbbbbb')),
          apart('failed', { status: 'failed', ...proved('cccccccccccc') }),
          apart('by-hand', proved('--upload-pack=x')),
          apart('unproved', {}),
          task('here', { ...completed, ...proved('dddddddddddd') }),
          task('next', BY_IMPL),
        ]),
        {
          settings: settings(
            { on_failure: 'continue' },
            { specialists: { impl: { command: 'work', isolation: 'worktree' } } },
          ),
        },
      ),
    );
    const orders = draft.effects.flatMap((effect) => (effect.kind === 'start' ? [effect.order] : []));
    expect(orders.map(({ task: id, isolation }) => [id, isolation?.landed])).toEqual([
      ['next', [{ task: 'a', commit: 'bbbbbbbbbbbb' }]],
    ]);
  });

  it('is told of the ledger where there is one', () => {
    const task_tracking = { ledger: true, ledger_path: 'docs/ledger.yml' };
    const with_ = { ...APART, task_tracking: { ...APART.task_tracking, ...task_tracking } };
    const [effect] = move(see(plan([task('a', BY_IMPL)]), { settings: with_ })).draft.effects;
    expect(effect?.kind === 'start' && effect.order.isolation?.ledger).toBe('docs/ledger.yml');
  });

  it('merges into nothing where work is left for pull requests', () => {
    const pr = { ...APART, merge: 'pr' as const };
    const { draft } = move(see(plan([task('a', BY_IMPL)]), { settings: pr }));
    const [effect] = draft.effects;
    expect(effect?.kind === 'start' && effect.order.isolation?.into).toBeNull();
    expect(over(collected(), {}, { settings: pr }).a.status).toBe('completed');
  });
});

describe('what builds on it and works in the checkout', () => {
  const briefOf = (of: Settings, attempt: object) => {
    const done: TaskFields = { ...inProgress(1, attempt, 'impl'), ...completed };
    const { draft } = move(see(plan([task('a', done), task('b', { blocked_by: ['a'] })]), { settings: of }));
    const [effect] = draft.effects;
    return effect?.kind === 'start' ? effect.order.brief : '';
  };

  it.each([
    ['is told the integration branch', APART, BRANCH, 'a: on the branch `rondo/merged/demo`'],
    [
      'is told the branch of the attempt',
      { ...APART, merge: 'pr' as const },
      BRANCH,
      '`rondo/work/demo/a/1`',
    ],
  ])('%s', (_, of, attempt, line) => {
    expect(briefOf(of, attempt)).toContain(line);
    expect(briefOf(of, {})).not.toContain('Where its work is');
  });
});

describe('the end of its worker', () => {
  it.each([
    ['well', ended()],
    ['badly', ended({ exitCode: 1 })],
    ['without a word', LOST],
    ['blocked', ended({ report: { status: 'blocked' } })],
  ])('that comes %s has what it left taken up first', (_, state) => {
    for (const work of [undefined, { kind: 'open' } as const]) {
      const { effects, a } = over(work, {}, { state });
      expect([effects, a.status]).toEqual([['collect a/1'], 'in_progress']);
    }
  });

  it('is followed by the merge, and the task is not completed before', () => {
    const { effects, a, b } = over(collected());
    expect([effects, a.status, b.status]).toEqual([['settle a/1', 'merge a/1'], 'in_progress', undefined]);
  });

  it('completes the task once the merge stands, with the commit of the work as evidence', () => {
    const { effects, a, b } = over(collected({ merged: true }));
    expect([effects, a.status, b.status]).toEqual([['settle a/1', 'start b/1'], 'completed', 'in_progress']);
    expect(a.result?.evidence?.[0]?.commit).toBe('aaaaaaaaaaaa');
  });

  it('merges nothing that failed', () => {
    const { effects, a } = over(collected(), {}, { state: ended({ exitCode: 1 }) });
    expect([effects, a.status]).toEqual([['settle a/1'], 'failed']);
  });

  it('is that of any other attempt where a person wrote another branch into the plan', () => {
    for (const branch of ['main', 'rondo/work/demo/a/2', 'rondo/work/demo/b/1', 'rondo/work/../a/1'])
      expect(over(undefined, {}, { attempt: { branch } }).a.status).toBe('completed');
  });
});

describe('a merge that was not made', () => {
  it('blocks the task, names the files and says how to go on', () => {
    const { a, b, codes, plan: blocked } = over(REFUSED);
    expect(a).toMatchObject({ status: 'blocked', blocker: { type: 'conflict' } });
    for (const word of [
      'src/a.ts',
      'git merge rondo/merged/demo',
      'rondo unblock a',
      'rondo retry a',
      '.git/rondo/worktrees/demo/a/1',
    ])
      expect(a.blocker?.detail).toContain(word);
    expect(b.status).toBeUndefined();
    expect(blocked.fields.status).toBe('blocked');
    expect(codes).toContain('merge-conflict');
  });

  const blocked: TaskFields = { status: 'blocked', blocker: { type: 'conflict', detail: 'x' } };

  it('is tried again by `unblock`: the same attempt, taken up afresh, and merged by a round that follows at once', () => {
    const { effects, a, decision } = over(REFUSED, blocked, { request: { kind: 'unblock', task: 'a' } });
    expect([effects.filter((effect) => effect.startsWith('collect')), a.status]).toEqual([
      ['collect a/1'],
      'in_progress',
    ]);
    expect([a.attempt?.number, a.blocker]).toEqual([1, undefined]);
    expect(decision).toMatchObject({ kind: 'decided', leadsOn: true });
  });

  it('extends a lease that passed while a person resolved it', () => {
    const { a } = over(REFUSED, blocked, {
      request: { kind: 'unblock', task: 'a' },
      attempt: { lease_until: '2026-11-21T09:00:00Z' },
    });
    expect(Date.parse(a.attempt?.lease_until ?? '')).toBeGreaterThan(NOW);
  });

  it('is given up by `retry`: a new attempt does the work from where the others are', () => {
    const { a } = over(REFUSED, blocked, { request: { kind: 'retry', task: 'a' } });
    expect([a.status, a.blocker]).toEqual(['pending', undefined]);
  });

  it.each([
    ['its worker itself was blocked', { state: ended({ report: { status: 'blocked' } }) }],
    ['another machine has the work', { attempt: { machine: ELSEWHERE } }],
    ['it works in the checkout', { attempt: { branch: undefined } }],
  ])('is no question where %s: `unblock` has it done anew', (_, more) => {
    const { a } = over(undefined, blocked, { request: { kind: 'unblock', task: 'a' }, ...more });
    expect(a.status).toBe('pending');
  });
});

describe('what was changed outside of `writes`', () => {
  const TABLE: readonly (readonly [string, TaskFields, boolean])[] = [
    ['nothing is listed', {}, false],
    ['it is listed', { writes: ['src/*.ts'] }, false],
    ['its folder is listed', { writes: ['src'] }, false],
    ['it is the output', { writes: ['docs/**'], output: 'src/a.ts' }, false],
    ['it is not listed', { writes: ['docs/**'] }, true],
  ];
  for (const [what, fields, outside] of TABLE)
    it(`where ${what}`, () => {
      const told = over(collected(), fields);
      expect(told.codes.includes('outside-writes')).toBe(outside);
      expect([told.a.status, told.effects.includes('merge a/1')]).toEqual(['in_progress', true]);
      const held = over(collected(), fields, { settings: STRICT });
      expect([held.a.status, held.effects.includes('merge a/1')]).toEqual(
        outside ? ['blocked', false] : ['in_progress', true],
      );
      const pr = over(collected(), fields, { settings: { ...STRICT, merge: 'pr' } });
      expect(pr.a.status).toBe(outside ? 'blocked' : 'completed');
      if (outside) expect(held.a.blocker?.detail).toContain('src/a.ts');
    });
});
