/** The changes that concern Markdown, not YAML: titles, briefs, whole tasks, criteria and decisions. */
import type { Change } from '../model/change.ts';
import type { Criterion, Plan } from '../model/plan.ts';
import { sameValue } from '../model/same-value.ts';
import { type ItemPlace, type Layout, SECTION_TITLES, type SectionPlace, type TaskPlace } from './layout.ts';
import type { Span } from './markdown.ts';
import { briefOf, readCriterion } from './parse-plan.ts';
import { criterionText, headingText, printCriterion, printTaskSection } from './print-plan.ts';

export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type SectionChange = Exclude<
  Change,
  { readonly kind: 'plan-status' | 'plan-field' | 'task-status' | 'task-field' }
>;

/** The bytes to replace for one change; undefined where it cannot be made. */
export function editSection(
  text: string,
  layout: Layout,
  plan: Plan,
  change: SectionChange,
): readonly Splice[] | undefined {
  const taskAt = (id: string) => layout.tasks[plan.tasks.findIndex((task) => task.id === id)];
  switch (change.kind) {
    case 'task-title':
      return editHeading(text, taskAt(change.task)?.title, change.to);
    case 'task-brief':
      return editBrief(text, taskAt(change.task), change.to);
    case 'task-added':
      return addTask(text, layout, plan, change);
    case 'task-removed':
      return over(taskAt(change.task), '');
    case 'task-order':
      return orderTasks(text, layout, plan, change);
    case 'plan-title':
      return editTitle(text, layout, change.to);
    case 'criterion-met':
      return markCriteria(text, layout, change);
    case 'criteria':
      return editList(text, layout, 'criteria', {
        from: plan.criteria,
        to: change.to,
        line: (criterion) => printCriterion(criterion).slice(2),
        change: (item, from, to) => changeCriterion(text, item, from, to),
      });
    case 'decision-added':
      return editDecisions(text, layout, plan.decisions, [...plan.decisions, change.text]);
    case 'decisions':
      return editDecisions(text, layout, plan.decisions, change.to);
  }
}

function over(
  span: { readonly start: number; readonly end: number } | undefined,
  text: string,
): readonly Splice[] | undefined {
  return span === undefined ? undefined : [{ start: span.start, end: span.end, text }];
}

/** What a heading says; closing marks that it has stay, and do for a text that would need some. */
function editHeading(text: string, said: Span | undefined, to: string): readonly Splice[] | undefined {
  if (said === undefined) return undefined;
  const isClosed = /^[ \t]*#/.test(text.slice(said.end, said.end + 1000));
  return over(said, isClosed ? to : headingText(to));
}

// ---------------------------------------------------------------- tasks

function addTask(
  text: string,
  layout: Layout,
  plan: Plan,
  change: Change & { readonly kind: 'task-added' },
): readonly Splice[] | undefined {
  const section = layout.sections.tasks;
  if (section === undefined) return undefined;
  const { task: id, title, fields, brief } = change;
  const printed = printTaskSection({ id, title, fields, brief });
  const index = plan.tasks.findIndex((task) => task.id === change.after);
  const first = layout.tasks[0];
  const at =
    change.after === '' && first !== undefined ? first.start : (layout.tasks[index]?.end ?? section.end);
  return [insertApart(text, at, printed)];
}

/** Lines at the start of a line or at the end of the text, with a blank line on either side. */
function insertApart(text: string, at: number, lines: string): Splice {
  const eol = lineEndNear(text, at);
  const own = lines.replaceAll('\n', eol);
  if (at < text.length) return { start: at, end: at, text: `${blankBefore(text, at, eol)}${own}${eol}` };
  const ended = text.endsWith('\n');
  const trimmed = ended ? own : own.slice(0, -eol.length);
  return { start: at, end: at, text: `${ended ? '' : eol}${blankBefore(text, at, eol)}${trimmed}` };
}

