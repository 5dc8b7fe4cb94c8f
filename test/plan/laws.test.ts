/** Laws of RECOVER and DECIDE over anything a round may see, sensible or not. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffPlans } from '../../src/compare/diff.ts';
import { applyChanges } from '../../src/model/change.ts';
import { dependencyId } from '../../src/model/dependency.ts';
import { taskStatusOf } from '../../src/model/plan.ts';
import { TASK_TRANSITIONS } from '../../src/model/status.ts';
import { Draft } from '../../src/plan/draft.ts';
import type { Effect } from '../../src/plan/effect.ts';
import type { Seen } from '../../src/plan/seen.ts';
import type { Run } from '../../src/ports.ts';
import {
  alive,
  arbitraryRequest,
  arbitrarySeen,
  HERE,
  isRestored,
  type Moved,
  move,
  TICK,
  taskOf,
  WATCHDOG,
} from '../support/plans.ts';
import { planStatusByTheSentence } from './status-oracle.ts';

/** `SOAK=30` looks thirty times longer. */
const SOAK = Number(process.env.SOAK ?? 1);
const RUNS = { numRuns: 1500 * SOAK };

/** The same look once more, after the commit; the effects done, or lost in a crash. */
function lookAgain(seen: Seen, moved: Moved, effects: 'done' | 'lost'): Seen {
  const runs = effects === 'lost' ? seen.runs : moved.draft.effects.reduce(withEffect(seen.now), seen.runs);
  const attempts: Record<string, number> = { ...seen.attempts };
  for (const task of moved.plan.tasks)
    attempts[task.id] = Math.max(attempts[task.id] ?? 0, task.fields.attempt?.number ?? 0);
  return { ...seen, plan: moved.plan, committed: moved.plan, lastRounds: [], edited: false, runs, attempts };
}

/** A round, and those that what it saved leads to at once; with what the last one saw. */
function moveOn(seen: Seen, effects: 'done' | 'lost'): { readonly seen: Seen; readonly moved: Moved } {
  const moved = move(seen, TICK);
  const leadsOn = moved.decision.kind === 'decided' && moved.decision.leadsOn;
  return leadsOn ? moveOn(lookAgain(seen, moved, effects), effects) : { seen, moved };
}

function withEffect(now: number) {
  return (runs: readonly Run[], effect: Effect): readonly Run[] => {
    const rest = runs.filter((run) => !(run.task === effect.task && run.attempt === effect.attempt));
    const run = runs.find((each) => each.task === effect.task && each.attempt === effect.attempt);
    if (effect.kind === 'start' && (run === undefined || run.state.kind === 'announced'))
      return [
        ...rest,
        {
          plan: 'demo',
          task: effect.task,
          attempt: effect.attempt,
          state: alive(now),
          settled: false,
          command: effect.order.command,
        },
      ];
    if (effect.kind === 'settle' && run !== undefined) return [...rest, { ...run, settled: true }];
    return runs;
  };
}

