import { Option } from '@commander-js/extra-typings';
import { BLOCKER_TYPES } from '../../model/status.ts';
import { chosenTask } from '../choose.ts';
import type { Answer, Cli } from '../cli.ts';
import { makeRound, type Request } from '../make-round.ts';
import { collectPairs } from '../options.ts';
import { ownAttempt, reportResult } from '../report-result.ts';
import type { Session } from '../session.ts';

type FinishRequest = Extract<Request, { kind: 'done' | 'fail' | 'block' }>;

const TASK = ['<task>', 'the task, as <task> or <plan>/<task>'] as const;

export function register(cli: Cli): void {
  cli
    .command('done')
    .argument(...TASK)
    .option('--summary <text>', 'what came of it, in a line')
    .option('--meta <key=value>', 'anything else about the result; may be given more than once', collectPairs)
    .option('--failed-check', 'the check or review itself was done, and its verdict is no (passed: false)')
    .action((typed, { summary, meta, failedCheck }) =>
      cli.answer('done', (session) =>
        finish(session, typed, (task) => ({
          kind: 'done',
          task,
          summary,
          metadata: meta ?? {},
          passed: failedCheck === true ? false : undefined,
        })),
      ),
    );
  cli
    .command('fail')
    .argument(...TASK)
    .option('--reason <text>', 'why')
    .addOption(
      new Option('--kind <kind>', 'what kind of failure').choices(['code', 'tests', 'blocker'] as const),
    )
    .action((typed, { reason, kind: failure }) =>
      cli.answer('fail', (session) =>
        finish(session, typed, (task) => ({ kind: 'fail', task, reason, failure })),
      ),
    );
  cli
    .command('block')
    .argument(...TASK)
    .addOption(
      new Option('--type <type>', 'what kind of obstacle')
        .choices(BLOCKER_TYPES)
        .default('external' as const),
    )
    .option('--detail <text>', 'what it is')
    .action((typed, { type, detail }) =>
      cli.answer('block', (session) =>
        finish(session, typed, (task) => ({ kind: 'block', task, type, detail })),
      ),
    );
}

/** A worker that speaks of its own attempt writes its result file; for everybody else it is a round. */
async function finish(
  session: Session,
  typed: string,
  request: (task: string) => FinishRequest,
): Promise<Answer> {
  const { target, task } = await chosenTask(session, typed);
  const caller = await ownAttempt(session, target, task);
  if (caller === undefined) return await makeRound(session, target, request(task));
  return await reportResult(session, target, caller, request(task));
}
