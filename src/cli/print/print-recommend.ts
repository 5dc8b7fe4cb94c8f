/** Who does a task and why, as text. */
import type { RecommendDocument } from '../../model/documents.ts';
import { wrap } from './columns.ts';
import { inertLine } from './inert.ts';
import type { StatusOptions } from './print-status.ts';
import { some } from './words.ts';

export function printRecommend(
  document: RecommendDocument,
  { style, columns: width }: StatusOptions,
): string {
  const { plan, task, title, tags, specialist, kind, command, reason } = document;
  const who =
    kind === 'plan' ? 'a plan of its own' : (specialist ?? (kind === 'person' ? 'a person' : 'shell'));
  const lines: [string, string][] = [
    ['tags', tags.length === 0 ? 'none' : tags.join(', ')],
    ['done by', command === null ? who : `${who}: ${command}`],
    ['because', reason],
    // Whom a suggestion below names with its tags is not listed twice.
    ...document.alternatives
      .filter((other) => !document.suggestions.some((s) => s.specialist === other.specialist))
      .map((other): [string, string] => ['not by', `${other.specialist}: ${other.reason}`]),
    ...document.suggestions.map((s): [string, string] => [
      'a tag like',
      `${some([...s.tags], 5)} leads to ${s.specialist}`,
    ]),
    ['to choose', document.alternatives.length === 0 ? '' : `rondo assign ${task} <specialist>`],
  ];
  const rows = lines
    .filter(([, text]) => text !== '')
    .map(
      ([name, text]) =>
        `  ${style.dim(name.padEnd(12))}${wrap(inertLine(text), width - 14, ' '.repeat(14))}\n`,
    );
  return `${style.bold(inertLine(`${plan}/${task}`))}  ${inertLine(title)}\n${rows.join('')}`;
}
