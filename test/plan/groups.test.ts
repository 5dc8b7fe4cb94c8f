import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import {
  alive,
  claimed,
  completed,
  inProgress,
  move,
  personTask,
  plan,
  run,
  see,
  settings,
  task,
} from '../support/plans.ts';

const member = (id: string, more: TaskFields = {}) => task(id, { parallel_group: 'g', ...more });
const slots = (max_parallel_tasks: number, strategy: 'eager' | 'batched' | 'sequential' = 'eager') =>
  settings({ parallelism: { max_parallel_tasks, strategy } });

describe('a parallel group', () => {
  it('starts in one round', () => {
    expect(move(see(plan([member('a'), member('b'), member('c')]))).effects).toEqual([
      'start a/1',
      'start b/1',
      'start c/1',
    ]);
  });

  it('waits for members that others hold up, and starts once the last is ready', () => {
    const of = (dev: TaskFields) =>
      plan([task('dev', dev), member('a'), member('b', { blocked_by: ['dev'] })]);
    expect(move(see(of({}))).effects).toEqual(['start dev/1']);
    expect(move(see(of(inProgress(1)), { runs: [run('dev', 1, alive())] })).effects).toEqual([]);
    expect(move(see(of(claimed(1)))).effects).toEqual([]);
    expect(move(see(of(completed))).effects).toEqual(['start a/1', 'start b/1']);
  });

  it.each<[string, TaskFields]>([
    ['failed', { status: 'failed' }],
    ['blocked', { status: 'blocked', blocker: { type: 'external' } }],
    ['cancelled', { status: 'cancelled' }],
  ])('does not wait for a member behind what is %s', (_, dev) => {
    const of = plan([task('dev', dev), member('a'), member('b', { blocked_by: ['dev'] })]);
    const go = settings({ on_failure: 'continue' });
    expect(move(see(of, { settings: go })).effects).toEqual(['start a/1']);
  });

  it('of members that wait for each other, directly or by way of another group, starts one by one', () => {
    expect(move(see(plan([member('a'), member('b', { blocked_by: ['a'] })]))).effects).toEqual(['start a/1']);
    const crossed = plan([
      member('g1'),
      member('g2', { blocked_by: ['h1'] }),
      task('h1', { parallel_group: 'h' }),
      task('h2', { parallel_group: 'h', blocked_by: ['g1'] }),
    ]);
    expect(move(see(crossed)).effects).toEqual(['start g1/1', 'start h1/1']);
  });

  it("does not hold up what a person is to claim, nor wait for a person's", () => {
    const of = plan([
      task('dev'),
      member('a'),
      personTask('p', { parallel_group: 'g', blocked_by: ['dev'] }),
      personTask('q', { parallel_group: 'g' }),
    ]);
    const moved = move(see(of));
    expect(moved.effects).toEqual(['start dev/1', 'start a/1']);
    expect(moved.decision).toMatchObject({ started: { forPeople: ['q'] } });
  });

  it('starts whole or not at all where slots are short, and leaves them to what fits', () => {
    const of = plan([task('x', inProgress(1)), member('a'), member('b'), task('y')]);
    const runs = [run('x', 1, alive())];
    const short = move(see(of, { runs, settings: slots(2) }));
    expect(short.effects).toEqual(['start y/1']);
    expect(short.decision).toMatchObject({ started: { queued: ['a', 'b'] } });
    expect(move(see(of, { runs, settings: slots(3) })).effects).toEqual(['start a/1', 'start b/1']);
  });

  it('larger than the limit starts as many as fit, and says so', () => {
    const of = plan([member('a'), member('b'), member('c')]);
    const moved = move(see(of, { settings: slots(2) }));
    expect(moved.effects).toEqual(['start a/1', 'start b/1']);
    expect(moved.codes).toContain('group-too-large');
    expect(move(see(of, { settings: slots(3) })).codes).not.toContain('group-too-large');
  });

  it('is taken one by one where the strategy is, and by batches where it goes by batches', () => {
    const of = plan([task('dev'), member('a'), member('b', { blocked_by: ['dev'] })]);
    expect(move(see(of, { settings: slots(5, 'batched') })).effects).toEqual(['start dev/1', 'start a/1']);
    const pair = plan([member('a'), member('b')]);
    expect(move(see(pair, { settings: slots(1, 'sequential') })).effects).toEqual(['start a/1']);
  });
});
