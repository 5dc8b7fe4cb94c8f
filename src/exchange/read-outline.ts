/**
 * A Markdown outline or checklist as tasks. Items are tasks, and so are headings with nothing below them; a heading with
 * items below is their phase. A parent waits for its children. Numbers are an order, bullets are none. What an item says
 * beyond its first paragraph is its brief; nothing of the text is lost.
 */
import type { Problem } from '../errors.ts';
import type { TaskFields } from '../model/fields.ts';
import type { Criterion, Task } from '../model/plan.ts';
import { idMaker, slugOf } from '../model/slug.ts';
import { splitCriterion } from '../state-file/criterion.ts';
import { type ItemWords, readWords } from './item-words.ts';
import { linkTasks, type OutlineTask, unplaced } from './link-tasks.ts';
import { type OutlineNode, readBlocks } from './outline-blocks.ts';

export interface Outline {
  /** '' where it has none. */
  readonly title: string;
  /** What stands before the first heading or item. */
  readonly preface: string;
  readonly criteria: readonly Criterion[];
  readonly tasks: readonly Task[];
  /** What could not be placed, with its line. */
  readonly problems: readonly Problem[];
}

/** Reads an outline; `taken` are ids that its tasks must not have. */
export function readOutline(text: string, file: string, taken: readonly string[] = []): Outline {
  const root = readBlocks(text);
  const titled = titleOf(root);
  const reading: Reading = {
    file,
    idFor: idMaker(taken),
    preface: titled === undefined ? [joined(root.lines)] : [joined(root.lines), joined(titled.lines)],
    criteria: [],
    problems: [],
  };
  const nodes = [...root.children.filter((node) => node !== titled), ...(titled?.children ?? [])];
  const { tasks, problems } = linkTasks(
    nodes.flatMap((node) => takeNode(reading, node, NOTHING)),
    file,
  );
  return {
    title: titled?.heading ?? '',
    preface: paragraphs(reading.preface),
    criteria: reading.criteria,
    tasks,
    problems: [...reading.problems, ...problems],
  };
}

interface Reading {
  readonly file: string;
  readonly idFor: (slug: string) => string;
  readonly preface: string[];
  readonly criteria: Criterion[];
  readonly problems: Problem[];
}

/** What the headings above say: the phase and tags of each task below, and what is told to those right below. */
interface Above {
  readonly phases: readonly string[];
  readonly tags: readonly string[];
  readonly context: string;
}

const NOTHING: Above = { phases: [], tags: [], context: '' };

/** The only heading of the first level, where every other heading stands below it. */
function titleOf(root: OutlineNode): OutlineNode | undefined {
  const headings = root.children.filter((node) => node.kind === 'heading');
  const [first] = headings;
  return headings.length === 1 && first?.level === 1 && first.heading !== '' ? first : undefined;
}

const CRITERIA = /^(?:(?:success|acceptance) criteria|definition of done|done when):?$/i;
const NUMBERED = /^(?:\d+(?:\.\d+)*[.)]?|(?:phase|step|stage|part|week|milestone) \d+\b.*)(?:\s|$)/i;

function takeNode(reading: Reading, node: OutlineNode, above: Above): readonly OutlineTask[] {
  if (node.kind === 'item') return takeItem(reading, node, above);
  if (CRITERIA.test(node.heading) && node.children.length > 0) {
    reading.preface.push(joined(node.lines));
    for (const child of node.children) takeCriterion(reading, child);
    return [];
  }
  const words = readWords(node.heading);
  const ordered = NUMBERED.test(words.title);
  const said = joined(node.lines);
  if (node.children.length === 0) {
    if (words.title === '' && said === '') return [];
    return [{ ...newTask(reading, node, words, above, said), ordered }];
  }
  // A group has no place for an estimate, so its tasks are told.
  const context = paragraphs([above.context, words.estimate === undefined ? '' : node.heading, said]);
  if (words.estimate !== undefined)
    reading.problems.push(unplaced(reading.file, node.line, `an estimate of a heading with tasks below it`));
  const below: Above = {
    phases: words.title === '' ? above.phases : [...above.phases, words.title],
    tags: [...above.tags, ...words.tags],
    context,
  };
  const children = node.children.flatMap((child) => takeNode(reading, child, below));
  return [{ ordered, line: node.line, names: [node.heading, words.title], after: words.after, children }];
}

