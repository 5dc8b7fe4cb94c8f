/**
 * A plan being moved: rules read `task()`, and write through `step`, `set`, `setPlan`, which record one change each, in
 * order, with its reason. Reading and writing one task costs the same however large the plan is.
 */
import type { Problem } from '../errors.ts';
import { applyChanges, type Change } from '../model/change.ts';
import type { PlanFieldName, TaskFieldName, TaskFields } from '../model/fields.ts';
import { type Plan, planStatusOf, type Task, taskStatusOf } from '../model/plan.ts';
import { sameValue } from '../model/same-value.ts';
import type { PlanStatus, TaskStatus } from '../model/status.ts';
import { failedReviews } from './brief.ts';
import type { Effect } from './effect.ts';

export class Draft {
  readonly changes: Change[] = [];
  readonly effects: Effect[] = [];
  readonly problems: Problem[] = [];
  #plan: Plan;
  #tasks: Map<string, Task>;
  #dirty = false;
  readonly #before: Plan;
  #reviews: ReadonlyMap<string, readonly Task[]> | undefined;

  constructor(plan: Plan) {
    this.#before = plan;
    this.#plan = plan;
    this.#tasks = new Map(plan.tasks.map((task) => [task.id, task]));
  }

  /** The plan with every change so far. */
  get plan(): Plan {
    if (this.#dirty) {
      this.#plan = { ...this.#plan, tasks: this.#plan.tasks.map((task) => this.#tasks.get(task.id) ?? task) };
      this.#dirty = false;
    }
    return this.#plan;
  }

  /** Tasks as they are now, in file order. */
  get tasks(): readonly Task[] {
    return this.plan.tasks;
  }

  task(id: string): Task | undefined {
    return this.#tasks.get(id);
  }

  /** The reviews that sent a task back, as they were when the round began; looked up once, however many tasks are started. */
  reviewsOf(id: string): readonly Task[] {
    this.#reviews ??= failedReviews(this.#before);
    return this.#reviews.get(id) ?? [];
  }

  status(id: string): TaskStatus {
    const task = this.#tasks.get(id);
    return task === undefined ? 'pending' : taskStatusOf(task);
  }

  /** Moves a task to a status. The caller has checked that the step is legal. */
  step(id: string, to: TaskStatus, reason: string): void {
    const from = this.status(id);
    if (from === to) return;
    this.#write(id, 'status', to);
    this.changes.push({ kind: 'task-status', task: id, from, to, reason });
  }

  /** Sets a field of a task; undefined removes it. Setting what is there already is no change. */
  set<F extends Exclude<TaskFieldName, 'status'>>(
    id: string,
    field: F,
    to: TaskFields[F] | undefined,
    reason: string,
  ): void {
    const from = this.#tasks.get(id)?.fields[field];
    if (sameValue(from, to)) return;
    this.#write(id, field, to);
    this.changes.push({ kind: 'task-field', task: id, field, from, to, reason });
  }

  setPlanStatus(to: PlanStatus, reason: string): void {
    const from = planStatusOf(this.#plan);
    if (this.#plan.fields.status === to) return;
    this.apply({ kind: 'plan-status', from, to, reason });
  }

  setPlan<F extends Exclude<PlanFieldName, 'status'>>(
    field: F,
    to: Plan['fields'][F] | undefined,
    reason: string,
  ): void {
    const from = this.#plan.fields[field];
    if (sameValue(from, to)) return;
    this.apply({ kind: 'plan-field', field, from, to, reason });
  }

  /** Makes any other change: an added task, a decision, a criterion. Costs a pass over the plan. */
  apply(change: Change): void {
    this.#plan = applyChanges(this.plan, [change]);
    if (change.kind.startsWith('task'))
      this.#tasks = new Map(this.#plan.tasks.map((task) => [task.id, task]));
    this.changes.push(change);
  }

  /** Takes back effects that a later decision made void. */
  dropEffects(isVoid: (effect: Effect) => boolean): void {
    const kept = this.effects.filter((effect) => !isVoid(effect));
    this.effects.length = 0;
    for (const effect of kept) this.effects.push(effect);
  }

  #write(id: string, field: TaskFieldName, value: unknown): void {
    const task = this.#tasks.get(id);
    if (task === undefined) return;
    const { [field]: _, ...rest } = task.fields;
    const fields = (value === undefined ? rest : { ...task.fields, [field]: value }) as TaskFields;
    this.#tasks.set(id, { ...task, fields });
    this.#dirty = true;
  }
}
