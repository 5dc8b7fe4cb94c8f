/** One pass over the lines of a plan's body: what is a heading, a fence, HTML, a list or prose for CommonMark. */
import { error, type Fault, type Layout, type TaskPlace } from './layout.ts';
import { columnOf, type Line, readLine } from './lines.ts';
import {
  closesFence,
  endsHtml,
  type FenceMark,
  fenceMark,
  type HtmlKind,
  headingLevel,
  htmlKind,
  isSetextUnderline,
  isThematicBreak,
  listMark,
  type Span,
  trim,
} from './markdown.ts';
import { progressMark, takeProgressMark } from './progress-markers.ts';
import { conflict, isConflictMark } from './unfit-text.ts';
import {
  closeParagraph,
  extendItem,
  leaveTo,
  type OpenFence,
  startWalk,
  stop,
  type Walk,
  warn,
} from './walk.ts';
import { endSection, openItem, sectionNamed, takeHeading } from './walk-headings.ts';

/** Finds everything below the frontmatter, and the faults in it. */
export function walkBody(text: string, out: Layout): void {
  const walk = startWalk(text, out);
  for (let at = out.frontmatter?.end ?? 0; at < text.length && !walk.stopped; ) {
    const line = readLine(text, at);
    takeLine(walk, line);
    at = Math.max(line.next, walk.resume);
  }
  if (!walk.stopped) closeOpenBlocks(walk);
  endSection(walk, text.length);
  if (walk.stopped) return;
  if (out.sections.tasks === undefined) {
    out.faults.push(missingTasks(walk));
  }
}

function missingTasks({ out, nearTasks }: Walk): Fault {
  const fault = error(
    'missing-tasks',
    'There is no `## Tasks` heading',
    nearTasks ?? out.frontmatter?.start ?? 0,
  );
  return nearTasks === undefined ? fault : { ...fault, hint: 'Write `## Tasks` here.' };
}

function takeLine(walk: Walk, line: Line): void {
  if (walk.fence !== undefined) {
    takeFenceLine(walk, walk.fence, line);
    return;
  }
  if (isConflictMark(walk.text, line.start, line.end)) {
    stop(walk, conflict(line.start));
    return;
  }
  if (walk.html !== undefined && takeHtmlLine(walk, walk.html, line)) return;
  if (line.at === line.end) {
    takeBlankLine(walk);
    return;
  }
  takeBlockLine(walk, line);
  if (walk.section !== undefined && line.start >= walk.section.headingEnd) {
    walk.section.lastLine = Math.max(line.next, walk.resume);
  }
}

function takeBlankLine(walk: Walk): void {
  closeParagraph(walk);
  if (walk.emptyItem) walk.items.pop();
  walk.emptyItem = false;
}

function takeFenceLine(walk: Walk, fence: OpenFence, line: Line): void {
  if (walk.section !== undefined) walk.section.lastLine = line.next;
  const { text } = walk;
  const blank = line.at === line.end;
  if (fence.task !== undefined && isConflictMark(text, line.start, line.end)) {
    stop(walk, { ...conflict(line.start), ...naming(text, fence.task) });
    return;
  }
  if (!blank && fence.container > 0 && line.indent < fence.container) {
    const what = 'A code fence opened here, inside a list item, is still open when the item ends';
    stop(walk, error('unclosed-list-fence', what, fence.start));
    return;
  }
  if (blank) return;
  if (line.indent - fence.container > 3 || !closesFence(text, line.at, line.end, fence.mark)) {
    lookForLostCloser(walk, fence, line);
    return;
  }
  walk.fence = undefined;
  const item = walk.section?.items.at(-1);
  if (item !== undefined && fence.container > 0) item.end = line.next;
  if (fence.task === undefined) return;
  fence.task.block = {
    start: fence.start,
    bodyStart: fence.bodyStart,
    bodyEnd: line.start,
    end: line.next,
  };
}

/**
 * A line that opens a fence of the same marks is legal within a fence. In the YAML of a task it means nothing, though, and
 * behind a task's heading it opens that task's block: then the fence above it lost its closing line.
 */
