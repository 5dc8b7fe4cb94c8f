/** Deciding costs work in proportion to tasks and edges: counted in reads of tasks, never in time. */
import { describe, expect, it } from 'vitest';
import { diffPlans } from '../../src/compare/diff.ts';
import { mergePlans } from '../../src/compare/merge.ts';
import { applyChanges } from '../../src/model/change.ts';
import type { Task } from '../../src/model/plan.ts';
import type { SettingsFile } from '../../src/model/settings.ts';
import type { Request } from '../../src/plan/request.ts';
import {
  completed,
  ended,
  inProgress,
  move,
  plan,
  run,
  see,
  settings,
  TICK,
  task,
} from '../support/plans.ts';

const layer = 50;
const SHAPES: Readonly<Record<string, (i: number) => readonly number[]>> = {
  chain: (i) => (i === 0 ? [] : [i - 1]),
  wide: () => [],
  layered: (i) =>
    i < layer ? [] : [0, 1, 2].map((k) => (Math.floor(i / layer) - 1) * layer + ((i * 7 + k * 13) % layer)),
  // Multiplied by more than it is divided by, each number lands somewhere else.
  random: (i) =>
    i === 0 ? [] : [...new Set([7919, 104_729, 15_485_863].map((p) => ((i * p) % 1_000_003) % i))],
};

/** Tasks that count how often anything of them is read. */
function counted(n: number, shape: (i: number) => readonly number[], more: Task['fields'] = {}) {
  let reads = 0;
  const tasks = Array.from({ length: n }, (_, i) => {
    const blockers = shape(i).map((b) => `t${b}`);
    const plain = task(`t${i}`, { ...more, ...(blockers.length === 0 ? {} : { blocked_by: blockers }) });
    return new Proxy(plain, {
      get(target, key, receiver): unknown {
        reads += 1;
        return Reflect.get(target, key, receiver);
      },
    });
  });
  return { tasks, reads: () => reads };
}

/** How many times more is read where there are four times as many tasks; 4 is linear, 16 quadratic. */
function growth(
  shape: (i: number) => readonly number[],
  work: (tasks: readonly Task[]) => unknown,
  more?: Task['fields'],
): number {
  const [few = 1, many = 1] = [1000, 4000].map((n) => {
    const { tasks, reads } = counted(n, shape, more);
    work(tasks);
    return reads();
  });
  return many / few;
}

const ALL: SettingsFile = { parallelism: { max_parallel_tasks: 1_000_000 } };
const rounds =
  (request: Request, file: SettingsFile = {}, of: Partial<Parameters<typeof see>[1]> = {}) =>
  (tasks: readonly Task[]) =>
    move(see(plan(tasks), { settings: settings(file), ...of }), request);

describe('the work of a round grows with tasks and edges alone', () => {
  for (const [name, shape] of Object.entries(SHAPES)) {
    it(`${name}: a tick, with few slots and with many`, () => {
      expect(growth(shape, rounds(TICK))).toBeLessThan(5);
      expect(growth(shape, rounds(TICK, ALL))).toBeLessThan(5);
      expect(
        growth(shape, rounds(TICK, { parallelism: { strategy: 'batched', max_parallel_tasks: 1_000_000 } })),
      ).toBeLessThan(5);
    });

    it(`${name}: every result at once, and a restart`, () => {
      const results = (tasks: readonly Task[]) =>
        move(see(plan(tasks), { runs: tasks.map((_, i) => run(`t${i}`, 1, ended({ exitCode: i % 2 }))) }));
      expect(growth(shape, results, inProgress())).toBeLessThan(5);
      expect(growth(shape, rounds({ kind: 'restart' }), completed)).toBeLessThan(5);
    });

    it(`${name}: a difference, its application, a merge`, () => {
      const moved = (tasks: readonly Task[]) =>
        plan(tasks.map((each) => ({ ...each, fields: { ...each.fields, ...completed } })));
      expect(
        growth(shape, (tasks) => applyChanges(plan(tasks), diffPlans(plan(tasks), moved(tasks)))),
      ).toBeLessThan(5);
      expect(
        growth(shape, (tasks) => mergePlans(plan(tasks), moved(tasks), plan([...tasks].reverse()))),
      ).toBeLessThan(5);
    });
  }
});
