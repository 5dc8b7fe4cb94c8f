/** The recovery table, row by row, for one clone; and what other machines, hand edits and crashes leave behind. */
import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import type { Plan, Task } from '../../src/model/plan.ts';
import { TASK_STATUSES, TASK_TRANSITIONS } from '../../src/model/status.ts';
import { formatTime } from '../../src/model/time.ts';
import type { Seen } from '../../src/plan/seen.ts';
import {
  ANNOUNCED,
  alive,
  claimed,
  completed,
  ELSEWHERE,
  ended,
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
  statusesOf,
  TICK,
  task,
  taskOf,
  WATCHDOG,
} from '../support/plans.ts';

const busy = (more: TaskFields = {}, attempt: Parameters<typeof inProgress>[1] = {}) =>
  plan([task('a', { ...inProgress(1, attempt), ...more })]);
const a = (of: Plan): TaskFields => taskOf(of, 'a').fields;

describe('in progress, owner a person', () => {
  const held = plan([personTask('a', claimed())], { fields: { status: 'awaiting-result' } });

  it('waits in silence until the time agreed', () => {
    const { plan: after, codes, effects } = move(see(held, { now: NOW + HOUR }));
    expect([statusesOf(after), codes, effects]).toEqual([{ a: 'in_progress' }, [], []]);
  });

  it('reports overdue after it, keeps waiting, and changes nothing twice', () => {
    const late = move(see(held, { now: NOW + HOUR + 1000 }));
    expect([statusesOf(late.plan), late.codes]).toEqual([{ a: 'in_progress' }, ['overdue']]);
    expect(late.plan.fields.status).toBe('awaiting-result');
    expect(move(see(late.plan, { now: NOW + 2 * HOUR })).draft.changes).toEqual([]);
  });
});

describe('in progress here, its worker alive', () => {
  it('waits, and a look changes nothing', () => {
    const first = move(see(busy(), { runs: [run('a', 1, alive())] })).plan;
    const again = move(see(first, { now: NOW + 10 * MINUTE, runs: [run('a', 1, alive())] }));
    expect([again.draft.changes, again.effects, first.fields.status]).toEqual([[], [], 'awaiting-result']);
  });

  it('reports an overrun once, from 1.5 times its estimate on, and wakes up for it', () => {
    const runs = [run('a', 1, alive(NOW + 300))];
    const start = move(see(busy({ estimate: '20m' }), { runs })).plan;
    expect(start.fields.next_checkpoint).toBe(formatTime(NOW + 30 * MINUTE));
    const before = move(see(start, { now: NOW + 30 * MINUTE - 1000, runs }));
    expect([before.codes, before.draft.changes]).toEqual([[], []]);
    const at = move(see(start, { now: NOW + 30 * MINUTE, runs }));
    expect(at.codes).toEqual(['overrun']);
    expect(a(at.plan).attempt?.overrun_reported_at).toBe(formatTime(NOW + 30 * MINUTE));
    expect(at.plan.fields.next_checkpoint).toBe(formatTime(NOW + HOUR));
    const after = move(see(at.plan, { now: NOW + 40 * MINUTE, runs }));
    expect([after.codes, after.draft.changes]).toEqual([[], []]);
  });

  it('counts an overrun from when a worker that was started late began', () => {
    const late = see(busy({ estimate: '20m' }), {
      now: NOW + HOUR / 2,
      runs: [run('a', 1, alive(NOW + 25 * MINUTE))],
    });
    expect(move(late).codes).toEqual([]);
  });

  it('has a checkpoint in whole seconds that is never before what it waits for', () => {
    const { plan: after } = move(see(busy({ estimate: '1s' }), { runs: [run('a', 1, alive())] }));
    expect(after.fields.next_checkpoint).toBe(formatTime(NOW + 2000));
  });

  it('extends its lease only when that is about to end', () => {
    const runs = [run('a', 1, alive())];
    const leaseAt = (now: number) => a(move(see(busy(), { now, runs })).plan).attempt?.lease_until;
    expect(leaseAt(NOW + 49 * MINUTE)).toBe(formatTime(NOW + HOUR));
    expect(leaseAt(NOW + 50 * MINUTE)).toBe(formatTime(NOW + 110 * MINUTE));
    expect(leaseAt(NOW + 5 * HOUR)).toBe(formatTime(NOW + 6 * HOUR));
  });

  it('is stopped past its timeout, and no second attempt starts beside it', () => {
    const seen = see(busy({ timeout: '30m', retries: 3 }), {
      now: NOW + 31 * MINUTE,
      runs: [run('a', 1, alive())],
    });
    const { effects, plan: after } = move(seen);
    expect([effects, statusesOf(after)]).toEqual([['stop a/1'], { a: 'in_progress' }]);
    const end = move(
      see(after, {
        now: NOW + 32 * MINUTE,
        runs: [run('a', 1, ended({ exitCode: null, signal: 'SIGTERM', stopped: true }))],
      }),
    );
    expect(end.effects).toEqual(['settle a/1', 'start a/2']);
    expect(a(end.plan).attempt).toMatchObject({ number: 2, retry: 1 });
  });
});

