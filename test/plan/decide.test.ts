/** What a tick starts, holds back and reports; and what the plan's own fields say of it. */
import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { SettingsFile } from '../../src/model/settings.ts';
import type { Request } from '../../src/plan/request.ts';
import { checkTask } from '../../src/plan/rules/criteria.ts';
import type { Seen } from '../../src/plan/seen.ts';
import {
  ANNOUNCED,
  alive,
  check,
  claimed,
  completed,
  ELSEWHERE,
  ended,
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
  statusesOf,
  TICK,
  task,
  taskOf,
  WATCHDOG,
} from '../support/plans.ts';

const tick = (of: Plan, layer: SettingsFile = {}, more: Partial<Seen> = {}, request: Request = TICK) =>
  move(see(of, { settings: settings(layer), ...more }), request);
const startedBy = (moved: ReturnType<typeof move>) =>
  moved.decision.kind === 'decided' ? moved.decision.started : undefined;
const statusOf = (of: Plan, layer: SettingsFile = {}, more: Partial<Seen> = {}) =>
  tick(of, layer, more).plan.fields.status;
/** Ids of three tasks in a row, each waiting for the one before. */
const chain = (...fields: readonly TaskFields[]) =>
  plan(
    fields.map((each, i) => task(`t${i}`, { ...(i === 0 ? {} : { blocked_by: [`t${i - 1}`] }), ...each })),
  );

describe('dependencies', () => {
  it('start what is ready and nothing else', () => {
    const of = plan([
      task('a'),
      task('b', { blocked_by: ['a'] }),
      task('c'),
      task('d', { blocked_by: ['a', 'c'] }),
    ]);
    const { effects, plan: after } = tick(of);
    expect([effects, statusesOf(after)]).toEqual([
      ['start a/1', 'start c/1'],
      { a: 'in_progress', b: 'pending', c: 'in_progress', d: 'pending' },
    ]);
    expect(taskOf(after, 'a').fields).toMatchObject({
      owner: 'shell',
      attempt: { number: 1, machine: 'kestrel-3f2a', returns: 'process exit' },
    });
  });

  it('hand the brief, the output and the timeout to the worker, and the command untouched', () => {
    const of = plan([
      {
        ...task('a', { run: 'echo "$RONDO_TASK"; x', output: 'docs/a.md', timeout: '90s' }),
        brief: 'At length.',
      },
    ]);
    const [effect] = tick(of).draft.effects;
    expect(effect).toMatchObject({
      kind: 'start',
      id: 'demo/a/1',
      order: {
        plan: 'demo',
        task: 'a',
        attempt: 1,
        kind: 'task',
        command: 'echo "$RONDO_TASK"; x',
        output: 'docs/a.md',
        timeoutMs: 90_000,
      },
    });
  });

  it('let a cancelled blocker satisfy only who says so', () => {
    const of = plan([
      task('a', { status: 'cancelled' }),
      task('b', { blocked_by: [{ task: 'a', or_cancelled: true }] }),
      task('c', { blocked_by: ['a'] }),
    ]);
    expect(tick(of).effects).toEqual(['start b/1']);
  });

  it('order by priority, then by the file', () => {
    const of = plan([task('a', { priority: -1 }), task('b'), task('c', { priority: 5 }), task('d')]);
    expect(tick(of).effects).toEqual(['start c/1', 'start b/1', 'start d/1', 'start a/1']);
  });

  it('hold the whole plan for an unknown blocker, and for a cycle with its ways out', () => {
    const unknown = tick(plan([task('a', { blocked_by: ['zz'] }), task('b')]));
    expect([unknown.effects, unknown.codes, unknown.plan.fields.status]).toEqual([
      [],
      ['unknown-blocker'],
      'blocked',
    ]);
    const circle = tick(
      plan([task('a', { blocked_by: ['b'] }), task('b', { blocked_by: ['a'] }), task('c')]),
    );
    expect([circle.effects, circle.codes, circle.plan.fields.status]).toEqual([
      [],
      ['dependency-cycle'],
      'blocked',
    ]);
    expect(circle.plan.fields.blockers?.[0]).toContain('a -> b -> a');
    expect(circle.plan.fields.next_action).toContain('mend the plan');
  });

  it('go on once one task of a cycle is taken as completed, in batches, too', () => {
    const of = plan([
      task('a', { blocked_by: ['b'] }),
      task('b', { blocked_by: ['a'], ...completed }),
      task('c'),
    ]);
    expect(tick(of).effects).toEqual(['start a/1', 'start c/1']);
    const batched: SettingsFile = { parallelism: { strategy: 'batched' } };
    expect(tick(of, batched).effects).toEqual(['start c/1']);
    const later = plan(of.tasks.map((each) => (each.id === 'c' ? task('c', completed) : each)));
    expect(tick(later, batched).effects).toEqual(['start a/1']);
  });

  it('on_cycle: break drops the edge that was added last, and says so', () => {
    const before = plan([task('a', { blocked_by: ['b', 'z'] }), task('b'), task('z', completed)]);
    const after = plan([
      task('a', { blocked_by: ['b', 'z'] }),
      task('b', { blocked_by: ['a'] }),
      task('z', completed),
    ]);
    const broken = tick(after, { on_cycle: 'break' }, { committed: before, edited: true });
    expect([broken.effects, taskOf(broken.plan, 'b').fields.blocked_by]).toEqual([['start b/1'], undefined]);
    expect(broken.codes).toContain('dependency-cycle');
    // Where the commit has both edges, the last of the file goes.
    const old = tick(
      plan([task('b', { blocked_by: ['a'] }), task('a', { blocked_by: ['z', 'b'] }), task('z', completed)]),
      { on_cycle: 'break' },
    );
    expect([old.effects, taskOf(old.plan, 'a').fields.blocked_by]).toEqual([['start a/1'], ['z']]);
    expect(tick(plan([task('a', { blocked_by: ['a'] })]), { on_cycle: 'break' }).effects).toEqual([
      'start a/1',
    ]);
  });
});

