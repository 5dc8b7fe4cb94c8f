/** What came of a parallel group, as text. */
import type { GroupDocument, TaskDocument } from '../../model/documents.ts';
import { type Cell, columns } from './columns.ts';
import { inertLine } from './inert.ts';
import { countLine, type StatusOptions } from './print-status.ts';
import { taskLook } from './words.ts';

/** A line a member: how it stands, and what came of it or what it waits for. */
export function printGroup(document: GroupDocument, { style, columns: width }: StatusOptions): string {
  const { completed, failed, open, cancelled } = document;
  const rows = [...completed, ...failed, ...open, ...cancelled].map((task): Cell[] => {
    const look = taskLook(task.status, task.ready, style);
    return [
      { text: look.symbol, dress: look.dress },
      { text: inertLine(task.id) },
      { text: look.word, dress: look.dress },
      { text: inertLine(outcome(task)) },
    ];
  });
  const title = `${style.bold(inertLine(`${document.plan}, group ${document.group}`))}\n`;
  return `${title}\n${columns(rows, width, { indent: '  ', bound: 32, whole: 1 })}\n${countLine(document.counts)}\n`;
}

function outcome(task: TaskDocument): string {
  const verdict = task.passed === false ? 'did not pass' : '';
  const why =
    task.blocker !== null
      ? [task.blocker.type, task.blocker.detail].filter((part) => part !== null).join(': ')
      : task.status === 'pending' && task.waiting_on.length > 0
        ? `on ${task.waiting_on.join(', ')}`
        : (task.summary ?? task.title);
  return [verdict, why].filter((part) => part !== '').join(': ');
}
