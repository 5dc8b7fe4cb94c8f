import { chosenTask } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { makeRound } from '../make-round.ts';

export function register(cli: Cli): void {
  cli
    .command('assign')
    .argument('<task>', 'the task, as <task> or <plan>/<task>')
    .argument('<specialist>', 'who is to do it, by the name in rondo.yaml')
    .action((typed, specialist) =>
      cli.answer('assign', async (session) => {
        const { target, task } = await chosenTask(session, typed);
        return await makeRound(session, target, { kind: 'assign', task, specialist });
      }),
    );
}