function blankBefore(text: string, at: number, eol: string): string {
  const before = text.slice(Math.max(0, at - 2000), at);
  return /(?:^|\n)[ \t\r]*\n$/.test(before) ? '' : eol;
}

function lineEndNear(text: string, at: number): string {
  const before = at === 0 ? -1 : text.lastIndexOf('\n', at - 1);
  const found = before === -1 ? text.indexOf('\n', at) : before;
  return found > 0 && text[found - 1] === '\r' ? '\r\n' : '\n';
}

function orderTasks(
  text: string,
  layout: Layout,
  plan: Plan,
  change: Change & { readonly kind: 'task-order' },
): readonly Splice[] | undefined {
  const [first] = layout.tasks;
  const last = layout.tasks.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const ids = plan.tasks.map((task) => task.id);
  const order = [
    ...change.to.filter((id) => ids.includes(id)),
    ...ids.filter((id) => !change.to.includes(id)),
  ];
  const eol = lineEndNear(text, last.start);
  const atEnd = last.end === text.length && !text.endsWith('\n');
  const sections = order.map((id, i) => {
    const place = layout.tasks[ids.indexOf(id)];
    const said = place === undefined ? '' : text.slice(place.start, place.end);
    if (i === order.length - 1) return said;
    const ended = said.endsWith('\n') ? said : said + eol;
    return ended + blankBefore(ended, ended.length, eol);
  });
  const joined = sections.join('');
  // the task that was last may have had no line end, or no blank line behind it; the new last one has no use for more
  const text_ = atEnd ? joined.replace(/\s+$/, '') : joined;
  return [{ start: first.start, end: last.end, text: text_ }];
}

function editBrief(text: string, place: TaskPlace | undefined, to: string): readonly Splice[] | undefined {
  if (place === undefined) return undefined;
  const { start, end } = briefOf(text, place);
  const eol = lineEndNear(text, place.headingEnd);
  const said = to.replaceAll('\n', eol);
  if (start < end && to !== '') return [{ start, end, text: said }];
  if (start < end) {
    const newline = text.indexOf('\n', end);
    return [{ start, end: newline === -1 ? text.length : Math.min(newline + 1, place.end), text: '' }];
  }
  const at = place.block?.end ?? place.headingEnd;
  const ended = text[at - 1] === '\n';
  const more = at < text.length || ended ? eol : '';
  return [{ start: at, end: at, text: `${ended ? '' : eol}${eol}${said}${more}` }];
}

function editTitle(text: string, layout: Layout, to: string): readonly Splice[] | undefined {
  if (to === '') return undefined;
  if (layout.title !== undefined && layout.title.start < layout.title.end) {
    return editHeading(text, layout.title, to);
  }
  const at = layout.frontmatter?.end;
  if (at === undefined || layout.title !== undefined) return undefined;
  const eol = lineEndNear(text, at);
  return [{ start: at, end: at, text: `${eol}# ${headingText(to)}${eol}` }];
}

// ---------------------------------------------------------------- criteria and decisions

function markCriteria(
  text: string,
  layout: Layout,
  change: Change & { readonly kind: 'criterion-met' },
): readonly Splice[] | undefined {
  const items = layout.sections.criteria?.items ?? [];
  const named = items.filter((item) => readCriterion(text, item).text === change.text);
  return named.flatMap((item) => markBox(text, item, change.to));
}

function markBox(text: string, { box }: ItemPlace, met: boolean): readonly Splice[] {
  if (box === undefined || (text.charCodeAt(box) !== 32) === met) return [];
  return [{ start: box, end: box + 1, text: met ? 'x' : ' ' }];
}

function changeCriterion(
  text: string,
  item: ItemPlace,
  from: Criterion,
  to: Criterion,
): readonly Splice[] | undefined {
  const marked = markBox(text, item, to.met);
  if (from.text === to.text && from.check === to.check) return marked;
  const said = changeText(item, criterionText(to));
  return said === undefined ? undefined : [...marked, ...said];
}