function lookForLostCloser(walk: Walk, fence: OpenFence, line: Line): void {
  if (fence.container > 0 || walk.sectionName !== 'tasks') return;
  const { text } = walk;
  const { heading } = fence;
  fence.heading = looksLikeHeading(text, line) ? line.start : undefined;
  if (fence.heading !== undefined) {
    if (fence.task !== undefined) walk.suspect ??= fence;
    return;
  }
  const opener = line.indent <= 3 ? fenceMark(text, line.at, line.end) : undefined;
  if (opener === undefined || opener.code !== fence.mark.code || opener.length < fence.mark.length) return;
  const isLost =
    fence.task === undefined ? heading !== undefined && isYaml(text, opener.info) : line.indent === 0;
  if (isLost) stop(walk, lostCloser(text, fence, { at: line.start, as: 'the next one opens at' }));
}

/** `### <id>: <title>` at the margin. */
function looksLikeHeading(text: string, line: Line): boolean {
  return line.indent <= 3 && text.startsWith('### ', line.at) && looksLikeTask(text, line.at, line.end);
}

function lostCloser(
  text: string,
  fence: OpenFence,
  other: { readonly at: number; readonly as: string },
): Fault {
  return {
    ...error('unclosed-fence', 'The code fence opened here lacks its closing line', fence.start),
    ...naming(text, fence.task),
    also: { by: other.at - fence.start, as: other.as },
  };
}

/** True where the line belongs to the HTML block. */
function takeHtmlLine(walk: Walk, html: NonNullable<Walk['html']>, line: Line): boolean {
  const blank = line.at === line.end;
  if (html.kind >= 6) {
    const isMark = html.container === 0 && progressMark(walk.text, line) !== undefined;
    if (!blank && line.indent >= html.container && !isMark) return touchSection(walk, line);
    walk.html = undefined;
    return false;
  }
  if (!blank && line.indent < html.container) {
    stop(
      walk,
      error('unclosed-html', 'An HTML block opened here is still open when its list item ends', html.start),
    );
    return true;
  }
  if (endsHtml(html.kind, walk.text.slice(line.start, line.end))) walk.html = undefined;
  return touchSection(walk, line);
}

function touchSection(walk: Walk, line: Line): true {
  if (walk.section !== undefined) walk.section.lastLine = line.next;
  return true;
}

function takeBlockLine(walk: Walk, line: Line): void {
  const { text, items } = walk;
  const fresh = walk.fresh;
  walk.fresh = false;
  let depth = items.length;
  while (depth > 0 && (items[depth - 1] ?? 0) > line.indent) depth--;
  walk.emptyItem = false;
  let { at, indent } = line;
  let base = depth === 0 ? 0 : (items[depth - 1] ?? 0);
  for (;;) {
    if (indent - base >= 4) {
      takeIndented(walk, line, depth, at);
      return;
    }
    const code = text.charCodeAt(at);
    if (code === 62) {
      takeQuote(walk, line, depth);
      return;
    }
    if (code === 35) {
      const level = headingLevel(text, at, line.end);
      if (level > 0) {
        takeHeading(walk, line, depth, at, level);
        return;
      }
    }
    if (code === 96 || code === 126) {
      const mark = fenceMark(text, at, line.end);
      if (mark !== undefined) {
        openFence(walk, line, depth, mark, fresh);
        return;
      }
    }
    if (code === 60) {
      const kind = htmlKind(text, at, line.end, walk.paragraph !== 'none');
      if (kind > 0) {
        openHtml(walk, line, depth, at, kind);
        return;
      }
    }
    if (walk.paragraph === 'open' && depth === items.length && isSetextUnderline(text, at, line.end)) {
      takeUnderline(walk);
      return;
    }
    if (isThematicBreak(text, at, line.end)) {
      leaveTo(walk, depth);
      return;
    }
    const interrupts = walk.paragraph === 'open' && depth === items.length;
    const mark = listMark(text, at, line.end, indent, interrupts);
    if (mark === undefined) {
      takeText(walk, line, depth, at);
      return;
    }
    leaveTo(walk, depth);
    items.push(mark.column);
    depth = items.length;
    openItem(walk, line, mark.content, depth);
    if (mark.content === line.end) {
      walk.emptyItem = true;
      return;
    }
    base = mark.column;
    at = mark.content;
    indent = columnOf(text, line.start, at);
  }
}

function takeIndented(walk: Walk, line: Line, depth: number, at: number): void {
  if (walk.paragraph !== 'none') {
    takeText(walk, line, depth, at);
    return;
  }
  leaveTo(walk, depth);
  extendItem(walk, line, depth);
  if (depth === 0 && walk.sectionName === 'tasks' && looksLikeTask(walk.text, at, line.end)) {
    warn(walk, 'heading-hint', at, 'Indented by four or more, this is code and not a task heading');
  }
}