describe('slots', () => {
  const wide = plan(['a', 'b', 'c', 'd'].map((id) => task(id)));

  it('are bounded by max_parallel_tasks over all plans of the clone; the rest is queued', () => {
    const layer: SettingsFile = { parallelism: { max_parallel_tasks: 3 } };
    const alone = tick(wide, layer);
    expect([alone.effects, startedBy(alone)?.queued]).toEqual([
      ['start a/1', 'start b/1', 'start c/1'],
      ['d'],
    ]);
    expect(tick(wide, layer, { aliveElsewhere: 2 }).effects).toEqual(['start a/1']);
    expect(tick(wide, layer, { aliveElsewhere: 7 }).effects).toEqual([]);
    expect(alone.plan.fields.status).toBe('awaiting-result');
  });

  it('are taken by work of this machine, not by people or other machines', () => {
    const of = plan([
      task('a', claimed()),
      task('b', inProgress(1, { machine: ELSEWHERE })),
      task('c', inProgress()),
      task('d'),
      task('e'),
    ]);
    const moved = tick(of, { parallelism: { max_parallel_tasks: 2 } }, { runs: [run('c', 1, alive())] });
    expect(moved.effects).toEqual(['start d/1']);
  });

  it('of a specialist are its own max_parallel', () => {
    const of = plan([...['a', 'b', 'c'].map((id) => personTask(id, { specialist: 'one' })), task('d')]);
    const layer: SettingsFile = { specialists: { one: { command: 'x', max_parallel: 1 } } };
    const moved = tick(of, layer);
    expect([moved.effects, startedBy(moved)?.queued]).toEqual([
      ['start a/1', 'start d/1'],
      ['b', 'c'],
    ]);
    const busy = tick(moved.plan, layer, { runs: [run('a', 1, alive()), run('d', 1, alive())] });
    expect(busy.effects).toEqual([]);
    expect(tick(moved.plan, layer, { runs: [run('a', 1, ended()), run('d', 1, alive())] }).effects).toEqual([
      'settle a/1',
      'start b/1',
    ]);
  });
});

