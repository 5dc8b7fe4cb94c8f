import { EXIT } from '../../errors.ts';
import { runRound } from '../../round/run-round.ts';
import { askForTrust, heldForTrust } from '../ask-trust.ts';
import { chosenPlan } from '../choose.ts';
import type { Answer, Cli } from '../cli.ts';
import { type Request, roundAnswer } from '../make-round.ts';
import { refuseTrustToWorker } from '../refuse-worker.ts';
import type { Session } from '../session.ts';

const PLAN = ['[plan]', 'the plan, by name or file'] as const;
const TRUST = ['--trust-all', 'take every command as approved, for this call'] as const;

export function register(cli: Cli): void {
  cli
    .command('round')
    .argument(...PLAN)
    .option('--take-over', 'take over what other machines have under way')
    .option('--dry-run', 'say what the round would do, and do nothing')
    .option(...TRUST)
    .action((plan, { takeOver, dryRun, trustAll }) =>
      cli.answer(
        'round',
        (session) =>
          dispatchRound(
            session,
            plan,
            { kind: 'tick', takeOver: takeOver === true, recheck: false },
            dryRun === true,
          ),
        { trustAll: trustAll === true },
      ),
    );
  cli
    .command('launch')
    .argument(...PLAN)
    .option(...TRUST)
    .action((plan, { trustAll }) =>
      cli.answer('launch', (session) => dispatchRound(session, plan, { kind: 'launch' }, false), {
        trustAll: trustAll === true,
      }),
    );
  cli
    .command('watchdog')
    .argument(...PLAN)
    .action((plan) =>
      cli.answer('watchdog', (session) => dispatchRound(session, plan, { kind: 'watchdog' }, false)),
    );
}

/** A round that may start commands: what is not approved is asked for on a terminal, and refused with exit code 4 elsewhere. */
async function dispatchRound(
  session: Session,
  plan: string | undefined,
  request: Request,
  dryRun: boolean,
): Promise<Answer> {
  refuseTrustToWorker(session);
  const target = await chosenPlan(session, plan);
  let { document } = await runRound(session.outside, target, request, { dryRun });
  if (
    heldForTrust(document.problems) &&
    request.kind !== 'watchdog' &&
    !dryRun &&
    (await askForTrust(session, target.name, new Set()))
  )
    ({ document } = await runRound(session.outside, target, {
      kind: 'tick',
      takeOver: false,
      recheck: false,
    }));
  const held = heldForTrust(document.problems) && request.kind !== 'watchdog';
  return {
    ...roundAnswer(session, document, { dryRun, starts: request.kind !== 'watchdog' }),
    exit: held ? EXIT.refused : EXIT.done,
  };
}
