/** Asks whether commands that this machine has not approved may run; only ever where a person sits at a terminal. */
import { problem, RondoError } from '../errors.ts';
import type { ProblemDocument, TrustDocument } from '../model/documents.ts';
import { listCommands } from '../query/trust.ts';
import { cut } from './print/columns.ts';
import { inertCommand, inertLine } from './print/inert.ts';
import { printTrust } from './print/print-review.ts';
import { refuseWorker } from './refuse-worker.ts';
import type { Session } from './session.ts';
import { viewOf } from './view.ts';

/** Whether a ready task was held back because its command is not approved here. */
export function heldForTrust(problems: readonly ProblemDocument[]): boolean {
  return problems.some((p) => p.code === 'untrusted-command' && p.severity === 'error');
}

/**
 * True where commands were approved, so that trying again makes sense; false where nobody can be asked, or said no. What was
 * `asked` once is not asked again.
 */
export async function askForTrust(session: Session, plan: string, asked: Set<string>): Promise<boolean> {
  if (!session.interactive) return false;
  const open = commandsOf(await listCommands(session.outside), plan, asked);
  if (open.commands.length === 0) return false;
  refuseWorker(session, 'approve commands');
  for (const { command } of open.commands) asked.add(command);
  return await askToApprove(session, open);
}

/** Shows the commands with where they come from, asks, and approves what is said yes to; whether that was any. */
export async function askToApprove(session: Session, open: TrustDocument): Promise<boolean> {
  const { host, noteStyle, outside } = session;
  host.stderr.write(printTrust(open, { ...viewOf(session), style: noteStyle }));
  host.stderr.write(`${noteStyle.dim(WHAT_IT_MEANS)}\n`);
  const commands = open.commands.map(({ command }) => command);
  const approved = commands.length === 1 ? await askOnce(session, commands) : await askEach(commands);
  if (approved.length > 0) outside.local.approve(approved);
  return approved.length > 0;
}

const WHAT_IT_MEANS =
  'An approved command may run in this clone whenever a plan here asks for exactly this text; any\nchange asks again, and rondo trust --revoke takes it back. What is not approved does not run.';

async function askOnce(session: Session, commands: readonly string[]): Promise<readonly string[]> {
  return (await confirm(session, 'Approve this command?')) ? commands : [];
}

/** One by one, until the rest is approved or left at once. Ctrl-C leaves the rest. */
async function askEach(commands: readonly string[]): Promise<readonly string[]> {
  const { isCancel, selectKey } = await import('@clack/prompts');
  const approved: string[] = [];
  for (const [i, command] of commands.entries()) {
    const answer = await selectKey({
      message: `Approve ${i + 1} of ${commands.length}?  ${cut(inertLine(inertCommand(command)), 50)}`,
      // Enter alone is the first.
      options: [
        { value: 'n', label: 'no, not this one' },
        { value: 'y', label: 'yes, this one' },
        { value: 'a', label: 'yes, this one and all that follow' },
        { value: 'q', label: 'no, and none that follow' },
      ],
      output: process.stderr,
    });
    if (answer === 'q' || isCancel(answer)) return approved;
    if (answer === 'a') return [...approved, ...commands.slice(i)];
    if (answer === 'y') approved.push(command);
  }
  return approved;
}

/** What is not approved, was not asked yet, and would run for the plan. */
function commandsOf({ commands }: TrustDocument, plan: string, asked: ReadonlySet<string>): TrustDocument {
  return {
    commands: commands.filter(
      (c) =>
        !c.approved &&
        !asked.has(c.command) &&
        c.used_by.some((by) => by.startsWith(`${plan}/`) || by.startsWith(`${plan}:`)),
    ),
  };
}

/** A yes or no; refused with `not-interactive` where there is no terminal. Ctrl-C is a no. */
export async function confirm(session: Session, message: string): Promise<boolean> {
  if (!session.interactive)
    throw new RondoError(problem('not-interactive', `${message} There is no terminal to answer on`));
  // clack draws with 20 ms of start-up that only a question is worth.
  const { confirm: ask } = await import('@clack/prompts');
  return (await ask({ message, initialValue: false, output: process.stderr })) === true;
}