describe('strategy', () => {
  const uneven = (a: TaskFields = {}, b: TaskFields = {}) =>
    plan([task('a', a), task('b', b), task('c', { blocked_by: ['a'] }), task('d', { blocked_by: ['c'] })]);

  it('eager starts whatever is ready', () => {
    expect(tick(uneven(completed, claimed())).effects).toEqual(['start c/1']);
  });

  it('batched finishes a batch before the next', () => {
    const layer: SettingsFile = { parallelism: { strategy: 'batched' } };
    expect(tick(uneven(), layer).effects).toEqual(['start a/1', 'start b/1']);
    expect(tick(uneven(completed, claimed()), layer).effects).toEqual([]);
    expect(tick(uneven(completed, completed), layer).effects).toEqual(['start c/1']);
    expect(tick(uneven(completed, { status: 'cancelled' }), layer).effects).toEqual(['start c/1']);
  });

  it('batched passes what is stuck where failures do not stop the plan', () => {
    const layer: SettingsFile = { parallelism: { strategy: 'batched' }, on_failure: 'continue' };
    const of = plan([
      task('a', { status: 'failed' }),
      task('b', completed),
      task('a2', { blocked_by: ['a'] }),
      task('b2', { blocked_by: ['b'], ...completed }),
      task('a3', { blocked_by: ['a2'] }),
      task('b3', { blocked_by: ['b2'] }),
    ]);
    expect(tick(of, layer).effects).toEqual(['start b3/1']);
  });

  it('batched waits for an approval, which is no mending', () => {
    const of = plan([
      task('a', { ...completed, needs_approval: true }),
      task('b', completed),
      task('a2', { blocked_by: ['a'] }),
      task('b2', { blocked_by: ['b'], ...completed }),
      task('b3', { blocked_by: ['b2'] }),
    ]);
    const moved = tick(of, { parallelism: { strategy: 'batched' } });
    expect([moved.effects, moved.plan.fields.status]).toEqual([[], 'paused']);
  });

  it('sequential does one at a time, whoever does it', () => {
    const layer: SettingsFile = { parallelism: { strategy: 'sequential' } };
    expect(tick(uneven(), layer).effects).toEqual(['start a/1']);
    expect(tick(uneven({}, claimed()), layer).effects).toEqual([]);
    expect(tick(uneven(completed), layer).effects).toEqual(['start b/1']);
  });

  it('auto_launch: false ends each batch paused until launch, in any strategy', () => {
    for (const strategy of [undefined, 'batched', 'sequential'] as const) {
      const layer: SettingsFile = {
        parallelism: { auto_launch: false, ...(strategy === undefined ? {} : { strategy }) },
      };
      const two = chain({}, {});
      expect(tick(two, layer).effects).toEqual(['start t0/1']);
      const between = tick(chain(completed, {}), layer);
      expect([between.effects, between.plan.fields.status, between.plan.fields.next_action]).toEqual([
        [],
        'paused',
        'rondo launch (batch 2)',
      ]);
      const launched = tick(between.plan, layer, {}, { kind: 'launch' });
      expect([launched.effects, launched.plan.fields.launched]).toEqual([['start t1/1'], 2]);
      // A second launch before the batch is over opens no further one.
      const again = tick(launched.plan, layer, { runs: [run('t1', 1, alive())] }, { kind: 'launch' });
      expect(again.draft.changes).toEqual([]);
    }
  });
});

describe('trust', () => {
  it('starts no command that this clone has not approved, and says which', () => {
    const of = plan([task('a', { run: 'ok' }), task('b', { run: 'evil' })]);
    const moved = tick(of, {}, { isApproved: (command) => command === 'ok' });
    expect([moved.effects, moved.codes, startedBy(moved)?.untrusted]).toEqual([
      ['start a/1'],
      ['untrusted-command'],
      ['b'],
    ]);
    expect(statusOf(plan([task('b')]), {}, { isApproved: () => false })).toBe('running');
  });
});

describe('people', () => {
  it('claim what no command does; nothing is started for them', () => {
    const moved = tick(plan([personTask('a'), personTask('b', { specialist: 'dana' })]));
    expect([moved.effects, startedBy(moved)?.forPeople, moved.plan.fields.status]).toEqual([
      [],
      ['a', 'b'],
      'running',
    ]);
    expect(moved.plan.fields.next_action).toBe('claim a, b');
  });

  it('are asked where the settings say so: every ready task nobody is named for is blocked with the question', () => {
    const layer: SettingsFile = {
      specialist_routing: { fallback_behavior: 'ask_user' },
      specialists: { one: { command: 'x', tags: ['t'] } },
    };
    const of = plan([
      personTask('a'),
      personTask('b', { tags: ['t'] }),
      personTask('c', { blocked_by: ['b'] }),
    ]);
    const moved = tick(of, layer);
    expect([moved.effects, statusesOf(moved.plan)]).toEqual([
      ['start b/1'],
      { a: 'blocked', b: 'in_progress', c: 'pending' },
    ]);
    expect(taskOf(moved.plan, 'a').fields.blocker).toMatchObject({
      type: 'information',
      detail: 'which specialist does a? choose from one',
    });
    expect(statusOf(plan([personTask('a')]), layer)).toBe('blocked');
  });
});

