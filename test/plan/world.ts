/**
 * A simulated outside for the pure rooms: a plan that machines share, workers that end as the test says, clocks that jump,
 * people who edit the file, crashes between a commit and its effects. Each round is checked against the invariants.
 */
import { expect } from 'vitest';
import { diffPlans } from '../../src/compare/diff.ts';
import { applyChanges } from '../../src/model/change.ts';
import { dependencyId } from '../../src/model/dependency.ts';
import { type Plan, taskStatusOf } from '../../src/model/plan.ts';
import type { Settings } from '../../src/model/settings.ts';
import { TASK_TRANSITIONS } from '../../src/model/status.ts';
import { isAtWork } from '../../src/plan/approvers.ts';
import type { Effect } from '../../src/plan/effect.ts';
import { gatesOf } from '../../src/plan/gates.ts';
import { mayDispatch, type Request } from '../../src/plan/request.ts';
import type { Seen } from '../../src/plan/seen.ts';
import type { Run, RunState } from '../../src/ports.ts';
import {
  ANNOUNCED,
  alive,
  ended,
  HERE,
  isRestored,
  LOST,
  MINUTE,
  type Moved,
  move,
  NOW,
  see,
  TICK,
  taskOf,
  WATCHDOG,
} from '../support/plans.ts';
import { planStatusByTheSentence } from './status-oracle.ts';

export type Crash = 'none' | 'before the effects' | 'after the first effect';

interface Machine {
  readonly name: string;
  readonly runs: Map<string, Run>;
  /** Runs whose stop was asked for. */
  readonly stopping: Set<string>;
  /** How far its wall clock is off. */
  skew: number;
  readonly observed: Map<string, { value: string; since: number }>;
}

export class World {
  committed: Plan;
  /** The file as it is now: the commit's, or a hand edit of it. */
  file: Plan;
  /** What the last round committed, before what people or workers have committed by hand since. */
  #lastRound: Plan;
  /** True time, which no clock jump moves. */
  #time = 0;
  readonly #settings: Settings;
  readonly #machines: readonly Machine[];
  readonly #history: Plan[] = [];
  /** Highest attempt ever announced, by task: what history and run directories know. */
  readonly #highest = new Map<string, number>();
  /** Every attempt ever started, as `task/number`, by machine. */
  readonly #started = new Map<string, string>();

