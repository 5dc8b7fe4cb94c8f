import { fail } from '../../errors.ts';
import type { LogsDocument, TaskDocument } from '../../model/documents.ts';
import type { Outside } from '../../ports.ts';
import { planStatus } from '../../query/status.ts';
import type { PlanFile } from '../../round/find-plans.ts';
import { chosenTask } from '../choose.ts';
import type { Cli } from '../cli.ts';
import { followLog } from '../follow-log.ts';
import { wholeNumber } from '../options.ts';
import { inert } from '../print/inert.ts';
import type { Session } from '../session.ts';

/** More than any log keeps. */
const WHOLE = 1 << 30;

export function register(cli: Cli): void {
  cli
    .command('logs')
    .argument('<task>', 'the task, as <task> or <plan>/<task>')
    .option('-f, --follow', 'go on printing until the attempt ends, or Ctrl-C')
    .option('--attempt <n>', 'the attempt; the newest of this machine where not given', wholeNumber)
    .action((typed, { follow, attempt }) =>
      cli.answer('logs', async (session) => {
        const { target, task } = await chosenTask(session, typed, { archived: true });
        if (follow === true && session.json) fail('usage', '--follow cannot be combined with --json');
        const number =
          attemptHere(session, target, task, attempt) ?? (await noAttempt(session, target, task, attempt));
        if (follow === true) return await followLog(session, target, task, number);
        const log = session.outside.workers.logTail(target.name, task, number, WHOLE);
        const document: LogsDocument = { plan: target.name, task, attempt: number, log };
        return { document, text: () => inert(log.endsWith('\n') || log === '' ? log : `${log}\n`) };
      }),
    );
}

/** Attempts leave their log on the machine they ran on. */
function attemptHere(
  { outside }: Session,
  target: PlanFile,
  task: string,
  asked: number | undefined,
): number | undefined {
  const attempts = outside.workers
    .runs(target.name)
    .filter((run) => run.task === task)
    .map((run) => run.attempt);
  return asked === undefined ? attempts.sort((a, b) => b - a)[0] : attempts.find((n) => n === asked);
}

async function noAttempt(
  { outside }: Session,
  target: PlanFile,
  id: string,
  asked: number | undefined,
): Promise<never> {
  const { tasks } = await planStatus(outside, target);
  const task = tasks.find((t) => t.id === id);
  if (task === undefined)
    fail('unknown-task', `the plan ${target.name} has no task ${id}`, { file: target.file });
  fail(
    'usage',
    asked === undefined
      ? `there is no log of ${id} on this machine`
      : `attempt ${asked} of ${id} has left no log on this machine`,
    { hint: whyNoLog(outside, target, task) },
  );
}

function whyNoLog({ local }: Outside, { name }: PlanFile, { id, attempt, machine }: TaskDocument): string {
  if (attempt === null) return 'It has not been started by a command yet.';
  if (machine === null)
    return `A person had it last, so nothing was printed; see \`rondo show ${name}/${id}\`.`;
  if (machine !== local.machine()) return `Attempt ${attempt} ran on ${machine}, which has its log.`;
  return `Attempt ${attempt} ran here, and \`rondo clean\` removes what is over; its result: \`rondo show ${name}/${id}\`.`;
}
