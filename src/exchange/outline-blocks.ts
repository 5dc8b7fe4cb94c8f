/**
 * A Markdown outline as a tree: headings and list items with the lines that stand under each. Follows CommonMark as far as
 * it decides what is a heading, an item, code or a comment; what an item says is left as it was written.
 */
import { columnOf, type Line, readLine } from '../state-file/lines.ts';
import {
  closesFence,
  endsHtml,
  type FenceMark,
  fenceMark,
  type HtmlKind,
  headingContent,
  headingLevel,
  htmlKind,
  isSetextUnderline,
  isThematicBreak,
  listMark,
} from '../state-file/markdown.ts';

export interface OutlineNode {
  readonly kind: 'root' | 'heading' | 'item';
  /** Of a heading: 1 to 6. */
  readonly level: number;
  /** Of an item: whether it has a number. */
  readonly ordered: boolean;
  /** From 1. */
  readonly line: number;
  /** Of a heading; an item's first line is the first of `lines`. */
  readonly heading: string;
  /** What stands under it, without its indentation. */
  readonly lines: string[];
  readonly children: OutlineNode[];
}

/** The whole outline; what stands before its first heading or item is in the root's lines. */
export function readBlocks(text: string): OutlineNode {
  const root = newNode('root', { line: 1 });
  const walk: Walk = {
    text,
    number: 0,
    headings: [root],
    items: [],
    open: undefined,
    paragraph: false,
    from: 0,
  };
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  at = takeFrontmatter(walk, at);
  while (at < text.length) {
    const line = readLine(text, at);
    walk.number += 1;
    takeLine(walk, line);
    at = line.next;
  }
  closeFence(walk);
  return root;
}

interface OpenItem {
  readonly node: OutlineNode;
  /** Where its mark stands. */
  readonly mark: number;
  /** Where its content starts. */
  readonly column: number;
}

interface Walk {
  readonly text: string;
  number: number;
  /** The root, and the headings around the line. */
  readonly headings: OutlineNode[];
  readonly items: OpenItem[];
  /** A fence or an HTML block that goes on. */
  open:
    | { readonly kind: 'fence'; readonly mark: FenceMark; readonly column: number }
    | { readonly kind: 'html'; readonly html: HtmlKind }
    | undefined;
  paragraph: boolean;
  /** Which line of its holder the paragraph starts with. */
  from: number;
}

function newNode(
  kind: OutlineNode['kind'],
  more: { readonly line: number } & Partial<Pick<OutlineNode, 'level' | 'ordered' | 'heading'>>,
): OutlineNode {
  return { kind, level: 0, ordered: false, heading: '', ...more, lines: [], children: [] };
}

const heading = ({ headings }: Walk): OutlineNode => headings[headings.length - 1] as OutlineNode;
const current = (walk: Walk): OutlineNode => walk.items.at(-1)?.node ?? heading(walk);

