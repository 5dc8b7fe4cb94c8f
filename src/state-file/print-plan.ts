/** The text of a new plan, and of a new task section, in the layout that docs/state-format.md shows. */
import type { Criterion, Plan, Task } from '../model/plan.ts';
import { OWN_PLAN_FIELDS, OWN_TASK_FIELDS, sortFields } from './field-order.ts';
import { printPair } from './print-value.ts';

const BLOCK = { flow: false, core: false } as const;

/**
 * The plan as a file. `parsePlan` of it gives the plan back, where its texts fit their places: titles, criteria and
 * decisions on one line, briefs without headings that would open tasks or sections.
 */
export function printPlan(plan: Plan): string {
  const parts = [printFrontmatter(plan)];
  if (plan.title !== '') parts.push(`# ${headingText(plan.title)}\n`);
  if (plan.criteria.length > 0) {
    parts.push(`## Success criteria\n\n${plan.criteria.map((c) => `${printCriterion(c)}\n`).join('')}`);
  }
  parts.push('## Tasks\n');
  for (const task of plan.tasks) parts.push(printTaskSection(task));
  if (plan.decisions.length > 0) {
    parts.push(`## Decisions\n\n${plan.decisions.map((text) => `- ${text}\n`).join('')}`);
  }
  return parts.join('\n');
}

/** One task's section, from its heading to the line end of its last line. */
export function printTaskSection(task: Task): string {
  const heading = `### ${task.id}: ${headingText(task.title)}\n`;
  const body = printTaskFields(task.fields);
  const needsBlock = body !== '' || /^ {0,3}(?:`{3,}|~{3,})[ \t]*ya?ml\b/i.test(task.brief);
  const block = needsBlock ? `\n${printBlock(body)}` : '';
  return `${heading}${block}${task.brief === '' ? '' : `\n${task.brief}\n`}`;
}

/** A fenced block around lines of fields. */
export function printBlock(body: string): string {
  return `\`\`\`yaml\n${body}\`\`\`\n`;
}

export function printTaskFields(fields: Task['fields']): string {
  const values: Readonly<Record<string, unknown>> = fields;
  const sorted = sortFields(values, OWN_TASK_FIELDS);
  const peoples = sorted.peoples.map((name) => `${printPair(name, values[name], BLOCK)}\n`).join('');
  const own = sorted.own.map((name) => `${printPair(name, values[name], BLOCK)}\n`).join('');
  return peoples !== '' && own !== '' ? `${peoples}\n${own}` : `${peoples}${own}`;
}

function printFrontmatter(plan: Plan): string {
  const values: Readonly<Record<string, unknown>> = plan.fields;
  const sorted = sortFields(values, OWN_PLAN_FIELDS);
  const peoples = sorted.peoples.map((name) => `${printPair(name, values[name], BLOCK)}\n`).join('');
  const own = sorted.own.map((name) => `\n${printPair(name, values[name], BLOCK)}\n`).join('');
  return `---\n${peoples}${own}---\n`;
}

/** The criterion's line, without its line end. */
export function printCriterion(criterion: Criterion): string {
  return `- [${criterion.met ? 'x' : ' '}]${withBlank(criterionText(criterion))}`;
}

/** What stands after the box. */
export function criterionText({ text, check }: Criterion): string {
  if (check === undefined) return text;
  return `${text}${withBlank(`(check: ${codeSpan(check)})`, text === '' ? '' : ' ')}`;
}

const withBlank = (text: string, blank = ' '): string => (text === '' ? '' : `${blank}${text}`);

/** A code span holds any text with fewer backticks in a row than its marks. */
function codeSpan(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const marks = '`'.repeat(longest + 1);
  const pad = /^`|`$|^ .* $/.test(text) ? ' ' : '';
  return `${marks}${pad}${text}${pad}${marks}`;
}

/** A title that ends in `#` marks would lose them as closing marks, so it gets closing marks of its own. */
export function headingText(title: string): string {
  return /(?:^|[ \t])#+$/.test(title) ? `${title} #` : title;
}
