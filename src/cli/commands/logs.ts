import { Option } from '@commander-js/extra-typings';
import { fail } from '../../errors.ts';
import type { LogsDocument, TaskDocument } from '../../model/documents.ts';
import type { GateRun, Outside } from '../../ports.ts';
import { findGateRun } from '../../query/gate-runs.ts';
import { planStatus } from '../../query/status.ts';
import { toldLog } from '../../query/told-log.ts';
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
    .addOption(
      new Option('--attempt <n>', 'the attempt; the newest of this machine where not given').argParser(
        wholeNumber,
      ),
    )
    .addOption(
      new Option(
        '--gate <name>',
        'what a gate of the task printed last, by its name or its command',
      ).conflicts('attempt'),
    )
    .option('--raw', 'what an agent printed, event by event, in place of its words')
    .action((typed, { follow, attempt, gate, raw }) =>
      cli.answer('logs', async (session) => {
        const { target, task } = await chosenTask(session, typed, { archived: true });
        if (follow === true && session.json) fail('usage', '--follow cannot be combined with --json');
        const of = gate === undefined ? undefined : await gateHere(session, target, task, gate);
        const run = of?.run ?? task;
        const number =
          of?.attempt ??
          attemptHere(session, target, task, attempt) ??
          (await noAttempt(session, target, task, attempt));
        if (follow === true) return await followLog(session, target, run, number, raw === true);
        const log = session.outside.workers.logTail(target.name, run, number, WHOLE);
        const place = { plan: target.name, task: run, attempt: number };
        const shown = () => (raw === true ? log : toldLog(session.outside, place, WHOLE));
        const more = of === undefined ? {} : { gate: { name: of.gate, command: of.command } };
        const document: LogsDocument = { plan: target.name, task, attempt: number, log, ...more };
        // Nothing at all would leave open whether there is no log, or nothing in it.
        if (log === '' && !session.json)
          session.note(session.noteStyle.dim(`attempt ${number} of ${task} printed nothing that was kept`));
        return { document, text: () => inert(closed(shown())) };
      }),
    );
}

function closed(text: string): string {
  return text.endsWith('\n') || text === '' ? text : `${text}\n`;
}

async function gateHere(
  { outside }: Session,
  target: PlanFile,
  task: string,
  typed: string,
): Promise<GateRun> {
  await knownTask(outside, target, task);
  return findGateRun(outside, target, task, typed);
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
  const task = await knownTask(outside, target, id);
  fail(
    'usage',
    asked === undefined
      ? `there is no log of ${id} on this machine`
      : `attempt ${asked} of ${id} has left no log on this machine`,
    { hint: whyNoLog(outside, target, task) },
  );
}

async function knownTask(outside: Outside, target: PlanFile, id: string): Promise<TaskDocument> {
  const { tasks } = await planStatus(outside, target);
  return (
    tasks.find((task) => task.id === id) ??
    fail('unknown-task', `the plan ${target.name} has no task ${id}`, { file: target.file })
  );
}

function whyNoLog({ local }: Outside, { name }: PlanFile, { id, attempt, machine }: TaskDocument): string {
  if (attempt === null) return 'It has not been started by a command yet.';
  if (machine === null)
    return `A person had it last, so nothing was printed; see \`rondo show ${name}/${id}\`.`;
  if (machine !== local.machine()) return `Attempt ${attempt} ran on ${machine}, which has its log.`;
  return `Attempt ${attempt} ran here, and \`rondo clean\` removes what is over; its result: \`rondo show ${name}/${id}\`.`;
}
