/** Generations, cycles and readiness, against answers found by walking every path. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import { DEFAULT_SETTINGS } from '../../src/model/settings.ts';
import { writeBrief } from '../../src/plan/brief.ts';
import {
  endedWell,
  findCycle,
  generations,
  graphProblems,
  nearest,
  openBatches,
  unmetBecause,
  waitingOn,
} from '../../src/plan/graph.ts';
import { routeTask, routingQuestion, timeoutOf } from '../../src/plan/routing.ts';
import { completed, personTask, plan, settings, task } from '../support/plans.ts';

/** Any graph of up to eight tasks: self-edges, double edges, cycles and unknown ids included. */
const arbitraryGraph = fc
  .array(
    fc.tuple(
      fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 3 }),
      fc.constantFrom('pending', 'completed', 'cancelled', 'failed'),
    ),
    {
      maxLength: 8,
    },
  )
  .map((rows) =>
    rows.map(([blockers, status], i) =>
      task(`t${i}`, {
        blocked_by: blockers.map((b) => `t${b}`),
        ...(status === 'pending' ? {} : { status: status as 'failed' }),
      }),
    ),
  );

/** Every id a task waits for, directly or not, by walking. */
function ancestors(
  edges: ReadonlyMap<string, readonly string[]>,
  id: string,
  seen = new Set<string>(),
): ReadonlySet<string> {
  for (const next of edges.get(id) ?? []) {
    if (!edges.has(next) || seen.has(next)) continue;
    seen.add(next);
    ancestors(edges, next, seen);
  }
  return seen;
}

const edgesOf = (tasks: readonly ReturnType<typeof task>[]) =>
  new Map(
    tasks.map((each) => [
      each.id,
      (each.fields.blocked_by ?? []).map((d) => (typeof d === 'string' ? d : d.task)),
    ]),
  );