describe('failure', () => {
  const broken = plan([
    task('a', { status: 'failed', result: { summary: 'exit code 2' } }),
    task('b', { blocked_by: ['a'] }),
    task('c'),
    task('d', inProgress()),
  ]);
  const runs = [run('d', 1, alive())];

  it('does not cascade: on_failure: stop starts nothing more and lets the rest finish', () => {
    const moved = tick(broken, {}, { runs });
    expect([moved.effects, statusesOf(moved.plan), moved.plan.fields.status]).toEqual([
      [],
      { a: 'failed', b: 'pending', c: 'pending', d: 'in_progress' },
      'awaiting-result',
    ]);
    const end = tick(moved.plan, {}, { runs: [run('d', 1, ended())] });
    expect([statusesOf(end.plan).b, end.plan.fields.status, end.plan.fields.blockers]).toEqual([
      'pending',
      'blocked',
      ['a: exit code 2'],
    ]);
    expect(end.plan.fields.next_action).toBe('mend a, then rondo retry a');
  });

  it('on_failure: continue goes on with what does not depend on it, then ends blocked', () => {
    const layer: SettingsFile = { on_failure: 'continue' };
    expect(tick(broken, layer, { runs }).effects).toEqual(['start c/1']);
    const over = plan(
      broken.tasks.map((each) => (['c', 'd'].includes(each.id) ? task(each.id, completed) : each)),
    );
    expect([tick(over, layer).effects, statusOf(over, layer)]).toEqual([[], 'blocked']);
  });

  it('on_blocked has the same two values, and goes on unless told otherwise', () => {
    const of = plan([
      task('a', { status: 'blocked', blocker: { type: 'external', detail: 'the vendor' } }),
      task('b', { blocked_by: ['a'] }),
      task('c'),
    ]);
    expect(tick(of).effects).toEqual(['start c/1']);
    const stopped = tick(of, { on_blocked: 'stop' });
    expect([stopped.effects, stopped.plan.fields.status, stopped.plan.fields.blockers]).toEqual([
      [],
      'blocked',
      ['a: external: the vendor'],
    ]);
    expect(stopped.plan.fields.next_action).toBe('clear what blocks a, then rondo unblock a');
  });
});

