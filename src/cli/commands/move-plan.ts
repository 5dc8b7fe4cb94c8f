import { chosenPlan } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { makeRound } from '../make-round.ts';

const PLAN = ['[plan]', 'the plan, by name or file'] as const;

export function register(cli: Cli): void {
  cli
    .command('pause')
    .argument(...PLAN)
    .option('--stop', 'stop the workers, too; their tasks go back to pending')
    .action((plan, { stop }) =>
      cli.answer('pause', async (session) =>
        makeRound(session, await chosenPlan(session, plan), { kind: 'pause', stop: stop === true }),
      ),
    );
  for (const kind of ['resume', 'accept', 'restart'] as const)
    cli
      .command(kind)
      .argument(...PLAN)
      .action((plan) =>
        cli.answer(kind, async (session) => makeRound(session, await chosenPlan(session, plan), { kind })),
      );
}
