import { fail } from '../../errors.ts';
import { chosenPlan, chosenTask } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { makeRound } from '../make-round.ts';

export function register(cli: Cli): void {
  cli
    .command('reopen')
    .argument('[task]', 'the task, as <task> or <plan>/<task>')
    .option('--plan <plan>', 'reopen a complete plan')
    .action((typed, { plan }) =>
      cli.answer('reopen', async (session) => {
        if (typed !== undefined && plan !== undefined)
          fail('usage', 'name a task, or a plan with --plan, not both');
        if (typed === undefined && plan === undefined) fail('usage', 'name a task, or a plan with --plan');
        if (typed === undefined)
          return await makeRound(session, await chosenPlan(session, plan, { named: 'option' }), {
            kind: 'reopen-plan',
          });
        const { target, task } = await chosenTask(session, typed);
        return await makeRound(session, target, { kind: 'reopen', task });
      }),
    );
}
