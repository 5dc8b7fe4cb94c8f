import { showTask } from '../../query/status.ts';
import { chosenTask } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { printShow } from '../print/print-task.ts';
import { viewOf } from '../view.ts';

export function register(cli: Cli): void {
  cli
    .command('show')
    .argument('<task>', 'the task, as <task> or <plan>/<task>')
    .action((typed) =>
      cli.answer('show', async (session) => {
        const { target, task } = await chosenTask(session, typed, { archived: true });
        const document = await showTask(session.outside, target, task);
        return { document, text: () => printShow(document, viewOf(session)) };
      }),
    );
}