function editDecisions(
  text: string,
  layout: Layout,
  from: readonly string[],
  to: readonly string[],
): readonly Splice[] | undefined {
  return editList(text, layout, 'decisions', {
    from,
    to,
    line: (said) => said,
    change: (item, _, said) => changeText(item, said),
  });
}

/** The text of an item that stands on one line. */
function changeText(item: ItemPlace, to: string): readonly Splice[] | undefined {
  const [first] = item.lines;
  return item.lines.length === 1 && first !== undefined && first.start < first.end
    ? over(first, to)
    : undefined;
}

interface ListEdit<Item> {
  readonly from: readonly Item[];
  readonly to: readonly Item[];
  /** What stands behind the bullet. */
  line(item: Item): string;
  change(place: ItemPlace, from: Item, to: Item): readonly Splice[] | undefined;
}

/** Leaves the items that are the same at both ends, changes those that pair up between, adds or removes the rest. */
function editList<Item>(
  text: string,
  layout: Layout,
  name: 'criteria' | 'decisions',
  edit: ListEdit<Item>,
): readonly Splice[] | undefined {
  const { from, to } = edit;
  const section = layout.sections[name];
  if (section === undefined)
    return [
      newSection(
        text,
        name,
        to.map((item) => edit.line(item)),
      ),
    ];
  const shorter = Math.min(from.length, to.length);
  let head = 0;
  while (head < shorter && sameValue(from[head], to[head])) head++;
  let tail = 0;
  while (tail < shorter - head && sameValue(from.at(-1 - tail), to.at(-1 - tail))) tail++;
  const splices: Splice[] = [];
  for (let i = head; i < shorter - tail; i++) {
    const [place, was, is] = [section.items[i], from[i], to[i]];
    if (place === undefined || was === undefined || is === undefined) return undefined;
    const part = edit.change(place, was, is);
    if (part === undefined) return undefined;
    splices.push(...part);
  }
  const at = shorter - tail;
  for (const item of section.items.slice(at, from.length - tail)) {
    splices.push({ start: item.start, end: item.end, text: '' });
  }
  const added = to.slice(at, to.length - tail).map((item) => edit.line(item));
  return added.length === 0 ? splices : [...splices, addItems(text, section, at, added)];
}

function newSection(text: string, name: 'criteria' | 'decisions', lines: readonly string[]): Splice {
  const items = lines.map((line) => `- ${line}\n`).join('');
  return insertApart(text, text.length, `## ${SECTION_TITLES[name]}\n\n${items}`);
}

/** New items after the one before them, with its bullet and indentation; in a section without items, at its end. */
function addItems(text: string, section: SectionPlace, index: number, lines: readonly string[]): Splice {
  const before = section.items[index - 1] ?? section.items[0];
  const at =
    index === 0 && before !== undefined
      ? before.start
      : (before?.end ?? Math.max(section.lastLine, section.headingEnd));
  const eol = lineEndNear(text, Math.min(at, text.length));
  const bullets = bulletsAfter(text, before, lines.length);
  const blank = before === undefined ? eol : '';
  const own = lines.map((line, i) => `${bullets[i] ?? '- '}${line}${eol}`).join('');
  if (at < text.length || text.endsWith('\n')) return { start: at, end: at, text: `${blank}${own}` };
  return { start: at, end: at, text: `${eol}${blank}${own.slice(0, -eol.length)}` };
}

function bulletsAfter(text: string, item: ItemPlace | undefined, count: number): readonly string[] {
  const mark = item === undefined ? '- ' : text.slice(item.mark.start, item.mark.end);
  const ordered = /^(\s*)(\d{1,9})([.)]\s+)$/.exec(mark);
  return Array.from({ length: count }, (_, i) => {
    if (ordered !== null) return `${ordered[1] ?? ''}${Number(ordered[2]) + i + 1}${ordered[3] ?? ''}`;
    return /^\s*[-+*]\s+$/.test(mark) ? mark : '- ';
  });
}
