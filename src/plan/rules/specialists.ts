/** Names of specialists that the settings do not know: the task would wait for a person of that name in silence. */
import { type Problem, problem } from '../../errors.ts';
import { type Plan, taskStatusOf } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';
import { isEnded } from '../../model/status.ts';
import { nearest } from '../graph.ts';
import { specialistOf } from '../routing.ts';

/** One warning a name. Where the settings name nobody, any name is a person's. */
export function specialistProblems(plan: Plan, settings: Settings): readonly Problem[] {
  const names = Object.keys(settings.specialists);
  if (names.length === 0) return [];
  const out: Problem[] = [];
  const fallback = settings.specialist_routing.default_specialist;
  if (fallback !== undefined && specialistOf(settings, fallback) === undefined)
    out.push(unknown(fallback, `the default specialist is ${fallback}`, names, { file: plan.file }));
  for (const task of plan.tasks) {
    const name = task.fields.specialist;
    if (name === undefined || specialistOf(settings, name) !== undefined || isEnded(taskStatusOf(task)))
      continue;
    const place = { file: plan.file, task: task.id, path: ['specialist'] };
    out.push(unknown(name, `${task.id} is for ${name}`, names, place));
  }
  return out;
}

function unknown(name: string, what: string, names: readonly string[], place: Partial<Problem>): Problem {
  const near = nearest(name, names);
  return problem('unknown-specialist', `${what}, and rondo.yaml has no such specialist`, {
    severity: 'warning',
    hint: `${near === undefined ? '' : `Did you mean ${near}? `}There are: ${names.join(', ')}. A task for a person of that name waits to be claimed.`,
    ...place,
  });
}