describe('in progress here, a result of this attempt', () => {
  const consume = (end: Parameters<typeof ended>[0], fields: TaskFields = {}, more: Partial<Seen> = {}) =>
    move(see(busy(fields), { runs: [run('a', 1, ended(end))], ...more }));

  it('is completed with its evidence on exit code 0, settled, and the plan complete', () => {
    const { plan: done, effects } = consume({ report: { summary: 'all  well\nhere', metadata: { n: 1 } } });
    expect(a(done)).toMatchObject({
      status: 'completed',
      completed_at: formatTime(NOW),
      result: {
        summary: 'all well here',
        metadata: { n: 1 },
        evidence: [{ command: 'work a', exit_code: 0, commit: '0123456789ab' }],
      },
    });
    expect([effects, done.fields.status]).toEqual([['settle a/1'], 'complete']);
  });

  const failures: readonly (readonly [string, Parameters<typeof ended>[0], TaskFields])[] = [
    ['an exit code', { exitCode: 3 }, {}],
    ['a signal', { exitCode: null, signal: 'SIGSEGV' }, {}],
    ['its timeout', { exitCode: null, signal: 'SIGTERM', timedOut: true }, { timeout: '1m' }],
    ['a malformed result', { malformed: '{"status":' }, {}],
    ['its own word', { report: { status: 'failed', summary: 'no luck' } }, {}],
    ['a missing output', { outputMissing: true }, { output: 'docs/a.md' }],
    ['a completed report with a bad exit code', { exitCode: 1, report: { status: 'completed' } }, {}],
  ];
  for (const [what, end, fields] of failures) {
    it(`fails by ${what}`, () => {
      const { plan: done, effects } = consume(end, fields);
      expect([a(done).status, effects, done.fields.status]).toEqual(['failed', ['settle a/1'], 'blocked']);
      expect(a(done).result?.summary).not.toBe('');
      expect(a(done).attempt?.number).toBe(1);
    });

    it(`is tried again after ${what} while retries allow`, () => {
      const { plan: done, effects } = consume(end, { ...fields, retries: 1 });
      expect([a(done).status, effects]).toEqual(['in_progress', ['settle a/1', 'start a/2']]);
      expect(a(done).attempt).toMatchObject({ number: 2, retry: 1 });
    });
  }

  it('keeps the end of the log with a failure, on one line', () => {
    const { plan: done } = consume({ exitCode: 1 }, {}, { logTails: { 'a/1': 'first\nassert failed\n\n' } });
    expect(a(done).result?.summary).toBe('exit code 1: assert failed');
  });

  it('is blocked where the worker says so', () => {
    const { plan: done } = consume({
      report: { status: 'blocked', blocker: { type: 'external', detail: 'the vendor' } },
    });
    expect(a(done)).toMatchObject({
      status: 'blocked',
      blocker: { type: 'external', detail: 'the vendor', since: formatTime(NOW) },
    });
  });

  it('that did not pass completes the task and satisfies nobody', () => {
    const two = plan([task('a', inProgress()), task('b', { blocked_by: ['a'] })]);
    const { plan: done, effects } = move(
      see(two, { runs: [run('a', 1, ended({ report: { passed: false } }))] }),
    );
    expect([statusesOf(done), effects]).toEqual([{ a: 'completed', b: 'pending' }, ['settle a/1']]);
    expect(done.fields.status).toBe('blocked');
  });

  it('is consumed again where the file was set back to before it, though it was settled', () => {
    const { plan: done } = move(see(busy(), { runs: [run('a', 1, ended(), true)] }));
    expect(a(done).status).toBe('completed');
  });

  it('is consumed by a watchdog, which starts nothing after it', () => {
    const two = plan([task('a', inProgress()), task('b', { blocked_by: ['a'] })]);
    const { plan: done, effects } = move(see(two, { runs: [run('a', 1, ended())] }), WATCHDOG);
    expect([statusesOf(done), effects, done.fields.status]).toEqual([
      { a: 'completed', b: 'pending' },
      ['settle a/1'],
      'running',
    ]);
  });
});

