import { recommendTask } from '../../query/recommend.ts';
import { chosenTask } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { printRecommend } from '../print/print-recommend.ts';
import { viewOf } from '../view.ts';

export function register(cli: Cli): void {
  cli
    .command('recommend')
    .argument('<task>', 'the task, as <task> or <plan>/<task>')
    .action((typed) =>
      cli.answer('recommend', async (session) => {
        const { target, task } = await chosenTask(session, typed);
        const document = await recommendTask(session.outside, target, task);
        return { document, text: () => printRecommend(document, viewOf(session)) };
      }),
    );
}
