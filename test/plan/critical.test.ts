/** The critical path, slack and edges that add nothing, against answers found by walking every path. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../src/model/plan.ts';
import { criticalPath } from '../../src/plan/critical.ts';
import { completed, MINUTE, plan, task } from '../support/plans.ts';

const diamond = plan([
  task('a', { estimate: '10m' }),
  task('b', { estimate: '30m', blocked_by: ['a'] }),
  task('c', { estimate: '5m', blocked_by: ['a'] }),
  task('d', { estimate: '10m', blocked_by: ['b', 'c', 'a'] }),
]);

it('is the longest way by estimates; the others have slack', () => {
  const { path, length, slack, redundant, timed } = criticalPath(diamond);
  expect([path, length, timed]).toEqual([['a', 'b', 'd'], 50 * MINUTE, true]);
  expect(Object.fromEntries(slack)).toEqual({ a: 0, b: 0, c: 25 * MINUTE, d: 0 });
  expect(redundant).toEqual([{ task: 'd', blocker: 'a', through: 'b' }]);
});

it('leaves out what has ended, and counts tasks where none says an estimate', () => {
  const of = plan([
    task('a', completed),
    task('b', { blocked_by: ['a'] }),
    task('c', { blocked_by: ['b'] }),
    task('x'),
  ]);
  const { path, length, slack, timed } = criticalPath(of);
  expect([path, length, timed, slack.get('x'), slack.has('a')]).toEqual([['b', 'c'], 2, false, 1, false]);
  expect(criticalPath(plan([task('a', completed)]))).toMatchObject({ path: [], length: 0 });
});

it('an edge that a cancelled blocker satisfies says something of its own', () => {
  const of = plan([
    task('a'),
    task('b', { blocked_by: ['a'] }),
    task('c', { blocked_by: ['b', { task: 'a', or_cancelled: true }] }),
  ]);
  expect(criticalPath(of).redundant).toEqual([]);
});

it('ends also where the graph is as dense as a graph can be', () => {
  const all = Array.from({ length: 400 }, (_, i) => `t${i}`);
  const dense = plan(all.map((id, i) => task(id, { blocked_by: all.slice(0, i) })));
  const { path, partly, redundant } = criticalPath(dense);
  expect([path.length, partly]).toEqual([400, true]);
  expect(redundant.length).toBeGreaterThan(0);
});

describe('of any graph', () => {
  const arbitrary = fc
    .array(fc.tuple(fc.array(fc.nat(6), { maxLength: 4 }), fc.integer({ min: 0, max: 5 })), { maxLength: 7 })
    .map((rows) =>
      rows.map(([on, minutes], i) =>
        task(`t${i}`, {
          ...(minutes === 0 ? {} : { estimate: `${minutes}m` }),
          blocked_by: [...new Set(on.filter((b) => b < i))].map((b) => `t${b}`),
        }),
      ),
    );
  const on = (tasks: readonly Task[], id: string) =>
    (tasks.find((each) => each.id === id)?.fields.blocked_by ?? []).map(String);
  const reaches = (tasks: readonly Task[], from: string, to: string): boolean =>
    on(tasks, from).some((next) => next === to || reaches(tasks, next, to));
  const waysTo = (tasks: readonly Task[], id: string): readonly (readonly string[])[] => [
    [id],
    ...on(tasks, id).flatMap((next) => waysTo(tasks, next).map((way) => [...way, id])),
  ];

  it('no way is longer, and what has slack may take that much longer, and no more', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(6), (tasks, pick) => {
        const minutes = (id: string) =>
          Number.parseInt(tasks.find((each) => each.id === id)?.fields.estimate ?? '0', 10);
        const { timed, length, path, slack } = criticalPath(plan(tasks));
        const weigh = (way: readonly string[]) =>
          timed ? way.reduce((sum, id) => sum + minutes(id) * MINUTE, 0) : way.length;
        const ways = tasks.flatMap(({ id }) => waysTo(tasks, id));
        expect(length).toBe(Math.max(0, ...ways.map(weigh)));
        expect(weigh(path)).toBe(length);
        const { id } = tasks[pick % Math.max(1, tasks.length)] ?? { id: undefined };
        if (id === undefined) return;
        const through = Math.max(...ways.filter((way) => way.includes(id)).map(weigh));
        expect(slack.get(id)).toBe(length - through);
      }),
    );
  });

  it('an edge adds nothing exactly where another blocker waits for the same', () => {
    fc.assert(
      fc.property(arbitrary, (tasks) => {
        const expected = tasks.flatMap(({ id }) =>
          on(tasks, id)
            .filter((blocker) => on(tasks, id).some((other) => reaches(tasks, other, blocker)))
            .map((blocker) => `${id} <- ${blocker}`),
        );
        const { redundant } = criticalPath(plan(tasks));
        expect(redundant.map(({ task: of, blocker }) => `${of} <- ${blocker}`).sort()).toEqual(
          expected.sort(),
        );
        for (const edge of redundant) expect(reaches(tasks, edge.through, edge.blocker)).toBe(true);
      }),
    );
  });
});
