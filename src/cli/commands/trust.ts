import { fail } from '../../errors.ts';
import type { TrustDocument } from '../../model/documents.ts';
import { listCommands } from '../../query/trust.ts';
import { askToApprove } from '../ask-trust.ts';
import type { Cli } from '../cli.ts';
import { collect } from '../options.ts';
import { printTrust } from '../print/print-review.ts';
import { refuseWorker } from '../refuse-worker.ts';
import type { Session } from '../session.ts';
import { viewOf } from '../view.ts';

interface Options {
  readonly all?: true;
  readonly approve?: string[];
  readonly revoke?: string[];
}

export function register(cli: Cli): void {
  cli
    .command('trust')
    .option('--all', 'approve every command shown')
    .option(
      '--approve <n|command>',
      'approve one, by its number or its exact text; may be given more than once',
      collect,
    )
    .option('--revoke <n|command>', 'take an approval back; may be given more than once', collect)
    .action((options) =>
      cli.answer('trust', async (session) => {
        refuseWorker(session, 'approve commands');
        const before = await listCommands(session.outside);
        const changed = await applyApprovals(session, before, options);
        const document = changed ? await listCommands(session.outside) : before;
        return { document, text: () => printTrust(document, viewOf(session)) };
      }),
    );
}

/** Where no flag says what to do and a person sits there, they are asked. */
async function applyApprovals(
  session: Session,
  document: TrustDocument,
  { all, approve, revoke }: Options,
): Promise<boolean> {
  const { local } = session.outside;
  const open = document.commands.flatMap((c) => (c.approved ? [] : [c.command]));
  const taken = (revoke ?? []).map((word) => named(document, word, true));
  const given = all === true ? open : (approve ?? []).map((word) => named(document, word, false));
  if (taken.length > 0) local.revoke(taken);
  if (given.length > 0) local.approve(given);
  if (taken.length + given.length > 0) return true;
  if (all === true || !session.interactive || !session.host.stdout.isTTY || open.length === 0) return false;
  return await askToApprove(session, { commands: document.commands.filter((c) => !c.approved) });
}

/** A command that is nowhere in use may still be revoked, but not approved. */
function named({ commands }: TrustDocument, word: string, mayBeGone: boolean): string {
  const found =
    commands.find((c) => c.command === word) ??
    (/^\d{1,6}$/.test(word) ? commands[Number(word) - 1] : undefined);
  if (found !== undefined) return found.command;
  if (mayBeGone && !/^\d+$/.test(word)) return word;
  return fail('usage', `no command here is ${JSON.stringify(word)}`, {
    hint: `See \`rondo trust\` for the ${commands.length} commands and their numbers.`,
  });
}
