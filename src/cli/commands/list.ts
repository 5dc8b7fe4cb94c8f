import { Option } from '@commander-js/extra-typings';
import type { ListDocument, TaskDocument } from '../../model/documents.ts';
import { PLAN_STATUSES, TASK_STATUSES } from '../../model/status.ts';
import { listPlans, planStatus } from '../../query/status.ts';
import type { Cli } from '../cli.ts';
import { printList, printTasks } from '../print/print-status.ts';
import type { Session } from '../session.ts';
import { viewOf } from '../view.ts';

export function register(cli: Cli): void {
  cli
    .command('list')
    .addOption(
      new Option('--status <status>', 'only plans, or tasks, that stand there').choices([
        ...new Set([...PLAN_STATUSES, ...TASK_STATUSES]),
      ]),
    )
    .option('--tag <tag>', 'only tasks with this tag')
    .action(({ status, tag }) =>
      cli.answer('list', async (session) => {
        const document = await listPlans(session.outside);
        const taskStatus = TASK_STATUSES.find(
          (name) => name === status && !(tag === undefined && isPlanStatus(status)),
        );
        if (tag === undefined && taskStatus === undefined) {
          const shown = {
            plans: document.plans.filter((plan) => status === undefined || plan.status === status),
          };
          const none = status !== undefined && shown.plans.length === 0 && document.plans.length > 0;
          return {
            document: shown,
            text: () => (none ? `no plan is ${status}\n` : printList(shown, viewOf(session))),
          };
        }
        const found = await withTasks(
          session,
          document,
          (task) =>
            (taskStatus === undefined || task.status === taskStatus) &&
            (tag === undefined || task.tags.includes(tag)),
        );
        const tasks = found.plans.flatMap(({ plan, tasks: of }) =>
          (of ?? []).map((task) => ({ plan, task })),
        );
        return {
          document: found,
          text: () => (tasks.length === 0 ? 'no such task\n' : printTasks(tasks, viewOf(session))),
        };
      }),
    );
}

/** `blocked` is a status of both; alone it means plans. */
function isPlanStatus(status: string | undefined): boolean {
  return PLAN_STATUSES.some((name) => name === status);
}

async function withTasks(
  { outside }: Session,
  { plans }: ListDocument,
  fits: (task: TaskDocument) => boolean,
): Promise<ListDocument> {
  const out: ListDocument['plans'] = [];
  for (const plan of plans) {
    if (plan.status === null) continue;
    const { tasks } = await planStatus(outside, { name: plan.plan, file: plan.file });
    const fitting = tasks.filter(fits);
    if (fitting.length > 0) out.push({ ...plan, tasks: fitting });
  }
  return { plans: out };
}
