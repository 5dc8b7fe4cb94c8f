import { chosenTask } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { makeRound } from '../make-round.ts';
import { refuseWorker } from '../refuse-worker.ts';

const TASK = ['<task>', 'the task, as <task> or <plan>/<task>'] as const;

export function register(cli: Cli): void {
  for (const kind of ['unblock', 'retry'] as const)
    cli
      .command(kind)
      .argument(...TASK)
      .action((typed) =>
        cli.answer(kind, async (session) => {
          const { target, task } = await chosenTask(session, typed);
          return await makeRound(session, target, { kind, task });
        }),
      );
  cli
    .command('cancel')
    .argument(...TASK)
    .option('--reason <text>', 'why')
    .action((typed, { reason }) =>
      cli.answer('cancel', async (session) => {
        const { target, task } = await chosenTask(session, typed);
        return await makeRound(session, target, { kind: 'cancel', task, reason });
      }),
    );
  cli
    .command('approve')
    .argument(...TASK)
    .action((typed) =>
      cli.answer('approve', async (session) => {
        refuseWorker(session, 'approve a task');
        const { target, task } = await chosenTask(session, typed);
        return await makeRound(session, target, { kind: 'approve', task });
      }),
    );
  cli
    .command('reject')
    .argument(...TASK)
    .requiredOption('--reason <text>', 'what is to be mended')
    .action((typed, { reason }) =>
      cli.answer('reject', async (session) => {
        refuseWorker(session, 'reject a task');
        const { target, task } = await chosenTask(session, typed);
        return await makeRound(session, target, { kind: 'reject', task, reason });
      }),
    );
}