/** Frontmatter says something, too: it is kept as code. */
function takeFrontmatter(walk: Walk, at: number): number {
  const match = /^---[ \t]*\r?\n([\s\S]*?)^---[ \t]*(?:\r?\n|$)/m.exec(walk.text.slice(at));
  if (match === null || match.index !== 0) return at;
  const body = (match[1] ?? '').split(/\r?\n/).slice(0, -1);
  const longest = Math.max(2, ...(match[0].match(/`+/g) ?? []).map((run) => run.length));
  const marks = '`'.repeat(longest + 1);
  heading(walk).lines.push(`${marks}yaml`, ...body, marks, '');
  walk.number += body.length + 2;
  return at + match[0].length;
}

function takeLine(walk: Walk, line: Line): void {
  const { text } = walk;
  if (walk.open?.kind === 'fence') {
    if (takeFenceLine(walk, walk.open, line)) return;
    closeFence(walk);
  }
  if (walk.open?.kind === 'html') {
    takeHtmlLine(walk, walk.open.html, line);
    return;
  }
  if (line.at === line.end) {
    current(walk).lines.push('');
    walk.paragraph = false;
    return;
  }
  const depth = walk.items.findIndex(({ column }) => column > line.indent);
  const kept = depth < 0 ? walk.items.length : depth;
  const base = walk.items[kept - 1]?.column ?? 0;
  if (takeItem(walk, line, base)) return;
  if (line.indent - base < 4 && takeBlock(walk, line, kept, base)) return;
  // A line that goes on with a paragraph belongs to it, however far it is indented.
  if (!walk.paragraph) walk.items.length = kept;
  if (!walk.paragraph) walk.from = current(walk).lines.length;
  current(walk).lines.push(asText(indented(text, line, walk.items.at(-1)?.column ?? 0)));
  walk.paragraph = line.indent - base < 4 || walk.paragraph;
}

/** Whether the line opens something. */
function takeBlock(walk: Walk, line: Line, kept: number, base: number): boolean {
  const { text } = walk;
  const level = headingLevel(text, line.at, line.end);
  if (level > 0) {
    const said = headingContent(text, line.at + level, line.end);
    if (kept === 0) openHeading(walk, level, text.slice(said.start, said.end));
    else {
      walk.items.length = kept;
      // In a plan it would open a task, so it is written as what it says.
      current(walk).lines.push(`\\${text.slice(line.at, line.end)}`);
      walk.paragraph = false;
    }
    return true;
  }
  const fence = fenceMark(text, line.at, line.end);
  if (fence !== undefined) {
    walk.items.length = kept;
    current(walk).lines.push(indented(text, line, base));
    walk.open = { kind: 'fence', mark: fence, column: base };
    walk.paragraph = false;
    return true;
  }
  if (walk.paragraph && kept === 0 && walk.items.length === 0 && isSetextUnderline(text, line.at, line.end))
    return takeUnderline(walk, text.charCodeAt(line.at) === 61 ? 1 : 2);
  if (isThematicBreak(text, line.at, line.end)) {
    walk.items.length = kept;
    walk.paragraph = false;
    return true;
  }
  const html = htmlKind(text, line.at, line.end, walk.paragraph);
  if (html > 0 && html < 6) {
    walk.items.length = kept;
    walk.open = { kind: 'html', html };
    takeHtmlLine(walk, html, line);
    return true;
  }
  return false;
}

/**
 * Whether the line opens an item. More lenient than CommonMark: one that is indented further than the mark above it is its
 * child, by two blanks under `1.` or by six under `-`; people who nest lists mean that.
 */
function takeItem(walk: Walk, line: Line, base: number): boolean {
  const { text, items } = walk;
  if (line.indent - base >= 4 && !walk.paragraph) return false;
  if (isThematicBreak(text, line.at, line.end)) return false;
  const mark = listMark(text, line.at, line.end, line.indent, walk.paragraph && items.length === 0);
  if (mark === undefined) return false;
  const depth = items.findIndex((item) => item.mark >= line.indent);
  openItem(walk, line, depth < 0 ? items.length : depth, mark);
  return true;
}

function openItem(
  walk: Walk,
  line: Line,
  kept: number,
  mark: { readonly column: number; readonly content: number },
): void {
  const { text } = walk;
  walk.items.length = kept;
  const code = text.charCodeAt(line.at);
  const node = newNode('item', { line: walk.number, ordered: code >= 48 && code <= 57 });
  current(walk).children.push(node);
  walk.items.push({ node, mark: line.indent, column: mark.column });
  walk.paragraph = false;
  if (mark.content === line.end) return;
  // What stands behind the mark may open something itself: a fence, or another item.
  const rest = { ...line, at: mark.content, indent: columnOf(text, line.start, mark.content) };
  if (takeItem(walk, rest, mark.column) || takeBlock(walk, rest, walk.items.length, mark.column)) return;
  node.lines.push(text.slice(mark.content, line.end).trimEnd());
  walk.paragraph = true;
}

function openHeading(walk: Walk, level: number, said: string): void {
  walk.items.length = 0;
  walk.paragraph = false;
  while (walk.headings.length > 1 && heading(walk).level >= level) walk.headings.pop();
  const node = newNode('heading', { line: walk.number, level, heading: said });
  heading(walk).children.push(node);
  walk.headings.push(node);
}

/** The paragraph above the underline is a heading. */
function takeUnderline(walk: Walk, level: number): boolean {
  const said = heading(walk)
    .lines.splice(walk.from)
    .map((line) => line.trim());
  openHeading(walk, level, said.join(' '));
  return true;
}

/** False where the item that holds the fence has ended. */
function takeFenceLine(
  walk: Walk,
  fence: { readonly mark: FenceMark; readonly column: number },
  line: Line,
): boolean {
  const blank = line.at === line.end;
  if (!blank && line.indent < fence.column) return false;
  current(walk).lines.push(indented(walk.text, line, fence.column));
  if (line.indent - fence.column < 4 && closesFence(walk.text, line.at, line.end, fence.mark))
    walk.open = undefined;
  return true;
}

/** A fence ends with what holds it; in a plan it needs its closing line. */
function closeFence(walk: Walk): void {
  if (walk.open?.kind !== 'fence') return;
  const { mark } = walk.open;
  current(walk).lines.push(String.fromCharCode(mark.code).repeat(mark.length));
  walk.open = undefined;
}

function takeHtmlLine(walk: Walk, html: HtmlKind, line: Line): void {
  current(walk).lines.push(indented(walk.text, line, walk.items.at(-1)?.column ?? 0));
  if (endsHtml(html, walk.text.slice(line.start, line.end))) walk.open = undefined;
}

/** A line that is text where it stands may open something once its indentation is gone; a backslash keeps it text. */
function asText(line: string): string {
  return /^ {0,3}(?:#{1,6}(?:\s|$)|`{3}|~{3}|<)/.test(line) ? line.replace(/\S/, '\\$&') : line;
}

/** The line without the indentation of what holds it. */
function indented(text: string, line: Line, column: number): string {
  const left = Math.max(0, line.indent - column);
  return ' '.repeat(left) + text.slice(line.at, line.end);
}
