/** Plans, tasks, runs and what a round sees of them, in a line each; and fast-check arbitraries for all of them. */
import * as fc from 'fast-check';
import type { TaskFields } from '../../src/model/fields.ts';
import type { Criterion, Plan, Task } from '../../src/model/plan.ts';
import {
  DEFAULT_SETTINGS,
  layerSettings,
  type Settings,
  type SettingsFile,
} from '../../src/model/settings.ts';
import { BLOCKER_TYPES, PLAN_STATUSES, TASK_STATUSES } from '../../src/model/status.ts';
import { formatTime } from '../../src/model/time.ts';
import { type Decision, decide } from '../../src/plan/decide.ts';
import { Draft } from '../../src/plan/draft.ts';
import { gateTask } from '../../src/plan/gates.ts';
import { recover } from '../../src/plan/recover.ts';
import type { Request } from '../../src/plan/request.ts';
import { checkTask } from '../../src/plan/rules/criteria.ts';
import { asSeenByNobody, type Seen } from '../../src/plan/seen.ts';
import type { Run, RunState } from '../../src/ports.ts';

export const HERE = 'kestrel-3f2a';
export const ELSEWHERE = 'osprey-91bc';
/** 2026-11-21T10:00:00Z */
export const NOW = Date.UTC(2026, 10, 21, 10);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const TICK: Request = { kind: 'tick', takeOver: false, recheck: false };
export const WATCHDOG: Request = { kind: 'watchdog' };

// ---------------------------------------------------------------- builders

/** A task that a shell command does, unless its fields say otherwise. */
export function task(id: string, fields: TaskFields = {}): Task {
  return { id, title: `Do ${id}`, fields: { run: `work ${id}`, ...fields }, brief: '' };
}

/** A task that a person claims. */
export function personTask(id: string, fields: TaskFields = {}): Task {
  return { id, title: `Do ${id}`, fields, brief: '' };
}

export function plan(
  tasks: readonly Task[],
  more: Partial<Omit<Plan, 'tasks' | 'fields'>> & { fields?: Partial<Plan['fields']> } = {},
): Plan {
  const { fields, ...rest } = more;
  return {
    name: 'demo',
    file: 'docs/demo-state.md',
    title: 'Demo',
    criteria: [],
    decisions: [],
    ...rest,
    fields: { rondo: 1, goal: 'Try it', ...fields },
    tasks,
  };
}

/** The fields of a task that runs on a machine since `NOW` unless told otherwise. */
export function inProgress(
  number = 1,
  more: Partial<NonNullable<TaskFields['attempt']>> = {},
  owner = 'shell',
): TaskFields {
  return {
    status: 'in_progress',
    owner,
    attempt: {
      number,
      machine: HERE,
      started_at: formatTime(NOW),
      lease_until: formatTime(NOW + HOUR),
      returns: 'process exit',
      ...more,
    },
  };
}

/** The fields of a task that a person holds. */
export function claimed(number = 1, owner = 'dana', until = NOW + HOUR): TaskFields {
  return {
    status: 'in_progress',
    owner,
    attempt: {
      number,
      started_at: formatTime(NOW),
      lease_until: formatTime(until),
      returns: `${owner} reports`,
    },
  };
}

export const completed: TaskFields = { status: 'completed', completed_at: formatTime(NOW) };

export function settings(...layers: readonly SettingsFile[]): Settings {
  return layerSettings(DEFAULT_SETTINGS, ...layers);
}

type Ended = Extract<RunState, { kind: 'ended' }>;

/** How a worker ended: with exit code 0 and no result file, unless told otherwise. */
export function ended(more: Partial<Omit<Ended, 'kind'>> = {}): Ended {
  return {
    kind: 'ended',
    exitCode: 0,
    signal: null,
    timedOut: false,
    stopped: false,
    endedAt: NOW,
    report: null,
    malformed: null,
    outputMissing: false,
    ...more,
  };
}

export function alive(startedAt = NOW): RunState {
  return { kind: 'alive', pid: 4242, startedAt };
}

export const LOST: RunState = { kind: 'lost' };
export const ANNOUNCED: RunState = { kind: 'announced' };

export function run(id: string, attempt: number, state: RunState, settled = false): Run {
  return { plan: 'demo', task: id, attempt, state, settled };
}

