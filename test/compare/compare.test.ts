/** Laws of diff and merge, over any plans. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeChange } from '../../src/compare/describe-change.ts';
import { diffPlans } from '../../src/compare/diff.ts';
import { mergePlans } from '../../src/compare/merge.ts';
import { applyChange, applyChanges, type Change } from '../../src/model/change.ts';
import type { Plan } from '../../src/model/plan.ts';
import { arbitraryPlan, inProgress, plan, task, taskOf } from '../support/plans.ts';

const RUNS = { numRuns: 1500 };

describe('diffPlans', () => {
  it('applied to the one gives the other', () => {
    fc.assert(
      fc.property(arbitraryPlan, arbitraryPlan, (a, b) => {
        expect(applyChanges(a, diffPlans(a, b))).toEqual(b);
      }),
      RUNS,
    );
  });

  it('of a plan and itself is empty, and so it is of equal plans', () => {
    fc.assert(
      fc.property(arbitraryPlan, (a) => {
        expect(diffPlans(a, a)).toEqual([]);
        expect(diffPlans(a, structuredClone(a))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('has one change for one field, and nothing for key order', () => {
    const before = plan([task('a', { tags: ['x'], metadata: { one: 1, two: 2 } }), task('b')]);
    const after = plan([task('a', { metadata: { two: 2, one: 1 }, tags: ['x', 'y'] }), task('b')]);
    expect(diffPlans(before, after)).toEqual([
      { kind: 'task-field', task: 'a', field: 'tags', from: ['x'], to: ['x', 'y'], reason: 'edited by hand' },
    ]);
  });

  it('tells a ticked box from a changed list, also where a text stands twice', () => {
    const box = (text: string, met: boolean) => ({ text, met });
    const of = (...criteria: readonly { text: string; met: boolean }[]) => plan([], { criteria });
    expect(
      diffPlans(of(box('x', false), box('y', false)), of(box('x', true), box('y', false))).map((c) => c.kind),
    ).toEqual(['criterion-met']);
    const twice = [of(box('x', false), box('x', false)), of(box('x', true), box('x', false))] as const;
    expect(applyChanges(twice[0], diffPlans(...twice))).toEqual(twice[1]);
  });

  it('names a rename as one task gone and one come, at its place', () => {
    const before = plan([task('a'), task('b'), task('c')]);
    const after = plan([task('a'), task('x'), task('c')]);
    expect(
      diffPlans(before, after).map((c) => (c.kind === 'task-added' ? `+${c.task}>${c.after}` : c.kind)),
    ).toEqual(['task-removed', '+x>a']);
  });
});

describe('applyChanges', () => {
  it('in one pass is what one change after the other is', () => {
    fc.assert(
      fc.property(arbitraryPlan, arbitraryPlan, arbitraryPlan, (a, b, c) => {
        const changes = [...diffPlans(a, b), ...diffPlans(b, c)];
        expect(applyChanges(a, changes)).toEqual(changes.reduce(applyChange, a));
      }),
      RUNS,
    );
  });

  it('places added tasks as if one came after the other', () => {
    const added = (task: string, after: string | null): Change => ({
      kind: 'task-added',
      task,
      title: '',
      fields: {},
      brief: '',
      after,
      reason: '',
    });
    const ids = (...changes: readonly Change[]) =>
      applyChanges(plan([task('a'), task('b')]), changes).tasks.map((each) => each.id);
    expect(ids(added('x', 'a'), added('y', 'a'), added('z', 'x'))).toEqual(['a', 'y', 'x', 'z', 'b']);
    expect(
      ids(added('x', ''), added('y', ''), added('z', null), added('w', 'gone'), added('v', 'z')),
    ).toEqual(['y', 'x', 'a', 'b', 'z', 'v', 'w']);
    expect(ids(added('x', null))).toEqual(['a', 'b', 'x']);
    expect(ids(added('a', 'b'), added('b', ''))).toEqual(['a', 'b']);
    expect(
      ids(
        { kind: 'task-removed', task: 'a', reason: '' },
        { kind: 'task-removed', task: 'b', reason: '' },
        added('x', 'a'),
      ),
    ).toEqual(['x']);
  });

  it('leaves the plan it was given, and a change of what is not there, alone', () => {
    const before = plan([task('a')]);
    const copy = structuredClone(before);
    const after = applyChanges(before, [
      { kind: 'task-status', task: 'gone', from: 'pending', to: 'completed', reason: '' },
      { kind: 'task-title', task: 'a', from: '', to: 'New', reason: '' },
    ]);
    expect(before).toEqual(copy);
    expect(taskOf(after, 'a').title).toBe('New');
  });
});

describe('describeChange', () => {
  it.each([
    [
      { passed: false, summary: 'wrong\nsum', issues: [{}], evidence: [{}, {}] },
      'did not pass, "wrong\\nsum", 1 issue, 2 pieces of evidence',
    ],
    [{ passed: true }, 'passed'],
    [{ evidence: [{ command: 'x' }] }, '1 piece of evidence'],
    [{ metadata: { a: 1 } }, '{ metadata: { a: 1 } }'],
    [{}, '{}'],
  ])('says a result in words: %j', (to, words) => {
    const change = {
      kind: 'task-field',
      task: 'a',
      field: 'result',
      from: undefined,
      to,
      reason: 'r',
    } as Change;
    expect(describeChange(change)).toBe(`a: result set to ${words}`);
  });

  it.each([
    ['tags', undefined, ['a', 'b'], 'tags set to [a, b]'],
    ['rework', undefined, { task: 'b', limit: 2 }, 'rework set to { task: b, limit: 2 }'],
    ['rework', { task: 'b', limit: 2 }, { task: 'b' }, 'rework.limit removed'],
    [
      'attempt',
      { number: 1, machine: 'vm-1' },
      { number: 1, machine: 'vm-1', overrun_reported_at: '2026-11-21T10:45:00Z' },
      'attempt.overrun_reported_at set to 2026-11-21T10:45:00Z',
    ],
    ['estimate', '10m', '20m', 'estimate is now 20m'],
    ['estimate', '10m', undefined, 'estimate removed'],
  ])('says of %s what differs: %j -> %j', (field, from, to, words) => {
    const change = { kind: 'task-field', task: 'a', field, from, to, reason: 'r' } as Change;
    expect(describeChange(change)).toBe(`a: ${words}`);
  });

  it('is one line for any change', () => {
    fc.assert(
      fc.property(arbitraryPlan, arbitraryPlan, (a, b) => {
        for (const change of diffPlans(a, b)) {
          const said = describeChange(change);
          expect(said).not.toMatch(/[\n\r\u2028\u2029]/);
          expect(said.length).toBeGreaterThan(0);
          expect(said.length).toBeLessThan(400);
        }
      }),
      RUNS,
    );
  });
});

/** Each value of a merge, by where it stands, so that "both kept" can be asked. */
const at = (of: Plan, id: string) => taskOf(of, id).fields;