describe('in progress here, announced and never started', () => {
  for (const [what, runs] of [
    ['no run directory', []],
    ['an unclaimed one', [run('a', 1, ANNOUNCED)]],
  ] as const)
    it(`starts the same attempt, with ${what}`, () => {
      for (const request of [TICK, WATCHDOG]) {
        const { effects, plan: after, draft } = move(see(busy(), { runs }), request);
        expect([effects, a(after)]).toEqual([['start a/1'], a(busy())]);
        expect(draft.effects[0]).toMatchObject({
          id: 'demo/a/1',
          order: { command: 'work a', attempt: 1, kind: 'task' },
        });
      }
    });

  it('gives it a lease again where that is over', () => {
    const { plan: after } = move(see(busy(), { now: NOW + 3 * HOUR }));
    expect(a(after).attempt?.lease_until).toBe(formatTime(NOW + 4 * HOUR));
  });

  it('goes back to pending where its command is not approved here, or nobody runs it any more', () => {
    const untrusted = move(see(busy(), { isApproved: () => false }));
    expect([statusesOf(untrusted.plan), untrusted.effects]).toEqual([{ a: 'pending' }, []]);
    const nobody = move(see(plan([personTask('a', inProgress())])));
    expect([statusesOf(nobody.plan), nobody.effects]).toEqual([{ a: 'pending' }, []]);
  });
});

describe('in progress here, its process gone without a result', () => {
  it('is lost: the next attempt starts while retries allow, with the next number', () => {
    const { plan: after, effects } = move(see(busy({ retries: 2 }), { runs: [run('a', 1, LOST)] }));
    expect(effects).toEqual(['settle a/1', 'start a/2']);
    expect(a(after).attempt).toMatchObject({ number: 2, retry: 1 });
  });

  it('fails with the end of its log once they are used up, counted over attempts', () => {
    let now = busy({ retries: 2 });
    for (const number of [1, 2]) now = move(see(now, { runs: [run('a', number, LOST)] })).plan;
    const { plan: after, effects } = move(
      see(now, { runs: [run('a', 3, LOST)], logTails: { 'a/3': 'killed?\n' } }),
    );
    expect([a(after).status, a(after).attempt?.number, effects]).toEqual(['failed', 3, ['settle a/3']]);
    expect(a(after).result?.summary).toContain('killed?');
  });

  it("takes the plan's retries where the task says none", () => {
    const seen = see(busy(), { runs: [run('a', 1, LOST)], settings: settings({ retries: 1 }) });
    expect(move(seen).effects).toEqual(['settle a/1', 'start a/2']);
    expect(statusesOf(move(see(busy({ retries: 0 }), { ...seen, plan: busy({ retries: 0 }) })).plan)).toEqual(
      { a: 'failed' },
    );
  });
});

