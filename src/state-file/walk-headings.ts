/** Headings of the plan, the sections and tasks that they open, and the list items that count. */
import { isId } from '../model/id.ts';
import { slugOf } from '../model/slug.ts';
import {
  error,
  type ItemPlace,
  SECTION_TITLES,
  type SectionName,
  type SectionPlace,
  type TaskPlace,
} from './layout.ts';
import type { Line } from './lines.ts';
import { headingContent, type Span, trim } from './markdown.ts';
import { extendItem, leaveTo, MAX_FAULTS, stop, type Walk } from './walk.ts';

const MAX_TASKS = 200_000;

/** A line with heading marks: outside of lists it ends and opens what the plan is made of. */
export function takeHeading(walk: Walk, line: Line, depth: number, at: number, level: number): void {
  leaveTo(walk, depth);
  if (depth > 0) {
    extendItem(walk, line, depth);
    return;
  }
  const content = headingContent(walk.text, at + level, line.end);
  if (looksLikeTasks(walk, content)) walk.nearTasks ??= at;
  if (level <= 2) {
    endSection(walk, line.start);
    if (level === 1) walk.out.title ??= content;
    else openSection(walk, line, content);
  } else if (level === 3 && walk.sectionName === 'tasks') openTask(walk, line, content);
}

/** Outside of the section itself: `# Tasks`, `## Tasks:`. */
function looksLikeTasks({ text, out }: Walk, { start, end }: Span): boolean {
  if (out.sections.tasks !== undefined || end - start > 8) return false;
  return /^tasks?:?$/i.test(text.slice(start, end));
}

/** Ends the section and the task that are open. */
export function endSection(walk: Walk, end: number): void {
  if (walk.task !== undefined) walk.task.end = end;
  if (walk.section !== undefined) walk.section.end = end;
  walk.task = undefined;
  walk.section = undefined;
  walk.sectionName = undefined;
}

/** The section that a heading of the second level opens by what it says. */
export function sectionNamed(title: string): SectionName | undefined {
  switch (title.trim().toLowerCase()) {
    case 'tasks':
      return 'tasks';
    case 'success criteria':
      return 'criteria';
    case 'decisions':
      return 'decisions';
    default:
      return undefined;
  }
}

function openSection(walk: Walk, line: Line, content: Span): void {
  const name = sectionNamed(walk.text.slice(content.start, content.end));
  if (name === undefined) return;
  const first = walk.out.sections[name];
  if (first !== undefined) {
    const what = `A second \`## ${SECTION_TITLES[name]}\` stands here`;
    const also = { by: first.start - line.start, as: 'first at' };
    stop(walk, { ...error('duplicate-section', what, line.start), also });
    return;
  }
  const { start, next } = line;
  const section: SectionPlace = { start, headingEnd: next, items: [], lastLine: next, end: walk.text.length };
  walk.out.sections[name] = section;
  walk.section = section;
  walk.sectionName = name;
}

/** The heading as it was likely meant: `b:Build` with its blank, words alone with an id made of them. */
function headingHint(typed: string): { readonly hint?: string } {
  const colon = typed.indexOf(':');
  const [before, after] =
    colon < 0 ? ['', ''] : [typed.slice(0, colon).trim(), typed.slice(colon + 1).trim()];
  const title = after === '' ? typed.replace(/[:\s]+$/, '') : after;
  const id = isId(before) ? before : slugOf(before === '' ? title : before);
  return id === '' || typed.length > LONGEST_HINT ? {} : { hint: `Write \`### ${id}: ${title}\`.` };
}

const LONGEST_HINT = 100;

function openTask(walk: Walk, line: Line, content: Span): void {
  const { text, out } = walk;
  if (walk.task !== undefined) walk.task.end = line.start;
  walk.task = undefined;
  let colon = content.start;
  while (colon < content.end && text.charCodeAt(colon) !== 58) colon++;
  const after = text.charCodeAt(colon + 1);
  if (colon + 1 >= content.end || (after !== 32 && after !== 9)) {
    const what = 'A heading among the tasks must read `### <id>: <title>`';
    const hint = headingHint(text.slice(content.start, content.end));
    out.faults.push({ ...error('invalid-heading', what, content.start), ...hint });
    walk.stopped = out.faults.length > MAX_FAULTS;
    return;
  }
  if (out.tasks.length >= MAX_TASKS) {
    stop(walk, error('too-many-tasks', `The plan has more than ${MAX_TASKS} tasks`, line.start));
    return;
  }
  const task: TaskPlace = {
    id: trim(text, content.start, colon),
    title: trim(text, colon + 1, content.end),
    start: line.start,
    headingEnd: line.next,
    block: undefined,
    progress: undefined,
    end: text.length,
  };
  out.tasks.push(task);
  walk.task = task;
  walk.fresh = true;
}

/** Notes a list item: every one with a box among the criteria, every outermost one among the decisions. */
export function openItem(walk: Walk, line: Line, content: number, depth: number): void {
  const { text, section, sectionName } = walk;
  if (section === undefined || sectionName === 'tasks') return;
  const boxed = sectionName === 'criteria' && isBoxed(text, content, line.end);
  if (sectionName === 'criteria' ? !boxed : depth > 1) {
    extendItem(walk, line, depth);
    return;
  }
  const from = boxed ? Math.min(content + 3, line.end) : content;
  const first = trim(text, from, line.end);
  const item: ItemPlace = {
    start: line.start,
    mark: { start: line.start, end: content },
    box: boxed ? content + 1 : undefined,
    lines: [first],
    end: line.next,
  };
  section.items.push(item);
  walk.item = item;
}

function isBoxed(text: string, at: number, end: number): boolean {
  if (text.charCodeAt(at) !== 91 || text.charCodeAt(at + 2) !== 93) return false;
  const mark = text.charCodeAt(at + 1);
  if (mark !== 32 && mark !== 120 && mark !== 88) return false;
  const after = text.charCodeAt(at + 3);
  return at + 3 >= end || after === 32 || after === 9;
}