describe('any look, any request', { timeout: 60_000 * SOAK }, () => {
  it("a draft's plan is its changes applied, and so is its net difference", () => {
    fc.assert(
      fc.property(arbitrarySeen(), arbitraryRequest(), (seen, request) => {
        const { draft, plan } = move(seen, request);
        expect(applyChanges(seen.plan, draft.changes)).toEqual(plan);
        expect(applyChanges(seen.plan, diffPlans(seen.plan, plan))).toEqual(plan);
        expect(new Draft(plan).plan).toBe(plan);
      }),
      RUNS,
    );
  });

  it('no step is one that is not legal', () => {
    fc.assert(
      fc.property(arbitrarySeen(), arbitraryRequest(), (seen, request) => {
        for (const change of move(seen, request).draft.changes)
          if (change.kind === 'task-status')
            expect(TASK_TRANSITIONS[change.from], change.reason).toContain(change.to);
      }),
      RUNS,
    );
  });

  it('no attempt number goes down, and a new one is higher than any that is known', () => {
    fc.assert(
      fc.property(arbitrarySeen(), arbitraryRequest(), (seen, request) => {
        const { draft, plan } = move(seen, request);
        for (const task of seen.plan.tasks) {
          const before = task.fields.attempt?.number ?? 0;
          const after = plan.tasks.find((each) => each.id === task.id)?.fields.attempt?.number ?? 0;
          expect(after).toBeGreaterThanOrEqual(before);
          if (after > before && !isRestored(seen, draft, task.id, after))
            expect(after).toBe(Math.max(before, seen.attempts[task.id] ?? 0) + 1);
        }
        for (const effect of draft.effects)
          if (effect.kind === 'start' && !effect.task.startsWith('+'))
            expect(taskOf(plan, effect.task).fields).toMatchObject({
              status: 'in_progress',
              attempt: { number: effect.attempt },
            });
      }),
      RUNS,
    );
  });

  it('a worker starts only for a task whose blockers are satisfied, in a free slot, with an approved command, and never beside another', () => {
    fc.assert(
      fc.property(arbitrarySeen(), arbitraryRequest(), (seen, request) => {
        const { draft, plan } = move(seen, request);
        const fresh = draft.effects.filter(
          (effect) => effect.kind === 'start' && effect.reason.startsWith('ready'),
        );
        for (const effect of fresh) {
          const task = taskOf(plan, effect.task);
          for (const dependency of task.fields.blocked_by ?? []) {
            const blocker = plan.tasks.find((each) => each.id === dependencyId(dependency));
            const orCancelled = typeof dependency === 'object' && dependency.or_cancelled === true;
            const status = blocker?.fields.status;
            expect(status === 'completed' || (status === 'cancelled' && orCancelled)).toBe(true);
            if (status === 'completed') {
              expect(blocker?.fields.result?.passed).not.toBe(false);
              expect(
                blocker?.fields.needs_approval === true && blocker.fields.approved_by === undefined,
              ).toBe(false);
            }
          }
        }
        for (const effect of draft.effects)
          if (effect.kind === 'start') {
            expect(seen.isApproved(effect.order.command)).toBe(true);
            expect(seen.runs.some((run) => run.task === effect.task && run.state.kind === 'alive')).toBe(
              false,
            );
          }
        const here = plan.tasks.filter(
          (task) => taskStatusOf(task) === 'in_progress' && task.fields.attempt?.machine === HERE,
        );
        if (fresh.length > 0)
          expect(here.length + seen.aliveElsewhere).toBeLessThanOrEqual(
            seen.settings.parallelism.max_parallel_tasks,
          );
        const keys = draft.effects.map((effect) => `${effect.kind} ${effect.id}`);
        expect(new Set(keys).size).toBe(keys.length);
      }),
      RUNS,
    );
  });

  it('only a tick and a launch start tasks', () => {
    fc.assert(
      fc.property(arbitrarySeen(), arbitraryRequest(), (seen, request) => {
        if (request.kind === 'tick' || request.kind === 'launch') return;
        const { draft } = move(seen, request);
        expect(
          draft.effects.filter((effect) => effect.kind === 'start' && effect.reason.startsWith('ready')),
        ).toEqual([]);
      }),
      RUNS,
    );
  });

  for (const effects of ['done', 'lost'] as const)
    for (const second of [TICK, WATCHDOG])
      it(`a ${second.kind} right after a tick finds nothing to change, with its effects ${effects}`, () => {
        fc.assert(
          fc.property(arbitrarySeen(), (before) => {
            const { seen, moved: first } = moveOn(before, effects);
            // A check is announced by its effect alone: where that is lost, a round that starts nothing finds nothing under way.
            fc.pre(
              !(
                effects === 'lost' &&
                second === WATCHDOG &&
                first.effects.some((effect) => effect.startsWith('start +'))
              ),
            );
            const again = move(lookAgain(seen, first, effects), second);
            expect(again.draft.changes).toEqual([]);
          }),
          RUNS,
        );
      });

  it('a second tick never starts or consumes what the first one did, once the effects are done', () => {
    fc.assert(
      fc.property(arbitrarySeen(), (before) => {
        const { seen, moved: first } = moveOn(before, 'done');
        const again = move(lookAgain(seen, first, 'done'), TICK);
        expect(again.draft.effects.filter((effect) => effect.kind !== 'stop')).toEqual([]);
      }),
      RUNS,
    );
  });

  it("the plan's status is the first line of the design's sentence that fits", () => {
    fc.assert(
      fc.property(arbitrarySeen(), arbitraryRequest(), (seen, request) => {
        const moved = move(seen, request);
        if (moved.decision.kind === 'refused') return;
        expect(moved.plan.fields.status).toBe(planStatusByTheSentence(moved, seen, request));
      }),
      RUNS,
    );
  });
});