describe('success criteria', () => {
  const CHECK = checkTask('npm test');
  const checked = (met = false) =>
    plan([task('a', completed)], { criteria: [{ text: 'tests pass', met, check: 'npm test' }] });
  const said = plan([task('a', completed)], { criteria: [{ text: 'good', met: false }] });

  it('without a check wait for accept', () => {
    const moved = tick(said);
    expect([moved.effects, moved.plan.fields.status, moved.plan.fields.next_action]).toEqual([
      [],
      'paused',
      'rondo accept (success criteria are to be accepted)',
    ]);
    expect(tick(moved.plan, {}, {}, { kind: 'accept' }).plan.fields.status).toBe('complete');
    expect(statusOf({ ...said, criteria: [{ text: 'good', met: true }] })).toBe('complete');
  });

  it('with one are checked once all tasks have ended, by a worker of their own', () => {
    expect(tick(plan([task('a', claimed())], { criteria: checked().criteria })).effects).toEqual([]);
    const moved = tick(checked());
    expect([moved.effects, moved.plan.fields.status]).toEqual([[`start ${CHECK}/1`], 'awaiting-result']);
    expect(moved.draft.effects[0]).toMatchObject({ order: { kind: 'check', command: 'npm test' } });
    const under = tick(moved.plan, {}, { runs: [check('npm test', 1, alive())] });
    expect([under.effects, under.draft.changes]).toEqual([[], []]);
    expect(tick(moved.plan, {}, { runs: [check('npm test', 1, ANNOUNCED)] }).effects).toEqual([
      `start ${CHECK}/1`,
    ]);
  });

  it('are met on exit code 0, and the plan is complete in the same round', () => {
    const moved = tick(checked(), {}, { runs: [check('npm test', 1, ended())] });
    expect([moved.effects, moved.plan.criteria[0]?.met, moved.plan.fields.status]).toEqual([
      [`settle ${CHECK}/1`],
      true,
      'complete',
    ]);
  });

  it('that fail block the plan until they are checked again or accepted', () => {
    for (const state of [ended({ exitCode: 1 }), LOST]) {
      const seen = { runs: [check('npm test', 1, state)] };
      const moved = tick(checked(), {}, seen);
      expect([moved.effects, moved.codes, moved.plan.fields.status, moved.plan.fields.blockers]).toEqual([
        [],
        ['criterion-failed'],
        'blocked',
        ['not met: tests pass'],
      ]);
      expect(tick(moved.plan, {}, seen).draft.changes).toEqual([]);
      for (const request of [{ kind: 'resume' }, { kind: 'tick', takeOver: false, recheck: true }] as const) {
        const again = tick(moved.plan, {}, seen, request);
        expect([again.effects, again.plan.fields.status]).toEqual([[`start ${CHECK}/2`], 'awaiting-result']);
      }
      expect(tick(moved.plan, {}, seen, { kind: 'accept' }).plan.fields.status).toBe('complete');
    }
  });

  it('are checked anew after tasks were open again: an old result counts no more', () => {
    const open = plan([task('a', claimed())], { criteria: checked().criteria });
    expect(tick(open, {}, { runs: [check('npm test', 1, ended({ exitCode: 1 }))] }).effects).toEqual([
      `settle ${CHECK}/1`,
    ]);
    expect(tick(open, {}, { runs: [check('npm test', 1, alive())] }).effects).toEqual([`stop ${CHECK}/1`]);
    expect(
      tick(checked(), {}, { runs: [check('npm test', 1, ended({ exitCode: 1 }), true)] }).effects,
    ).toEqual([`start ${CHECK}/2`]);
  });

  it('run again where they were stopped, which says nothing', () => {
    const stopped = {
      runs: [check('npm test', 1, ended({ exitCode: null, signal: 'SIGTERM', stopped: true }))],
    };
    expect(tick(checked(), {}, stopped).effects).toEqual([`start ${CHECK}/2`]);
  });

  it('that failed stay failed while the plan is paused, also where a run begins', () => {
    const paused = { ...checked(), fields: { ...checked().fields, paused_by: 'dana' } };
    const seen = { runs: [check('npm test', 1, ended({ exitCode: 1 }))] };
    const first = tick(paused, {}, seen, { kind: 'tick', takeOver: false, recheck: true });
    expect([first.effects, tick(first.plan, {}, seen).draft.changes]).toEqual([[], []]);
    // Only this machine knows of the check: its word is not written while nothing hangs on it.
    expect(first.plan.fields.blockers).toEqual([]);
  });

  it('are not called under way where nothing was started, and not checked while paused or untrusted', () => {
    const watched = tick(checked(), {}, {}, WATCHDOG);
    expect([watched.effects, watched.plan.fields.status]).toEqual([[], 'running']);
    const paused = { ...checked(), fields: { ...checked().fields, paused_by: 'dana' } };
    expect([tick(paused).effects, statusOf(paused)]).toEqual([[], 'paused']);
    const untrusted = tick(checked(), {}, { isApproved: () => false });
    expect([untrusted.effects, untrusted.codes, untrusted.plan.fields.status]).toEqual([
      [],
      ['untrusted-command'],
      'running',
    ]);
  });

  it('that share a text or a check are told apart, and a shared check runs once', () => {
    const twins = plan([task('a', completed)], {
      criteria: [
        { text: 'same', met: false, check: 'one' },
        { text: 'same', met: false, check: 'two' },
        { text: 'other', met: false, check: 'one' },
      ],
    });
    expect(tick(twins).effects).toEqual([`start ${checkTask('one')}/1`, `start ${checkTask('two')}/1`]);
    const one = tick(twins, {}, { runs: [check('one', 1, ended()), check('two', 1, alive())] });
    expect([one.plan.criteria.map((c) => c.met), one.effects]).toEqual([
      [true, false, true],
      [`settle ${checkTask('one')}/1`],
    ]);
  });

  it('are not met by a check that was stopped, whatever its exit code', () => {
    const timedOut = tick(checked(), {}, { runs: [check('npm test', 1, ended({ timedOut: true }))] });
    expect([timedOut.effects, timedOut.codes, timedOut.plan.criteria[0]?.met]).toEqual([
      [],
      ['criterion-failed'],
      false,
    ]);
    expect(timedOut.draft.problems[0]?.message).toContain('timeout of 30m');
    const stopped = tick(checked(), {}, { runs: [check('npm test', 1, ended({ stopped: true }))] });
    expect([stopped.effects, stopped.plan.criteria[0]?.met]).toEqual([[`start ${CHECK}/2`], false]);
  });

  it('have the time that `check_timeout` says', () => {
    const order = (layer: SettingsFile = {}) => tick(checked(), layer).draft.effects[0];
    expect(order()).toMatchObject({ order: { timeoutMs: 30 * MINUTE } });
    expect(order({ check_timeout: '90s' })).toMatchObject({ order: { timeoutMs: 90_000 } });
  });

  it('are met by the run of their own command only, whatever its directory is called', () => {
    for (const state of [ended(), ended({ exitCode: 1 }), alive(), LOST]) {
      const other = { ...check('npm test', 4, state), command: 'true' };
      const moved = tick(checked(), {}, { runs: [other] });
      expect([moved.effects, moved.plan.criteria[0]?.met]).toEqual([[`start ${CHECK}/5`], false]);
    }
  });

  it('are not asked about while a task did not pass or awaits approval', () => {
    for (const fields of [{ result: { passed: false } }, { needs_approval: true }])
      expect(
        tick(plan([task('a', { ...completed, ...fields })], { criteria: checked().criteria })).effects,
      ).toEqual([]);
  });
});

