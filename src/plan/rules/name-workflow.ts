/** Gives a run of a workflow its id once it begins, where a ledger is kept: by it the ledger is known to be of this run. */
import { taskStatusOf } from '../../model/plan.ts';
import { formatTime } from '../../model/time.ts';
import { workflowId } from '../../model/workflow-id.ts';
import type { Draft } from '../draft.ts';
import type { Seen } from '../seen.ts';

export function nameWorkflow(draft: Draft, seen: Seen): void {
  if (!seen.settings.task_tracking.ledger || draft.plan.fields.workflow_id !== undefined) return;
  if (draft.tasks.every((task) => taskStatusOf(task) === 'pending')) return;
  const reason = 'the run begins';
  draft.setPlan('workflow_id', workflowId(draft.plan.name, seen.now), reason);
  if (draft.plan.fields.started_at === undefined) draft.setPlan('started_at', formatTime(seen.now), reason);
}
