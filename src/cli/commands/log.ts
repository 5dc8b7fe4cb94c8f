import { planLog } from '../../query/history.ts';
import { chosenPlan } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { wholeNumber } from '../options.ts';
import { printLog } from '../print/print-log.ts';
import { viewOf } from '../view.ts';

export function register(cli: Cli): void {
  cli
    .command('log')
    .argument('[plan]', 'the plan, by name or file')
    .option('-n, --limit <n>', 'at most this many rounds', wholeNumber)
    .action((plan, { limit }) =>
      cli.answer('log', async (session) => {
        const document = await planLog(
          session.outside,
          await chosenPlan(session, plan, { archived: true }),
          limit,
        );
        return { document, text: () => printLog(document, viewOf(session)) };
      }),
    );
}
