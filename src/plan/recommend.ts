/** `rondo recommend`: who does a task, by what, why none of the others, and what would make it clear. */
import type { Task } from '../model/plan.ts';
import type { Settings, Specialist } from '../model/settings.ts';
import { nearest } from './graph.ts';
import { chooseSpecialist, routeTask, sharedTags } from './routing.ts';

export interface Recommendation {
  /** The specialist; null where nobody is named and none matches. */
  readonly specialist: string | null;
  readonly kind: 'command' | 'person' | 'plan';
  /** `command`: the task has one of its own. */
  readonly by: 'command' | 'specialist' | 'tags' | 'default' | 'nobody';
  /** What is run; null where a person does it. */
  readonly command: string | null;
  readonly matched: readonly string[];
  readonly reason: string;
  readonly alternatives: readonly Alternative[];
  /** Tags that would lead to a specialist; only where the choice came by none. */
  readonly suggestions: readonly Suggestion[];
}

export interface Alternative {
  readonly specialist: string;
  readonly matched: readonly string[];
  readonly reason: string;
}

export interface Suggestion {
  readonly specialist: string;
  readonly tags: readonly string[];
}

export function recommendFor(task: Task, settings: Settings): Recommendation {
  const route = routeTask(task, settings);
  const choice = chooseSpecialist(task, settings);
  const by = task.fields.run === undefined ? choice.by : 'command';
  const tags = task.fields.tags ?? [];
  const chosen = choice.specialist === null ? undefined : settings.specialists[choice.specialist];
  const matched = chosen === undefined ? [] : sharedTags(tags, chosen);
  return {
    specialist: choice.specialist,
    kind: route.kind,
    by,
    command: route.kind === 'command' ? route.command : null,
    matched,
    reason: route.reason,
    alternatives: Object.entries(settings.specialists)
      .filter(([name]) => name !== choice.specialist)
      .map(([specialist, of]) => alternative(specialist, of, tags, choice.by, matched.length)),
    suggestions: by === 'default' || by === 'nobody' ? suggestTags(tags, settings.specialists) : [],
  };
}

function alternative(
  specialist: string,
  of: Specialist,
  tags: readonly string[],
  by: Recommendation['by'],
  most: number,
): Alternative {
  const matched = sharedTags(tags, of);
  return { specialist, matched, reason: whyNot(of, matched, by, most) };
}

function whyNot(of: Specialist, matched: readonly string[], by: Recommendation['by'], most: number): string {
  if (matched.length === 0)
    return of.tags === undefined || of.tags.length === 0
      ? 'has no tags, so only a name leads to it'
      : `shares none of its tags (${of.tags.join(', ')})`;
  const shares = `has its ${matched.length === 1 ? 'tag' : 'tags'} ${matched.join(', ')}`;
  if (by === 'specialist') return `${shares}, and the task names another`;
  return matched.length < most ? `${shares} only` : `${shares}, and comes later in rondo.yaml`;
}

/** The tags of each specialist, those first that look like one the task has. */
function suggestTags(
  tags: readonly string[],
  specialists: Readonly<Record<string, Specialist>>,
): readonly Suggestion[] {
  return Object.entries(specialists).flatMap(([specialist, of]) => {
    const own = of.tags ?? [];
    const meant = new Set(tags.map((tag) => nearest(tag, own) ?? own.find((o) => startsAlike(o, tag))));
    const sorted = [...own.filter((tag) => meant.has(tag)), ...own.filter((tag) => !meant.has(tag))];
    return sorted.length === 0 ? [] : [{ specialist, tags: sorted }];
  });
}

/** `test` and `testing`, `db` and `db-migration`. */
function startsAlike(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return short.length >= 2 && long.toLowerCase().startsWith(short.toLowerCase());
}
