import { RondoError } from '../../errors.ts';
import { showLedger } from '../../query/show-ledger.ts';
import type { PlanFile } from '../../round/find-plans.ts';
import { chosenPlan } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { noteProblems } from '../note-problems.ts';
import { printLedgerView } from '../print/print-ledger.ts';
import type { Session } from '../session.ts';
import { viewOf } from '../view.ts';

export function register(cli: Cli): void {
  cli
    .command('ledger')
    .argument('[plan]', 'the plan, by name or file')
    .action((plan) =>
      cli.answer('ledger', async (session) => {
        const document = await showLedger(session.outside, await planOrNone(session, plan));
        noteProblems(session, document.problems);
        return {
          document,
          text: () => printLedgerView(document, viewOf(session)),
          exit: document.state === 'unreadable' ? 3 : 0,
        };
      }),
    );
}

/** A ledger outlives its plan: where none is named, none need be there. */
async function planOrNone(session: Session, plan: string | undefined): Promise<PlanFile | undefined> {
  try {
    return await chosenPlan(session, plan);
  } catch (error) {
    if (plan === undefined && error instanceof RondoError && error.exitCode === 2) return undefined;
    throw error;
  }
}
