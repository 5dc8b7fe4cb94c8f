/** The commands that are a round with a request: make it, say what came of it. */
import type { RoundDocument } from '../model/documents.ts';
import type { PlanFile } from '../round/find-plans.ts';
import { type RoundOptions, runRound } from '../round/run-round.ts';
import type { Answer } from './cli.ts';
import { noteProblems } from './note-problems.ts';
import { printRound } from './print/print-round.ts';
import { refuseTrustToWorker } from './refuse-worker.ts';
import type { Session } from './session.ts';
import { viewOf } from './view.ts';

export type Request = Parameters<typeof runRound>[2];

/** A round whose text is short: what changed, and what comes next. */
export async function makeRound(
  session: Session,
  target: PlanFile,
  request: Request,
  options: RoundOptions = {},
): Promise<Answer> {
  refuseTrustToWorker(session);
  const { document } = await runRound(session.outside, target, request, options);
  return roundAnswer(session, document, { dryRun: options.dryRun === true, starts: false });
}

/** The needs of the answer say of a task that is held elsewhere what the problem says, and more. */
export function isNotTold({ code }: { readonly code: string }): boolean {
  return code !== 'held-elsewhere';
}

interface Kind {
  readonly dryRun: boolean;
  /** Whether the round may start workers; where it may not, what is not approved is no concern of it. */
  readonly starts: boolean;
}

export function roundAnswer(session: Session, document: RoundDocument, { dryRun, starts }: Kind): Answer {
  const problems = document.problems.filter(
    (p) => isNotTold(p) && (starts || p.code !== 'untrusted-command' || returns(document, p.task)),
  );
  noteProblems(session, problems);
  return {
    document,
    text: () => printRound(document, viewOf(session), { dryRun }),
  };
}

/** Whether the round brought a task's work back, so that its gates are to start at once. */
function returns({ changes }: RoundDocument, task: string | undefined): boolean {
  return changes.some((change) => change.task === task && change.field === 'attempt');
}