  constructor(of: Plan, settings: Settings, machines = [HERE]) {
    this.committed = of;
    this.file = of;
    this.#lastRound = of;
    this.#settings = settings;
    this.#machines = machines.map((name) => ({
      name,
      runs: new Map(),
      stopping: new Set(),
      skew: 0,
      observed: new Map(),
    }));
    for (const task of of.tasks) this.#highest.set(task.id, task.fields.attempt?.number ?? 0);
  }

  /** One round on a machine, checked; returns whether it changed or started anything. */
  round(machine = 0, request: Request = TICK, crash: Crash = 'none'): boolean {
    const on = this.#machineAt(machine);
    const seen = this.#look(on);
    const moved = move(seen, request);
    this.#check(on, seen, moved, request);
    if (moved.decision.kind === 'refused') return false;
    const changed = diffPlans(seen.plan, moved.plan).length > 0;
    if (changed || seen.edited) this.#commit(moved.plan);
    const effects =
      crash === 'none'
        ? moved.draft.effects
        : moved.draft.effects.slice(0, crash === 'before the effects' ? 0 : 1);
    for (const effect of effects) this.#run(on, effect);
    const leadsOn = moved.decision.leadsOn && (changed || seen.edited);
    if (leadsOn && crash === 'none') this.round(machine, mayDispatch(request) ? TICK : WATCHDOG);
    if (leadsOn) return true;
    // A check is announced by its effect alone; one that was to run again and did not is as it was.
    if (crash === 'none' || !effectsOfChecks(moved)) this.#checkRest(on, request);
    return changed || moved.draft.effects.some((effect) => effect.kind !== 'stop');
  }

  /** The n-th live worker of a machine ends, if there is one. */
  workerEnds(machine: number, n: number, state: RunState): void {
    const on = this.#machineAt(machine);
    const live = [...on.runs].filter(([, run]) => run.state.kind === 'alive');
    const found = live[n % Math.max(1, live.length)];
    if (found !== undefined)
      on.runs.set(found[0], { ...found[1], state: on.stopping.has(found[0]) ? STOPPED : state });
  }

  /** Workers that were asked to stop are gone after their grace. */
  graceEnds(): void {
    for (const on of this.#machines)
      for (const key of on.stopping) {
        const run = on.runs.get(key);
        if (run?.state.kind === 'alive') on.runs.set(key, { ...run, state: STOPPED });
      }
  }

  /** The machine restarts: what lived is lost. */
  reboot(machine: number): void {
    const on = this.#machineAt(machine);
    for (const [key, run] of on.runs)
      if (run.state.kind === 'alive') on.runs.set(key, { ...run, state: LOST });
  }

  passTime(ms: number): void {
    this.#time += ms;
  }

  /** A wall clock is set, forward or back; true time and monotonic clocks go on. */
  setClock(machine: number, skew: number): void {
    this.#machineAt(machine).skew = skew;
  }

  /** A person saves the file otherwise. */
  edit(change: (of: Plan) => Plan): void {
    this.file = change(this.file);
  }

  /** A person, or a worker, commits the file as it is. */
  commitByHand(): void {
    this.committed = this.file;
  }

  /** `git reset --hard` to an earlier round. */
  resetTo(n: number): void {
    const back = this.#history[n % Math.max(1, this.#history.length)];
    if (back === undefined) return;
    this.committed = back;
    this.#lastRound = back;
    this.file = back;
  }

  get anyAlive(): boolean {
    return this.#machines.some((on) => [...on.runs.values()].some((run) => run.state.kind === 'alive'));
  }

  /** Workers end well and time passes until no machine finds anything to do; the number of rounds that took. */
  settle(most: number): number {
    for (let rounds = 1; rounds <= most; rounds++) {
      for (let i = 0; i < this.#machines.length; i++)
        while (this.#machineHasLive(i)) this.workerEnds(i, 0, ended());
      const moved = this.#machines.map((_, i) => this.round(i)).some(Boolean);
      this.passTime(MINUTE);
      if (!moved && !this.anyAlive) return rounds;
    }
    return Number.POSITIVE_INFINITY;
  }

  #machineAt(n: number): Machine {
    const found = this.#machines[n % this.#machines.length];
    if (found === undefined) throw new Error('no machine');
    return found;
  }

  #machineHasLive(n: number): boolean {
    return [...this.#machineAt(n).runs.values()].some((run) => run.state.kind === 'alive');
  }

  #look(on: Machine): Seen {
    const runs = [...on.runs.values()];
    const attempts: Record<string, number> = Object.fromEntries(this.#highest);
    const unchangedFor: Record<string, number> = {};
    for (const task of this.file.tasks) {
      const { attempt } = task.fields;
      if (
        taskStatusOf(task) !== 'in_progress' ||
        attempt?.machine === undefined ||
        attempt.machine === on.name
      )
        continue;
      unchangedFor[task.id] = this.#time - this.#observedSince(on, task.id, JSON.stringify(attempt));
    }
    return see(this.file, {
      now: NOW + this.#time + on.skew,
      machine: on.name,
      committed: this.committed,
      lastRounds:
        runs.some(isAtWork) && diffPlans(this.#lastRound, this.committed).length > 0 ? [this.#lastRound] : [],
      edited: diffPlans(this.committed, this.file).length > 0,
      settings: this.#settings,
      runs,
      attempts,
      unchangedFor,
    });
  }

  #observedSince(on: Machine, key: string, value: string): number {
    const known = on.observed.get(key);
    if (known?.value === value) return known.since;
    on.observed.set(key, { value, since: this.#time });
    return this.#time;
  }

  #commit(of: Plan): void {
    this.#history.push(of);
    this.committed = of;
    this.#lastRound = of;
    this.file = of;
    for (const task of of.tasks)
      this.#highest.set(task.id, Math.max(this.#highest.get(task.id) ?? 0, task.fields.attempt?.number ?? 0));
  }

  #run(on: Machine, effect: Effect): void {
    const key = `${effect.task}/${effect.attempt}`;
    const run = on.runs.get(key);
    if (effect.kind === 'stop') on.stopping.add(key);
    else if (effect.kind === 'settle' && run !== undefined) on.runs.set(key, { ...run, settled: true });
    else if (effect.kind === 'start' && (run === undefined || run.state.kind === 'announced')) {
      const { task, attempt } = effect;
      on.runs.set(key, {
        plan: 'demo',
        task,
        attempt,
        settled: false,
        state: alive(NOW + this.#time + on.skew),
        command: effect.order.command,
      });
    }
  }

  // ---------------------------------------------------------------- what must hold

  #check(on: Machine, seen: Seen, moved: Moved, request: Request): void {
    const { draft, plan } = moved;
    expect(applyChanges(seen.plan, draft.changes)).toEqual(plan);
    for (const change of draft.changes)
      if (change.kind === 'task-status')
        expect(TASK_TRANSITIONS[change.from], change.reason).toContain(change.to);
    if (moved.decision.kind === 'refused') return;
    expect(plan.fields.status).toBe(planStatusByTheSentence(moved, seen, request));
    this.#checkAttempts(seen, moved);
    this.#checkStarts(on, seen, moved);
    if (request.kind === 'tick') this.#checkWords(on, seen, plan);
  }

  /** What a round left under way here is not completed but by what its gates found, nor approved, whatever the file says. */
  #checkWords(on: Machine, seen: Seen, plan: Plan): void {
    for (const before of this.#lastRound.tasks) {
      const after = plan.tasks.find((each) => each.id === before.id);
      const { attempt } = before.fields;
      const isOwn = ({ task, attempt: number }: Run) => task === before.id && number === attempt?.number;
      if (after === undefined || taskStatusOf(before) !== 'in_progress' || attempt?.machine !== on.name)
        continue;
      if (!seen.runs.some((each) => isOwn(each) && isAtWork(each))) continue;
      if (before.fields.approved_by === undefined) expect(after.fields.approved_by).toBeUndefined();
      if (before.fields.needs_approval === true) expect(after.fields.needs_approval).toBe(true);
      const asked = gatesOf(before, seen.settings).concat(gatesOf(after, seen.settings));
      if (!asked.some((gate) => gate.required) || taskStatusOf(after) !== 'completed') continue;
      // Its work was back already, and its gates have run; or it says of itself that it did not pass, and has nothing to prove.
      if (attempt.returned_at !== undefined) continue;
      expect(after.fields.result).toMatchObject({ passed: false });
    }
  }

  /** No number goes down, and none is given out twice; one that a hand took away may come back with what is taken back. */
  #checkAttempts(seen: Seen, { plan, draft }: Moved): void {
    for (const task of seen.plan.tasks) {
      const before = task.fields.attempt?.number ?? 0;
      const after = plan.tasks.find((each) => each.id === task.id)?.fields.attempt?.number ?? 0;
      expect(after).toBeGreaterThanOrEqual(before);
      if (after > before && !isRestored(seen, draft, task.id, after))
        expect(after).toBeGreaterThan(this.#highest.get(task.id) ?? 0);
    }
  }

  #checkStarts(on: Machine, seen: Seen, { draft, plan }: Moved): void {
    const starts = draft.effects.filter((effect) => effect.kind === 'start' && !effect.task.startsWith('+'));
    for (const { task: id, attempt, reason } of starts) {
      const task = taskOf(plan, id);
      expect(task.fields).toMatchObject({
        status: 'in_progress',
        attempt: { number: attempt, machine: on.name },
      });
      if (reason.startsWith('ready'))
        for (const dependency of task.fields.blocked_by ?? []) {
          const blocker = taskOf(plan, dependencyId(dependency));
          expect(['completed', 'cancelled']).toContain(blocker.fields.status);
        }
      // One live worker a task, and no attempt on two machines.
      expect([...on.runs.values()].filter((run) => run.task === id && run.state.kind === 'alive')).toEqual(
        [],
      );
      const where = this.#started.get(`${id}/${attempt}`) ?? on.name;
      expect(where).toBe(on.name);
      this.#started.set(`${id}/${attempt}`, on.name);
    }
    if (starts.some((effect) => effect.reason.startsWith('ready'))) {
      const busy = plan.tasks.filter(
        (task) => taskStatusOf(task) === 'in_progress' && task.fields.attempt?.machine === on.name,
      );
      expect(busy.length + seen.aliveElsewhere).toBeLessThanOrEqual(
        this.#settings.parallelism.max_parallel_tasks,
      );
    }
  }

  /** A tick is idempotent: the next one at the same moment changes nothing, and starts nothing that has started. */
  #checkRest(on: Machine, request: Request): void {
    if (request.kind !== 'tick') return;
    const again = move(this.#look(on));
    expect(again.draft.changes).toEqual([]);
    for (const effect of again.draft.effects)
      if (effect.kind === 'start')
        expect(on.runs.get(`${effect.task}/${effect.attempt}`)?.state.kind ?? ANNOUNCED.kind).toBe(
          ANNOUNCED.kind,
        );
  }
}

function effectsOfChecks({ draft }: Moved): boolean {
  return draft.effects.some((effect) => effect.task.startsWith('+'));
}

const STOPPED = ended({ exitCode: null, signal: 'SIGTERM', stopped: true });
