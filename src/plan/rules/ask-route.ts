/** `fallback_behavior: ask_user`: a ready task that nobody is named for is blocked with the question, never guessed at. */
import { type Task, taskStatusOf } from '../../model/plan.ts';
import type { Draft } from '../draft.ts';
import { markBlocked } from '../mark-blocked.ts';
import { questionStart, routeTask, routingQuestion } from '../routing.ts';
import type { Seen } from '../seen.ts';
import { readyTasks } from './ready.ts';

/** Asks for every ready task at once, whatever the strategy lets start, so that a person answers once. */
export function askForRoutes(draft: Draft, seen: Seen): void {
  if (
    seen.settings.specialist_routing.fallback_behavior !== 'ask_user' ||
    draft.plan.fields.paused_by !== undefined
  )
    return;
  for (const task of readyTasks(draft)) {
    const question = routingQuestion(task, routeTask(task, seen.settings), seen.settings);
    if (question === undefined) continue;
    markBlocked(draft, seen, task.id, { type: 'information', detail: question }, question);
  }
}

/** Whether a task is blocked by that question, and not by anything else. */
export function asksForRoute(task: Task): boolean {
  const { blocker } = task.fields;
  return (
    taskStatusOf(task) === 'blocked' &&
    blocker?.type === 'information' &&
    blocker.detail?.startsWith(questionStart(task)) === true
  );
}
