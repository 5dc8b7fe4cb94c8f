import { chosenPlan } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { makeRound } from '../make-round.ts';

export function register(cli: Cli): void {
  cli
    .command('decide')
    .argument('<text>', 'the decision, in a line')
    .option('--plan <plan>', 'the plan to write it into')
    .action((text, { plan }) =>
      cli.answer('decide', async (session) =>
        makeRound(session, await chosenPlan(session, plan, { named: 'option' }), { kind: 'decide', text }),
      ),
    );
}
