import { archivePlan } from '../../round/archive-plan.ts';
import { chosenPlan } from '../choose.ts';
import type { Cli } from '../cli.ts';

export function register(cli: Cli): void {
  cli
    .command('archive')
    .argument('[plan]', 'the plan, by name or file')
    .action((plan) =>
      cli.answer('archive', async (session) => {
        const target = await chosenPlan(session, plan);
        const { commit, file } = await archivePlan(session.outside, target);
        return {
          document: { plan: target.name, commit, file },
          text: () => `${target.name} archived as ${file} (${commit.slice(0, 7)})\n`,
        };
      }),
    );
}
