/** Who does a task, and why: its own command, its named specialist, the best match by tags, the default; never a guess. */
import { type AgentName, type Argv, agentArguments, commandLine } from '../model/agents.ts';
import type { Task } from '../model/plan.ts';
import type { Settings, Specialist } from '../model/settings.ts';

export type Route =
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly owner: string;
      readonly specialist: string | null;
      readonly reason: string;
      /** Where an agent does it: what is started, without a shell; `command` is the same as a line to read and approve. */
      readonly agent?: { readonly name: AgentName; readonly argv: Argv };
    }
  /** The task stands for a plan of its own. */
  | { readonly kind: 'plan'; readonly who: null; readonly file: string; readonly reason: string }
  | { readonly kind: 'person'; readonly who: string | null; readonly reason: string };

/** The route of a task. A task nobody is named for waits for a person to claim it. */
export function routeTask(task: Task, settings: Settings): Route {
  if (task.fields.plan !== undefined)
    return { kind: 'plan', who: null, file: task.fields.plan, reason: 'it is done by a plan of its own' };
  const { specialist: name, reason: why } = chooseSpecialist(task, settings);
  const specialist = name === null ? undefined : specialistOf(settings, name);
  if (task.fields.await !== undefined)
    return {
      kind: 'command',
      command: task.fields.await.check,
      owner: name ?? 'outside',
      specialist: name,
      reason: 'it waits for an outside job, which the command looks at',
    };
  if (task.fields.run !== undefined)
    return {
      kind: 'command',
      command: task.fields.run,
      owner: name ?? 'shell',
      specialist: name,
      reason: 'the task has a command of its own',
    };
  const program = specialist === undefined ? undefined : programOf(specialist);
  if (program !== undefined)
    return { kind: 'command', ...program, owner: name ?? 'shell', specialist: name, reason: why };
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
  return `${questionStart(task)} ${which}`;
}

/** By these words the question is known again in the plan. */
export function questionStart(task: Task): string {
  return `which specialist does ${task.id}?`;
}

/** Which specialist a task comes to, and by what: its own word, its tags, the default; `nobody` where none of them says. */
export interface Choice {
  readonly specialist: string | null;
  readonly by: 'specialist' | 'tags' | 'default' | 'nobody';
  readonly reason: string;
}

export function chooseSpecialist(task: Task, settings: Settings): Choice {
  const named = task.fields.specialist;
  if (named !== undefined) return { specialist: named, by: 'specialist', reason: `the task names ${named}` };
  const best = bestByTags(task.fields.tags ?? [], settings.specialists);
  if (best !== undefined) {
    const first = best.others === 0 ? '' : `, and is the first of ${best.others + 1} that match as many`;
    const tags = `${best.shared.length === 1 ? 'tag' : 'tags'} ${best.shared.join(', ')}`;
    const reason = `${best.name} has its ${tags}${first}`;
    return { specialist: best.name, by: 'tags', reason };
  }
  const { fallback_behavior, default_specialist } = settings.specialist_routing;
  if (fallback_behavior === 'use_default' && default_specialist !== undefined) {
    const reason = `no specialist matches its tags; ${default_specialist} is the default`;
    return { specialist: default_specialist, by: 'default', reason };
  }
  const reason = 'no specialist is named or matches, so a person claims it';
  return { specialist: null, by: 'nobody', reason };
}

interface Best {
  readonly name: string;
  readonly shared: readonly string[];
  /** How many further down the list match as many. */
  readonly others: number;
}

function bestByTags(
  tags: readonly string[],
  specialists: Readonly<Record<string, Specialist>>,
): Best | undefined {
  let best: Best | undefined;
  for (const [name, specialist] of Object.entries(specialists)) {
    const shared = sharedTags(tags, specialist);
    if (shared.length > (best?.shared.length ?? 0)) best = { name, shared, others: 0 };
    else if (best !== undefined && shared.length === best.shared.length)
      best = { ...best, others: best.others + 1 };
  }
  return best;
}

/** The tags of a task that a specialist has, too, each once. */
export function sharedTags(tags: readonly string[], specialist: Specialist): readonly string[] {
  return tags.filter((tag, i) => specialist.tags?.includes(tag) === true && tags.indexOf(tag) === i);
}

/** The timeout of a task in the specialist's or the task's own words; undefined where there is none. */
export function timeoutOf(task: Task, settings: Settings): string | undefined {
  const route = routeTask(task, settings);
  const name = route.kind === 'command' ? route.specialist : route.who;
  return task.fields.timeout ?? (name === null ? undefined : specialistOf(settings, name)?.timeout);
}

type Program = Pick<Extract<Route, { kind: 'command' }>, 'command' | 'agent'>;

/** What a specialist runs; undefined where a person does the work. An agent's line holds its model and its permissions. */
export function programOf({ command, agent, permissions, model, person }: Specialist): Program | undefined {
  if (person === true) return undefined;
  if (command !== undefined) return { command };
  if (agent === undefined) return undefined;
  const argv = agentArguments(agent, permissions ?? 'edit', model);
  return { command: commandLine(argv), agent: { name: agent, argv } };
}

/** A specialist by its name, which may be any word that a person typed. */
export function specialistOf(settings: Settings, name: string): Specialist | undefined {
  return Object.hasOwn(settings.specialists, name) ? settings.specialists[name] : undefined;
}
