/**
 * A text that was parsed before, and where its parts stand: a later text takes every section that is the same, letter by
 * letter, from it, and an edit walks only over the sections it touches.
 */
import type { Problem } from '../errors.ts';
import type { PlanFields } from '../model/fields.ts';
import type { Plan, Task } from '../model/plan.ts';
import type { Layout } from './layout.ts';

/** Offsets into a text; headings of tasks stand one after the other, each section ends where the next begins. */
export interface Places {
  /** After the frontmatter. */
  readonly body: number;
  /** Where each task's heading begins, in the order of the plan; last, where the last task's section ends. */
  readonly starts: readonly number[];
}

export interface KnownText {
  readonly text: string;
  readonly plan: Plan;
  /** Warnings; a text with an error has no plan. */
  readonly problems: readonly Problem[];
  readonly places: Places;
}

/** What is decoded already, by the exact text it was decoded from. */
export interface KnownPieces {
  readonly head: string;
  readonly fields: PlanFields | undefined;
  readonly sections: ReadonlyMap<string, Task>;
}

export function placesOf({ frontmatter, tasks }: Layout): Places {
  const last = tasks.at(-1);
  const starts = tasks.map(({ start }) => start);
  return { body: frontmatter?.end ?? 0, starts: last === undefined ? starts : [...starts, last.end] };
}

/** What had a warning is decoded again, so that it is warned of again. */
export function piecesOf({ text, plan, problems, places: { body, starts } }: KnownText): KnownPieces {
  const warned = new Set(problems.map(({ task }) => task));
  const sections = new Map<string, Task>();
  for (const [i, task] of plan.tasks.entries())
    if (!warned.has(task.id)) sections.set(text.slice(starts[i], starts[i + 1]), task);
  return {
    head: text.slice(0, body),
    fields: warned.has(undefined) ? undefined : plan.fields,
    sections,
  };
}
