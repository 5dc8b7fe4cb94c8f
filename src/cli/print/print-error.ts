/** Errors and problems as text, and an error as its document: a code, a sentence, a place, a next step. */
import type { RondoError } from '../../errors.ts';
import type { ErrorDocument, ProblemDocument } from '../../model/documents.ts';
import { problemAsDocument } from '../../round/report.ts';
import { inert, inertLine } from './inert.ts';
import type { Style } from './style.ts';

/** Every problem of the error, most important first. */
export function printError(error: RondoError, style: Style): string {
  return printProblems(error.problems.map(problemAsDocument), style);
}

/** Problems one below the other; what is only worth knowing takes one line. */
export function printProblems(problems: readonly ProblemDocument[], style: Style): string {
  return problems.map((p) => printProblem(p, style)).join('');
}

function printProblem(p: ProblemDocument, style: Style): string {
  if (p.severity === 'info') return `${style.dim(`note[${p.code}]: ${inertLine(p.message)}`)}\n`;
  const colour = p.severity === 'error' ? style.red : style.yellow;
  const lines = [`${colour(style.bold(`${p.severity}[${p.code}]`))}: ${inertLine(p.message)}`];
  if (p.file !== null && p.line !== null) lines.push(`  ${style.blue('-->')} ${place(p)}`);
  if (p.excerpt !== undefined) lines.push(...excerptLines(p, p.excerpt, style));
  if (p.hint !== '') lines.push(`  ${style.cyan('help')}: ${inertLine(p.hint)}`);
  return `${lines.join('\n')}\n`;
}

function place({ file, line, column }: ProblemDocument): string {
  return [inertLine(file ?? ''), line, column].filter((part) => part !== null).join(':');
}

/** The excerpt ends with a line that holds the caret; the number stands before its first line. */
function excerptLines({ line }: ProblemDocument, excerpt: string, style: Style): readonly string[] {
  const number = String(line ?? '');
  const width = Math.max(3, number.length);
  return inert(excerpt)
    .split('\n')
    .map((text, i) => `  ${style.blue(`${(i === 0 ? number : '').padStart(width)} |`)} ${text}`);
}

/** The document of a failed command. */
export function errorAsDocument(error: RondoError): ErrorDocument {
  const problems = error.problems.map(problemAsDocument);
  const [first] = problems;
  if (first === undefined) throw new TypeError('an error without a problem');
  return { error: first, problems };
}