describe('in progress elsewhere', () => {
  const there = busy({}, { number: 3, machine: ELSEWHERE });

  it('waits while the lease holds', () => {
    const {
      plan: after,
      codes,
      effects,
    } = move(see(there, { unchangedFor: { a: 59 * MINUTE }, now: NOW + 59 * MINUTE }));
    expect([statusesOf(after), codes, effects]).toEqual([{ a: 'in_progress' }, ['held-elsewhere'], []]);
  });

  it('is taken over with the next number once the lease is over and the record stood still as long', () => {
    const { plan: after, effects } = move(see(there, { unchangedFor: { a: HOUR }, now: NOW + HOUR + 1000 }));
    expect(effects).toEqual(['start a/4']);
    expect(a(after).attempt).toMatchObject({ number: 4, machine: 'kestrel-3f2a' });
  });

  it('is not taken over by a clock that runs ahead', () => {
    const tenYears = 10 * 365 * 24 * HOUR;
    expect(move(see(there, { unchangedFor: { a: 5 * MINUTE }, now: NOW + tenYears })).effects).toEqual([]);
    expect(move(see(there, { now: NOW + tenYears })).effects).toEqual([]);
  });

  it('starves by no clock that is wrong: a record that stands still is taken over', () => {
    const tenYears = 10 * 365 * 24 * HOUR;
    const behind = see(there, { unchangedFor: { a: HOUR }, now: NOW - tenYears });
    expect(move(behind).effects).toEqual(['start a/4']);
    expect(move({ ...behind, unchangedFor: { a: HOUR - 1 } }).effects).toEqual([]);
  });

  it('is not taken over before its end where that is still less than a lease ahead', () => {
    expect(move(see(there, { unchangedFor: { a: 2 * HOUR }, now: NOW + 30 * MINUTE })).effects).toEqual([]);
  });

  it('is taken over at once where a person asks', () => {
    const { effects, plan: after } = move(see(there), { kind: 'tick', takeOver: true, recheck: false });
    expect([effects, a(after).attempt?.number]).toEqual([['start a/4'], 4]);
  });

  it('is left where it goes on while nothing may start here, also where a person asks', () => {
    const asks = { kind: 'tick', takeOver: true, recheck: false } as const;
    const failedToo = { ...there, tasks: [...there.tasks, task('z', { status: 'failed' })] };
    const paused = { ...there, fields: { ...there.fields, paused_by: 'dana' } };
    for (const of of [failedToo, paused]) {
      const { plan: after, codes, effects } = move(see(of), asks);
      expect([a(after).attempt?.number, statusesOf(after).a, effects]).toEqual([3, 'in_progress', []]);
      expect(codes).toContain('not-ready');
    }
    const goesOn = see(failedToo, { settings: settings({ on_failure: 'continue' }) });
    expect(move(goesOn, asks).effects).toEqual(['start a/4']);
  });

  it('is set to pending by a watchdog, which dispatches nothing', () => {
    const { effects, plan: after } = move(
      see(there, { unchangedFor: { a: 2 * HOUR }, now: NOW + 2 * HOUR }),
      WATCHDOG,
    );
    expect([effects, statusesOf(after), a(after).attempt?.number]).toEqual([[], { a: 'pending' }, 3]);
  });
});

describe('a result of an older attempt', () => {
  const now = busy({}, { number: 2 });
  for (const [what, state] of [
    ['ended', ended()],
    ['lost', LOST],
  ] as const)
    it(`is fenced off where it ${what}: reported once, kept, never applied`, () => {
      const runs = [run('a', 1, state), run('a', 2, alive())];
      const { plan: after, codes, effects } = move(see(now, { runs }));
      expect([statusesOf(after), codes, effects]).toEqual([
        { a: 'in_progress' },
        ['fenced-result'],
        ['settle a/1'],
      ]);
      const again = move(see(after, { runs: [run('a', 1, state, true), run('a', 2, alive())] }));
      expect([again.codes, again.effects, again.draft.changes]).toEqual([[], [], []]);
    });

  it.each([
    ['of a task that is at a later attempt', [task('a', inProgress(2))], 'came back late'],
    [
      'of a task that was cancelled',
      [task('a', { ...inProgress(1), status: 'cancelled' })],
      'was cancelled, and is over',
    ],
    [
      'of a task cancelled at a later attempt',
      [task('a', { ...inProgress(2), status: 'cancelled' })],
      'came back late',
    ],
    ['of a task that is gone', [], 'is over, and its task is not in the plan any more'],
  ])('is reported %s by what became of it', (_what, tasks, words) => {
    const { draft } = move(
      see(plan([...tasks, personTask('other')]), { runs: [run('a', 1, ended({ stopped: true }))] }),
    );
    expect(draft.problems.filter((p) => p.code === 'fenced-result').map((p) => p.message)).toEqual([
      `attempt 1 of a ${words}; what it left is kept and not applied`,
    ]);
  });

  it('is stopped first where it still runs', () => {
    expect(move(see(now, { runs: [run('a', 1, alive()), run('a', 2, alive())] })).effects).toEqual([
      'stop a/1',
    ]);
  });

  it('is not applied to a task that a person took meanwhile', () => {
    const { plan: after, codes } = move(see(plan([task('a', claimed(2))]), { runs: [run('a', 1, ended())] }));
    expect([statusesOf(after), codes]).toEqual([{ a: 'in_progress' }, ['fenced-result']]);
  });

  it('is not applied where the file was set back to that attempt: a new one is started', () => {
    const back = see(busy(), { runs: [run('a', 1, ended(), true), run('a', 2, ended(), true)] });
    const { plan: after, effects } = move(back);
    expect([a(after).attempt?.number, effects]).toEqual([3, ['start a/3']]);
  });

  it('is not applied either where only the history knows of the newer one', () => {
    const { plan: after } = move(see(busy(), { attempts: { a: 5 } }));
    expect(a(after).attempt?.number).toBe(6);
  });
});

