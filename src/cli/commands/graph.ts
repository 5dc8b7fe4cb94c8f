import { Option } from '@commander-js/extra-typings';
import { planGraph } from '../../query/schedule.ts';
import { chosenPlan } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { inert } from '../print/inert.ts';
import { NO_TASKS } from '../print/words.ts';

export function register(cli: Cli): void {
  cli
    .command('graph')
    .argument('[plan]', 'the plan, by name or file')
    .addOption(
      new Option('--format <format>', 'how to print it')
        .choices(['mermaid', 'dot', 'text'] as const)
        .default('text' as const),
    )
    .action((plan, { format }) =>
      cli.answer('graph', async (session) => {
        const target = await chosenPlan(session, plan);
        const graph = await planGraph(session.outside, target, format);
        return {
          document: { plan: target.name, format, graph },
          text: () => (graph.trim() === '' ? NO_TASKS : inert(graph)),
        };
      }),
    );
}
