/** Asks whether others may build on results that wait for it; only ever where a person sits at a terminal. */
import { RondoError } from '../errors.ts';
import type { RunDocument } from '../model/documents.ts';
import { showTask } from '../query/status.ts';
import type { PlanFile } from '../round/find-plans.ts';
import { runRound } from '../round/run-round.ts';
import { inertLine } from './print/inert.ts';
import { printError } from './print/print-error.ts';
import { refuseWorker } from './refuse-worker.ts';
import type { Session } from './session.ts';

/** Whether an answer was given, so that going on makes sense. A result that was `asked` about is not asked about again. */
export async function askForApprovals(
  session: Session,
  target: PlanFile,
  { needs }: RunDocument,
  asked: Set<string>,
): Promise<boolean> {
  if (!session.interactive) return false;
  const open = needs.filter(({ kind }) => kind === 'approval').map(({ task }) => task);
  if (open.length > 0) refuseWorker(session, 'approve a task');
  let answered = false;
  for (const task of open) if (await askOne(session, target, task, asked)) answered = true;
  return answered;
}

async function askOne(
  session: Session,
  target: PlanFile,
  task: string,
  asked: Set<string>,
): Promise<boolean> {
  const { task: shown, fields } = await showTask(session.outside, target, task);
  // Done again, it is another result.
  const key = `approval ${task} ${String(fields.completed_at)} ${shown.attempt}`;
  if (asked.has(key)) return false;
  asked.add(key);
  const { isCancel, selectKey, text } = await import('@clack/prompts');
  const about = [shown.title, shown.summary, fields.output, sentBack(fields.rejected)].filter(
    (part) => typeof part === 'string',
  );
  const answer = await selectKey({
    message: `${inertLine(task)} waits for approval: ${about.map((part) => inertLine(String(part))).join('; ')}`,
    options: [
      { value: 'l', label: 'later' },
      { value: 'a', label: 'approve it' },
      { value: 'r', label: 'send it back' },
    ],
    output: process.stderr,
  });
  // Enter gives none of them.
  if (isCancel(answer) || !['a', 'r'].includes(answer)) return false;
  if (answer === 'a') return await say(session, target, { kind: 'approve', task });
  const reason = await text({
    message: 'What is to be mended?',
    validate: (typed) => (typed?.trim() ? undefined : 'whoever does it again has to know'),
    output: process.stderr,
  });
  return isCancel(reason) ? false : await say(session, target, { kind: 'reject', task, reason });
}

function sentBack(rejected: unknown): string | undefined {
  const reason = new Map<string, unknown>(Object.entries(rejected ?? {})).get('reason');
  return typeof reason === 'string' ? `it was sent back for: ${reason}` : undefined;
}

/** A refusal, such as of somebody who is no approver, is shown and ends nothing. */
export async function say(
  session: Session,
  target: PlanFile,
  request: Parameters<typeof runRound>[2],
): Promise<boolean> {
  try {
    await runRound(session.outside, target, request);
    return true;
  } catch (error) {
    if (!(error instanceof RondoError)) throw error;
    session.host.stderr.write(printError(error, session.noteStyle));
    return false;
  }
}
