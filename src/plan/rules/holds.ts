/** What keeps a plan from dispatching anything at all: a person's pause, a cycle, a failure, a blocked task. */
import type { Problem } from '../../errors.ts';
import { taskStatusOf } from '../../model/plan.ts';
import type { Draft } from '../draft.ts';
import { graphProblems } from '../graph.ts';
import type { Seen } from '../seen.ts';

export interface Hold {
  readonly kind: 'paused' | 'graph' | 'failed' | 'blocked';
  readonly reason: string;
  readonly problems: readonly Problem[];
}

/** The first reason that holds the whole plan; undefined where it may go on. */
export function holdOf(draft: Draft, seen: Pick<Seen, 'settings'>): Hold | undefined {
  const plan = draft.plan;
  if (plan.fields.paused_by !== undefined)
    return { kind: 'paused', reason: `paused by ${plan.fields.paused_by}`, problems: [] };
  const problems = graphProblems(plan);
  const first = problems[0];
  if (first !== undefined) return { kind: 'graph', reason: first.message, problems };
  const failed = plan.tasks.find((task) => taskStatusOf(task) === 'failed');
  if (failed !== undefined && seen.settings.on_failure === 'stop')
    return { kind: 'failed', reason: `${failed.id} failed`, problems: [] };
  const blocked = plan.tasks.find((task) => taskStatusOf(task) === 'blocked');
  if (blocked !== undefined && seen.settings.on_blocked === 'stop')
    return { kind: 'blocked', reason: `${blocked.id} is blocked`, problems: [] };
  return undefined;
}