describe('the status of the plan, by the first line that fits', () => {
  const failed: TaskFields = { status: 'failed' };
  const blocked: TaskFields = { status: 'blocked', blocker: { type: 'external' } };
  const unapproved: TaskFields = { ...completed, needs_approval: true };
  const goOn: SettingsFile = { on_failure: 'continue' };
  const byHand: SettingsFile = { parallelism: { auto_launch: false } };
  const rows: readonly (readonly [string, Plan, string, SettingsFile?])[] = [
    ['nothing to do yet', plan([]), 'running'],
    ['all completed', plan([task('a', completed), task('b', { status: 'cancelled' })]), 'complete'],
    ['complete though paused', plan([task('a', completed)], { fields: { paused_by: 'dana' } }), 'complete'],
    [
      'paused before anything else',
      plan([task('a', failed), task('b', inProgress())], { fields: { paused_by: 'dana' } }),
      'paused',
    ],
    ['failed', plan([task('a', failed), task('b')]), 'blocked'],
    ['failed, the rest not over', plan([task('a', failed), task('b', claimed())]), 'awaiting-result'],
    ['failed, others can start', plan([task('a', failed), personTask('b')]), 'running', goOn],
    [
      'failed, others wait for it',
      plan([task('a', failed), task('b', { blocked_by: ['a'] })]),
      'blocked',
      goOn,
    ],
    [
      'failed, and an approval lets something move',
      plan([task('a', failed), task('b', unapproved), task('c', { blocked_by: ['b'] })]),
      'paused',
      goOn,
    ],
    [
      'failed with everything held, an approval helps nothing',
      plan([task('a', failed), task('b', unapproved)]),
      'blocked',
    ],
    [
      'failed, and a batch awaits launch',
      plan([task('a', failed), task('b', completed), task('c', { blocked_by: ['b'] })]),
      'paused',
      { ...goOn, ...byHand },
    ],
    [
      'failed, and no batch could move by a launch',
      plan([task('a', failed), task('c', { blocked_by: ['a'] })]),
      'blocked',
      { ...goOn, ...byHand },
    ],
    ['blocked', plan([task('a', blocked)]), 'blocked'],
    ['blocked, others run', plan([task('a', blocked), task('b', claimed())]), 'awaiting-result'],
    ['did not pass', plan([task('a', { ...completed, result: { passed: false } })]), 'blocked'],
    [
      'waits for a cancelled one',
      plan([task('a', { status: 'cancelled' }), task('b', { blocked_by: ['a'] })]),
      'blocked',
    ],
    ['awaits approval', plan([task('a', unapproved)]), 'paused'],
    ['awaits approval, others run', plan([task('a', unapproved), task('b', claimed())]), 'awaiting-result'],
    ['awaits launch', plan([task('a', completed), task('b', { blocked_by: ['a'] })]), 'paused', byHand],
    ['all dispatched', plan([task('a', claimed()), task('b', { blocked_by: ['a'] })]), 'awaiting-result'],
    [
      'dispatched, and a person may claim more',
      plan([task('a', claimed()), personTask('b')]),
      'awaiting-result',
    ],
    ['for people alone', plan([personTask('a')]), 'running'],
  ];
  for (const [what, of, status, layer] of rows)
    it(`${what}: ${status}`, () => {
      expect(statusOf(of, layer)).toBe(status);
    });

  it('is running where a round that starts nothing leaves something to start beside what runs', () => {
    const of = plan([task('a', claimed()), task('b')]);
    expect(tick(of, {}, {}, WATCHDOG).plan.fields.status).toBe('running');
    expect(tick(of).plan.fields.status).toBe('awaiting-result');
  });

  it('complete says so, and takes the checkpoint away', () => {
    const { fields } = tick(
      plan([task('a', completed)], {
        fields: { next_checkpoint: '2026-11-21T11:00:00Z', current_step: 'a' },
      }),
    ).plan;
    expect([fields.next_action, fields.next_checkpoint, fields.current_step]).toEqual([
      'nothing, the plan is complete',
      undefined,
      'done',
    ]);
  });
});

