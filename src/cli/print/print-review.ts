/** What check, trust and doctor found, as text. */
import type { CheckDocument, DoctorDocument, TrustDocument } from '../../model/documents.ts';
import { columns, hang, widthOf } from './columns.ts';
import { inertCommand, inertLine } from './inert.ts';
import { printProblems } from './print-error.ts';
import type { StatusOptions } from './print-status.ts';
import { counted, some } from './words.ts';

export function printCheck({ files, problems }: CheckDocument, { style }: StatusOptions): string {
  const errors = problems.filter((p) => p.severity === 'error').length;
  const warnings = problems.filter((p) => p.severity === 'warning').length;
  const found =
    errors + warnings === 0
      ? style.green('nothing wrong')
      : [counted(errors, 'error'), counted(warnings, 'warning')].join(', ');
  const shown = printProblems(problems, style);
  return `${shown}${shown === '' ? '' : '\n'}${counted(files.length, 'file')} checked, ${found}\n`;
}

/** With an id that stays the same, so that `--approve` names what was read; each command in full, since approving means having read it. */
export function printTrust({ commands }: TrustDocument, { style, columns: width }: StatusOptions): string {
  if (commands.length === 0) return 'no plan or setting here runs a command\n';
  const open = commands.filter((c) => !c.approved).length;
  const list = commands.map(({ id, command, approved, used_by, file, commit }) => {
    const state = approved ? style.green('approved') : style.yellow('not approved');
    const origin = commit === null ? 'not committed yet' : `came with ${commit.slice(0, 7)}`;
    const text = inertCommand(command)
      .trimEnd()
      .split('\n')
      .map(
        (line) =>
          `  ${foldCommand(line, width - 2)
            .map(style.bold)
            .join(`\n${style.dim('↳')} `)}\n`,
      )
      .join('');
    const where = `${inertLine(file)}, ${origin}, for ${some(used_by.map(inertLine), 3)}`;
    return `${hang(`${id}  ${state}, ${style.dim(where)}`, width, ' '.repeat(id.length + 2))}\n${text}`;
  });
  const foot =
    open === 0 ? 'all approved on this machine\n' : `approve with: rondo trust --approve <id>, or --all\n`;
  return `${list.join('')}${foot}`;
}

/**
 * The pieces of one line of a command, each no wider than `width`, with every character in them. What goes on is marked in
 * the margin, where no line of a command begins: what looks like one line is one.
 */
export function foldCommand(line: string, columns: number): readonly string[] {
  const width = Math.max(1, columns); // A terminal may be narrower than its margin.
  const pieces: string[] = [];
  let rest = line;
  while (widthOf(rest) > width) {
    const fitting = lengthWithin(rest, width);
    const afterSpace = rest.lastIndexOf(' ', fitting - 1) + 1;
    const end = rest.slice(0, afterSpace).trim() === '' ? fitting : afterSpace;
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...pieces, rest];
}

/** How many characters from the start fit; at least one. */
function lengthWithin(text: string, width: number): number {
  let length = 0;
  let used = 0;
  for (const c of text) {
    used += widthOf(c);
    if (used > width && length > 0) break;
    length += c.length;
  }
  return length;
}

export function printDoctor({ checks }: DoctorDocument, { style, columns: width }: StatusOptions): string {
  const dress = { ok: style.green, warning: style.yellow, error: style.red };
  return checks
    .map(({ name, state, message, hint }) => {
      const row =
        columns([[{ text: state, dress: dress[state] }]], width).trimEnd() + ' '.repeat(9 - state.length);
      return `${row}${name.padEnd(13)}${inertLine(message)}\n${hint === null ? '' : `${' '.repeat(9)}${style.cyan('help')}: ${inertLine(hint)}\n`}`;
    })
    .join('');
}
