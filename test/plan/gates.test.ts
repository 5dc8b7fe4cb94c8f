import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import type { Task } from '../../src/model/plan.ts';
import type { SettingsFile } from '../../src/model/settings.ts';
import { formatTime } from '../../src/model/time.ts';
import { answersTo, gateLogs, gatesOf, gateTask } from '../../src/plan/gates.ts';
import type { Request } from '../../src/plan/request.ts';
import type { Seen } from '../../src/plan/seen.ts';
import type { Run } from '../../src/ports.ts';
import {
  ANNOUNCED,
  alive,
  claimed,
  completed,
  ELSEWHERE,
  ended,
  gateRun,
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

describe('the output of a gate', () => {
  const gate = (name: string, command: string) => ({ name, command });
  const lint = gate('lint', 'npm run lint');

  it.each([
    ['by its name', lint, [gate('completion', 'x')], 'lint'],
    ['by the first of its names', gate('lint, completion', 'x'), [], 'lint'],
    ['by the one of its names that no other gate has', gate('task, lint', 'x'), [gate('task', 'y')], 'lint'],
    ['by its command where another has its name', gate('task', 'x'), [gate('task', 'y')], 'x'],
    [
      'by its command, for the shell',
      gate('task', "echo 'x' $y"),
      [gate('task', 'y')],
      "'echo '\\''x'\\'' $y'",
    ],
    ['by a name, for the shell', gate('two words', 'x'), [], "'two words'"],
  ])('is asked for %s', (_how, meant, others, word) => {
    expect(gateLogs('demo', 'a', meant, [meant, ...others])).toBe(`rondo logs demo/a --gate ${word}`);
  });

  it.each([
    ['lint', true],
    ['completion', true],
    ['lint, completion', true],
    ['npm run x', true],
    ['int', false],
    ['npm', false],
    ['', false],
  ])('is meant by %j: %j', (typed, isMeant) => {
    expect(answersTo(gate('lint, completion', 'npm run x'), typed)).toBe(isMeant);
  });
});

const GATES: SettingsFile = {
  quality_gates: {
    task_gates: {
      testing: { hook: 'npm test' },
      lint: { hook: 'npm run lint', required: false },
      completion: { hook: './summary', required: false, timeout: '2m' },
    },
  },
};

describe('the gates of a task', () => {
  const of = (fields: TaskFields, ...layers: SettingsFile[]) =>
    gatesOf(task('a', fields), settings(...layers)).map(
      ({ name, command, required, timeout }) => `${name}: ${command} ${required ? '!' : '?'} ${timeout}`,
    );

  it.each<[string, TaskFields, SettingsFile[], string[]]>([
    ['none asks', { tags: ['testing'] }, [], []],
    ['completion is every task’s', {}, [GATES], ['completion: ./summary ? 2m']],
    [
      'its own, then its tags’, then completion’s',
      { tags: ['lint', 'x', 'testing'], gates: ['make check'] },
      [GATES],
      [
        'task: make check ! 30m',
        'lint: npm run lint ? 30m',
        'testing: npm test ! 30m',
        'completion: ./summary ? 2m',
      ],
    ],
    [
      'one command runs once, and is required where any asks so',
      { tags: ['lint', 'testing'] },
      [
        {
          quality_gates: {
            task_gates: { testing: { hook: 'x' }, lint: { hook: 'x', required: false } },
          },
        },
      ],
      ['lint, testing: x ! 30m'],
    ],
    ['gate_timeout', { gates: ['x'] }, [{ gate_timeout: '5m' }], ['task: x ! 5m']],
    ['switched off', { gates: ['x'], tags: ['testing'] }, [GATES, { quality_gates: { enabled: false } }], []],
    [
      'a later layer adds and replaces',
      { tags: ['testing'] },
      [GATES, { quality_gates: { task_gates: { testing: { hook: 'tox' } } } }],
      ['testing: tox ! 30m', 'completion: ./summary ? 2m'],
    ],
    [
      'a tag that is a word of the language',
      { tags: ['constructor', '__proto__'] },
      [GATES],
      ['completion: ./summary ? 2m'],
    ],
  ])('%s', (_, fields, layers, expected) => {
    expect(of(fields, ...layers)).toEqual(expected);
  });
});

const RETURNED = { returned_at: formatTime(NOW) };
const waiting = (fields: TaskFields = {}, attempt = {}) =>
  task('a', {
    gates: ['first', 'second'],
    ...inProgress(1, { ...RETURNED, ...attempt }),
    result: { summary: 'made it', evidence: [{ command: 'work a', exit_code: 0 }] },
    ...fields,
  });

function look(of: Task, runs: readonly Run[], more: Partial<Seen> = {}, request: Request = TICK) {
  const moved = move(see(plan([of]), { runs, ...more }), request);
  const { status, attempt, result, blocker, completed_at, rejected } = taskOf(moved.plan, 'a').fields;
  return {
    ...moved,
    status,
    attempt,
    result,
    blocker,
    completed_at,
    rejected,
    planStatus: moved.plan.fields.status,
  };
}

/** `start first/1` for the run directory of the gate `first`. */
const named = (of: Task, effects: readonly string[]) =>
  effects.map((effect) =>
    effect.replace(gateTask(of, 'first'), 'first').replace(gateTask(of, 'second'), 'second'),
  );

describe('work that comes back', () => {
  const working = task('a', { gates: ['first'], ...inProgress(1) });
  const back = (of: Task, state = ended(), more: Partial<Seen> = {}) => look(of, [run('a', 1, state)], more);

  it('stays in progress with its result saved, and its first gate starts', () => {
    const moved = back(working, ended({ report: { summary: 'made it' } }));
    expect(moved).toMatchObject({
      status: 'in_progress',
      result: { summary: 'made it' },
      attempt: { number: 1, returned_at: formatTime(NOW) },
      planStatus: 'awaiting-result',
    });
    const now = taskOf(moved.plan, 'a');
    expect(named(now, moved.effects)).toEqual(['settle a/1', 'start first/1']);
    expect(moved.draft.effects[1]).toMatchObject({
      order: {
        kind: 'gate',
        command: 'first',
        commit: expect.stringMatching(/^0123/),
        timeoutMs: 30 * MINUTE,
        env: { RONDO_GATE: 'task', RONDO_GATE_TASK: 'a' },
      },
    });
    expect(moved.plan.fields.next_action).toBe('wait for a (its gates on kestrel-3f2a)');
  });

  it('is completed at once where no gate asks, where gates are off, and where it says that it did not pass', () => {
    const off = settings({ quality_gates: { enabled: false } });
    expect(back(task('a', inProgress(1))).status).toBe('completed');
    expect(back(working, ended(), { settings: off }).status).toBe('completed');
    expect(back(working, ended({ report: { passed: false } })).status).toBe('completed');
  });

  it('that failed or is blocked asks no gate', () => {
    expect(back(working, ended({ exitCode: 1 })).status).toBe('failed');
    const report = { status: 'blocked', blocker: { type: 'external' } } as const;
    expect(back(working, ended({ report })).status).toBe('blocked');
  });

  const DONE: Request = { kind: 'done', task: 'a', summary: 'ok', metadata: {}, passed: undefined };
  it.each<[string, Task]>([
    ['claimed', personTask('a', { gates: ['first'], ...claimed(3) })],
    ['pending', personTask('a', { gates: ['first'] })],
    ['another machine’s', task('a', { gates: ['first'], ...inProgress(3, { machine: ELSEWHERE }) })],
  ])('with `done` waits for its gates on the machine where that was said: %s', (_, of) => {
    const moved = look(of, [], {}, DONE);
    expect(moved).toMatchObject({
      status: 'in_progress',
      result: { summary: 'ok' },
      attempt: { machine: 'kestrel-3f2a', returned_at: formatTime(NOW), returns: expect.any(String) },
      completed_at: undefined,
    });
    expect(named(taskOf(moved.plan, 'a'), moved.effects)).toEqual(['start first/1']);
  });

  it('by `edit status=completed` waits for them, too', () => {
    const request: Request = {
      kind: 'edit',
      task: 'a',
      title: undefined,
      fields: [{ name: 'status', value: 'completed' }],
    };
    expect(look(personTask('a', { gates: ['first'] }), [], {}, request).status).toBe('in_progress');
    expect(look(personTask('a'), [], {}, request).status).toBe('completed');
  });

  it('waits for the end of its worker, which is stopped', () => {
    const of = waiting();
    expect(look(of, [run('a', 1, alive())]).effects).toEqual(['stop a/1']);
    const over = look(of, [run('a', 1, ended({ exitCode: 1 }))]);
    expect([over.status, named(of, over.effects)]).toEqual(['in_progress', ['settle a/1', 'start first/1']]);
  });
});

describe('a gate', () => {
  const of = waiting();
  const first = (state: Run['state'], n = 1, settled = false) => gateRun(of, 'first', n, state, settled);
  const second = (state: Run['state'], n = 1) => gateRun(of, 'second', n, state);

  it.each<[string, readonly Run[], readonly string[]]>([
    ['never ordered', [], ['start first/1']],
    ['announced and never claimed', [first(ANNOUNCED)], ['start first/1']],
    ['under way', [first(alive())], []],
    ['passed: the next one starts', [first(ended())], ['start second/1']],
    ['the next one is under way', [first(ended()), second(alive())], []],
    ['stopped: it says nothing', [first(ended({ stopped: true }))], ['start first/2']],
    ['gone', [first(LOST)], ['start first/2']],
    ['gone twice', [first(LOST), first(LOST, 2)], ['start first/3']],
    ['taken up before, and asked for again', [first(ended(), 1, true)], ['start first/2']],
    ['another command under its name', [{ ...first(ended()), command: 'true' }], ['start first/2']],
  ])('%s', (_, runs, effects) => {
    const moved = look(of, runs);
    expect([moved.status, named(of, moved.effects)]).toEqual(['in_progress', effects]);
  });

  it('that passes, and all others, completes the task with the evidence', () => {
    const moved = look(of, [first(ended()), second(ended({ endedAt: NOW + 5000 }))]);
    expect(moved).toMatchObject({
      status: 'completed',
      completed_at: formatTime(NOW + 5000),
      attempt: { number: 1 },
      planStatus: 'complete',
    });
    expect(moved.attempt).not.toHaveProperty('returned_at');
    const common = { exit_code: 0, commit: '0123456789ab', gate: 'task' };
    expect(moved.result).toEqual({
      summary: 'made it',
      evidence: [
        { command: 'work a', exit_code: 0 },
        { command: 'first', ...common },
        { command: 'second', ...common },
      ],
    });
    expect(named(of, moved.effects)).toEqual(['settle first/1', 'settle second/1']);
    expect(move(see(moved.plan, { runs: [first(ended())] })).draft.changes).toEqual([]);
  });

  it('names what it covers', () => {
    const covering = waiting({ output: 'out.md', writes: ['src/**', 'out.md'] });
    const runs = ['first', 'second'].map((command) => gateRun(covering, command, 1, ended()));
    expect(look(covering, runs).result?.evidence?.[1]?.paths).toEqual(['out.md', 'src/**']);
  });

  it('is ordered with what it covers, but for the plan, and keeps what it found there where that stood still', () => {
    const covering = waiting({ output: 'out.md', writes: ['src/**', 'out.md'] });
    const { file } = plan([covering]);
    expect(look(covering, []).draft.effects).toMatchObject([
      { order: { covered: { paths: ['out.md', 'src/**'], except: file } } },
    ]);
    expect(look(of, []).draft.effects[0]).not.toHaveProperty('order.covered');
    const runs = [ended({ content: 'c0ffee' }), ended()].map((state, i) =>
      gateRun(covering, i === 0 ? 'first' : 'second', 1, state),
    );
    const found = look(covering, runs).result?.evidence?.map(({ content }) => content);
    expect(found).toEqual([undefined, 'c0ffee', undefined]);
  });

  it.each<[string, Run['state'], string]>([
    ['fails', ended({ exitCode: 3 }), 'exit code 3: two | three'],
    ['hangs', ended({ timedOut: true, exitCode: 0 }), 'stopped at its timeout of 30m: two | three'],
    ['is killed', ended({ exitCode: null, signal: 'SIGKILL' }), 'ended by SIGKILL: two | three'],
  ])('that %s blocks the task with the end of its output', (_, state, how) => {
    const moved = look(of, [first(state)], {
      logTails: { [`${gateTask(of, 'first')}/1`]: '\ntwo\n\nthree\n' },
    });
    expect(moved).toMatchObject({
      status: 'blocked',
      blocker: { type: 'gate', detail: `task: first: ${how}`, since: formatTime(NOW) },
      attempt: RETURNED,
      planStatus: 'blocked',
    });
    expect(moved.codes).toContain('gate-failed');
    expect(moved.result?.evidence).toHaveLength(2);
    expect(named(of, moved.effects)).toEqual(['settle first/1']);
    // Stopped at its timeout, an exit code of 0 proves nothing.
    expect(moved.result?.evidence?.[1]?.exit_code).not.toBe(0);
  });

  it('that is gone for good blocks the task', () => {
    expect(
      look(
        of,
        [1, 2, 3].map((n) => first(LOST, n)),
      ).blocker?.detail,
    ).toBe('task: first: it left no result');
  });

  it('keeps the end of a long output', () => {
    const tail = `${'x'.repeat(3000)} the end`;
    const { detail = '' } =
      look(of, [first(ended({ exitCode: 1 }))], { logTails: { [`${gateTask(of, 'first')}/1`]: tail } })
        .blocker ?? {};
    expect(detail).toMatch(/: exit code 1: …x+ the end$/);
    expect(detail.length).toBeLessThanOrEqual(500);
  });

  it('that is optional and fails is a warning, and the task is completed', () => {
    const lint = task('a', { tags: ['lint'], ...inProgress(1, RETURNED) });
    const with_ = {
      settings: settings({ quality_gates: { task_gates: { lint: { hook: 'x', required: false } } } }),
    };
    const moved = look(lint, [gateRun(lint, 'x', 1, ended({ exitCode: 1 }))], with_);
    expect(moved.status).toBe('completed');
    expect(moved.draft.problems).toMatchObject([{ code: 'gate-failed', severity: 'warning' }]);
    expect(moved.result?.evidence).toMatchObject([{ gate: 'lint', exit_code: 1 }]);
  });

  it('that is not approved here does not start, and says so', () => {
    const moved = look(of, [], { isApproved: (command) => command !== 'first' });
    expect([moved.status, moved.effects]).toEqual(['in_progress', []]);
    expect(moved.draft.problems).toMatchObject([{ code: 'untrusted-command', severity: 'error', task: 'a' }]);
    expect(moved.decision).toMatchObject({ started: { untrusted: ['a'] } });
  });

  it('runs where the work is, and nowhere else', () => {
    const there = waiting({}, { machine: ELSEWHERE });
    expect(look(there, []).effects).toEqual([]);
  });

  it('does not start for a watchdog, nor while the plan is paused; what it found is taken up', () => {
    expect(look(of, [], {}, WATCHDOG).effects).toEqual([]);
    const paused = (runs: readonly Run[]) =>
      move(see(plan([of], { fields: { status: 'paused', paused_by: 'dana' } }), { runs }));
    expect(paused([]).effects).toEqual([]);
    expect(statusesOf(paused([first(ended()), second(ended())]).plan)).toEqual({ a: 'completed' });
  });

  it('is stopped with the workers of a paused plan, and runs again with them; the work is kept', () => {
    const moved = look(of, [first(alive())], {}, { kind: 'pause', stop: true });
    expect([moved.status, named(of, moved.effects)]).toEqual(['in_progress', ['stop first/1']]);
    const found = look(of, [first(ended()), second(alive())], {}, { kind: 'pause', stop: true });
    expect(named(of, found.effects)).toEqual(['stop second/1']);
  });

  it.each<[string, Task]>([
    ['completed meanwhile', { ...of, fields: { ...of.fields, ...completed } }],
    ['cancelled', { ...of, fields: { ...of.fields, status: 'cancelled' } }],
    ['asked for again', waiting({}, { returned_at: formatTime(NOW + MINUTE) })],
  ])('that nobody waits for is stopped or taken as over: %s', (_, now) => {
    const moved = look(now, [first(alive()), second(ended())], {}, WATCHDOG);
    expect(named(of, moved.effects)).toEqual(['stop first/1', 'settle second/1']);
  });

  it('keeps the lease of the work alive', () => {
    const moved = look(of, [first(alive())], { now: NOW + HOUR - MINUTE });
    expect(moved.attempt?.lease_until).toBe(formatTime(NOW + 2 * HOUR - MINUTE));
  });

  it('that nobody asks for any more holds nothing up', () => {
    const off = { settings: settings({ quality_gates: { enabled: false } }) };
    const moved = look(of, [first(alive())], off);
    expect([moved.status, named(of, moved.effects)]).toEqual(['completed', ['stop first/1']]);
  });
});

describe('a task blocked by a gate', () => {
  const evidence = [
    { command: 'work a', exit_code: 0 },
    { command: 'first', exit_code: 1, gate: 'task' },
  ];
  const blocked = waiting({
    status: 'blocked',
    blocker: { type: 'gate', detail: 'task: first: exit code 1' },
    result: { summary: 'made it', evidence },
  });
  const LATER = { now: NOW + MINUTE };

  it('goes on with unblock: the gates run again, and not the work', () => {
    const moved = look(blocked, [gateRun(blocked, 'first', 1, ended({ exitCode: 1 }))], LATER, {
      kind: 'unblock',
      task: 'a',
    });
    expect(moved).toMatchObject({
      status: 'in_progress',
      blocker: undefined,
      attempt: { number: 1, returned_at: formatTime(NOW + MINUTE) },
      result: { summary: 'made it' },
    });
    const now = taskOf(moved.plan, 'a');
    // What the old run found is not taken for the new one's.
    expect(
      named(
        blocked,
        named(now, moved.effects).map((e) => e.replace('start', 'now')),
      ),
    ).toEqual(['now first/1', 'settle first/1']);
    const over = ['first', 'second'].map((command) => gateRun(now, command, 1, ended()));
    expect(look(now, over, LATER).result?.evidence).toMatchObject([
      { command: 'work a' },
      { command: 'first', exit_code: 0 },
      { command: 'second', exit_code: 0 },
    ]);
  });

  it('has its gates run where unblock is said: there it was mended', () => {
    const there = waiting(
      { status: 'blocked', blocker: { type: 'gate', detail: 'x' } },
      { machine: ELSEWHERE },
    );
    const moved = look(there, [], LATER, { kind: 'unblock', task: 'a' });
    expect(moved.attempt?.machine).toBe('kestrel-3f2a');
    expect(named(taskOf(moved.plan, 'a'), moved.effects)).toEqual(['start first/1']);
  });

  it('is completed by unblock where the gate is gone', () => {
    const off = { settings: settings({ quality_gates: { enabled: false } }) };
    expect(look(blocked, [], off, { kind: 'unblock', task: 'a' }).status).toBe('completed');
  });

  it('goes on with retry: the work is done again, and is told what did not pass', () => {
    const moved = look(blocked, [], {}, { kind: 'retry', task: 'a' });
    expect(moved).toMatchObject({
      status: 'pending',
      blocker: undefined,
      result: undefined,
      rejected: { reason: 'task: first: exit code 1', by: 'gate' },
    });
    expect(moved.attempt).not.toHaveProperty('returned_at');
    const again = taskOf(look(taskOf(moved.plan, 'a'), []).plan, 'a');
    expect(again.fields.attempt?.number).toBe(2);
    const back = taskOf(look(again, [run('a', 2, ended())]).plan, 'a');
    const over = ['first', 'second'].map((command) => gateRun(back, command, 1, ended()));
    expect(look(back, over)).toMatchObject({ status: 'completed', rejected: undefined });
  });

  it('only by a gate: retry is refused of other obstacles', () => {
    const other = waiting({ status: 'blocked', blocker: { type: 'external' } });
    expect(look(other, [], {}, { kind: 'retry', task: 'a' }).decision).toMatchObject({ kind: 'refused' });
  });

  it('whose work came back before a person blocked it loses nothing by unblock', () => {
    const byHand = waiting({ status: 'blocked', blocker: { type: 'external' } });
    expect(look(byHand, [], {}, { kind: 'unblock', task: 'a' })).toMatchObject({
      status: 'in_progress',
      result: { summary: 'made it' },
    });
  });

  it('is not done by `done`', () => {
    const request: Request = { kind: 'done', task: 'a', summary: undefined, metadata: {}, passed: undefined };
    expect(look(blocked, [], {}, request).decision).toMatchObject({ kind: 'refused' });
  });
});

describe('work that is taken back while its gates run', () => {
  it.each<[string, Request]>([
    ['release', { kind: 'release', task: 'a' }],
    ['edit', { kind: 'edit', task: 'a', title: undefined, fields: [{ name: 'status', value: 'pending' }] }],
  ])('%s forgets that it came back', (_, request) => {
    const moved = look(waiting(), [], {}, request);
    expect([moved.status, moved.result, moved.attempt?.returned_at]).toEqual([
      'pending',
      undefined,
      undefined,
    ]);
  });

  it('taken over by another machine is done again there', () => {
    const there = waiting({}, { machine: ELSEWHERE });
    const moved = look(there, [], {}, { kind: 'tick', takeOver: true, recheck: false });
    expect(moved).toMatchObject({ status: 'in_progress', attempt: { number: 2 }, result: undefined });
    expect(moved.attempt).not.toHaveProperty('returned_at');
  });
});
