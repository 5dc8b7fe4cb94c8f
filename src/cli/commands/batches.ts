import { planBatches } from '../../query/schedule.ts';
import { chosenPlan } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { noteProblems } from '../note-problems.ts';
import { printBatches } from '../print/print-task.ts';
import { viewOf } from '../view.ts';

export function register(cli: Cli): void {
  cli
    .command('batches')
    .argument('[plan]', 'the plan, by name or file')
    .action((plan) =>
      cli.answer('batches', async (session) => {
        const document = await planBatches(session.outside, await chosenPlan(session, plan));
        noteProblems(session, document.problems);
        const broken = document.problems.some((p) => p.severity === 'error');
        return { document, text: () => printBatches(document, viewOf(session)), exit: broken ? 3 : 0 };
      }),
    );
}
