/**
 * Tasks that may change the same files never run at once in one checkout. A task that declares no `writes` overlaps
 * nobody; one whose specialist works in a worktree of its own is not in this checkout.
 */
import { overlap, type Pattern, patternsOf } from '../../model/globs.ts';
import { type Task, taskStatusOf } from '../../model/plan.ts';
import type { Draft } from '../draft.ts';
import { isIsolated } from '../isolation.ts';
import { routeTask } from '../routing.ts';
import type { Seen } from '../seen.ts';

/** A task that waits for another to be through with the files of both. */
export interface Overlap {
  readonly task: string;
  /** The other: a task of this plan, or `plan/task`. */
  readonly with: string;
}

interface Writer {
  readonly name: string;
  readonly patterns: readonly Pattern[];
}

/** Who is writing what in this checkout. Costs nothing until a task with `writes` is asked about. */
export class WriteSets {
  readonly #draft: Draft;
  readonly #seen: Pick<Seen, 'machine' | 'runs' | 'settings' | 'writersElsewhere'>;
  #writers: Writer[] | undefined;

  constructor(draft: Draft, seen: Pick<Seen, 'machine' | 'runs' | 'settings' | 'writersElsewhere'>) {
    this.#draft = draft;
    this.#seen = seen;
  }

  /** Who is at work on files that the task may change, too; undefined where nobody is. */
  overlapOf(task: Task): string | undefined {
    if (!this.#isHere(task)) return undefined;
    const own = patternsOf(task.fields.writes ?? []);
    this.#writers ??= this.#atWork();
    return this.#writers.find(({ name, patterns }) => name !== task.id && overlap(own, patterns))?.name;
  }

  /** The task has been started, or is going to be. */
  take(task: Task): void {
    if (this.#isHere(task))
      this.#writers?.push({ name: task.id, patterns: patternsOf(task.fields.writes ?? []) });
  }

  #atWork(): Writer[] {
    const { machine, runs, writersElsewhere } = this.#seen;
    // A worker that is being stopped still writes.
    const alive = new Set(runs.flatMap((run) => (run.state.kind === 'alive' ? [run.task] : [])));
    const own = this.#draft.tasks.filter(
      (task) => this.#isHere(task) && (alive.has(task.id) || isUnderWay(task, machine)),
    );
    return [
      ...own.map((task) => ({ name: task.id, patterns: patternsOf(task.fields.writes ?? []) })),
      ...writersElsewhere.map(({ plan, task, writes }) => ({
        name: `${plan}/${task}`,
        patterns: patternsOf(writes),
      })),
    ];
  }

  #isHere(task: Task): boolean {
    if (task.fields.writes === undefined || task.fields.writes.length === 0) return false;
    const { settings } = this.#seen;
    return !isIsolated(routeTask(task, settings), settings);
  }
}

/** On this checkout, or with a person, who may well work in it. */
function isUnderWay(task: Task, machine: string): boolean {
  const where = task.fields.attempt?.machine;
  return taskStatusOf(task) === 'in_progress' && (where === undefined || where === machine);
}
