import { fail, RondoError } from '../../errors.ts';
import { timeMs } from '../../model/time.ts';
import { planStatus } from '../../query/status.ts';
import type { PlanFile } from '../../round/find-plans.ts';
import { chosenPlan } from '../choose.ts';
import type { Answer, Cli } from '../cli.ts';
import { noteProblems } from '../note-problems.ts';
import { printStatus } from '../print/print-status.ts';
import type { Session } from '../session.ts';
import { viewOf } from '../view.ts';

export function register(cli: Cli): void {
  cli
    .command('status')
    .argument('[plan]', 'the plan, by name or file')
    .option('--brief', 'a line a plan; for all plans where none is named')
    .option('--at <rev>', 'as of a commit, branch or tag')
    .option('--watch', 'show it again whenever it changes, until Ctrl-C')
    .action((plan, { brief, at, watch }) =>
      cli.answer('status', async (session) => {
        if (brief === true) return await briefAnswer(session, plan, at !== undefined || watch === true);
        const target = await chosenPlan(session, plan, { archived: true });
        if (watch === true) return await watchStatus(session, target, at);
        const document = await planStatus(session.outside, target, at).catch((error: unknown) =>
          noteLedger(session, error),
        );
        noteProblems(session, document.problems);
        return { document, text: () => printStatus(document, viewOf(session)) };
      }),
    );
}

/** Where no plan is named, RONDO_PLAN names none either: the point is to see them all. */
async function briefAnswer(session: Session, plan: string | undefined, more: boolean): Promise<Answer> {
  if (more) fail('usage', '--brief cannot be combined with --at or --watch');
  const [{ briefStatus }, { printBrief }] = await Promise.all([
    import('../../query/brief.ts'),
    import('../print/print-brief.ts'),
  ]);
  const target = plan === undefined ? undefined : await chosenPlan(session, plan, { archived: true });
  const document = await briefStatus(session.outside, target);
  return { document, text: () => printBrief(document, viewOf(session)) };
}

/** Where the plan cannot be read, the ledger still says how far it got. */
async function noteLedger(session: Session, error: unknown): Promise<never> {
  if (error instanceof RondoError && !session.json) {
    const { ledgerStanding } = await import('../../query/show-ledger.ts');
    const standing = await ledgerStanding(session.outside);
    if (standing !== undefined) session.note(standing);
  }
  throw error;
}

/** A round renames the file before it moves the branch: what looks edited by hand right after an event may not be. */
const SETTLE_MS = 300;

/** On a terminal each showing replaces the one before. */
async function watchStatus(session: Session, target: PlanFile, at: string | undefined): Promise<undefined> {
  if (session.json || at !== undefined)
    fail('usage', `--watch cannot be combined with ${session.json ? '--json' : '--at'}`);
  const { host, outside } = session;
  const stop = new AbortController();
  const release = host.onInterrupt(() => stop.abort());
  const watch = outside.waker.watch(target.name, target.file);
  let before = '';
  let settled = false;
  try {
    while (!stop.signal.aborted) {
      const { text, edited, checkpoint } = await look(session, target);
      if (text !== before) show(session, text, before === '');
      before = text;
      const until: number | null = edited && !settled ? outside.clock.now() + SETTLE_MS : checkpoint;
      settled = (await watch.next(until, stop.signal)) === 'time';
    }
  } finally {
    watch.close();
    release();
  }
  return undefined;
}

function show({ host }: Session, text: string, first: boolean): void {
  if (host.stdout.isTTY) host.stdout.write(`\x1b[H\x1b[2J${text}`);
  else host.stdout.write(first ? text : `\n${text}`);
}

interface Sight {
  readonly text: string;
  readonly edited: boolean;
  /** When to look again without an event, in milliseconds since 1970. */
  readonly checkpoint: number | null;
}

/** A plan that is broken while somebody edits it is shown with its problem; the watch goes on. */
async function look(session: Session, target: PlanFile): Promise<Sight> {
  try {
    const document = await planStatus(session.outside, target);
    const due = timeMs(document.next_checkpoint ?? '');
    const checkpoint = due === undefined || due <= session.outside.clock.now() ? null : due;
    return { text: printStatus(document, viewOf(session)), edited: document.edited, checkpoint };
  } catch (error) {
    if (!(error instanceof RondoError)) throw error;
    const { printError } = await import('../print/print-error.ts');
    return { text: printError(error, session.style), edited: false, checkpoint: null };
  }
}