describe('not in progress, its worker still runs here', () => {
  for (const status of TASK_STATUSES.filter((each) => each !== 'in_progress'))
    it(`stops the worker of a task that is ${status}`, () => {
      const of = plan([task('a', { ...inProgress(), status }), task('b', inProgress(1, {}))]);
      const { effects, plan: after } = move(
        see(of, {
          runs: [run('a', 1, alive()), run('b', 1, alive())],
          settings: settings({ on_failure: 'continue' }),
        }),
      );
      expect([effects, statusesOf(after).a]).toEqual([['stop a/1'], status]);
    });

  it('starts no new attempt before the old worker is gone', () => {
    const of = plan([task('a', { ...inProgress(), status: 'pending' })]);
    const waiting = move(see(of, { runs: [run('a', 1, alive())] }));
    expect([waiting.effects, statusesOf(waiting.plan)]).toEqual([['stop a/1'], { a: 'pending' }]);
    const gone = move(
      see(waiting.plan, { runs: [run('a', 1, ended({ stopped: true, exitCode: null, signal: 'SIGTERM' }))] }),
    );
    expect(gone.effects).toEqual(['settle a/1', 'start a/2']);
  });
});

describe('killed between the commit and what follows it', () => {
  it('a result that was committed is only settled, not reported as late', () => {
    for (const status of ['completed', 'failed', 'blocked'] as const) {
      const of = plan([task('a', { ...inProgress(), status })]);
      const { effects, codes, plan: after } = move(see(of, { runs: [run('a', 1, ended())] }));
      expect([effects, codes, statusesOf(after)]).toEqual([['settle a/1'], [], { a: status }]);
    }
  });

  it('a retry that was committed starts once, and the first result counts once', () => {
    const first = move(see(busy({ retries: 1 }), { runs: [run('a', 1, ended({ exitCode: 1 }))] }));
    const again = move(see(first.plan, { runs: [run('a', 1, ended({ exitCode: 1 }))] }));
    expect([again.draft.changes, again.effects]).toEqual([[], ['start a/2', 'settle a/1']]);
  });
});

describe('a saved next step or checkpoint', () => {
  it('that makes no sense or has passed is derived again, and said', () => {
    const stale = plan([task('a', inProgress())], {
      fields: {
        status: 'paused',
        next_action: 'sing',
        current_step: 'song',
        next_checkpoint: '2020-01-01T00:00:00Z',
        blockers: ['a: gone'],
      },
    });
    const { plan: after, draft } = move(see(stale, { runs: [run('a', 1, alive())] }));
    expect(after.fields).toMatchObject({
      status: 'awaiting-result',
      current_step: 'a',
      next_action: 'wait for a (shell on kestrel-3f2a)',
      next_checkpoint: formatTime(NOW + HOUR),
      blockers: [],
    });
    expect(draft.changes.map((c) => ('field' in c ? c.field : c.kind)).sort()).toEqual([
      'blockers',
      'current_step',
      'next_action',
      'next_checkpoint',
      'plan-status',
    ]);
  });
});

