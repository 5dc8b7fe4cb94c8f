import { fail } from '../../errors.ts';
import type { TrustDocument } from '../../model/documents.ts';
import { commandId, listCommands } from '../../query/trust.ts';
import { askToApprove } from '../ask-trust.ts';
import type { Cli } from '../cli.ts';
import { collect } from '../options.ts';
import { printTrust } from '../print/print-review.ts';
import { counted } from '../print/words.ts';
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
      '--approve <id|command>',
      'approve one, by its id (or the start of it) or its exact text; may be given more than once',
      collect,
    )
    .option('--revoke <id|command>', 'take an approval back; may be given more than once', collect)
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
  const taken = (revoke ?? []).map((word) => named(session, document, word, true));
  const given = all === true ? open : (approve ?? []).map((word) => named(session, document, word, false));
  if (taken.length > 0) local.revoke(taken);
  if (given.length > 0) local.approve(given);
  if (taken.length + given.length > 0) return true;
  if (all === true || !session.interactive || !session.host.stdout.isTTY || open.length === 0) return false;
  return await askToApprove(session, { commands: document.commands.filter((c) => !c.approved) });
}

/** A command that is nowhere in use may still be revoked, but not approved. */
function named(session: Session, { commands }: TrustDocument, word: string, mayBeGone: boolean): string {
  const known = commands.map(({ command }) => command);
  const gone = mayBeGone ? session.outside.local.approvedCommands() : [];
  const all = [...new Set([...known, ...gone])];
  if (all.includes(word)) return word;
  const found = /^[0-9a-f]{4,16}$/.test(word)
    ? all.filter((command) => commandId(command).startsWith(word))
    : [];
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const hint = `See \`rondo trust\` for the ${counted(commands.length, 'command')} here and their ids.`;
  if (found.length > 1)
    fail('usage', `${found.length} commands have an id that starts with ${word}`, { hint });
  if (/^\d{1,3}$/.test(word))
    fail('usage', `${word} is a place in the list, which another command may have by now`, {
      hint: `Name the command by its id, or at least 4 characters of it. ${hint}`,
    });
  return fail('usage', `no command here is ${JSON.stringify(word)}`, { hint });
}