describe('next_checkpoint', () => {
  it('is the earliest lease, timeout or overrun that is still ahead', () => {
    const of = (fields: TaskFields) =>
      tick(
        plan([task('a', { ...inProgress(), ...fields })]),
        {},
        { now: NOW + 1000, runs: [run('a', 1, alive())] },
      );
    expect(of({}).plan.fields.next_checkpoint).toBe('2026-11-21T11:00:00Z');
    expect(of({ estimate: '20m' }).plan.fields.next_checkpoint).toBe('2026-11-21T10:30:00Z');
    // The worker is ended at its timeout, and may take its grace.
    expect(of({ estimate: '20m', timeout: '5m' }).plan.fields.next_checkpoint).toBe('2026-11-21T10:05:10Z');
  });
});

describe('the header changes as little as can be', () => {
  const changed = (before: Plan, after: Plan) =>
    Object.keys({ ...before.fields, ...after.fields }).filter(
      (name) =>
        JSON.stringify(Reflect.get(before.fields, name)) !== JSON.stringify(Reflect.get(after.fields, name)),
    );
  const claim = (id: string): Request => ({
    kind: 'claim',
    task: id,
    owner: undefined,
    returns: undefined,
    until: undefined,
  });

  it('to take a task leaves the step; to take one more within the minute, the checkpoint, too', () => {
    const start = tick(plan([personTask('a'), personTask('b'), personTask('c', { blocked_by: ['a'] })])).plan;
    expect(start.fields.current_step).toBe('a, b');
    const one = tick(start, {}, { now: NOW + 1000 }, claim('a')).plan;
    expect(changed(start, one).sort()).toEqual(['next_action', 'next_checkpoint', 'status']);
    const two = tick(one, {}, { now: NOW + 5000 }, claim('b')).plan;
    expect(changed(one, two)).toEqual(['next_action']);
    const back = tick(two, {}, { now: NOW + 9000 }, { kind: 'release', task: 'a' }).plan;
    expect(changed(two, back)).toEqual(['next_action']);
    expect(back.fields.next_checkpoint).toBe('2026-11-21T11:01:00Z');
  });

  it('numbers that count along are in no line', () => {
    const many = tick(plan(Array.from({ length: 9 }, (_, i) => personTask(`t${i}`)))).plan;
    expect([many.fields.current_step, many.fields.next_action]).toEqual([
      't0, t1, t2, t3, t4 and more',
      'claim t0, t1, t2, t3, t4 and more',
    ]);
    const criteria = [1, 2].map((n) => ({ text: `good ${n}`, met: false }));
    const two = tick(plan([personTask('a', completed)], { criteria })).plan;
    const one = tick({
      ...two,
      criteria: [
        { text: 'good 1', met: true },
        { text: 'good 2', met: false },
      ],
    });
    expect(changed(two, one.plan)).toEqual([]);
  });
});

describe('a look', () => {
  it('at a plan that rests changes nothing, whatever rest it is', () => {
    const resting = [
      plan([]),
      plan([task('a', completed)]),
      plan([task('a', { status: 'failed' })]),
      plan([personTask('a')]),
      plan([task('a', claimed())]),
      plan([task('a', { blocked_by: ['a'] })]),
      plan([task('a', completed)], { criteria: [{ text: 'good', met: false }] }),
    ];
    for (const of of resting) {
      const first = tick(of).plan;
      const again = tick(first, {}, { now: NOW + 1000 });
      expect([again.draft.changes, again.effects]).toEqual([[], []]);
    }
  });
});
