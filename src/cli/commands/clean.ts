import { cleanPlan } from '../../round/clean-plan.ts';
import { chosenPlan } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { counted } from '../print/words.ts';

export function register(cli: Cli): void {
  cli
    .command('clean')
    .argument('[plan]', 'the plan, by name or file')
    .action((plan) =>
      cli.answer('clean', async (session) => {
        const target = await chosenPlan(session, plan);
        const { removed, branches, kept } = await cleanPlan(session.outside, target);
        const text = [
          ...(removed === 0 ? [] : [`${counted(removed, 'run directory', 'run directories')} removed\n`]),
          ...branches.map((branch) => `${branch} removed, it is merged\n`),
          ...kept.map((branch) => `${branch} stays: it has work that is not merged\n`),
        ];
        return {
          document: { plan: target.name, removed, branches: [...branches], kept: [...kept] },
          text: () => (text.length === 0 ? 'nothing to remove\n' : text.join('')),
        };
      }),
    );
}