/** The run of a criterion's check. */
export function check(command: string, attempt: number, state: RunState, settled = false): Run {
  return { ...run(checkTask(command), attempt, state, settled), command };
}

/** The run of a gate, as `fields` of the task have it under way. */
export function gateRun(of: Task, command: string, attempt: number, state: RunState, settled = false): Run {
  return {
    ...run(gateTask(of, command), attempt, state, settled),
    ...(settled ? {} : { command, commit: HEAD }),
  };
}

const HEAD = '0123456789abcdef0123456789abcdef01234567';

/** What a round sees of a plan, where nothing was edited and every command is approved. */
export function see(of: Plan, more: Partial<Seen> = {}): Seen {
  const attempts: Record<string, number> = Object.create(null);
  for (const each of more.runs ?? []) attempts[each.task] = Math.max(attempts[each.task] ?? 0, each.attempt);
  return {
    ...asSeenByNobody(of, DEFAULT_SETTINGS),
    now: NOW,
    machine: HERE,
    person: 'dana',
    email: 'dana@example.org',
    ref: 'refs/heads/main',
    head: HEAD,
    attempts,
    ...more,
  };
}

// ---------------------------------------------------------------- a round without the outside

export interface Moved {
  readonly draft: Draft;
  readonly plan: Plan;
  readonly decision: Decision;
  /** Effects as `kind task/attempt`. */
  readonly effects: readonly string[];
  /** Codes of all problems that were reported. */
  readonly codes: readonly string[];
}

/** RECOVER and DECIDE, as a round does them. */
export function move(seen: Seen, request: Request = TICK): Moved {
  const draft = new Draft(seen.plan);
  recover(draft, seen, { takeOver: request.kind === 'tick' && request.takeOver });
  const decision = decide(draft, seen, request);
  return {
    draft,
    plan: draft.plan,
    decision,
    effects: draft.effects.map((effect) => `${effect.kind} ${effect.task}/${effect.attempt}`),
    codes: draft.problems.map((p) => p.code),
  };
}

