/** What the walk over a plan's body knows between two lines, and the steps that each kind of line shares. */
import type { Fault, ItemPlace, Layout, SectionName, SectionPlace, TaskPlace } from './layout.ts';
import type { Line } from './lines.ts';
import type { FenceMark, HtmlKind, Span } from './markdown.ts';

/** More faults than a person reads at once; the scan stops there. */
export const MAX_FAULTS = 50;

export interface OpenFence {
  readonly mark: FenceMark;
  readonly start: number;
  readonly bodyStart: number;
  /** Content column of the list item it stands in; 0 at top level. */
  readonly container: number;
  readonly task: TaskPlace | undefined;
  /** Start of a line within that reads as a task's heading and is followed by nothing but blank lines so far. */
  heading: number | undefined;
}

export interface Walk {
  readonly text: string;
  readonly out: Layout;
  /** Content columns of the list items that are open, outermost first. */
  readonly items: number[];
  emptyItem: boolean;
  paragraph: 'none' | 'open' | 'quoted';
  /** The open paragraph, where it stands outside of lists. */
  paragraphText: Span | undefined;
  fence: OpenFence | undefined;
  /** The first block of a task that a heading stands in: where the next fence has no end, this one lacked its own. */
  suspect: OpenFence | undefined;
  html: { readonly kind: HtmlKind; readonly start: number; readonly container: number } | undefined;
  section: SectionPlace | undefined;
  sectionName: SectionName | undefined;
  task: TaskPlace | undefined;
  /** Where a heading reads `Tasks` without being the one that opens them. */
  nearTasks: number | undefined;
  /** Nothing but blank lines since the task's heading. */
  fresh: boolean;
  /** The item whose first paragraph is open. */
  item: ItemPlace | undefined;
  /** Lines before this offset are derived text, and say nothing. */
  resume: number;
  /** No progress marker follows the last one opened, so the rest need not be searched again. */
  endless: boolean;
  stopped: boolean;
}

/** The walk before its first line. */
export function startWalk(text: string, out: Layout): Walk {
  return {
    text,
    out,
    items: [],
    emptyItem: false,
    paragraph: 'none',
    paragraphText: undefined,
    fence: undefined,
    suspect: undefined,
    html: undefined,
    section: undefined,
    sectionName: undefined,
    task: undefined,
    nearTasks: undefined,
    fresh: false,
    item: undefined,
    resume: 0,
    endless: false,
    stopped: false,
  };
}

/** Closes the list items below the depth, and the paragraph. */
export function leaveTo(walk: Walk, depth: number): void {
  closeParagraph(walk);
  // Setting a length costs even where it stays, and this is done at every line.
  if (walk.items.length > depth) walk.items.length = depth;
}

export function closeParagraph(walk: Walk): void {
  walk.paragraph = 'none';
  walk.paragraphText = undefined;
  walk.item = undefined;
}

/** The line belongs to the last item of the section, where it stands in a list. */
export function extendItem(walk: Walk, line: Line, depth: number): void {
  const last = walk.section?.items.at(-1);
  if (last !== undefined && depth > 0) last.end = line.next;
}

/** Takes note of what is worth a warning, up to what a person reads. */
export function warn(walk: Walk, code: Fault['code'], offset: number, message: string): void {
  if (walk.out.faults.length <= MAX_FAULTS)
    walk.out.faults.push({ code, severity: 'warning', message, offset });
}

/** Ends the walk with a fault: all that follows would be guesswork. */
export function stop(walk: Walk, fault: Fault): void {
  walk.out.faults.push(fault);
  walk.stopped = true;
}
