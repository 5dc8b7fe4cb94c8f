import { checkPlans } from '../../review/check-plans.ts';
import { chosenPlan } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { printCheck } from '../print/print-review.ts';
import { viewOf } from '../view.ts';

export function register(cli: Cli): void {
  cli
    .command('check')
    .argument('[plan]', 'one plan, by name or file; all of them where not given')
    .action((plan) =>
      cli.answer('check', async (session) => {
        const document = await checkPlans(
          session.outside,
          plan === undefined ? undefined : await chosenPlan(session, plan),
        );
        const broken = document.problems.some((p) => p.severity === 'error');
        return { document, text: () => printCheck(document, viewOf(session)), exit: broken ? 3 : 0 };
      }),
    );
}