describe('generations', () => {
  it('place each task right after the last one it waits for, and leave out what is on or behind a cycle', () => {
    fc.assert(
      fc.property(arbitraryGraph, (tasks) => {
        const edges = edgesOf(tasks);
        const level = new Map(
          generations(tasks).flatMap((batch, i) => batch.map((each) => [each.id, i] as const)),
        );
        for (const { id } of tasks) {
          const above = ancestors(edges, id);
          const circular = above.has(id) || [...above].some((other) => ancestors(edges, other).has(other));
          expect(level.has(id)).toBe(!circular);
          if (circular) continue;
          const blockers = (edges.get(id) ?? [])
            .filter((other) => edges.has(other))
            .map((other) => level.get(other) ?? -1);
          expect(level.get(id)).toBe(Math.max(-1, ...blockers) + 1);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('keep the order of the file', () => {
    const batches = generations([
      task('z'),
      task('b', { blocked_by: ['z'] }),
      task('y'),
      task('a', { blocked_by: ['y'] }),
    ]);
    expect(batches.map((batch) => batch.map((each) => each.id))).toEqual([
      ['z', 'y'],
      ['b', 'a'],
    ]);
  });

  it('of what is left leave out what has ended', () => {
    const of = plan([
      task('a', completed),
      task('b', { blocked_by: ['a'] }),
      task('c', { status: 'cancelled' }),
      task('d', { blocked_by: ['b'] }),
    ]);
    expect(openBatches(of).map((batch) => batch.map((each) => each.id))).toEqual([['b'], ['d']]);
  });
});

describe('findCycle', () => {
  it('finds a real cycle among open tasks exactly where there is one', () => {
    fc.assert(
      fc.property(arbitraryGraph, (tasks) => {
        const open = tasks.filter(
          (each) => !['completed', 'cancelled'].includes(each.fields.status ?? 'pending'),
        );
        const edges = edgesOf(open);
        const cycle = findCycle(plan(tasks));
        expect(cycle !== undefined).toBe(open.some(({ id }) => ancestors(edges, id).has(id)));
        if (cycle === undefined) return;
        expect(cycle[0]).toBe(cycle.at(-1));
        expect(new Set(cycle.slice(1)).size).toBe(cycle.length - 1);
        cycle.slice(0, -1).forEach((id, i) => {
          expect(edges.get(id)).toContain(cycle[i + 1]);
        });
      }),
      { numRuns: 3000 },
    );
  });
});

describe('graphProblems', () => {
  it('name the cycle, and ways out of it', () => {
    const [found] = graphProblems(
      plan([
        task('a', { blocked_by: ['b'] }),
        task('b', { blocked_by: ['c'] }),
        task('c', { blocked_by: ['a'] }),
      ]),
    );
    expect(found?.code).toBe('dependency-cycle');
    expect(found?.cycle).toEqual(['a', 'b', 'c']);
    // The edge it proposes to remove is one of the cycle: c waits for a.
    expect(found?.hint).toContain('a from blocked_by of c');
    expect(graphProblems(plan([task('a', { blocked_by: ['a'] })]))[0]?.cycle).toEqual(['a']);
  });

  it('name an unknown blocker with what was probably meant', () => {
    const [found] = graphProblems(plan([task('build'), task('ship', { blocked_by: ['biuld'] })]));
    expect([found?.code, found?.task]).toEqual(['unknown-blocker', 'ship']);
    expect(found?.hint).toContain('build');
  });

  it('leave a task that has ended alone: its blockers matter no more', () => {
    expect(
      graphProblems(
        plan([
          task('a', { blocked_by: ['gone'], ...completed }),
          task('b', { blocked_by: ['c'] }),
          task('c', { blocked_by: ['b'], ...completed }),
        ]),
      ),
    ).toEqual([]);
  });

  it('stay quick with thousands of unknown blockers', () => {
    const many = Array.from({ length: 5000 }, (_, i) =>
      task(`task-number-${i}`, { blocked_by: [`tusk-number-${i}x`] }),
    );
    expect(graphProblems(plan(many))).toHaveLength(5000);
  });
});

describe('unmetBecause', () => {
  const cases: readonly (readonly [string, TaskFields | undefined, boolean, boolean])[] = [
    // what, blocker's fields, satisfied, satisfied with or_cancelled
    ['unknown', undefined, false, false],
    ['pending', {}, false, false],
    ['in progress', { status: 'in_progress' }, false, false],
    ['blocked', { status: 'blocked' }, false, false],
    ['failed', { status: 'failed' }, false, false],
    ['cancelled', { status: 'cancelled' }, false, true],
    ['completed', { status: 'completed' }, true, true],
    ['completed and passed', { status: 'completed', result: { passed: true } }, true, true],
    ['completed and not passed', { status: 'completed', result: { passed: false } }, false, false],
    ['completed, unapproved', { status: 'completed', needs_approval: true }, false, false],
    ['completed and approved', { status: 'completed', needs_approval: true, approved_by: 'kim' }, true, true],
    [
      'approved and not passed',
      { status: 'completed', needs_approval: true, approved_by: 'kim', result: { passed: false } },
      false,
      false,
    ],
  ];
  for (const [what, fields, plain, orCancelled] of cases)
    it(`${what}`, () => {
      const blocker = fields === undefined ? undefined : task('b', fields);
      expect(unmetBecause('b', blocker) === undefined).toBe(plain);
      expect(unmetBecause({ task: 'b', or_cancelled: true }, blocker) === undefined).toBe(orCancelled);
      expect(unmetBecause({ task: 'b', or_cancelled: false }, blocker) === undefined).toBe(plain);
      const waiting = waitingOn(task('a', { blocked_by: ['b'] }), (id) => (id === 'b' ? blocker : undefined));
      expect(waiting).toEqual(plain ? [] : ['b']);
    });

  it('a task ends well where nobody needs anything more of it', () => {
    const well = (fields: TaskFields) => endedWell(task('a', fields));
    expect([well(completed), well({ status: 'cancelled' })]).toEqual([true, true]);
    expect([
      well({}),
      well({ status: 'failed' }),
      well({ status: 'completed', result: { passed: false } }),
    ]).toEqual([false, false, false]);
    expect(well({ status: 'completed', needs_approval: true })).toBe(false);
  });
});

describe('nearest', () => {
  it('is within two edits, letter case aside, or nothing', () => {
    expect(nearest('Biuld', ['test', 'build'])).toBe('build');
    expect(nearest('deploy', ['test', 'build'])).toBeUndefined();
  });
});

describe('routing', () => {
  const specialists = {
    front: { command: 'front', tags: ['css', 'html'] },
    back: { command: 'back', tags: ['sql', 'html', 'css'], timeout: '5m' },
    kim: { person: true, tags: ['decision'], command: 'ignored' },
  };
  const s = settings({ specialists });
  const route = (fields: TaskFields, more = s) => routeTask(personTask('a', fields), more);

  it("is the task's own command first", () => {
    expect(route({ run: 'make', tags: ['css'] })).toMatchObject({
      kind: 'command',
      command: 'make',
      owner: 'front',
      specialist: 'front',
    });
    expect(route({ run: 'make' })).toMatchObject({
      kind: 'command',
      command: 'make',
      owner: 'shell',
      specialist: null,
    });
  });

  it('is the named specialist before any tag', () => {
    expect(route({ specialist: 'back', tags: ['decision'] })).toMatchObject({
      kind: 'command',
      command: 'back',
    });
    expect(route({ specialist: 'ann' })).toMatchObject({ kind: 'person', who: 'ann' });
  });

  it('is the one that most tags match, the first of several', () => {
    expect(route({ tags: ['html'] })).toMatchObject({ specialist: 'front' });
    expect(route({ tags: ['html', 'sql'] })).toMatchObject({ specialist: 'back' });
    expect(route({ tags: ['decision'] })).toMatchObject({ kind: 'person', who: 'kim' });
  });

  it('falls back as the settings say, and never guesses', () => {
    expect(route({ tags: ['rust'] })).toMatchObject({ kind: 'person', who: null });
    const fallback = settings({
      specialists,
      specialist_routing: { fallback_behavior: 'use_default', default_specialist: 'back' },
    });
    expect(route({ tags: ['rust'] }, fallback)).toMatchObject({ kind: 'command', owner: 'back' });
    const ask = settings({
      specialists,
      specialist_routing: { fallback_behavior: 'ask_user', default_specialist: 'back' },
    });
    const asked = personTask('a', { tags: ['rust'] });
    expect(routingQuestion(asked, routeTask(asked, ask), ask)).toContain('front, back, kim');
    const clear = personTask('a', { tags: ['css'] });
    expect(routingQuestion(clear, routeTask(clear, ask), ask)).toBeUndefined();
  });

  it("takes the task's timeout before the specialist's", () => {
    expect(timeoutOf(personTask('a', { specialist: 'back' }), s)).toBe('5m');
    expect(timeoutOf(personTask('a', { specialist: 'back', timeout: '1m' }), s)).toBe('1m');
    expect(timeoutOf(personTask('a'), DEFAULT_SETTINGS)).toBeUndefined();
  });
});

describe('writeBrief', () => {
  const done = task('a', { ...completed, output: 'docs/a.md', result: { summary: 'three browsers' } });

  it('holds the title, the goal, the prose, what it builds on and what it leaves', () => {
    const text = writeBrief(
      plan([done]),
      { ...task('b', { description: 'In short.', output: 'docs/b.md' }), brief: 'At length.' },
      [done],
      [],
    );
    for (const part of [
      '# Do b',
      'Try it',
      'In short.',
      'At length.',
      '- docs/a.md',
      '- a: three browsers',
      '- docs/b.md',
    ])
      expect(text).toContain(part);
    expect(text).not.toMatch(/\n{3,}/);
  });

  it("reads its own inputs instead of its blockers' outputs", () => {
    const text = writeBrief(plan([done]), task('b', { inputs: ['docs/in.md'] }), [done], []);
    expect(text).toContain('- docs/in.md');
    expect(text).not.toContain('- docs/a.md');
  });
});
