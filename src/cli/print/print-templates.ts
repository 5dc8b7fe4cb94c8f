/** Templates with what each is for, its fields, and its graph in a line or two. */
import type { TemplatesDocument } from '../../model/documents.ts';
import { hang, wrap } from './columns.ts';
import { inertLine } from './inert.ts';
import type { StatusOptions } from './print-status.ts';

const INDENT = '  ';

export function printTemplates(
  { templates }: TemplatesDocument,
  { style, columns }: Omit<StatusOptions, 'now'>,
): string {
  const width = Math.min(columns, 100) - INDENT.length;
  const shown = templates.map(({ name, source, file, description, fields, picture }) => {
    const whose = source === 'repository' ? `  ${style.dim(file)}` : '';
    const lines = [
      ...(description === '' ? [] : [wrap(inertLine(description), width, INDENT)]),
      ...(picture.length === 0 ? [] : [style.cyan(wrap(drawn(picture), width, INDENT))]),
      ...(fields.length === 0 ? [] : [style.dim(wrap(`--set ${inertLine(listed(fields))}`, width, INDENT))]),
    ];
    return `${style.bold(name)}${whose}\n${lines.map((line) => `${INDENT}${line}\n`).join('')}`;
  });
  const how = 'start from one: rondo new <topic> --template <name> --goal "<what is to be reached>"';
  return `${shown.join('\n')}\n${hang(how, columns)}\n`;
}

/** An arrow begins the line that it leads to. */
function drawn(picture: readonly string[]): string {
  return picture.map((generation) => inertLine(generation)).join(' → ');
}

function listed(fields: TemplatesDocument['templates'][number]['fields']): string {
  return fields
    .map((field) => (field.default === null ? field.name : `${field.name}=${field.default}`))
    .join(', ');
}
