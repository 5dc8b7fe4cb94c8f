/**
 * The ledger's part in a round's commit. It is written where a milestone is reached, something fails or the plan ends, and
 * only where `task_tracking.ledger` is on. The plan is what counts: a ledger that cannot be written holds up no round, and
 * one that cannot be read only where `on_broken_ledger` says so.
 */
import { type Problem, problem, RondoError } from '../errors.ts';
import type { Ledger } from '../model/ledger.ts';
import type { Plan } from '../model/plan.ts';
import { hasReceipts, isLedgerOf, ledgerOf } from '../plan/ledger.ts';
import type { FileChange, Outside } from '../ports.ts';
import { SETTINGS_FILE } from './load-settings.ts';
import type { ReadResult } from './read.ts';

export interface LedgerChange {
  /** Undefined where the ledger stays as it is. */
  readonly change: FileChange | undefined;
  readonly problems: readonly Problem[];
}

const NOTHING: LedgerChange = { change: undefined, problems: [] };

/** What the commit that saves this plan does to the ledger. Throws `ledger-broken` where that stops the plan. */
export async function ledgerChange(
  outside: Outside,
  { seen }: ReadResult,
  plan: Plan,
): Promise<LedgerChange> {
  const { ledger: isOn, ledger_path: file } = seen.settings.task_tracking;
  if (!isOn) return NOTHING;
  if (!isLedgerName(file)) return { change: undefined, problems: [noLedger(file)] };
  const text = readText(outside, file);
  if (typeof text === 'object' && text !== null) return { change: undefined, problems: [text] };
  const { parseLedger, editLedger } = await import('../state-file/ledger-text.ts');
  const {
    ledger: found,
    problems: faults,
    isOther,
  } = text === null ? { ledger: undefined, problems: [], isOther: false } : parseLedger(text, file);
  if (faults.length > 0 && seen.settings.on_broken_ledger === 'stop') throw new RondoError(faults);
  if (isOther) return { change: undefined, problems: [noLedger(file)] };
  const whose = found === undefined ? 'this run' : isLedgerOf(plan, found);
  if (whose === 'another workflow' && found?.status !== 'completed')
    return { change: undefined, problems: [foreign(file, found)] };
  const before = whose === 'this run' ? found : undefined;
  const wanted = ledgerOf(plan, before, seen.now);
  if (wanted === before || (before === undefined && !hasReceipts(wanted))) return NOTHING;
  const ignored = outside.repo.commitObstacle(file);
  if (ignored !== undefined) return { change: undefined, problems: [ledgerNotWritten(file, ignored)] };
  const { printLedger } = await import('../state-file/print-ledger.ts');
  const edited =
    text === null || before === undefined
      ? { text: printLedger(wanted), rewritten: false }
      : editLedger(text, before, wanted);
  const notes = [...faults.map(asWarning), ...(edited.rewritten ? [rewritten(file)] : [])];
  return { change: { file, before: text, after: edited.text }, problems: notes };
}

/** Plans, settings and prose are never written over, whatever a setting that was mistyped says. */
function isLedgerName(file: string): boolean {
  return /\.ya?ml$/i.test(file) && file !== SETTINGS_FILE;
}

function noLedger(file: string): Problem {
  return {
    ...ledgerNotWritten(file, problem('ledger-broken', 'it is another kind of file, which stays as it is')),
    hint: 'Let `task_tracking.ledger_path` name a .yml file that is a ledger, or is not there yet.',
  };
}

/** The problem where it cannot even be looked at: it is a folder, a link, or out of the repository. */
function readText({ repo }: Outside, file: string): string | null | Problem {
  try {
    return repo.readFile(file);
  } catch (error) {
    if (error instanceof RondoError) return ledgerNotWritten(file, error.problems[0]);
    throw error;
  }
}

/** The plan goes on without its checkpoint; the next round that saves something writes it. */
export function ledgerNotWritten(file: string, why: Problem | undefined): Problem {
  return problem('ledger-not-written', `${file} was not written: ${why?.message ?? 'it cannot be'}`, {
    severity: 'warning',
    file,
  });
}

function foreign(file: string, found: Ledger | undefined): Problem {
  return problem(
    'ledger-not-written',
    `${file} was not written: it is the ledger of ${found?.workflow_id}, which is ${found?.status}`,
    {
      severity: 'warning',
      file,
      hint: 'Give this plan a `task_tracking.ledger_path` of its own, or remove the file if that run is over.',
    },
  );
}

function rewritten(file: string): Problem {
  return problem('ledger-rewritten', `${file} was written anew: it did not say what the plan says`, {
    severity: 'warning',
    file,
  });
}

function asWarning(fault: Problem): Problem {
  return {
    ...fault,
    severity: 'warning',
    hint: 'It is written anew from the plan (`on_broken_ledger: fresh`).',
  };
}
