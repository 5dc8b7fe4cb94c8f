import { nextTasks } from '../../query/schedule.ts';
import { chosenPlan } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { printNext } from '../print/print-task.ts';
import { viewOf } from '../view.ts';

export function register(cli: Cli): void {
  cli
    .command('next')
    .argument('[plan]', 'the plan, by name or file')
    .option('--all', 'all of them, and what waits for other tasks')
    .action((plan, { all }) =>
      cli.answer('next', async (session) => {
        const target = await chosenPlan(session, plan);
        const document = await nextTasks(session.outside, target, { all: all === true });
        return { document, text: () => printNext(document, viewOf(session)) };
      }),
    );
}
