/** Statuses as people see them: a symbol, a word and a colour; the word alone says it all. */
import type { ProgressDocument, TaskDocument } from '../../model/documents.ts';
import type { PlanStatus, TaskStatus } from '../../model/status.ts';
import type { Style } from './style.ts';

export interface Look {
  readonly symbol: string;
  readonly word: string;
  readonly dress: (text: string) => string;
}

/** How a task looks; a pending one is `ready` or `waiting`. */
export function taskLook(status: TaskStatus, ready: boolean, style: Style): Look {
  switch (status) {
    case 'completed':
      return { symbol: '✓', word: 'completed', dress: style.green };
    case 'in_progress':
      return { symbol: '▶', word: 'in progress', dress: style.blue };
    case 'blocked':
      return { symbol: '■', word: 'blocked', dress: style.yellow };
    case 'failed':
      return { symbol: '✗', word: 'failed', dress: style.red };
    case 'cancelled':
      return { symbol: '-', word: 'cancelled', dress: style.dim };
    case 'pending':
      return ready
        ? { symbol: '○', word: 'ready', dress: style.cyan }
        : { symbol: '·', word: 'waiting', dress: style.dim };
  }
}

export function planDress(status: PlanStatus, style: Style): (text: string) => string {
  switch (status) {
    case 'complete':
      return style.green;
    case 'blocked':
      return style.red;
    case 'paused':
      return style.yellow;
    case 'awaiting-result':
    case 'running':
      return style.blue;
  }
}

/** `3 tasks`, `1 task`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** The first few of a list, and how many more there are. */
export function some(items: readonly string[], most = 5): string {
  const shown = items.slice(0, most);
  const more = items.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** What is said of a plan without tasks. */
export const NO_TASKS = 'no tasks yet: rondo add "<title>"\n';

/** `Batch 2: 3/5 tasks complete (60%)`; `Batch 2: 0/1 (blocked)`; '' where there is nothing to say of a single task. */
export function batchLine(batch: ProgressDocument | null): string {
  if (batch === null) return '';
  const { number, done, total, in_progress, blocked, failed } = batch;
  const held = [...(failed > 0 ? ['failed'] : []), ...(blocked > 0 ? ['blocked'] : [])];
  if (total < 2 && held.length === 0) return '';
  if (held.length > 0 && in_progress === 0 && done + failed + blocked === total)
    return `Batch ${number}: ${done}/${total} (${held.join(', ')})`;
  const also = [
    ...(failed > 0 ? [`, ${failed} failed`] : []),
    ...(blocked > 0 ? [`, ${blocked} blocked`] : []),
  ];
  return `Batch ${number}: ${done}/${total} tasks complete (${Math.floor((100 * done) / total)}%)${also.join('')}`;
}

/** `: running, 3/5` of the plan that a task stands for. */
export function insideText({ sub_plan: inside }: TaskDocument): string {
  if (inside === undefined) return '';
  return inside.status === null ? ': not there' : `: ${inside.status}, ${inside.completed}/${inside.total}`;
}