/** The task after a round, which must be there. */
export function taskOf(of: Plan, id: string): Task {
  const found = of.tasks.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no task ${id}`);
  return found;
}

/** Whether a task goes on with the attempt that it had, since its completion was not taken from the file. */
export function isRestored(seen: Seen, { problems }: Draft, id: string, number: number): boolean {
  return (
    problems.some((each) => each.code === 'called-by-worker' && each.task === id) &&
    [...seen.lastRounds, seen.committed].some((before) =>
      before?.tasks.some((each) => each.id === id && each.fields.attempt?.number === number),
    )
  );
}

export function statusesOf(of: Plan): Readonly<Record<string, string>> {
  return Object.fromEntries(of.tasks.map((each) => [each.id, each.fields.status ?? 'pending']));
}

// ---------------------------------------------------------------- arbitraries

const word = fc.constantFrom(
  'alpha',
  'beta',
  'gamma',
  'delta',
  '1234567e8',
  'yes',
  '2026-01-02',
  'ünï',
  '# not a heading',
  '  spaced',
  '',
);
const line = fc.oneof(word, fc.string({ maxLength: 12 }));
const when = fc.integer({ min: -100, max: 100 }).map((minutes) => formatTime(NOW + minutes * MINUTE));

/** `rare(a)` is there in a third of all cases. */
const rare = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}

export const arbitraryAttempt: fc.Arbitrary<NonNullable<TaskFields['attempt']>> = fc
  .record({
    number: fc.integer({ min: 1, max: 4 }),
    machine: rare(fc.constantFrom(HERE, HERE, ELSEWHERE)),
    started_at: rare(when),
    lease_until: rare(when),
    returns: rare(fc.constantFrom('process exit', 'step exit')),
    retry: rare(fc.integer({ min: 0, max: 2 })),
    returned_at: rare(when),
  })
  .map((attempt) => defined(attempt) as NonNullable<TaskFields['attempt']>);

/** Every field a task may have, in any combination, whatever sense it makes. `ids` are what it may wait for. */
export function arbitraryFields(ids: readonly string[]): fc.Arbitrary<TaskFields> {
  const dependency = fc.constantFrom(...(ids.length === 0 ? ['nobody'] : ids));
  return fc
    .record({
      blocked_by: rare(
        fc.array(fc.oneof(dependency, fc.record({ task: dependency, or_cancelled: fc.boolean() })), {
          maxLength: 3,
        }),
      ),
      description: rare(line),
      tags: rare(fc.array(line, { maxLength: 3 })),
      priority: rare(fc.integer({ min: -2, max: 2 })),
      run: rare(fc.constantFrom('work a', 'work b')),
      specialist: rare(fc.constantFrom('dana', 'builder')),
      output: rare(fc.constant('docs/out.md')),
      estimate: rare(fc.constantFrom('10m', '1h')),
      timeout: rare(fc.constantFrom('30m', '2h')),
      retries: rare(fc.integer({ min: 0, max: 2 })),
      needs_approval: rare(fc.boolean()),
      rework: rare(
        fc.record({
          task: dependency,
          limit: fc.integer({ min: 0, max: 2 }),
          threshold: fc.constantFrom('low', 'high', 'odd'),
        }),
      ),
      parallel_group: rare(fc.constantFrom('g', 'h')),
      iteration: rare(fc.integer({ min: 0, max: 3 })),
      gates: rare(fc.subarray(['gate a', 'gate b'])),
      metadata: rare(
        fc.dictionary(fc.constantFrom('a', 'b', '__proto__x'), fc.oneof(fc.integer(), line), { maxKeys: 2 }),
      ),
      status: rare(fc.constantFrom(...TASK_STATUSES)),
      owner: rare(fc.constantFrom('dana', 'shell', 'builder')),
      attempt: rare(arbitraryAttempt),
      completed_at: rare(when),
      result: rare(fc.record({ summary: line, passed: fc.boolean() })),
      blocker: rare(fc.record({ type: fc.constantFrom(...BLOCKER_TYPES), detail: line })),
      approved_by: rare(fc.constant('dana')),
    })
    .map((fields) => defined(fields) as TaskFields);
}

const criterion: fc.Arbitrary<Criterion> = fc
  .record({
    text: fc.constantFrom('fast', 'small', 'kind', 'fast and small'),
    met: fc.boolean(),
    check: rare(fc.constantFrom('check a', 'check b')),
  })
  .map((each) => defined(each) as Criterion);

const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const;

/** Any plan at all: valid by its schema, sensible or not; cycles, unknown blockers and stray fields included. */
export const arbitraryPlan: fc.Arbitrary<Plan> = fc
  .uniqueArray(fc.constantFrom(...IDS), { maxLength: 7 })
  .chain((ids) =>
    fc.record({
      name: fc.constant('demo'),
      file: fc.constant('docs/demo-state.md'),
      title: line,
      fields: fc
        .record({
          rondo: fc.constant(1),
          goal: rare(line),
          origin: rare(fc.constantFrom('dana', 'kim')),
          status: rare(fc.constantFrom(...PLAN_STATUSES)),
          paused_by: fc.option(fc.constant('dana'), { nil: undefined, freq: 1 }),
          accepted_by: rare(fc.constant('dana')),
          reopened_by: fc.option(fc.constant('dana'), { nil: undefined, freq: 1 }),
          launched: rare(fc.integer({ min: 1, max: 3 })),
          next_action: rare(line),
          next_checkpoint: rare(when),
          blockers: rare(fc.array(line, { maxLength: 2 })),
        })
        .map((fields) => defined(fields) as Plan['fields']),
      criteria: fc.array(criterion, { maxLength: 3 }),
      decisions: fc.array(line, { maxLength: 3 }),
      tasks: fc.tuple(
        ...ids.map((id) =>
          fc.record({
            id: fc.constant(id as string),
            title: line,
            fields: arbitraryFields([...ids, 'nobody']),
            brief: line,
          }),
        ),
      ),
    }),
  );

export const arbitrarySettings: fc.Arbitrary<Settings> = fc
  .record({
    strategy: fc.constantFrom('eager', 'batched', 'sequential'),
    auto: fc.boolean(),
    most: fc.integer({ min: 1, max: 4 }),
    on_failure: fc.constantFrom('stop', 'continue'),
    on_blocked: fc.constantFrom('stop', 'continue'),
    on_cycle: fc.constantFrom('stop', 'break'),
    retries: fc.integer({ min: 0, max: 2 }),
    fallback: fc.constantFrom('use_default', 'ask_user'),
    specialists: fc.constantFrom<NonNullable<SettingsFile['specialists']>>(
      {},
      { builder: { command: 'build', tags: ['alpha'], max_parallel: 1 } },
      { builder: { command: 'build', timeout: '1h' }, dana: { person: true, tags: ['beta'] } },
    ),
  })
  .map(({ strategy, auto, most, fallback, ...rest }) =>
    settings({
      ...rest,
      parallelism: { strategy, auto_launch: auto, max_parallel_tasks: most },
      specialist_routing: { fallback_behavior: fallback },
    }),
  ) as fc.Arbitrary<Settings>;

const arbitraryState: fc.Arbitrary<RunState> = fc.oneof(
  fc.constant(ANNOUNCED),
  fc.constant(LOST),
  fc.integer({ min: -180, max: 10 }).map((minutes) => alive(NOW + minutes * MINUTE)),
  fc
    .record({
      exitCode: fc.constantFrom(0, 0, 1, null),
      stopped: fc.boolean(),
      timedOut: fc.boolean(),
      malformed: fc.constantFrom(null, null, '{"status":'),
      outputMissing: fc.boolean(),
      report: fc.constantFrom(
        null,
        { passed: false },
        { status: 'blocked' as const },
        { status: 'failed' as const },
        { summary: 'fine' },
      ),
    })
    .map((end) => ended({ ...end, signal: end.exitCode === null ? 'SIGKILL' : null })),
);

/** Anything a round may see of a plan: runs of its tasks and of none, hand edits, other machines, clocks. */
export function arbitrarySeen(of: fc.Arbitrary<Plan> = arbitraryPlan): fc.Arbitrary<Seen> {
  return fc
    .record({
      plan: of,
      committed: of,
      settings: arbitrarySettings,
      lastRounds: fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(of, { maxLength: 2 }) },
      ),
      edited: fc.boolean(),
      runs: fc.uniqueArray(
        fc.record({
          plan: fc.constant('demo'),
          task: fc.constantFrom(...IDS, 'gone', '+check-00000001'),
          attempt: fc.integer({ min: 1, max: 4 }),
          state: arbitraryState,
          settled: fc.boolean(),
        }),
        { maxLength: 8, selector: (each) => `${each.task}/${each.attempt}` },
      ),
      aliveElsewhere: fc.constantFrom(0, 0, 1, 5),
      unchangedFor: fc.dictionary(fc.constantFrom(...IDS), fc.integer({ min: 0, max: 3 * HOUR })),
      approved: fc.constantFrom('all', 'none', 'work a'),
    })
    .map(({ plan: now, committed, approved, edited, ...rest }) =>
      see(now, {
        ...rest,
        edited,
        committed: edited ? committed : now,
        isApproved: (command) => approved === 'all' || command === approved,
      }),
    );
}

/** Any request, for tasks of the plan and for one that is not there. */
export function arbitraryRequest(): fc.Arbitrary<Request> {
  const id = fc.constantFrom(...IDS, 'gone');
  const named = <K extends Request['kind']>(kind: K, more: object = {}) =>
    id.map((each) => ({ kind, task: each, ...more }) as Request);
  const bare = (kind: Request['kind'], more: object = {}) => fc.constant({ kind, ...more } as Request);
  return fc.oneof(
    { weight: 6, arbitrary: bare('tick', { takeOver: false, recheck: false }) },
    bare('tick', { takeOver: true, recheck: true }),
    bare('watchdog'),
    bare('launch'),
    bare('resume'),
    bare('accept'),
    bare('restart'),
    bare('reopen-plan'),
    bare('pause', { stop: true }),
    bare('pause', { stop: false }),
    bare('decide', { text: 'we do' }),
    named('claim', { owner: 'kim', returns: undefined, until: undefined }),
    named('step', { command: 'make it' }),
    named('release'),
    named('done', { summary: 'well', metadata: {}, passed: undefined }),
    named('fail', { reason: undefined }),
    named('block', { type: 'external', detail: 'the vendor' }),
    named('unblock'),
    named('retry'),
    named('cancel', { reason: undefined }),
    named('reopen'),
    fc.tuple(id, fc.constantFrom(...TASK_STATUSES)).map(
      ([each, status]): Request => ({
        kind: 'edit',
        task: each,
        title: undefined,
        fields: [{ name: 'status', value: status }],
      }),
    ),
    fc.constant<Request>({ kind: 'add', id: 'new', title: 'New', fields: { run: 'work new' }, brief: '' }),
  );
}
