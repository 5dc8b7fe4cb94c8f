import { Option } from '@commander-js/extra-typings';
import { exportLedger, importLedger, planInHistory } from '../../exchange/ledger.ts';
import { viewPlan } from '../../query/read-only.ts';
import { problemAsDocument } from '../../round/report.ts';
import { runRound } from '../../round/run-round.ts';
import { chosenPlan } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { roundAnswer } from '../make-round.ts';
import { noteProblems } from '../note-problems.ts';

export function register(cli: Cli): void {
  cli
    .command('export')
    .argument('[plan]', 'the plan, by name or file')
    .addOption(new Option('--to <form>', 'the form').choices(['ledger'] as const).makeOptionMandatory())
    .action((plan, { to }) =>
      cli.answer('export', async (session) => {
        const target = await chosenPlan(session, plan);
        const view = await viewPlan(session.outside, target);
        const text = exportLedger(session.outside, view.plan);
        return { document: { plan: target.name, format: to, text }, text: () => text };
      }),
    );
  cli
    .command('import')
    .argument('[file]', 'the file; without it the ledger that the settings name, or .dev/workflow-state.json')
    .addOption(
      new Option('--from <form>', 'the form')
        .choices(['ledger', 'workflow-state'] as const)
        .makeOptionMandatory(),
    )
    .option('--as <topic>', "the new plan's name; what the file says where not given")
    .action((file, options) =>
      cli.answer('import', async (session) => {
        const { outside } = session;
        if (options.from === 'workflow-state') {
          const { importWorkflow } = await import('../import-workflow.ts');
          return importWorkflow(session, file, options.as);
        }
        const { target, plan, problems } = await importLedger(outside, {
          file,
          name: options.as,
        });
        const itself = await planInHistory(outside, target);
        const { document } = await runRound(outside, target, { kind: 'new', plan });
        noteProblems(
          session,
          [...problems, ...(itself === undefined ? [] : [itself])].map(problemAsDocument),
        );
        const completed = plan.tasks.filter((task) => task.fields.status === 'completed').length;
        return {
          ...roundAnswer(session, document, { dryRun: false, starts: false }),
          text: () =>
            `${target.file} started: ${completed} of ${plan.tasks.length} known steps completed\n` +
            'a ledger knows milestones alone: add what else is to be done\n',
        };
      }),
    );
}
