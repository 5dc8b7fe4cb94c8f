/** `rondo recommend`: which specialist a task comes to, and why. */
import type { RecommendDocument } from '../model/documents.ts';
import { recommendFor } from '../plan/recommend.ts';
import type { Outside } from '../ports.ts';
import type { PlanFile } from '../round/find-plans.ts';
import { viewPlan } from './read-only.ts';
import { unknownTask } from './status.ts';

export async function recommendTask(
  outside: Outside,
  target: PlanFile,
  id: string,
): Promise<RecommendDocument> {
  const view = await viewPlan(outside, target);
  const task = view.plan.tasks.find((each) => each.id === id) ?? unknownTask(view, id);
  const found = recommendFor(task, view.settings);
  return {
    plan: target.name,
    task: id,
    title: task.title,
    tags: [...(task.fields.tags ?? [])],
    ...found,
    matched: [...found.matched],
    alternatives: found.alternatives.map((a) => ({ ...a, matched: [...a.matched] })),
    suggestions: found.suggestions.map((s) => ({ ...s, tags: [...s.tags] })),
  };
}
