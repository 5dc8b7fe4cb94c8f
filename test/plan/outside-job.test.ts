import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import { taskStatusOf } from '../../src/model/plan.ts';
import { conflictingFields } from '../../src/plan/outside-job.ts';
import {
  arbitraryRequest,
  arbitrarySeen,
  claimed,
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
  taskOf,
  WATCHDOG,
} from '../support/plans.ts';

const awaiting = (more: TaskFields = {}, every?: string) =>
  personTask('a', { await: { check: 'is-done', ...(every === undefined ? {} : { every }) }, ...more });

describe('an outside job', () => {
  it.each([
    [undefined, 5 * MINUTE, '5m'],
    ['30s', 30_000, '30s'],
    ['0s', 1000, '1s'],
  ])('with every: %s is looked at by its command after %i ms', (every, everyMs, said) => {
    const moved = move(see(plan([awaiting({}, every)]), { settings: settings({ check_timeout: '2m' }) }));
    expect(moved.draft.effects).toMatchObject([
      { kind: 'start', order: { command: 'is-done', poll: { everyMs, timeoutMs: 2 * MINUTE } } },
    ]);
    expect(taskOf(moved.plan, 'a').fields).toMatchObject({
      owner: 'outside',
      attempt: { returns: `its check passes, looked at every ${said}` },
    });
    expect(moved.plan.fields).toMatchObject({
      status: 'awaiting-result',
      next_checkpoint: expect.any(String),
    });
  });

  it('is not looked at by a command that this clone has not approved', () => {
    const moved = move(see(plan([awaiting()]), { isApproved: () => false }));
    expect(moved.effects).toEqual([]);
    expect(moved.codes).toContain('untrusted-command');
  });

  it('goes on outside when nothing looks any more: it is looked at again, and no retry is used', () => {
    const of = plan([awaiting({ ...inProgress(3) })]);
    const later = move(see(of, { now: NOW + HOUR, runs: [run('a', 3, LOST)] }));
    expect(later.effects).toEqual(['settle a/3', 'start a/4']);
    expect(taskOf(later.plan, 'a').fields.attempt?.retry).toBeUndefined();
    // What did not live to look twice would not the next time either.
    expect(taskOf(move(see(of, { runs: [run('a', 3, LOST)] })).plan, 'a').fields.status).toBe('failed');
  });

  it('is what counts beside `run`, which is warned of', () => {
    const of = plan([awaiting({ run: 'work' })]);
    expect(move(see(of)).draft.effects).toMatchObject([{ order: { command: 'is-done' } }]);
    expect(conflictingFields(of)).toMatchObject([{ code: 'conflicting-fields', path: ['run'] }]);
    expect(conflictingFields(plan([awaiting(), personTask('b', { run: 'work' })]))).toEqual([]);
  });
});

describe('delegated work', () => {
  it('has a named owner and a return condition, whichever round gave it away', () => {
    fc.assert(
      fc.property(arbitrarySeen(), arbitraryRequest(), (seen, request) => {
        const { draft, plan: after } = move(seen, request);
        for (const change of draft.changes) {
          if (change.kind !== 'task-status' || change.to !== 'in_progress') continue;
          const { fields } = taskOf(after, change.task);
          if (taskStatusOf(taskOf(after, change.task)) !== 'in_progress') continue;
          expect(fields.owner, change.reason).toBeDefined();
          expect(fields.attempt?.returns, change.reason).toBeDefined();
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('roles', () => {
  const named = (fields: object) => plan([personTask('a', { run: 'work' })], { fields });

  it.each<[string, object, readonly string[]]>([
    ['the watchdog beside a coordinator', { coordinator: 'kim', watchdog: 'dana' }, []],
    ['the coordinator', { coordinator: 'dana', watchdog: 'kim' }, ['start a/1']],
    ['who is both', { coordinator: 'dana', watchdog: 'dana' }, ['start a/1']],
    ['a watchdog where no coordinator is named', { watchdog: 'dana' }, ['start a/1']],
    ['somebody else', { coordinator: 'kim', watchdog: 'lee' }, ['start a/1']],
  ])('%s: what a round starts', (_, fields, effects) => {
    const moved = move(see(named(fields)), TICK);
    expect(moved.effects).toEqual(effects);
    expect(moved.codes.includes('watchdog-only')).toBe(effects.length === 0);
  });

  it('a watchdog recovers and reports: it starts what was announced, counts the lost, and starts nothing new', () => {
    const of = plan([
      personTask('a', { run: 'work', ...inProgress(1) }),
      personTask('b', { run: 'work', retries: 1, ...inProgress(1) }),
      personTask('c', { ...claimed(1, 'kim', NOW - MINUTE) }),
      personTask('d', { run: 'work' }),
    ]);
    const runs = [run('b', 1, LOST)];
    for (const [fields, request] of [
      [{}, WATCHDOG],
      [{ coordinator: 'kim', watchdog: 'dana' }, TICK],
    ] as const) {
      const moved = move(
        see({ ...of, fields: { ...of.fields, ...fields } }, { runs, machine: HERE }),
        request,
      );
      expect(moved.effects).toEqual(['start a/1', 'settle b/1']);
      expect(taskOf(moved.plan, 'b').fields.status).toBe('pending');
      expect(moved.codes).toContain('overdue');
    }
  });
});
