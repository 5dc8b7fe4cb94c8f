/** Asks whether commands that this machine has not approved may run; only ever where a person sits at a terminal. */
import { problem, RondoError } from '../errors.ts';
import type { ProblemDocument, TrustDocument } from '../model/documents.ts';
import { listCommands } from '../query/trust.ts';
import { printTrust } from './print/print-review.ts';
import { refuseWorker } from './refuse-worker.ts';
import type { Session } from './session.ts';
import { viewOf } from './view.ts';

/** Whether a ready task was held back because its command is not approved here. */
export function heldForTrust(problems: readonly ProblemDocument[]): boolean {
  return problems.some((p) => p.code === 'untrusted-command' && p.severity === 'error');
}

/** True where commands were approved, so that trying again makes sense; false where nobody can be asked, or said no. */
export async function askForTrust(session: Session, plan: string): Promise<boolean> {
  if (!session.interactive) return false;
  const open = commandsOf(await listCommands(session.outside), plan);
  if (open.commands.length === 0) return false;
  refuseWorker(session, 'approve commands');
  session.host.stderr.write(printTrust(open, { ...viewOf(session), style: session.noteStyle }));
  const count = open.commands.length;
  if (
    !(await confirm(
      session,
      count === 1
        ? 'Approve this command on this machine?'
        : `Approve these ${count} commands on this machine?`,
    ))
  )
    return false;
  session.outside.local.approve(open.commands.map(({ command }) => command));
  return true;
}

/** What is not approved and would run for the plan. */
function commandsOf({ commands }: TrustDocument, plan: string): TrustDocument {
  return {
    commands: commands.filter(
      (c) => !c.approved && c.used_by.some((by) => by.startsWith(`${plan}/`) || by.startsWith(`${plan}:`)),
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
