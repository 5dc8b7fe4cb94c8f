/** Who does a task, and why: its own command, its named specialist, the best match by tags, the default; never a guess. */
import type { Task } from '../model/plan.ts';
import type { Settings, Specialist } from '../model/settings.ts';

export type Route =
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly owner: string;
      readonly specialist: string | null;
      readonly reason: string;
    }
  | { readonly kind: 'person'; readonly who: string | null; readonly reason: string };

/** The route of a task. A task nobody is named for waits for a person to claim it. */
export function routeTask(task: Task, settings: Settings): Route {
  const [name, why] = chooseSpecialist(task, settings);
  const specialist = name === null ? undefined : settings.specialists[name];
  if (task.fields.run !== undefined)
    return {
      kind: 'command',
      command: task.fields.run,
      owner: name ?? 'shell',
      specialist: name,
      reason: 'the task has a command of its own',
    };
  if (specialist?.command !== undefined && specialist.person !== true)
    return {
      kind: 'command',
      command: specialist.command,
      owner: name ?? 'shell',
      specialist: name,
      reason: why,
    };
  return { kind: 'person', who: name, reason: why };
}

/**
 * The question a task's routing comes to, where the settings say to ask (`fallback_behavior: ask_user`) and nothing names
 * or matches a specialist; undefined where it is clear who does it.
 */
export function routingQuestion(task: Task, route: Route, settings: Settings): string | undefined {
  if (
    route.kind !== 'person' ||
    route.who !== null ||
    settings.specialist_routing.fallback_behavior !== 'ask_user'
  )
    return undefined;
  const choices = Object.keys(settings.specialists);
  const which = choices.length === 0 ? 'rondo.yaml names none' : `choose from ${choices.join(', ')}`;
  return `which specialist does ${task.id}? ${which}`;
}

function chooseSpecialist(task: Task, settings: Settings): readonly [string | null, string] {
  const named = task.fields.specialist;
  if (named !== undefined) return [named, `the task names ${named}`];
  const matched = bestByTags(task.fields.tags ?? [], settings.specialists);
  if (matched !== undefined) return matched;
  const { fallback_behavior, default_specialist } = settings.specialist_routing;
  if (fallback_behavior === 'use_default' && default_specialist !== undefined)
    return [default_specialist, `no specialist matches its tags; ${default_specialist} is the default`];
  return [null, 'no specialist is named or matches, so a person claims it'];
}

function bestByTags(
  tags: readonly string[],
  specialists: Readonly<Record<string, Specialist>>,
): readonly [string, string] | undefined {
  let best: readonly [string, readonly string[]] | undefined;
  for (const [name, specialist] of Object.entries(specialists)) {
    const shared = tags.filter((tag) => specialist.tags?.includes(tag));
    if (shared.length > (best?.[1].length ?? 0)) best = [name, shared];
  }
  return best === undefined ? undefined : [best[0], `${best[0]} matches ${best[1].join(', ')}`];
}

/** The timeout of a task in the specialist's or the task's own words; undefined where there is none. */
export function timeoutOf(task: Task, settings: Settings): string | undefined {
  const route = routeTask(task, settings);
  const name = route.kind === 'command' ? route.specialist : route.who;
  return task.fields.timeout ?? (name === null ? undefined : settings.specialists[name]?.timeout);
}
