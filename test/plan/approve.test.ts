import { describe, expect, it } from 'vitest';
import { notSupported } from '../../src/plan/not-supported.ts';
import { completed, move, plan, see, settings, task } from '../support/plans.ts';

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

describe('what has no effect', () => {
  it('is said for every field and setting that is given, and for no other', () => {
    const with_ = plan([task('a', { gates: ['npm test'], rework: { task: 'b' } }), task('b', {})]);
    const said = notSupported(
      with_,
      settings({ sync: { push: 'auto' }, specialists: { x: { agent: 'claude' } } }),
    );
    expect(said.map((p) => p.code)).toEqual(Array(4).fill('not-supported'));
    expect(said.every((p) => p.severity === 'warning')).toBe(true);
    expect(
      notSupported(
        plan([task('a', {})]),
        settings({ sync: { push: 'never' }, quality_gates: { enabled: false } }),
      ),
    ).toEqual([]);
  });
});
