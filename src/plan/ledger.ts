/** What the ledger of a plan is to say. It follows from the plan alone: where the two differ, the plan is right. */
import type { Checkpoint, Ledger } from '../model/ledger.ts';
import { type Plan, planStatusOf, type Task, taskStatusOf } from '../model/plan.ts';
import { sameValue } from '../model/same-value.ts';
import { formatTime } from '../model/time.ts';
import { workflowId, workflowName } from '../model/workflow-id.ts';
import { inline } from './inline.ts';

/**
 * The ledger as it should be, `before` being what it says now, of this run or none. Its time changes only where something
 * else does, and a receipt it has stays as it is, whatever its `data` says.
 */
export function ledgerOf(plan: Plan, before: Ledger | undefined, now: number): Ledger {
  const id = plan.fields.workflow_id ?? before?.workflow_id ?? workflowId(plan.name, now);
  const reached = checkpointsOf(plan).map((each) => before?.checkpoints.find((b) => isSame(b, each)) ?? each);
  const status = ledgerStatus(plan);
  const failed = reached.find((each) => each.status === 'failed');
  const current = failed ?? reached.at(-1);
  const ledger: Ledger = {
    version: 1,
    workflow_id: id,
    workflow_type: plan.fields.workflow_type ?? workflowName(id),
    ...timesOf(plan, before),
    current_step: current?.step ?? 0,
    status,
    checkpoints: [...reached],
  };
  return before !== undefined && sameValue(ledger, before)
    ? before
    : { ...ledger, last_checkpoint: formatTime(now) };
}

function timesOf(
  { fields }: Plan,
  before: Ledger | undefined,
): Pick<Ledger, 'started_at' | 'last_checkpoint'> {
  const started = fields.started_at ?? before?.started_at;
  return {
    ...(started === undefined ? {} : { started_at: started }),
    ...(before?.last_checkpoint === undefined ? {} : { last_checkpoint: before.last_checkpoint }),
  };
}

function ledgerStatus(plan: Plan): Ledger['status'] {
  if (planStatusOf(plan) === 'complete') return 'completed';
  return plan.tasks.some((task) => taskStatusOf(task) === 'failed') ? 'failed' : 'in_progress';
}

/** Milestones in the order in which they were completed, then what has failed, milestone or not: it is where to go on. */
function checkpointsOf(plan: Plan): readonly Checkpoint[] {
  const numbered = plan.tasks.map((task, i) => ({ task, step: task.fields.step ?? i + 1 }));
  const completed = numbered
    .filter(({ task }) => task.fields.milestone === true && taskStatusOf(task) === 'completed')
    .map(({ task, step }) => checkpoint(task, step, 'completed'));
  const failed = numbered
    .filter(({ task }) => taskStatusOf(task) === 'failed')
    .map(({ task, step }) => checkpoint(task, step, 'failed'));
  const when = (each: Checkpoint) => each.completed_at ?? '';
  return [...completed.sort((a, b) => (when(a) < when(b) ? -1 : when(a) > when(b) ? 1 : 0)), ...failed];
}

function checkpoint(task: Task, step: number, status: 'completed' | 'failed'): Checkpoint {
  const { completed_at, result } = task.fields;
  return {
    step,
    name: task.title === '' ? task.id : task.title,
    status,
    ...(completed_at === undefined || status === 'failed' ? {} : { completed_at }),
    data: {
      task: task.id,
      ...(result?.summary === undefined ? {} : { summary: inline(result.summary, 200) }),
    },
  };
}

function isSame(a: Checkpoint, b: Checkpoint): boolean {
  const { data: _, ...first } = a;
  const { data: __, ...second } = b;
  return sameValue(first, second);
}

/** Whether there is anything to write down: a milestone is reached, or something has failed or ended. */
export function hasReceipts({ checkpoints, status }: Ledger): boolean {
  return checkpoints.length > 0 || status !== 'in_progress';
}

/** Whether a ledger is of this plan: of this run, or of an earlier run of the same workflow. */
export function isLedgerOf(plan: Plan, ledger: Ledger): 'this run' | 'an earlier run' | 'another workflow' {
  const id = plan.fields.workflow_id;
  if (id === ledger.workflow_id) return 'this run';
  const isSame = workflowName(id ?? plan.name) === workflowName(ledger.workflow_id);
  return isSame ? 'an earlier run' : 'another workflow';
}
