/** Batches: their numbers, how far each is, what it should take, and the word about one that takes too long. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import { formatTime } from '../../src/model/time.ts';
import { currentProgress, estimateOf, partsOf, planBatches } from '../../src/plan/batches.ts';
import { generations } from '../../src/plan/graph.ts';
import {
  claimed,
  completed,
  inProgress,
  MINUTE,
  move,
  NOW,
  plan,
  see,
  settings,
  task,
} from '../support/plans.ts';

const ids = (tasks: readonly { readonly id: string }[]) => tasks.map(({ id }) => id);

describe('batches', () => {
  it('keep their numbers while the plan runs', () => {
    const of = [
      task('a', completed),
      task('b', { blocked_by: ['a'] }),
      task('c', { blocked_by: ['b'] }),
      task('x'),
    ];
    expect(planBatches(of).map(({ number, tasks }) => [number, ids(tasks)])).toEqual([
      [1, ['a', 'x']],
      [2, ['b']],
      [3, ['c']],
    ]);
  });

  it('are the generations of the graph, in whatever order the tasks stand', () => {
    const graph = fc.array(fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 3 }), { maxLength: 8 });
    fc.assert(
      fc.property(graph, (rows) => {
        const tasks = rows.map((on, i) => task(`t${i}`, { blocked_by: on.map((b) => `t${b}`) }));
        const acyclic = generations(tasks);
        const found = planBatches(tasks).map(({ tasks: of }) => ids(of));
        expect(found.slice(0, acyclic.length)).toEqual(acyclic.map(ids));
      }),
    );
  });

  it('leave nothing open out, where a cycle was broken by ending one of its tasks', () => {
    const of = [task('a', { ...completed, blocked_by: ['b'] }), task('b', { blocked_by: ['a'] })];
    expect(planBatches(of).map(({ tasks }) => ids(tasks))).toEqual([['b']]);
  });
});

describe('how far a plan is', () => {
  it.each<[string, readonly TaskFields[], unknown]>([
    ['nothing begun', [{}, {}], { number: 1, done: 0, total: 2 }],
    [
      'cancelled tasks do not count',
      [completed, { status: 'cancelled' }, {}],
      { number: 1, done: 1, total: 2 },
    ],
    [
      'the batch with a task under way, though an earlier one has a failed task',
      [{ status: 'failed' }, completed, { ...inProgress(), blocked_by: ['t1'] }],
      { number: 2, done: 0, total: 1, in_progress: 1 },
    ],
    ['what stands in the way', [{ status: 'blocked' }], { number: 1, done: 0, total: 1, blocked: 1 }],
    ['all is over', [completed, { status: 'cancelled' }], undefined],
  ])('%s', (_, fields, expected) => {
    const progress = currentProgress(fields.map((each, i) => task(`t${i}`, each)));
    if (expected === undefined) expect(progress).toBeUndefined();
    else expect(progress).toMatchObject(expected as object);
  });
});

it('a batch larger than the limit is parted, with a letter for each part', () => {
  const many = Array.from({ length: 5 }, (_, i) => task(`t${i}`));
  expect(partsOf(many, 3).map((part) => [part.letter, ids(part.tasks)])).toEqual([
    ['a', ['t0', 't1', 't2']],
    ['b', ['t3', 't4']],
  ]);
  expect(partsOf(many, 5).map((part) => part.letter)).toEqual(['']);
  const letters = partsOf(
    Array.from({ length: 28 }, (_, i) => task(`t${i}`)),
    1,
  ).map((part) => part.letter);
  expect([letters[25], letters[26], letters[27]]).toEqual(['z', 'aa', 'ab']);
});

describe('what a batch should take', () => {
  const timed = (...estimates: readonly (string | undefined)[]) =>
    estimates.map((estimate, i) => task(`t${i}`, estimate === undefined ? {} : { estimate }));

  it.each([
    ['its longest task where all run at once', timed('10m', '30m', '20m'), 5, 30, 60, 0],
    ['each begun as soon as a slot is free', timed('10m', '30m', '20m'), 2, 30, 60, 0],
    ['all of it one at a time', timed('10m', '30m', '20m'), 1, 60, 60, 0],
    ['what says no estimate is not counted', timed('10m', undefined), 5, 10, 10, 1],
    ['nothing', timed(), 5, 0, 0, 0],
  ])('%s', (_, tasks, most, together, alone, unknown) => {
    expect(estimateOf(tasks, most)).toEqual({ together: together * MINUTE, alone: alone * MINUTE, unknown });
  });
});

describe('a batch that takes too long', () => {
  const ago = (minutes: number) => formatTime(NOW - minutes * MINUTE);
  const since = (minutes: number, more: TaskFields = {}): TaskFields => ({
    ...claimed(),
    attempt: {
      number: 1,
      started_at: ago(minutes),
      lease_until: formatTime(NOW + 60 * MINUTE),
      overrun_reported_at: ago(1),
    },
    ...more,
  });
  const overruns = (moved: ReturnType<typeof move>) =>
    moved.draft.problems.filter(({ code }) => code === 'overrun').map(({ message }) => message);
  const two = (more: TaskFields = {}) =>
    plan([
      task('a', completed),
      task('b', since(45, { estimate: '30m', blocked_by: ['a'] })),
      task('c', { estimate: '20m', blocked_by: ['a'], status: 'blocked', ...more }),
    ]);

  it('is reported once, with what stands in its way, and the plan remembers it', () => {
    const first = move(see(two()));
    expect(overruns(first)).toEqual([
      'Batch 2 running 50% over its estimate (45 min against 30); c is blocked',
    ]);
    expect(first.plan.fields.overrun_batches).toEqual([2]);
    const second = move(see(first.plan, { now: NOW + 10 * MINUTE }));
    expect(overruns(second)).toEqual([]);
    expect(second.draft.changes).toEqual([]);
  });

  it('is no longer remembered once it is over, nor after a restart', () => {
    const [a, ...rest] = two().tasks;
    const over = plan(
      [
        ...(a === undefined ? [] : [a]),
        ...rest.map((each) => ({ ...each, fields: { ...each.fields, ...completed } })),
      ],
      { fields: { overrun_batches: [2] } },
    );
    expect(move(see(over)).plan.fields.overrun_batches).toBeUndefined();
    const restarted = move(see(plan(two().tasks, { fields: { overrun_batches: [2] } })), { kind: 'restart' });
    expect(restarted.plan.fields.overrun_batches).toBeUndefined();
  });

  it('is looked at again when it will be late', () => {
    const at = NOW - 6 * MINUTE;
    const moved = move(see(two(), { now: at }));
    expect(overruns(moved)).toEqual([]);
    expect(moved.plan.fields.next_checkpoint).toBe(formatTime(NOW));
  });

  it('is not looked at by a clock that was set back before its start, at each minute anew', () => {
    const past = NOW - 10 * 365 * 24 * 60 * MINUTE;
    const first = move(see(two(), { now: past }));
    const later = move(see(first.plan, { now: past + MINUTE }));
    expect(later.draft.changes).toEqual([]);
  });

  it.each<[string, TaskFields]>([
    ['some task says no estimate', { estimate: undefined }],
    ['the rest was cancelled, and its own report says it', { status: 'cancelled' }],
  ])('is left alone where %s', (_, more) => {
    expect(overruns(move(see(two(more))))).toEqual([]);
  });

  it('counts only the time in which some task of it was under way without a break', () => {
    const early = { ...completed, estimate: '5m', blocked_by: ['a'] };
    const attempt = { number: 1, started_at: ago(900) };
    const yesterday = plan([
      task('a', completed),
      task('b', since(30, { estimate: '30m', blocked_by: ['a'] })),
      task('c', { ...early, attempt, completed_at: ago(890) }),
    ]);
    expect(overruns(move(see(yesterday)))).toEqual([]);
    const justBefore = plan([
      task('a', completed),
      task('b', since(30, { estimate: '30m', blocked_by: ['a'] })),
      task('c', { ...early, attempt: { number: 1, started_at: ago(50) }, completed_at: ago(30) }),
    ]);
    expect(overruns(move(see(justBefore)))).toEqual([
      'Batch 2 running 67% over its estimate (50 min against 30)',
    ]);
  });

  it('may take longer where fewer run at once', () => {
    const one = settings({ parallelism: { max_parallel_tasks: 1 } });
    expect(overruns(move(see(two(), { settings: one })))).toEqual([]);
  });

  it('a task with a person is reported like one with a worker', () => {
    const of = plan([task('b', { ...claimed(), estimate: '10m' })]);
    const moved = move(see(of, { now: NOW + 15 * MINUTE }));
    expect(overruns(moved)).toEqual(['b has been under way for 15m against 10m estimated']);
    expect(overruns(move(see(moved.plan, { now: NOW + 16 * MINUTE })))).toEqual([]);
  });
});
