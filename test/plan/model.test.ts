/** Random lives of a plan in a simulated outside: the invariants of `world.ts` hold after each round, and it comes to rest. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import { type Plan, taskStatusOf } from '../../src/model/plan.ts';
import { TASK_STATUSES } from '../../src/model/status.ts';
import type { RunState } from '../../src/ports.ts';
import {
  arbitraryRequest,
  arbitrarySettings,
  ELSEWHERE,
  ended,
  HERE,
  HOUR,
  LOST,
  MINUTE,
  personTask,
  plan,
  settings,
  TICK,
  task,
  WATCHDOG,
} from '../support/plans.ts';
import { type Crash, World } from './world.ts';

const SOAK = Number(process.env.SOAK ?? 1);
const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** A plan somebody might write: tasks wait for earlier ones; some are for people, some need approval, some are tried again. */
const arbitraryFreshPlan: fc.Arbitrary<Plan> = fc
  .array(
    fc.record({
      blockers: fc.subarray(IDS),
      person: fc.integer({ min: 0, max: 5 }),
      fields: fc.record<TaskFields>(
        {
          retries: fc.integer({ min: 0, max: 2 }),
          priority: fc.integer({ min: -1, max: 1 }),
          timeout: fc.constantFrom('30m', '2h'),
          estimate: fc.constant('10m'),
          needs_approval: fc.boolean(),
          gates: fc.subarray(['gate a', 'gate b']),
          tags: fc.constantFrom(['alpha'], ['beta']),
          parallel_group: fc.constantFrom('g', 'h'),
          rework: fc.record({ task: fc.constantFrom(...IDS), limit: fc.integer({ min: 0, max: 2 }) }),
        },
        { requiredKeys: [] },
      ),
    }),
    { minLength: 1, maxLength: IDS.length },
  )
  .chain((rows) =>
    fc.record({ criteria: fc.boolean(), said: fc.boolean() }).map(({ criteria, said }) =>
      plan(
        rows.map(({ blockers, person, fields }, i) => {
          const blocked_by = blockers.filter((id) => IDS.indexOf(id) < i);
          const all = { ...fields, ...(blocked_by.length === 0 ? {} : { blocked_by }) };
          return person === 0 ? personTask(IDS[i] ?? 'a', all) : task(IDS[i] ?? 'a', all);
        }),
        {
          criteria: [
            ...(criteria ? [{ text: 'tests pass', met: false, check: 'npm test' }] : []),
            ...(said ? [{ text: 'good', met: false }] : []),
          ],
        },
      ),
    ),
  );

type Step = (world: World) => void;

const machine = fc.integer({ min: 0, max: 1 });
const end: fc.Arbitrary<RunState> = fc.constantFrom(
  ended(),
  ended(),
  ended({ exitCode: 1 }),
  ended({ report: { passed: false } }),
  ended({ report: { status: 'blocked', blocker: { type: 'external' } } }),
  ended({ malformed: '{' }),
  LOST,
);
const crash: fc.Arbitrary<Crash> = fc.constantFrom(
  'none',
  'none',
  'none',
  'before the effects',
  'after the first effect',
);

/** What a person may do to the file between rounds. */
const handEdit: fc.Arbitrary<(of: Plan) => Plan> = fc.oneof(
  fc
    .tuple(fc.nat(5), fc.constantFrom(...TASK_STATUSES))
    .map(([n, status]) => onTask(n, (each) => ({ ...each, fields: { ...each.fields, status } }))),
  fc
    .tuple(fc.nat(5), fc.subarray([...IDS, 'gone']))
    .map(([n, blocked_by]) => onTask(n, (each) => ({ ...each, fields: { ...each.fields, blocked_by } }))),
  fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 3 })).map(([n, number]) =>
    onTask(n, (each) => {
      const { attempt } = each.fields;
      return attempt === undefined
        ? each
        : { ...each, fields: { ...each.fields, attempt: { ...attempt, number } } };
    }),
  ),
  fc.nat(5).map((n) => onTask(n, ({ fields: { attempt: _, ...fields }, ...each }) => ({ ...each, fields }))),
  fc.nat(5).map((n) => onTask(n, (each) => ({ ...each, id: `${each.id}x`.slice(0, 3) }))),
  fc.nat(5).map((n) => (of: Plan) => ({ ...of, tasks: of.tasks.filter((_, i) => i !== n) })),
  fc
    .constantFrom(...IDS)
    .map(
      (id) => (of: Plan) =>
        of.tasks.some((each) => each.id === id) ? of : { ...of, tasks: [...of.tasks, task(id)] },
    ),
  fc.tuple(fc.nat(5), fc.boolean()).map(([n, gated]) =>
    onTask(n, (each) => {
      const proof = { evidence: [{ command: 'gate a', exit_code: 0, gate: 'task' }] };
      const { needs_approval: _, gates = [], ...fields } = each.fields;
      return {
        ...each,
        fields: {
          ...fields,
          ...(gated ? { gates } : {}),
          status: 'completed',
          result: proof,
          approved_by: 'me',
        },
      };
    }),
  ),
  fc.constantFrom('me', undefined).map((accepted_by) => (of: Plan) => {
    const { accepted_by: _, ...fields } = of.fields;
    return { ...of, fields: accepted_by === undefined ? fields : { ...fields, accepted_by } };
  }),
  fc
    .constantFrom('running' as const, 'paused' as const, 'complete' as const)
    .map((status) => (of: Plan) => ({ ...of, fields: { ...of.fields, status } })),
);

