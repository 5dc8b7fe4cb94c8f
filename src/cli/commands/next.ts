import { nextTasks } from '../../query/schedule.ts';
import { chosenPlan } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { printNext } from '../print/print-task.ts';
import { viewOf } from '../view.ts';

export function register(cli: Cli): void {
  cli
    .command('next')
    .argument('[plan]', 'the plan, by name or file')
    .action((plan) =>
      cli.answer('next', async (session) => {
        const target = await chosenPlan(session, plan);
        const document = await nextTasks(session.outside, target);
        return { document, text: () => printNext(document, viewOf(session)) };
      }),
    );
}
