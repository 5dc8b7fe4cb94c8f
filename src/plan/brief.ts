/** What a worker is told: the task, its prose, what it builds on, and how to report. */
import type { Plan, Task } from '../model/plan.ts';

/** The brief as Markdown. `blockers` are the tasks it builds on, with their results. */
export function writeBrief(plan: Plan, task: Task, blockers: readonly Task[]): string {
  const inputs = task.fields.inputs ?? blockers.flatMap((b) => b.fields.output ?? []);
  const parts = [
    `# ${task.title}`,
    `Task \`${task.id}\` of the plan \`${plan.name}\`${plan.fields.goal === undefined ? '' : `: ${plan.fields.goal}`}`,
    task.fields.description ?? '',
    task.brief,
    section('Sent back', rejectionLine(task)),
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

function resultLine(blocker: Task): readonly string[] {
  const summary = blocker.fields.result?.summary;
  return summary === undefined ? [] : [`- ${blocker.id}: ${summary}`];
}