function takeQuote(walk: Walk, line: Line, depth: number): void {
  leaveTo(walk, depth);
  extendItem(walk, line, depth);
  walk.paragraph = 'quoted';
}

function takeText(walk: Walk, line: Line, depth: number, at: number): void {
  const { text } = walk;
  if (walk.paragraph !== 'none') {
    if (walk.paragraphText !== undefined)
      walk.paragraphText = { start: walk.paragraphText.start, end: line.end };
    walk.item?.lines.push(trim(text, at, line.end));
    extendItem(walk, line, walk.items.length);
  } else {
    const item = depth > 0 && depth === walk.items.length ? walk.item : undefined;
    leaveTo(walk, depth);
    extendItem(walk, line, depth);
    walk.item = item;
    if (item !== undefined && item.start !== line.start) item.lines.push(trim(text, at, line.end));
    walk.paragraph = 'open';
    if (depth === 0) walk.paragraphText = { start: at, end: line.end };
  }
  if (depth === 0 && walk.sectionName === 'tasks' && text.startsWith('###', at)) {
    if (looksLikeTask(text, at, line.end))
      warn(walk, 'heading-hint', at, 'Without a blank after its marks this is no heading');
  }
}

function looksLikeTask(text: string, at: number, end: number): boolean {
  return /^###[ \t]*[A-Za-z0-9][^\s:]*:/.test(text.slice(at, Math.min(end, at + 160)));
}

function takeUnderline(walk: Walk): void {
  const said = walk.paragraphText;
  if (said !== undefined) {
    const name = sectionNamed(walk.text.slice(said.start, said.end));
    if (walk.sectionName === 'tasks' || name !== undefined) {
      const what = 'A line underlined with `=` or `-` is read as prose here; it opens and ends no section';
      warn(walk, 'setext-heading', said.start, what);
    }
    if (name === 'tasks') walk.nearTasks ??= said.start;
  }
  closeParagraph(walk);
}

function openFence(walk: Walk, line: Line, depth: number, mark: FenceMark, fresh: boolean): void {
  leaveTo(walk, depth);
  extendItem(walk, line, depth);
  const isBlock = fresh && depth === 0 && isYaml(walk.text, mark.info);
  walk.fence = {
    mark,
    start: line.start,
    bodyStart: line.next,
    container: depth === 0 ? 0 : (walk.items[depth - 1] ?? 0),
    task: isBlock ? walk.task : undefined,
    heading: undefined,
  };
}

/** Whether the first word of a fence's info is `yaml` or `yml`. */
function isYaml(text: string, info: Span): boolean {
  const word = /^\S*/.exec(text.slice(info.start, Math.min(info.end, info.start + 6)))?.[0] ?? '';
  return /^ya?ml$/i.test(word);
}

function openHtml(walk: Walk, line: Line, depth: number, at: number, kind: HtmlKind): void {
  leaveTo(walk, depth);
  extendItem(walk, line, depth);
  if (kind === 2 && takeProgressMark(walk, line, depth)) return;
  if (endsHtml(kind, walk.text.slice(at, line.end))) return;
  walk.html = { kind, start: at, container: depth === 0 ? 0 : (walk.items[depth - 1] ?? 0) };
}

function closeOpenBlocks(walk: Walk): void {
  const { fence, html, suspect } = walk;
  if (fence !== undefined && suspect !== undefined && suspect !== fence) {
    stop(walk, lostCloser(walk.text, suspect, { at: fence.start, as: 'that leaves open the one at' }));
  } else if (fence !== undefined) {
    const inList = fence.container > 0;
    const code = inList ? 'unclosed-list-fence' : 'unclosed-fence';
    stop(walk, {
      ...error(code, 'The code fence opened here is never closed', fence.start),
      ...naming(walk.text, fence.task),
    });
  } else if (html !== undefined && html.kind < 6) {
    stop(walk, error('unclosed-html', 'The HTML comment or block opened here is never closed', html.start));
  }
}

function naming(text: string, task: TaskPlace | undefined): { readonly task?: string } {
  return task === undefined ? {} : { task: text.slice(task.id.start, task.id.end) };
}