function takeItem(reading: Reading, node: OutlineNode, above: Above): readonly OutlineTask[] {
  const { first, rest } = splitParagraph(node.lines);
  const { ticked, text } = readBox(first);
  if (text === '' && rest === '' && node.children.length === 0) return [];
  const words = readWords(text);
  const children = node.children.flatMap((child) => takeNode(reading, child, { ...above, context: '' }));
  const item = newTask(reading, node, words, above, rest);
  const fields: TaskFields = ticked ? { ...item.task.fields, ...TICKED } : item.task.fields;
  if (ticked)
    for (const open of children.filter((child) => child.task?.fields.status !== 'completed'))
      reading.problems.push(
        unplaced(reading.file, node.line, `a tick over what is open on line ${open.line}; both are kept`),
      );
  return [{ ...item, ordered: node.ordered, task: { ...item.task, fields }, children }];
}

/** A title longer than this is cut, and stands in the brief as a whole. */
const MOST = 100;

function newTask(
  reading: Reading,
  node: OutlineNode,
  words: ItemWords,
  above: Above,
  said: string,
): OutlineTask & { readonly task: Task } {
  const { after, estimate } = words;
  const title = shortened(words.title === '' ? `Line ${node.line}` : words.title);
  const id = reading.idFor(slugOf(title));
  const tags = [...new Set([...above.tags, ...words.tags])];
  const fields: TaskFields = {
    ...(tags.length === 0 ? {} : { tags }),
    ...(above.phases.length === 0 ? {} : { phase: above.phases.join(' / ') }),
    ...(estimate === undefined ? {} : { estimate }),
  };
  const whole = words.title.length > MOST ? words.title : '';
  const task: Task = { id, title, fields, brief: paragraphs([above.context, whole, said]) };
  return { ordered: false, line: node.line, names: [id, words.title], after, task, children: [] };
}

function shortened(title: string): string {
  if (title.length <= MOST) return title;
  const space = title.lastIndexOf(' ', MOST - 1);
  return `${title.slice(0, space > 0 ? space : MOST - 1)}…`;
}

/** A criterion is one line, so what stands under it goes along. */
function takeCriterion(reading: Reading, node: OutlineNode): void {
  const lines = [node.heading, ...node.lines].map((line) => line.trim()).filter((line) => line !== '');
  const { ticked, text } = readBox(lines.join(' '));
  if (text !== '') {
    const { check, text: said } = splitCriterion(text);
    reading.criteria.push(
      check === undefined ? { text: said, met: ticked } : { text: said, met: ticked, check },
    );
  }
  for (const child of node.children) takeCriterion(reading, child);
}

/** A tick is all that is known of how it ended, and is said to be: otherwise `check` would ask for it. */
const TICKED: TaskFields = { status: 'completed', result: { summary: 'ticked in the outline' } };

function readBox(text: string): { readonly ticked: boolean; readonly text: string } {
  const box = /^\[([ xX])\](?:\s+|$)/.exec(text);
  if (box === null) return { ticked: false, text };
  return { ticked: box[1] !== ' ', text: text.slice(box[0].length) };
}

/** A line shorter than this was not broken to fit a width: what follows says more. */
const FULL = 60;

/** An item's title, its first line or as much of a longer paragraph, and what follows it. */
function splitParagraph(lines: readonly string[]): { readonly first: string; readonly rest: string } {
  if (/^(?:```|~~~|<!--)/.test(lines[0] ?? '')) return { first: '', rest: joined(lines) };
  const isEnd = (line: string, i: number) =>
    i > 0 && (/^\s*(?:$|```|~~~|<!--|\||>|\\#)/.test(line) || (lines[0] ?? '').length < FULL);
  const end = lines.findIndex(isEnd);
  const title = end < 0 ? lines : lines.slice(0, end);
  return {
    first: title.map((line) => line.trim()).join(' '),
    rest: joined(lines.slice(title.length)),
  };
}

/** The lines without blank ones at the ends. */
function joined(lines: readonly string[]): string {
  return lines
    .join('\n')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd();
}

function paragraphs(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}
