/** What check, trust and doctor found, as text. */
import type { CheckDocument, DoctorDocument, TrustDocument } from '../../model/documents.ts';
import { columns } from './columns.ts';
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
export function printTrust({ commands }: TrustDocument, { style }: StatusOptions): string {
  if (commands.length === 0) return 'no plan or setting here runs a command\n';
  const open = commands.filter((c) => !c.approved).length;
  const list = commands.map(({ id, command, approved, used_by, file, commit }) => {
    const state = approved ? style.green('approved') : style.yellow('not approved');
    const origin = commit === null ? 'not committed yet' : `came with ${commit.slice(0, 7)}`;
    const text = inertCommand(command)
      .trimEnd()
      .split('\n')
      .map((line) => `  ${style.bold(line)}\n`)
      .join('');
    return `${id}  ${state}, ${style.dim(`${inertLine(file)}, ${origin}, for ${some(used_by.map(inertLine), 3)}`)}\n${text}`;
  });
  const foot =
    open === 0 ? 'all approved on this machine\n' : `approve with: rondo trust --approve <id>, or --all\n`;
  return `${list.join('')}${foot}`;
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
