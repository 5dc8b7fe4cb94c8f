/** What a run of a plan does for the plans that its tasks stand for: it moves them, too, and waits for their news. */
import { RondoError } from '../errors.ts';
import type { NeedDocument } from '../model/documents.ts';
import { type Plan, taskStatusOf } from '../model/plan.ts';
import { subPlanFile } from '../plan/sub-plan.ts';
import type { Outside, Watch, Woken } from '../ports.ts';
import type { PlanFile } from './find-plans.ts';
import type { Reported } from './report.ts';
import type { RunOptions } from './run.ts';
import { runRound } from './run-round.ts';

interface Inside {
  readonly target: PlanFile;
  readonly watch: Watch;
  /** Undefined where no round could be made yet. */
  last: Reported | undefined;
  /** Whether the last round could not be made for now. */
  hindered: boolean;
}

export class PlansInside {
  readonly #outside: Outside;
  readonly #options: RunOptions;
  readonly #open = new Map<string, Inside>();

  constructor(outside: Outside, options: RunOptions) {
    this.#outside = outside;
    this.#options = options;
  }

  /** The plans that are moved now, as committed. */
  get plans(): readonly { readonly target: PlanFile; readonly plan: Plan }[] {
    return [...this.#open.values()].flatMap(({ target, last }) =>
      last === undefined ? [] : [{ target, plan: last.plan }],
    );
  }

  get isHindered(): boolean {
    return [...this.#open.values()].some((each) => each.hindered);
  }

  /** One round on each plan that a task under way stands for, and on those inside it; true where one of them changed. */
  async move(plan: Plan): Promise<boolean> {
    const met = new Set<string>();
    const changed = await this.#moveAll(plan, met);
    for (const [file, { watch }] of this.#open)
      if (!met.has(file)) {
        watch.close();
        this.#open.delete(file);
      }
    return changed;
  }

  async #moveAll(plan: Plan, met: Set<string>): Promise<boolean> {
    let changed = false;
    for (const task of plan.tasks) {
      const file = subPlanFile(task);
      if (file === undefined || taskStatusOf(task) !== 'in_progress' || met.has(file)) continue;
      met.add(file);
      const last = await this.#round(file);
      if (last === undefined) continue;
      if (last.document.changed) changed = true;
      if (await this.#moveAll(last.plan, met)) changed = true;
    }
    return changed;
  }

  /** Undefined where there is no such plan, or no round can be made: the outer plan says what stands in the way. */
  async #round(file: string): Promise<Reported | undefined> {
    const inside = this.#open.get(file) ?? (await this.#openPlan(file));
    if (inside === undefined) return undefined;
    try {
      const recheck = inside.last === undefined;
      inside.last = await runRound(this.#outside, inside.target, { kind: 'tick', takeOver: false, recheck });
      inside.hindered = false;
    } catch (error) {
      if (!(error instanceof RondoError)) throw error;
      const [problem] = error.problems;
      if (problem !== undefined) this.#options.onHindrance?.(problem);
      inside.hindered = error.exitCode === 5;
      return undefined;
    }
    if (inside.last.document.changed) this.#options.onInside?.(inside.last.document);
    return inside.last;
  }

  async #openPlan(file: string): Promise<Inside | undefined> {
    const { findSubPlan } = await import('./read-sub-plans.ts');
    const target = await findSubPlan(this.#outside, file);
    if (target === undefined) return undefined;
    const watch = this.#outside.waker.watch(target.name, target.file);
    const inside = { target, watch, last: undefined, hindered: false };
    this.#open.set(file, inside);
    return inside;
  }

  /** A report of the outer plan with what is needed inside. */
  withNeeds(reported: Reported): Reported {
    const inside = [...this.#open.values()].flatMap(({ last }) => last?.document ?? []);
    if (inside.length === 0) return reported;
    const { document } = reported;
    const needs = inside.flatMap((each) => each.needs.map((need) => needOf(each.plan, need)));
    const untrusted = inside.flatMap((each) => each.problems.filter((p) => p.code === 'untrusted-command'));
    return {
      ...reported,
      document: {
        ...document,
        needs: [...document.needs, ...needs],
        problems: [...document.problems, ...untrusted],
      },
    };
  }

  /** Whether all that is under way waits for plans inside, and each of those for somebody. */
  holdsUp(plan: Plan, isOver: (reported: Reported) => boolean): boolean {
    const underWay = plan.tasks.filter((task) => taskStatusOf(task) === 'in_progress');
    return (
      underWay.length > 0 &&
      underWay.every((task) => {
        const inside = this.#open.get(subPlanFile(task) ?? '');
        if (inside?.last === undefined || inside.hindered) return false;
        return isOver(inside.last) || this.holdsUp(inside.last.plan, isOver);
      })
    );
  }

  /** Waits for the next event of the outer plan or one inside. */
  async next(outer: Watch, until: number | null, signal: AbortSignal): Promise<Woken> {
    const watches = [outer, ...[...this.#open.values()].map(({ watch }) => watch)];
    if (watches.length === 1) return await outer.next(until, signal);
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const why = await Promise.race(watches.map((watch) => watch.next(until, either)));
    over.abort();
    return signal.aborted ? 'aborted' : why;
  }

  close(): void {
    for (const { watch } of this.#open.values()) watch.close();
  }
}

/** A need inside, in words that hold outside: tasks are named with their plan. */
function needOf(plan: string, need: NeedDocument): NeedDocument {
  const task = `${plan}/${need.task}`;
  const ending = ` ${need.task}`;
  const command = need.command.endsWith(ending)
    ? `${need.command.slice(0, -ending.length)} ${task}`
    : need.command;
  return { ...need, task, command };
}
