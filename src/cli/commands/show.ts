import { fail } from '../../errors.ts';
import { showGroup } from '../../query/group.ts';
import { showTask } from '../../query/status.ts';
import { splitTaskName } from '../../round/find-plans.ts';
import { chosenPlan, chosenTask } from '../choose.ts';
import type { Answer, Cli } from '../cli.ts';
import { printGroup } from '../print/print-group.ts';
import { printShow } from '../print/print-task.ts';
import type { Session } from '../session.ts';
import { viewOf } from '../view.ts';

export function register(cli: Cli): void {
  cli
    .command('show')
    .argument('[task]', 'the task, as <task> or <plan>/<task>')
    .option('--group <group>', 'a parallel group instead, as <group> or <plan>/<group>')
    .action((typed, { group }) =>
      cli.answer('show', async (session) => {
        if (typed !== undefined && group !== undefined)
          fail('usage', 'name a task, or a group with --group, not both', {
            hint: 'The group of one plan: rondo show --group <plan>/<group>.',
          });
        if (group !== undefined) return await groupAnswer(session, group);
        if (typed === undefined) fail('usage', 'name a task, or a group with --group');
        const { target, task } = await chosenTask(session, typed, { archived: true });
        const document = await showTask(session.outside, target, task);
        return { document, text: () => printShow(document, viewOf(session)) };
      }),
    );
}

async function groupAnswer(session: Session, typed: string): Promise<Answer> {
  const { plan, task: group } = splitTaskName(typed);
  const target = await chosenPlan(session, plan, { archived: true, named: { task: group } });
  const document = await showGroup(session.outside, target, group);
  return { document, text: () => printGroup(document, viewOf(session)) };
}