function onTask(
  n: number,
  change: (each: Plan['tasks'][number]) => Plan['tasks'][number],
): (of: Plan) => Plan {
  return (of) => {
    const tasks = of.tasks.map((each, i) => (i === n ? change(each) : each));
    return new Set(tasks.map((each) => each.id)).size === tasks.length ? { ...of, tasks } : of;
  };
}

const said = <T extends Step>(what: string, step: T): Step =>
  Object.assign(step, { toString: () => what, [fc.toStringMethod]: () => what });

/** Steps that leave the file to rounds and requests. */
const calmStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(machine, crash)
      .map(([m, c]) => said(`tick on ${m}, crash: ${c}`, (w) => w.round(m, TICK, c))),
  },
  { weight: 1, arbitrary: machine.map((m) => said(`watchdog on ${m}`, (w) => w.round(m, WATCHDOG))) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(machine, arbitraryRequest(), crash)
      .map(([m, request, c]) =>
        said(`${JSON.stringify(request)} on ${m}, crash: ${c}`, (w) => w.round(m, request, c)),
      ),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(machine, fc.nat(3), end)
      .map(([m, n, state]) =>
        said(`worker ${n} on ${m} ends: ${JSON.stringify(state)}`, (w) => w.workerEnds(m, n, state)),
      ),
  },
  { weight: 2, arbitrary: fc.constant(said('grace ends', (w) => w.graceEnds())) },
  { weight: 1, arbitrary: machine.map((m) => said(`reboot ${m}`, (w) => w.reboot(m))) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(1000, 20 * MINUTE, 70 * MINUTE)
      .map((ms) => said(`${ms} ms pass`, (w) => w.passTime(ms))),
  },
);

/** Steps that people, git and clocks add to those. */
const wildStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: calmStep },
  { weight: 3, arbitrary: handEdit.map((change) => said('hand edit', (w) => w.edit(change))) },
  { weight: 1, arbitrary: fc.constant(said('commit by hand', (w: World) => w.commitByHand())) },
  { weight: 1, arbitrary: fc.nat(50).map((n) => said(`reset to ${n}`, (w) => w.resetTo(n))) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(machine, fc.constantFrom(0, 87_600 * HOUR, -87_600 * HOUR, 30 * MINUTE, -30 * MINUTE))
      .map(([m, skew]) => said(`clock of ${m} off by ${skew}`, (w) => w.setClock(m, skew))),
  },
);

/** Rounds until rest: each task may come back a few times, and each try takes some rounds. */
const MOST = 200;

function live(world: World, steps: readonly Step[]): void {
  for (const step of steps) step(world);
  expect(world.settle(MOST)).toBeLessThan(MOST);
}

const few = { size: 'large' as const, maxLength: 60 };

describe('the life of a plan', { timeout: 60_000 * SOAK }, () => {
  it('on one machine keeps every invariant and comes to rest', () => {
    fc.assert(
      fc.property(arbitraryFreshPlan, arbitrarySettings, fc.array(calmStep, few), (of, with_, steps) => {
        live(new World(of, with_), steps);
      }),
      { numRuns: 250 * SOAK },
    );
  });

  it('with hand edits, resets and jumping clocks keeps them, too', () => {
    fc.assert(
      fc.property(arbitraryFreshPlan, arbitrarySettings, fc.array(wildStep, few), (of, with_, steps) => {
        live(new World(of, with_), steps);
      }),
      { numRuns: 250 * SOAK },
    );
  });

  it('shared by two machines keeps them, and no attempt runs on both', () => {
    fc.assert(
      fc.property(arbitraryFreshPlan, arbitrarySettings, fc.array(calmStep, few), (of, with_, steps) => {
        live(new World(of, with_, [HERE, ELSEWHERE]), steps);
      }),
      { numRuns: 250 * SOAK },
    );
  });

  it('with workers that always end well, and nobody in the way, ends complete', () => {
    fc.assert(
      fc.property(
        arbitraryFreshPlan,
        fc.constantFrom('eager', 'batched', 'sequential'),
        fc.integer({ min: 1, max: 3 }),
        (of, strategy, most) => {
          const alone: Plan = {
            ...of,
            criteria: of.criteria.filter((each) => each.check !== undefined),
            tasks: of.tasks.map((each) => ({
              ...each,
              fields: { ...each.fields, run: 'work', needs_approval: false },
            })),
          };
          const world = new World(
            alone,
            settings({ parallelism: { strategy: strategy as 'eager', max_parallel_tasks: most } }),
          );
          expect(world.settle(MOST)).toBeLessThan(MOST);
          expect(world.committed.fields.status).toBe('complete');
          for (const each of world.committed.tasks)
            expect([taskStatusOf(each), each.fields.attempt?.number]).toEqual(['completed', 1]);
        },
      ),
      { numRuns: 250 * SOAK },
    );
  });
});
