/** Asks who does a task that no specialist matches (`fallback_behavior: ask_user`), where a person sits at a terminal. */
import type { RunDocument } from '../model/documents.ts';
import { recommendTask } from '../query/recommend.ts';
import type { PlanFile } from '../round/find-plans.ts';
import { say } from './ask-approval.ts';
import { inertLine } from './print/inert.ts';
import type { Session } from './session.ts';

/** Whether an answer was given, so that going on makes sense. What was `asked` once is not asked again. */
export async function askForRoutes(
  session: Session,
  target: PlanFile,
  { remedies }: RunDocument,
  asked: Set<string>,
): Promise<boolean> {
  if (!session.interactive) return false;
  let answered = false;
  for (const { task, asks } of remedies) {
    if (asks !== 'specialist' || asked.has(`route ${task}`)) continue;
    asked.add(`route ${task}`);
    if (await askOne(session, target, task)) answered = true;
  }
  return answered;
}

const LATER = '';

async function askOne(session: Session, target: PlanFile, task: string): Promise<boolean> {
  const { title, tags, alternatives } = await recommendTask(session.outside, target, task);
  if (alternatives.length === 0) return false;
  const { isCancel, select } = await import('@clack/prompts');
  const about = tags.length === 0 ? 'no tags' : `tags ${tags.map(inertLine).join(', ')}`;
  const answer = await select({
    message: `Which specialist does ${inertLine(task)} (${inertLine(title)}; ${about})?`,
    // Enter alone is the first.
    options: [
      { value: LATER, label: 'say it later' },
      ...alternatives.map(({ specialist, reason }) => ({
        value: specialist,
        label: inertLine(specialist),
        hint: inertLine(reason),
      })),
    ],
    output: process.stderr,
  });
  if (isCancel(answer) || answer === LATER) return false;
  return await say(session, target, { kind: 'assign', task, specialist: answer });
}
