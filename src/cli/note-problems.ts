/** What goes along with an answer; apart from the rounds, so that a look loads none of them. */
import type { ProblemDocument } from '../model/documents.ts';
import { printProblems } from './print/print-error.ts';
import type { Session } from './session.ts';

/** Problems of an answer belong to standard error; the document has them, too. */
export function noteProblems(session: Session, problems: readonly ProblemDocument[]): void {
  if (session.json || problems.length === 0) return;
  session.host.stderr.write(printProblems(problems, session.noteStyle));
}