describe('the file differs from the commit', () => {
  const edit = (before: readonly Task[], after: readonly Task[], more: Partial<Seen> = {}) =>
    move(see(plan(after), { committed: plan(before), edited: true, ...more }));

  it('adopts the edit and names it', () => {
    const {
      codes,
      draft,
      plan: after,
    } = edit([task('a', claimed())], [task('a', { ...claimed(), priority: 3 })]);
    expect([codes, a(after).priority]).toEqual([['hand-edit'], 3]);
    expect(draft.problems[0]).toMatchObject({ severity: 'info', task: 'a', file: 'docs/demo-state.md' });
  });

  for (const from of TASK_STATUSES)
    for (const to of TASK_STATUSES)
      it(`from ${from} to ${to}: ${from === to || TASK_TRANSITIONS[from].includes(to) ? 'adopted' : 'adopted with a warning'}`, () => {
        const { draft, plan: after } = edit(
          [task('a', { status: from }), task('b', claimed())],
          [task('a', { status: to }), task('b', claimed())],
          {
            isApproved: () => false,
          },
        );
        const warnings = draft.problems.filter((p) => p.code === 'illegal-transition');
        expect(warnings.length).toBe(from === to || TASK_TRANSITIONS[from].includes(to) ? 0 : 1);
        for (const warning of warnings) {
          expect(warning).toMatchObject({ severity: 'warning', task: 'a' });
          for (const legal of TASK_TRANSITIONS[from]) expect(warning.hint).toContain(legal);
        }
        expect(statusesOf(after).a).toBe(to);
      });

  it('says nothing where nothing is committed yet', () => {
    expect(move(see(plan([task('a', claimed())]), { committed: null, edited: true })).codes).toEqual([]);
  });

  it('keeps a pause that was written by hand until it is resumed by hand', () => {
    const of = (status: 'running' | 'paused', paused_by?: string) =>
      plan([task('a')], { fields: { status, ...(paused_by === undefined ? {} : { paused_by }) } });
    const paused = move(see(of('paused'), { committed: of('running'), edited: true }));
    expect([paused.plan.fields.status, paused.plan.fields.paused_by, paused.effects]).toEqual([
      'paused',
      'dana',
      [],
    ]);
    const resumed = move(see(of('running', 'dana'), { committed: of('paused', 'dana'), edited: true }));
    expect([resumed.plan.fields.paused_by, resumed.effects]).toEqual([undefined, ['start a/1']]);
  });

  it('stops the worker of a task that was removed, and keeps what it left', () => {
    const seen = { runs: [run('gone', 1, alive())] };
    const removed = edit([task('gone', inProgress()), task('b', claimed())], [task('b', claimed())], seen);
    expect([removed.effects, removed.codes]).toEqual([['stop gone/1'], ['hand-edit']]);
    const later = move(see(removed.plan, { runs: [run('gone', 1, ended({ stopped: true }))] }));
    expect([later.effects, later.codes]).toEqual([['settle gone/1'], ['fenced-result']]);
    expect(move(see(later.plan, { runs: [run('gone', 1, ended({ stopped: true }), true)] })).effects).toEqual(
      [],
    );
  });

  it('starts a renamed task only once the worker under its old name is gone', () => {
    const seen = { runs: [run('old', 1, alive())] };
    const renamed = edit([task('old', inProgress())], [task('new', inProgress())], seen);
    expect([renamed.effects, statusesOf(renamed.plan)]).toEqual([['stop old/1'], { new: 'in_progress' }]);
    const later = move(
      see(renamed.plan, {
        runs: [run('old', 1, ended({ stopped: true, exitCode: null, signal: 'SIGTERM' }))],
      }),
    );
    expect(later.effects).toEqual(['start new/1', 'settle old/1']);
  });

  it('a task that was marked done by hand while its worker runs stays done; the worker is stopped', () => {
    const { effects, plan: after } = edit(
      [task('a', inProgress())],
      [task('a', { ...inProgress(), status: 'completed' })],
      { runs: [run('a', 1, alive())] },
    );
    expect([effects, statusesOf(after), after.fields.status]).toEqual([
      ['stop a/1'],
      { a: 'completed' },
      'complete',
    ]);
  });

  it('a lowered attempt number gives no number out twice', () => {
    const { plan: after } = edit(
      [task('a', { ...inProgress(4), status: 'failed' })],
      [task('a', { ...inProgress(1), status: 'pending' })],
      { attempts: { a: 4 } },
    );
    expect(a(after).attempt?.number).toBe(5);
  });

  it('an approval does not outlive the result it was given for', () => {
    const approved: TaskFields = {
      ...completed,
      needs_approval: true,
      approved_by: 'kim',
      approved_at: formatTime(NOW),
      result: { summary: 'old' },
    };
    const { plan: after } = edit([task('a', approved)], [task('a', { ...approved, status: 'pending' })]);
    expect(a(after)).toMatchObject({ status: 'in_progress' });
    for (const field of ['approved_by', 'approved_at', 'completed_at', 'result'] as const)
      expect(a(after)[field]).toBeUndefined();
  });
});
