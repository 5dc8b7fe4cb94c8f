import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import type { PlanStatus } from '../../src/model/status.ts';
import type { SubPlan } from '../../src/plan/sub-plan.ts';
import {
  completed,
  move,
  personTask,
  plan,
  see,
  settings,
  statusesOf,
  task,
  taskOf,
  WATCHDOG,
} from '../support/plans.ts';

const FILE = 'docs/inner-state.md';
const inner = (fields: TaskFields = {}) => personTask('sub', { plan: FILE, ...fields });
const underWay: TaskFields = {
  status: 'in_progress',
  owner: 'inner',
  attempt: { number: 1, started_at: '2026-11-21T09:00:00Z', returns: `${FILE} is complete` },
};
const standing = (status: PlanStatus, more: Partial<Extract<SubPlan, { kind: 'plan' }>> = {}) => ({
  [FILE]: {
    kind: 'plan',
    file: FILE,
    name: 'inner',
    status,
    completed: 2,
    total: 3,
    nextAction: undefined,
    blockers: [],
    cycle: undefined,
    ...more,
  } as const,
});

describe('a task that stands for a plan', () => {
  it('starts without a worker and takes no slot, with a named owner and a return condition', () => {
    const one = settings({ parallelism: { max_parallel_tasks: 1 } });
    const moved = move(see(plan([inner(), task('b')]), { subPlans: standing('running'), settings: one }));
    expect(moved.effects).toEqual(['start b/1']);
    expect(taskOf(moved.plan, 'sub').fields).toMatchObject({
      status: 'in_progress',
      owner: 'inner',
      attempt: { number: 1, returns: `${FILE} is complete` },
    });
    expect(moved.codes).toEqual([]);
    expect(move(see(plan([inner()]), { subPlans: standing('running') }), WATCHDOG).plan.fields.status).toBe(
      'running',
    );
  });

  it('waits for its own blockers, and is in progress while the plan runs', () => {
    const waits = plan([task('a'), inner({ blocked_by: ['a'] })]);
    expect(statusesOf(move(see(waits, { subPlans: standing('running') })).plan).sub).toBe('pending');
    for (const status of ['running', 'awaiting-result'] as const) {
      const moved = move(see(plan([inner(underWay)]), { subPlans: standing(status) }));
      expect(moved.draft.changes.filter((change) => 'task' in change)).toEqual([]);
      expect(moved.plan.fields.status).toBe('awaiting-result');
    }
  });

  it('is completed with it, and its result tells of it', () => {
    const of = plan([inner(underWay), task('b', { blocked_by: ['sub'] })]);
    const moved = move(see(of, { subPlans: standing('complete', { completed: 3 }) }));
    expect(taskOf(moved.plan, 'sub').fields).toMatchObject({
      status: 'completed',
      result: { summary: 'inner is complete: 3 of 3 tasks completed' },
    });
    expect(moved.effects).toEqual(['start b/1']);
  });

  it('is blocked while the plan is, with the path to what failed, and goes on by itself', () => {
    const subPlans = standing('blocked', { blockers: ['inner/unit: exit code 1', 'inner/e2e: external'] });
    const moved = move(see(plan([inner(underWay)]), { subPlans }));
    expect(taskOf(moved.plan, 'sub').fields.blocker?.detail).toBe(
      `${FILE} is blocked: inner/unit: exit code 1; inner/e2e: external`,
    );
    expect(moved.plan.fields).toMatchObject({
      status: 'blocked',
      blockers: [expect.stringContaining('inner/unit: exit code 1')],
    });
    expect(move(see(moved.plan, { subPlans })).draft.changes).toEqual([]);
    const mended = move(see(moved.plan, { subPlans: standing('running') }));
    expect(taskOf(mended.plan, 'sub').fields).toMatchObject({ status: 'in_progress', owner: 'inner' });
    expect(taskOf(mended.plan, 'sub').fields.blocker).toBeUndefined();
    const done = move(see(moved.plan, { subPlans: standing('complete') }));
    expect(statusesOf(done.plan).sub).toBe('completed');
  });

  it('that a person blocked stays so, whatever the plan does', () => {
    const of = plan([
      inner({ ...underWay, status: 'blocked', blocker: { type: 'external', detail: 'the lab' } }),
    ]);
    expect(statusesOf(move(see(of, { subPlans: standing('complete') })).plan).sub).toBe('blocked');
  });

  it.each<[string, SubPlan]>([
    ['is no plan of this repository', { kind: 'missing', file: FILE }],
    ['cannot be read: line 3: x', { kind: 'broken', file: FILE, message: 'line 3: x' }],
  ])('is blocked where it %s', (what, sub) => {
    const moved = move(see(plan([inner(underWay)]), { subPlans: { [FILE]: sub } }));
    expect(taskOf(moved.plan, 'sub').fields.blocker?.detail).toContain(what);
  });

  it('is not completed without its output', () => {
    const of = plan([inner({ ...underWay, output: 'docs/out.md' })]);
    const seen = { subPlans: standing('complete'), missingOutputs: new Set(['sub']) };
    expect(taskOf(move(see(of, seen)).plan, 'sub').fields.blocker?.detail).toContain('docs/out.md');
  });

  it('sent back is not taken for done because the plan was complete before', () => {
    const of = plan([inner({ status: 'pending', attempt: { number: 1 } })]);
    const moved = move(see(of, { subPlans: standing('complete') }));
    expect(taskOf(moved.plan, 'sub').fields).toMatchObject({
      status: 'blocked',
      blocker: { detail: expect.stringContaining('rondo restart inner') },
    });
    expect(move(see(moved.plan, { subPlans: standing('complete') })).draft.changes).toEqual([]);
    const restarted = move(see(moved.plan, { subPlans: standing('running') }));
    expect(statusesOf(restarted.plan).sub).toBe('in_progress');
  });

  it("pauses the plan outside where nothing goes on without a person's word inside", () => {
    const subPlans = standing('paused', { nextAction: 'rondo approve spec' });
    const moved = move(see(plan([inner(underWay)]), { subPlans }));
    expect(moved.plan.fields).toMatchObject({
      status: 'paused',
      next_action: 'inner is paused: rondo approve spec',
    });
    const other = move(see(plan([inner(underWay), task('b')]), { subPlans }));
    expect(other.plan.fields.status).toBe('awaiting-result');
  });

  it('by which the plan contains itself starts nothing', () => {
    const cycle = ['docs/demo-state.md', FILE, 'docs/demo-state.md'];
    for (const [of, subPlans] of [
      [plan([inner(), task('b')]), standing('running', { cycle })],
      [plan([inner({ plan: './docs/demo-state.md' }), task('b')]), {}],
    ] as const) {
      const moved = move(see(of, { subPlans }));
      expect(moved.codes).toContain('sub-plan-cycle');
      expect(moved.effects).toEqual([]);
      expect(moved.plan.fields.status).toBe('blocked');
    }
    const over = plan([inner(completed), task('b')]);
    expect(move(see(over, { subPlans: standing('complete', { cycle }) })).effects).toEqual(['start b/1']);
  });

  it("is not asked a specialist for, and is nobody's to claim", () => {
    const ask = settings({ specialist_routing: { fallback_behavior: 'ask_user' } });
    const moved = move(see(plan([inner()]), { subPlans: standing('running'), settings: ask }));
    expect(statusesOf(moved.plan).sub).toBe('in_progress');
    expect(moved.decision).toMatchObject({ started: { forPeople: [], started: ['sub'] } });
  });
});
