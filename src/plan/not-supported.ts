/**
 * What people may write by the format and this version does not act on yet. Silence would let them believe that a gate
 * guards or a limit holds; so every check and every round that starts work says it.
 */
import { type Problem, problem } from '../errors.ts';
import type { TaskFieldName } from '../model/fields.ts';
import { type Plan, taskStatusOf } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import { isEnded } from '../model/status.ts';

const TASK_FIELDS: readonly (readonly [TaskFieldName, string])[] = [['plan', 'a sub-plan is not followed']];

/** One warning for each field of an open task, and each setting, that has no effect. */
export function notSupported(plan: Plan, settings: Settings): readonly Problem[] {
  const out: Problem[] = [];
  const warn = (what: string, why: string, task?: string) =>
    out.push(
      problem(
        'not-supported',
        `${task === undefined ? '' : `${task}: `}\`${what}\` has no effect in this version: ${why}`,
        {
          severity: 'warning',
          file: plan.file,
          path: what.split('.'),
          ...(task === undefined ? {} : { task }),
        },
      ),
    );
  for (const task of plan.tasks) {
    if (isEnded(taskStatusOf(task))) continue;
    for (const [field, why] of TASK_FIELDS) if (task.fields[field] !== undefined) warn(field, why, task.id);
  }
  for (const name of settings.unacted) warn(name, 'it is read and kept, and nothing acts on it');
  return out;
}
