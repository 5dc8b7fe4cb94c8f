import { type Plan, taskStatusOf } from '../../model/plan.ts';
import { isEnded } from '../../model/status.ts';
import type { PlanFile } from '../../round/find-plans.ts';
import { runRound } from '../../round/run-round.ts';
import { chosenPlan } from '../choose.ts';
import type { Answer, Cli } from '../cli.ts';
import { makeRound, roundAnswer } from '../make-round.ts';
import { counted } from '../print/words.ts';
import { refuseWorker } from '../refuse-worker.ts';
import type { Session } from '../session.ts';

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
        cli.answer(kind, async (session) => {
          if (kind === 'accept') refuseWorker(session, 'accept a plan');
          const target = await chosenPlan(session, plan);
          return kind === 'accept'
            ? await accept(session, target)
            : await makeRound(session, target, { kind });
        }),
      );
}

/** An acceptance ahead of the end changes nothing yet, so it is said what it will do. */
async function accept(session: Session, target: PlanFile): Promise<Answer> {
  const { document, plan } = await runRound(session.outside, target, { kind: 'accept' });
  const answer = roundAnswer(session, document, { dryRun: false, starts: false });
  if (document.status === 'complete') return answer;
  return { ...answer, text: () => `${answer.text()}${whatItWillDo(plan)}\n` };
}

function whatItWillDo({ criteria, tasks }: Plan): string {
  const open = counted(tasks.filter((task) => !isEnded(taskStatusOf(task))).length, 'open task');
  const unmet = criteria.filter((criterion) => !criterion.met).length;
  return unmet === 0
    ? `this plan has no criteria left to accept; it is complete once what is open (${open}) has ended well`
    : `the criteria count as accepted once what is open (${open}) has ended well`;
}
