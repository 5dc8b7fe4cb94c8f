import { EXIT } from '../../errors.ts';
import type { RunDocument } from '../../model/documents.ts';
import type { PlanFile } from '../../round/find-plans.ts';
import { RUN_EXIT, runPlan } from '../../round/run.ts';
import { runRound } from '../../round/run-round.ts';
import { askForTrust, heldForTrust } from '../ask-trust.ts';
import { chosenPlan } from '../choose.ts';
import type { Answer, Cli } from '../cli.ts';
import { isNotTold, roundAnswer } from '../make-round.ts';
import { noteProblems } from '../note-problems.ts';
import { printRun } from '../print/print-run.ts';
import { openProgress, type Progress } from '../progress.ts';
import { refuseTrustToWorker } from '../refuse-worker.ts';
import type { Session } from '../session.ts';
import { viewOf } from '../view.ts';

export function register(cli: Cli): void {
  cli
    .command('run')
    .argument('[plan]', 'the plan, by name or file')
    .option('--take-over', 'take over what other machines have under way')
    .option('--no-wait', 'end as soon as nothing more can be done at once')
    .option('--dry-run', 'say what the first round would do, and do nothing')
    .option('--trust-all', 'take every command as approved, for this call')
    .action((plan, { takeOver, wait, dryRun, trustAll }) =>
      cli.answer(
        'run',
        async (session) => {
          refuseTrustToWorker(session);
          const target = await chosenPlan(session, plan);
          if (dryRun === true) return await dryRunOf(session, target, takeOver === true);
          return await runToEnd(session, target, { takeOver: takeOver === true, wait });
        },
        { trustAll: trustAll === true },
      ),
    );
}

async function dryRunOf(session: Session, target: PlanFile, takeOver: boolean): Promise<Answer> {
  const { document } = await runRound(
    session.outside,
    target,
    { kind: 'tick', takeOver, recheck: true },
    { dryRun: true },
  );
  return {
    ...roundAnswer(session, document, { dryRun: true, starts: true }),
    exit: heldForTrust(document.problems) ? EXIT.refused : EXIT.done,
  };
}

async function runToEnd(
  session: Session,
  target: PlanFile,
  options: { readonly takeOver: boolean; readonly wait: boolean },
): Promise<Answer> {
  const stop = new AbortController();
  const release = session.host.onInterrupt(() => stop.abort());
  const progress = openProgress(session);
  const asked = new Set<string>();
  try {
    let document = await runOnce(session, target, options, stop.signal, progress);
    while (!stop.signal.aborted && (await askWhatHolds(session, target, document, asked)))
      document = await runOnce(session, target, options, stop.signal, progress);
    return runAnswer(session, document, stop.signal.aborted);
  } finally {
    progress.close();
    release();
  }
}

/** Asks what only a person can say and the run waits for; whether there was an answer to go on with. */
async function askWhatHolds(
  session: Session,
  target: PlanFile,
  document: RunDocument,
  asked: Set<string>,
): Promise<boolean> {
  if (!session.interactive) return false;
  if (heldForTrust(document.problems)) return await askForTrust(session, target.name, asked);
  const { askForApprovals } = await import('../ask-approval.ts');
  const { askForRoutes } = await import('../ask-route.ts');
  const approved = await askForApprovals(session, target, document, asked);
  return (await askForRoutes(session, target, document, asked)) || approved;
}

async function runOnce(
  session: Session,
  target: PlanFile,
  options: { readonly takeOver: boolean; readonly wait: boolean },
  signal: AbortSignal,
  progress: Progress,
): Promise<RunDocument> {
  try {
    return await runPlan(session.outside, target, {
      ...options,
      signal,
      onRound: (round, plan) => progress.round(round, plan),
      onInside: (round) => progress.inside(round),
      onWait: (_until, plan, needs, lingering) => progress.wait(plan, needs, lingering),
      onHindrance: (problem) => progress.hindrance(problem),
    });
  } finally {
    progress.clear();
  }
}

/** Interrupted means: waiting has ended, the workers go on. */
function runAnswer(session: Session, document: RunDocument, interrupted: boolean): Answer {
  const over =
    document.status === 'complete' || document.status === 'blocked' || document.status === 'paused';
  if (interrupted && !over) {
    if (!session.json)
      session.note(
        `stopped waiting${document.counts.in_progress > 0 ? '; what is under way goes on' : ''}. Go on with: ${session.host.name} run ${document.plan}`,
      );
    return {
      document,
      text: () => printRun(document, viewOf(session)),
      exit: RUN_EXIT['awaiting-result'],
    };
  }
  noteProblems(session, document.problems.filter(isNotTold));
  const exit = heldForTrust(document.problems) ? EXIT.refused : RUN_EXIT[document.status];
  return { document, text: () => printRun(document, viewOf(session)), exit };
}
