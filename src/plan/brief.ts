/** What a worker is told: the task, its prose, what it builds on, and how to report. */
import type { Plan, Task } from '../model/plan.ts';
import { inline } from './inline.ts';
import { didNotPass } from './verdict.ts';

/** The brief as Markdown. `blockers` are the tasks it builds on, with their results; `reviews` those that sent it back. */
export function writeBrief(
  plan: Plan,
  task: Task,
  blockers: readonly Task[],
  reviews: readonly Task[],
): string {
  const inputs = task.fields.inputs ?? blockers.flatMap((b) => b.fields.output ?? []);
  const parts = [
    `# ${task.title}`,
    `Task \`${task.id}\` of the plan \`${plan.name}\`${plan.fields.goal === undefined ? '' : `: ${plan.fields.goal}`}`,
    task.fields.description ?? '',
    task.brief,
    section('Sent back', [...rejectionLine(task), ...reviews.flatMap(findingLines)]),
    section(
      'Read first',
      inputs.map((file) => `- ${file}`),
    ),
    section('What it builds on', blockers.flatMap(resultLine)),
    section('Leave behind', task.fields.output === undefined ? [] : [`- ${task.fields.output}`]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `## ${title}\n\n${lines.join('\n')}`;
}

/** Whoever does it again is to know what was wrong with the last result. */
function rejectionLine({ fields: { rejected } }: Task): readonly string[] {
  if (rejected === undefined) return [];
  return [`- ${rejected.by === undefined ? '' : `${rejected.by}: `}${rejected.reason}`];
}

/** A review keeps what it found until it is done again. */
function findingLines({ id, fields: { result } }: Task): readonly string[] {
  const issues = (result?.issues ?? []).map(({ severity, text, file, line }) => {
    const place = [file, line].filter((part) => part !== undefined).join(':');
    const grave = severity === undefined ? '' : `${severity}: `;
    return `  - ${inline(`${grave}${text}${place === '' ? '' : ` (${place})`}`, 1500)}`;
  });
  return [`- ${id} did not pass${result?.summary === undefined ? '' : `: ${result.summary}`}`, ...issues];
}

/** The reviews that did not pass, by the task that they name to go back to. */
export function failedReviews({ tasks }: Plan): ReadonlyMap<string, readonly Task[]> {
  const out = new Map<string, Task[]>();
  for (const task of tasks) {
    const target = task.fields.rework?.task;
    if (target === undefined || !didNotPass(task)) continue;
    const others = out.get(target);
    if (others === undefined) out.set(target, [task]);
    else others.push(task);
  }
  return out;
}

function resultLine(blocker: Task): readonly string[] {
  const summary = blocker.fields.result?.summary;
  return summary === undefined ? [] : [`- ${blocker.id}: ${summary}`];
}
