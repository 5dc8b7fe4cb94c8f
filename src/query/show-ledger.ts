/** `rondo ledger`: what the ledger says, whether that is what the plan says, and what would follow if the plan were gone. */
import { RondoError } from '../errors.ts';
import type { LedgerDocument } from '../model/documents.ts';
import type { Ledger } from '../model/ledger.ts';
import { sameValue } from '../model/same-value.ts';
import { isLedgerOf, ledgerOf } from '../plan/ledger.ts';
import type { Outside } from '../ports.ts';
import { findLedger } from '../round/find-ledger.ts';
import type { PlanFile } from '../round/find-plans.ts';
import { loadSettings } from '../round/load-settings.ts';
import { problemAsDocument } from '../round/report.ts';
import { type View, viewPlan } from './read-only.ts';

/** Where no plan is given, or it cannot be read, the ledger is all there is. */
export async function showLedger(outside: Outside, target: PlanFile | undefined): Promise<LedgerDocument> {
  const view = target === undefined ? undefined : await readableView(outside, target);
  const { settings } = view ?? (await loadSettings(outside));
  const found = await findLedger(outside, settings.task_tracking.ledger_path);
  return {
    plan: target?.name ?? null,
    file: found.file,
    on: settings.task_tracking.ledger,
    state: found.state,
    ledger: found.ledger === undefined ? null : { ...found.ledger },
    current: view === undefined || found.ledger === undefined ? null : isCurrent(outside, view, found.ledger),
    resume: RESUME[found.state],
    problems: found.problems.map(problemAsDocument),
  };
}

/** The recovery decision table: what a workflow whose plan is gone does by its ledger. */
const RESUME: Readonly<Record<LedgerDocument['state'], LedgerDocument['resume']>> = {
  none: 'fresh',
  completed: 'fresh',
  in_progress: 'from-last-checkpoint',
  failed: 'from-failed-step',
  unreadable: 'stop-or-fresh',
};

async function readableView(outside: Outside, target: PlanFile): Promise<View | undefined> {
  try {
    return await viewPlan(outside, target);
  } catch (error) {
    if (error instanceof RondoError) return undefined;
    throw error;
  }
}

function isCurrent({ clock }: Outside, { plan }: View, ledger: Ledger): boolean {
  return isLedgerOf(plan, ledger) === 'this run' && sameValue(ledgerOf(plan, ledger, clock.now()), ledger);
}

/** The ledger that has the step of a task as completed, in a run that is not over; undefined where none does. */
export async function ledgerReceipt(
  outside: Outside,
  task: string,
): Promise<{ readonly file: string } | undefined> {
  const { settings } = await loadSettings(outside);
  const { ledger, ledger_path: file } = settings.task_tracking;
  if (!ledger) return undefined;
  const found = await findLedger(outside, file);
  const isOpen = found.state === 'in_progress' || found.state === 'failed';
  const has = found.ledger?.checkpoints.some(
    (each) => each.data?.task === task && each.status === 'completed',
  );
  return isOpen && has === true ? { file } : undefined;
}

/** What the ledger says of a workflow whose plan cannot be read, in a sentence; undefined where it says nothing. */
export async function ledgerStanding(outside: Outside): Promise<string | undefined> {
  const { settings } = await loadSettings(outside);
  if (!settings.task_tracking.ledger) return undefined;
  const { ledger, file } = await findLedger(outside, settings.task_tracking.ledger_path);
  if (ledger === undefined) return undefined;
  const { workflow_id, status, current_step, last_checkpoint = 'an unknown time' } = ledger;
  return `the ledger says: ${workflow_id} is ${status} at step ${current_step}, last checkpoint ${last_checkpoint} (${file})`;
}
