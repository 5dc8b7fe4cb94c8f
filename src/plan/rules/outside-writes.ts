/** What a worker changed outside its `writes`: reported, and where its specialist enforces them, the task is blocked. */
import { type Problem, problem } from '../../errors.ts';
import { isCovered, patternsOf } from '../../model/globs.ts';
import { type Task, taskStatusOf } from '../../model/plan.ts';
import { timeMs } from '../../model/time.ts';
import type { Draft } from '../draft.ts';
import { routeTask } from '../routing.ts';
import type { Seen } from '../seen.ts';

/** Reports it; returns why the task cannot be taken as completed, undefined where it can. */
export function judgeWrites(
  draft: Draft,
  seen: Seen,
  task: Task,
  outside: readonly string[] | null,
): string | undefined {
  const enforced = isEnforced(task, seen);
  if (outside === null) {
    const unknown = `git did not say what ${task.id} changed, so nothing is known of files outside its \`writes\``;
    draft.problems.push(outsideProblem(seen, task, unknown));
    return enforced ? unknown : undefined;
  }
  const others = besides(draft, seen, task);
  const claimed = others.flatMap(({ fields }) => patternsOf(fields.writes ?? []));
  const left = outside.filter((path) => !isCovered(path, claimed));
  if (left.length === 0) return undefined;
  const shown = left.length > 5 ? `${left.slice(0, 5).join(', ')} and more` : left.join(', ');
  const doubt = [...others.map(({ id }) => id), ...(seen.aliveElsewhere > 0 ? ['tasks of other plans'] : [])];
  const who =
    doubt.length === 0
      ? ''
      : `; it may have been another: ${doubt.slice(0, 5).join(', ')} ran here at the same time`;
  const said = `changed outside the \`writes\` of ${task.id}: ${shown}${who}`;
  draft.problems.push(outsideProblem(seen, task, said));
  return enforced ? said : undefined;
}

function outsideProblem(seen: Seen, task: Task, message: string): Problem {
  return problem('outside-writes', message, {
    severity: 'warning',
    file: seen.plan.file,
    task: task.id,
    path: ['writes'],
  });
}

function isEnforced(task: Task, { settings }: Seen): boolean {
  const route = routeTask(task, settings);
  const name = route.kind === 'command' ? route.specialist : route.who;
  return name !== null && settings.specialists[name]?.enforce_writes === true;
}

/** Tasks of this plan that were under way in this checkout at some time since this one began. */
function besides(draft: Draft, seen: Seen, task: Task): readonly Task[] {
  const began = timeMs(task.fields.attempt?.started_at ?? '') ?? 0;
  return draft.tasks.filter(({ id, fields }) => {
    if (id === task.id || fields.attempt === undefined) return false;
    const { machine } = fields.attempt;
    if (machine !== undefined && machine !== seen.machine) return false;
    const status = taskStatusOf({ ...task, fields });
    return status === 'in_progress' || (timeMs(fields.completed_at ?? '') ?? 0) >= began;
  });
}
