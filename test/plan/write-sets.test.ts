/** Tasks that may change the same files never run at once in one checkout. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlap, patternsOf } from '../../src/model/globs.ts';
import {
  alive,
  arbitrarySeen,
  claimed,
  ELSEWHERE,
  HERE,
  inProgress,
  move,
  personTask,
  plan,
  run,
  see,
  settings,
  TICK,
  task,
} from '../support/plans.ts';

const startedBy = ({ decision }: ReturnType<typeof move>) =>
  decision.kind === 'decided' ? decision.started : undefined;

describe('of two tasks whose `writes` meet', () => {
  it('the first of the file starts, and the other says for whom it waits', () => {
    const moved = move(
      see(
        plan([
          task('a', { writes: ['src/**'] }),
          task('b', { writes: ['docs/**', 'src/x.ts'] }),
          task('c', { writes: ['docs/**'] }),
          task('d'),
        ]),
      ),
    );
    expect(moved.effects).toEqual(['start a/1', 'start c/1', 'start d/1']);
    expect(startedBy(moved)).toMatchObject({ queued: ['b'], overlaps: [{ task: 'b', with: 'a' }] });
    expect(moved.plan.fields.status).toBe('awaiting-result');
  });

  it('the other starts once the first has ended', () => {
    const of = plan([task('a', { writes: ['src'], status: 'completed' }), task('b', { writes: ['src'] })]);
    expect(move(see(of)).effects).toEqual(['start b/1']);
  });

  it.each([
    ['one that declares none overlaps nobody', {}, inProgress(), {}],
    ['an empty list declares none', { writes: [] }, { ...inProgress(), writes: ['src'] }, {}],
    [
      'what runs on another machine is in another checkout',
      { writes: ['src'] },
      { ...inProgress(1, { machine: ELSEWHERE }), writes: ['src'] },
      {},
    ],
    [
      'who works in a worktree of its own is in another checkout',
      { writes: ['src'], specialist: 'own' },
      { ...inProgress(), writes: ['src'] },
      { own: { command: 'w', isolation: 'worktree' as const } },
    ],
  ])('%s', (_, fields, other, specialists) => {
    const of = plan([task('a', other), task('b', fields)]);
    const moved = move(
      see(of, {
        settings: settings({ specialists }),
        runs: other.attempt?.machine === HERE ? [run('a', 1, alive())] : [],
      }),
    );
    expect(moved.effects).toContain('start b/1');
  });

  it('what a person has taken counts: it may be in this checkout', () => {
    const of = plan([personTask('a', { ...claimed(), writes: ['src'] }), task('b', { writes: ['src'] })]);
    expect(startedBy(move(see(of)))?.overlaps).toEqual([{ task: 'b', with: 'a' }]);
  });

  it('a worker that is being stopped still writes', () => {
    const of = plan([
      task('a', { writes: ['src'], status: 'cancelled', attempt: { number: 1, machine: 'kestrel-3f2a' } }),
      task('b', { writes: ['src'] }),
    ]);
    const moved = move(see(of, { runs: [run('a', 1, alive())] }));
    expect(moved.effects).toEqual(['stop a/1']);
    expect(startedBy(moved)?.overlaps).toEqual([{ task: 'b', with: 'a' }]);
  });

  it('workers of other plans in this checkout count', () => {
    const of = plan([task('b', { writes: ['src'] })]);
    const writersElsewhere = [{ plan: 'other', task: 'x', writes: ['src/lib'] }];
    expect(startedBy(move(see(of, { aliveElsewhere: 1, writersElsewhere })))?.overlaps).toEqual([
      { task: 'b', with: 'other/x' },
    ]);
  });

  it('nobody claims the other meanwhile', () => {
    const of = plan([task('a', { ...inProgress(), writes: ['src'] }), personTask('b', { writes: ['src'] })]);
    const seen = see(of, { runs: [run('a', 1, alive())] });
    const claim = { kind: 'claim', task: 'b', owner: 'kim', returns: undefined, until: undefined } as const;
    expect(move(seen, claim).decision).toMatchObject({
      kind: 'refused',
      problem: { code: 'not-ready', task: 'b' },
    });
  });
});

it('whatever a round sees, it starts no two that overlap, and none that overlaps what is under way', () => {
  const sets = fc.array(fc.constantFrom('src', 'src/*', 'docs/**', '**/x', 'lib'), { maxLength: 2 });
  fc.assert(
    fc.property(arbitrarySeen(), fc.array(sets, { minLength: 7, maxLength: 7 }), (seen, writes) => {
      const tasks = seen.plan.tasks.map((each, i) => ({
        ...each,
        fields: { ...each.fields, writes: writes[i] ?? [] },
      }));
      const moved = move({ ...seen, plan: { ...seen.plan, tasks } }, TICK);
      const started = new Set(startedBy(moved)?.started);
      const busy = moved.plan.tasks.filter(
        ({ fields: { status, attempt } }) =>
          status === 'in_progress' && (attempt?.machine ?? seen.machine) === seen.machine,
      );
      for (const a of busy.filter(({ id }) => started.has(id)))
        for (const b of busy)
          if (a.id !== b.id)
            expect(overlap(patternsOf(a.fields.writes ?? []), patternsOf(b.fields.writes ?? []))).toBe(false);
    }),
  );
});