describe('mergePlans', () => {
  it('takes the side that changed', () => {
    fc.assert(
      fc.property(arbitraryPlan, arbitraryPlan, (o, a) => {
        const left = mergePlans(o, a, o);
        const right = mergePlans(o, o, a);
        expect(left.plan).toEqual(a);
        expect(right.plan).toEqual(a);
        expect([...left.conflicts, ...right.conflicts]).toEqual([]);
      }),
      RUNS,
    );
  });

  it('does not ask which side is which', () => {
    fc.assert(
      fc.property(arbitraryPlan, arbitraryPlan, arbitraryPlan, (o, a, b) => {
        expect(mergePlans(o, a, b)).toEqual(mergePlans(o, b, a));
      }),
      RUNS,
    );
  });

  it('of two equal sides is that side', () => {
    fc.assert(
      fc.property(arbitraryPlan, arbitraryPlan, (o, a) => {
        expect(mergePlans(o, a, structuredClone(a))).toEqual({ plan: a, conflicts: [] });
      }),
      RUNS,
    );
  });

  it('keeps both of two changes to different fields, without a conflict', () => {
    fc.assert(
      fc.property(
        arbitraryPlan,
        arbitraryPlan,
        arbitraryPlan,
        fc.infiniteStream(fc.boolean()),
        (o, x, y, coin) => {
          // Shared tasks only: each change goes to one side, by the toss of a coin.
          const common = { ...o, tasks: o.tasks };
          const rows = (to: Plan) =>
            diffPlans(common, to).filter(
              (c) => c.kind === 'task-field' || c.kind === 'task-brief' || c.kind === 'plan-field',
            );
          const key = (c: ReturnType<typeof rows>[number]) =>
            c.kind === 'task-field'
              ? `${c.task}.${c.field}`
              : c.kind === 'task-brief'
                ? `${c.task} brief`
                : 'field' in c
                  ? c.field
                  : '';
          const forA = rows(x).filter(() => coin.next().value);
          const taken = new Set(forA.map(key));
          const forB = rows(y).filter((c) => !taken.has(key(c)));
          const merged = mergePlans(common, applyChanges(common, forA), applyChanges(common, forB));
          expect(merged.conflicts).toEqual([]);
          expect(merged.plan).toEqual(applyChanges(common, [...forA, ...forB]));
        },
      ),
      RUNS,
    );
  });

  it('keeps tasks added on both sides, at their places, and lets a removed one go', () => {
    const o = plan([task('a'), task('b'), task('c')]);
    const a = plan([task('a'), task('a2'), task('b'), task('c')]);
    const b = plan([task('a'), task('c'), task('d')]);
    const merged = mergePlans(o, a, b);
    expect(merged.conflicts).toEqual([]);
    expect(merged.plan.tasks.map((each) => each.id)).toEqual(['a', 'a2', 'c', 'd']);
  });

  it('keeps boxes ticked on both sides, and decisions of both', () => {
    const criteria = (one: boolean, two: boolean) => [
      { text: 'one', met: one },
      { text: 'two', met: two },
    ];
    const o = plan([], { criteria: criteria(false, false), decisions: ['first'] });
    const a = plan([], { criteria: criteria(true, false), decisions: ['first', 'of both', 'of a'] });
    const b = plan([], { criteria: criteria(false, true), decisions: ['first', 'of b', 'of both'] });
    const merged = mergePlans(o, a, b);
    expect(merged.conflicts).toEqual([]);
    expect(merged.plan.criteria).toEqual(criteria(true, true));
    expect([...merged.plan.decisions].sort()).toEqual(['first', 'of a', 'of b', 'of both']);
  });

  it('lists what both sides changed differently', () => {
    const o = plan([task('a')]);
    const a = plan([task('a', { status: 'completed' })]);
    const b = plan([task('a', { status: 'cancelled' })]);
    expect(mergePlans(o, a, b).conflicts).toEqual([
      { where: 'a', field: 'status', base: undefined, values: ['cancelled', 'completed'] },
    ]);
    const removed = mergePlans(
      plan([task('a'), task('b')]),
      plan([task('b')]),
      plan([task('a', { priority: 1 }), task('b')]),
    );
    expect(removed.conflicts.map((c) => [c.where, c.field])).toEqual([['a', 'task']]);
  });

  it('takes the higher of two attempts, so that no number goes down', () => {
    for (const [low, high] of [
      [3, 4],
      [9, 10],
      [2, 10],
    ] as const) {
      const o = plan([task('a', inProgress(1))]);
      const merged = mergePlans(o, plan([task('a', inProgress(low))]), plan([task('a', inProgress(high))]));
      expect(at(merged.plan, 'a').attempt?.number).toBe(high);
      expect(merged.conflicts.map((c) => c.field)).toEqual(['attempt']);
    }
  });

  it('does not call a conflict what the next round derives again', () => {
    const of = (next_action: string, status: 'running' | 'blocked') =>
      plan([task('a')], { fields: { next_action, status } });
    const merged = mergePlans(of('start a', 'running'), of('wait for a', 'running'), of('mend a', 'blocked'));
    expect(merged.conflicts).toEqual([]);
  });

  it('keeps every task of either side that the other did not remove, whatever the orders', () => {
    fc.assert(
      fc.property(arbitraryPlan, arbitraryPlan, arbitraryPlan, (o, a, b) => {
        const { plan: merged } = mergePlans(o, a, b);
        const ids = merged.tasks.map((each) => each.id);
        expect(new Set(ids).size).toBe(ids.length);
        const base = new Set(o.tasks.map((each) => each.id));
        for (const side of [a, b])
          for (const each of side.tasks) if (!base.has(each.id)) expect(ids).toContain(each.id);
      }),
      RUNS,
    );
  });
});
