/** `rondo step` in the pure rooms: what it announces, when it is refused, and what a round makes of what it left. */
import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import type { Request } from '../../src/plan/request.ts';
import {
  ANNOUNCED,
  alive,
  claimed,
  completed,
  ELSEWHERE,
  ended,
  HERE,
  HOUR,
  inProgress,
  LOST,
  MINUTE,
  move,
  NOW,
  personTask,
  plan,
  run,
  see,
  settings,
  TICK,
  task,
  taskOf,
} from '../support/plans.ts';

const STEP: Request = { kind: 'step', task: 'a', command: 'make it' };
const stepFields = (more: Partial<NonNullable<TaskFields['attempt']>> = {}): TaskFields => ({
  status: 'in_progress',
  owner: 'dana',
  attempt: {
    number: 1,
    machine: HERE,
    started_at: '2026-11-21T10:00:00Z',
    lease_until: '2026-11-21T11:00:00Z',
    returns: 'step exit',
    ...more,
  },
});

describe('the start of a step', () => {
  it('announces an attempt that the caller runs, whatever command the task has, approved or not', () => {
    const {
      plan: after,
      draft,
      effects,
    } = move(see(plan([task('a')]), { isApproved: () => false, attempts: { a: 4 } }), STEP);
    expect(effects).toEqual(['enter a/5']);
    expect(draft.effects[0]).toMatchObject({ order: { kind: 'step', command: 'make it', timeoutMs: null } });
    expect(taskOf(after, 'a').fields).toMatchObject({
      run: 'work a',
      status: 'in_progress',
      owner: 'dana',
      attempt: { number: 5, machine: HERE, returns: 'step exit', lease_until: '2026-11-21T11:00:00Z' },
    });
  });

  it('tries a failed task again, by two legal steps', () => {
    const failed = { status: 'failed', result: { summary: 'no' }, attempt: { number: 2 } } as const;
    const { plan: after, draft } = move(see(plan([personTask('a', failed)])), STEP);
    expect(draft.changes.flatMap((c) => (c.kind === 'task-status' ? [`${c.from} ${c.to}`] : []))).toEqual([
      'failed pending',
      'pending in_progress',
    ]);
    expect(taskOf(after, 'a').fields).toMatchObject({ status: 'in_progress', attempt: { number: 3 } });
    expect(taskOf(after, 'a').fields.result).toBeUndefined();
  });

  it('takes up what its caller has claimed', () => {
    const { plan: after, effects } = move(see(plan([personTask('a', claimed(1, 'dana'))])), STEP);
    expect(effects).toEqual(['enter a/2']);
    expect(taskOf(after, 'a').fields).toMatchObject({ owner: 'dana', attempt: { number: 2, machine: HERE } });
  });

  it.each<[string, TaskFields, string]>([
    ['a task that waits', { blocked_by: ['b'] }, 'not-ready'],
    ['a completed task', completed, 'illegal-transition'],
    ['a cancelled task', { status: 'cancelled' }, 'illegal-transition'],
    ['what somebody else has claimed', claimed(1, 'kim'), 'illegal-transition'],
    ['what a worker does', inProgress(), 'illegal-transition'],
    ['another step', stepFields(), 'illegal-transition'],
  ])('is refused for %s', (_, fields, code) => {
    const seen = see(plan([personTask('a', fields), personTask('b')]), { runs: [run('a', 1, alive())] });
    expect(move(seen, STEP).decision).toMatchObject({ kind: 'refused', problem: { code } });
  });

  it('is refused for a task that is not there', () => {
    const { decision } = move(see(plan([task('b')])), STEP);
    expect(decision).toMatchObject({ kind: 'refused', problem: { code: 'unknown-task' } });
  });

  it('is refused where steps are not tracked', () => {
    const off = settings({ task_tracking: { enabled: false } });
    const { decision } = move(see(plan([task('a')]), { settings: off }), STEP);
    expect(decision).toMatchObject({ kind: 'refused', problem: { code: 'disabled' } });
  });
});

const LIVE = { kind: 'alive', pid: 42, startedAt: NOW, step: true } as const;

const mine = (state: Parameters<typeof run>[2], fields: TaskFields = {}, now = NOW) =>
  see(plan([task('a', { ...stepFields(), ...fields })]), { runs: [run('a', 1, state)], now });

describe('what a round makes of a step', () => {
  it('takes up its end with the command that was typed, not the one of the task', () => {
    const { plan: after } = move(mine(ended({ command: "npm test -- --grep 'x y'" })));
    expect(taskOf(after, 'a').fields).toMatchObject({
      status: 'completed',
      run: 'work a',
      result: { evidence: [{ command: "npm test -- --grep 'x y'", exit_code: 0 }] },
    });
  });

  it('keeps a typed command on one line of bounded length', () => {
    const { plan: after } = move(mine(ended({ command: `echo 'a\nb' ${'x'.repeat(1000)}` })));
    const command = taskOf(after, 'a').fields.result?.evidence?.[0]?.command ?? '';
    expect(command.startsWith("echo 'a b' xxx")).toBe(true);
    expect(command.length).toBeLessThanOrEqual(300);
  });

  it('counts one that was killed as lost, and starts nothing in its place', () => {
    for (const state of [LOST, ANNOUNCED]) {
      const { plan: after, effects } = move(mine(state));
      expect(taskOf(after, 'a').fields.status).toBe('failed');
      expect(effects.filter((effect) => effect.startsWith('start'))).toEqual([]);
    }
  });

  it('never stops one that lives: past its timeout, cancelled, released or removed', () => {
    const live = LIVE;
    const cases = [
      move(mine(live, { timeout: '30m' }, NOW + 2 * HOUR), TICK),
      move(mine(live), { kind: 'cancel', task: 'a', reason: undefined }),
      move(mine(live), { kind: 'release', task: 'a' }),
      move(see(plan([task('b', { status: 'completed' })]), { runs: [run('a', 1, live)] }), TICK),
      move(mine(live, { status: 'cancelled' }), TICK),
    ];
    for (const { effects } of cases) expect(effects.filter((e) => e.startsWith('stop'))).toEqual([]);
    // And a worker in its place is.
    const worker = move(mine(alive(), { timeout: '30m' }, NOW + 2 * HOUR), TICK);
    expect(worker.effects).toContain('stop a/1');
  });

  it('extends the lease of one that lives', () => {
    const { plan: after } = move(mine(LIVE, {}, NOW + 55 * MINUTE));
    expect(taskOf(after, 'a').fields.attempt?.lease_until).toBe('2026-11-21T11:55:00Z');
  });

  it('waits for one of another machine, and fences one that is no longer the current attempt', () => {
    const there = move(see(plan([personTask('a', stepFields({ machine: ELSEWHERE }))])));
    expect(taskOf(there.plan, 'a').fields.status).toBe('in_progress');
    const late = see(plan([personTask('a', stepFields({ number: 2 }))]), {
      runs: [run('a', 1, ended()), run('a', 2, LIVE)],
      attempts: { a: 2 },
    });
    const { codes, effects } = move(late);
    expect(codes).toContain('fenced-result');
    expect(effects).toEqual(['settle a/1']);
  });
});
