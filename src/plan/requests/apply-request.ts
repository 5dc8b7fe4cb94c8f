/** Applies a request to the draft, by its kind; returns the problem where a rule refuses it. */
import { type Problem, problem } from '../../errors.ts';
import { formatTime } from '../../model/time.ts';
import type { Draft } from '../draft.ts';
import { inline } from '../inline.ts';
import type { Request } from '../request.ts';
import type { Seen } from '../seen.ts';
import { addTask } from './add-task.ts';
import { approveTask, rejectTask } from './approve-task.ts';
import { assignTask } from './assign-task.ts';
import { claimTask, releaseTask } from './claim-task.ts';
import { editTask } from './edit-task.ts';
import { blockTask, failTask, finishTask, unblockTask } from './finish-task.ts';
import { acceptPlan, launchPlan, pausePlan, reopenPlan, restartPlan, resumePlan } from './move-plan.ts';
import { cancelTask, reopenTask, retryTask } from './reset-task.ts';
import { startStep } from './start-step.ts';

export function applyRequest(draft: Draft, seen: Seen, request: Request): Problem | undefined {
  switch (request.kind) {
    case 'tick':
    case 'watchdog':
    case 'new':
      return undefined;
    case 'launch':
      return launchPlan(draft, seen);
    case 'add':
      return addTask(draft, seen, request);
    case 'claim':
      return claimTask(draft, seen, request);
    case 'step':
      return startStep(draft, seen, request);
    case 'release':
      return releaseTask(draft, seen, request.task);
    case 'done':
      return finishTask(draft, seen, request);
    case 'fail':
      return failTask(draft, seen, request);
    case 'block':
      return blockTask(draft, seen, request.task, request.type, request.detail);
    case 'unblock':
      return unblockTask(draft, seen, request.task);
    case 'approve':
      return approveTask(draft, seen, request.task);
    case 'reject':
      return rejectTask(draft, seen, request.task, request.reason);
    case 'retry':
      return retryTask(draft, seen, request.task);
    case 'cancel':
      return cancelTask(draft, seen, request.task, request.reason);
    case 'reopen':
      return reopenTask(draft, seen, request.task);
    case 'assign':
      return assignTask(draft, seen, request.task, request.specialist);
    case 'edit':
      return editTask(draft, seen, request);
    case 'decide':
      if (request.text.trim() === '')
        return problem('usage', 'a decision is not empty', { file: seen.plan.file });
      draft.apply({
        kind: 'decision-added',
        text: `${formatTime(seen.now).slice(0, 10)}: ${inline(request.text, 2000)}`,
        reason: inline(request.text, 300),
      });
      return undefined;
    case 'pause':
      return pausePlan(draft, seen, request.stop);
    case 'resume':
      return resumePlan(draft, seen);
    case 'accept':
      return acceptPlan(draft, seen);
    case 'reopen-plan':
      return reopenPlan(draft, seen);
    case 'restart':
      return restartPlan(draft, seen);
  }
}
