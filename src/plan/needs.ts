/** What somebody must do before something goes on: approve, claim, report, take over; each with its command. */
import { type Plan, type Task, taskStatusOf } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import { awaitsApproval } from './graph.ts';
import { routeTask } from './routing.ts';

export interface Need {
  /**
   * `trust`: this clone has not approved its command. `approval`: its result awaits a person's word. `claim`: it is for a
   * person to take. `report`: a person has it. `machine`: it is under way on another machine.
   */
  readonly kind: 'trust' | 'approval' | 'claim' | 'report' | 'machine';
  readonly task: string;
  /** The person or the machine that has it, or is to have it; null where that may be anybody. */
  readonly who: string | null;
  /** For what is under way: since when, and until when it is believed without news. ISO 8601. */
  readonly since: string | null;
  readonly until: string | null;
  /** What to run. */
  readonly command: string;
}

/** Ids of what is ready and cannot start by itself. */
interface Ready {
  readonly forPeople: readonly string[];
  readonly untrusted: readonly string[];
}

/** What waits for somebody's word first, then what is under way with somebody else. `machine` is asked only where it matters. */
export function needsOf(
  plan: Plan,
  settings: Settings,
  ready: Ready,
  machine: () => string,
): readonly Need[] {
  const need = (kind: Need['kind'], task: string, command: string, who: string | null = null): Need => ({
    kind,
    task,
    who,
    since: null,
    until: null,
    command,
  });
  const forPeople = new Set(ready.forPeople);
  return [
    ...ready.untrusted.map((id) => need('trust', id, 'rondo trust')),
    ...plan.tasks.filter(awaitsApproval).map(({ id }) => need('approval', id, `rondo approve ${id}`)),
    ...plan.tasks
      .filter(({ id }) => forPeople.has(id))
      .map((task) => need('claim', task.id, `rondo claim ${task.id}`, personFor(task, settings))),
    ...plan.tasks
      .filter((task) => taskStatusOf(task) === 'in_progress')
      .flatMap((task) => withOthers(plan, task, machine)),
  ];
}

function personFor(task: Task, settings: Settings): string | null {
  const route = routeTask(task, settings);
  return route.kind === 'person' ? route.who : null;
}

function withOthers(plan: Plan, { id: task, fields }: Task, machine: () => string): readonly Need[] {
  const { attempt, owner = null } = fields;
  const times = { since: attempt?.started_at ?? null, until: attempt?.lease_until ?? null };
  // The plan inside says for itself what it needs.
  if (fields.plan !== undefined && attempt?.machine === undefined) return [];
  if (attempt?.machine === undefined)
    return [{ kind: 'report', task, who: owner, ...times, command: `rondo done ${task}` }];
  if (attempt.machine === machine()) return [];
  const command = `rondo run --take-over ${plan.name}`;
  return [{ kind: 'machine', task, who: attempt.machine, ...times, command }];
}
