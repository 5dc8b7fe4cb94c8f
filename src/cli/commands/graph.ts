import { Option } from '@commander-js/extra-typings';
import { planGraph } from '../../query/graph.ts';
import { chosenPlan } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { hang } from '../print/columns.ts';
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
    .option('--critical', 'mark the longest way through what is left, and edges that add nothing')
    .action((plan, { format, critical }) =>
      cli.answer('graph', async (session) => {
        const target = await chosenPlan(session, plan);
        const document = await planGraph(session.outside, target, format, { critical: critical === true });
        const { graph } = document;
        // The other formats are for programs.
        const columns = format === 'text' ? session.columns : Number.POSITIVE_INFINITY;
        return { document, text: () => (graph.trim() === '' ? NO_TASKS : fitted(inert(graph), columns)) };
      }),
    );
}

function fitted(graph: string, columns: number): string {
  return graph
    .split('\n')
    .map((line) => hang(line, columns))
    .join('\n');
}
