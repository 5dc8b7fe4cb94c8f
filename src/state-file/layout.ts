/** The parts of a plan file as places in its text, and the faults that are found on the way. */
import type { ErrorCode } from '../errors.ts';
import type { Span } from './markdown.ts';

/** Something wrong at an offset of the text. */
export interface Fault {
  readonly code: ErrorCode;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint?: string;
  readonly offset: number;
  readonly task?: string;
  /** Another place that belongs to it, counted from `offset`; its line is named after these words. */
  readonly also?: { readonly by: number; readonly as: string };
}

/** What stands between two lines of marks: YAML between fences or `---`, derived text between progress markers. */
export interface Block {
  /** Start of the opening line. */
  readonly start: number;
  readonly bodyStart: number;
  /** Start of the closing line. */
  readonly bodyEnd: number;
  /** After the closing line and its line end. */
  readonly end: number;
}

export interface TaskPlace {
  readonly id: Span;
  readonly title: Span;
  /** Start of the heading's line. */
  readonly start: number;
  /** After the heading's line end. */
  readonly headingEnd: number;
  block: Block | undefined;
  /** Derived text within the brief; undefined where there is none. */
  progress: Block[] | undefined;
  /** Where the next heading that ends this task begins. */
  end: number;
}

export interface ItemPlace {
  /** Start of the item's first line. */
  readonly start: number;
  /** From the line's start to the item's text, box excluded. */
  readonly mark: Span;
  /** Offset of the character between the brackets; undefined where the item has no box. */
  readonly box: number | undefined;
  /** Lines of the item's first paragraph, without bullet and box. */
  readonly lines: Span[];
  /** After the line end of the last line that is not blank. */
  end: number;
}

export interface SectionPlace {
  readonly start: number;
  readonly headingEnd: number;
  readonly items: ItemPlace[];
  /** After the line end of its last line that is not blank. */
  lastLine: number;
  end: number;
}

export interface Layout {
  /** 1 where the text opens with a byte order mark. */
  readonly head: number;
  frontmatter: Block | undefined;
  title: Span | undefined;
  sections: { tasks?: SectionPlace; criteria?: SectionPlace; decisions?: SectionPlace };
  readonly tasks: TaskPlace[];
  /** Where Rondo keeps its progress text; `unclear` where the markers are not one pair. */
  progress: Block | 'unclear' | undefined;
  readonly faults: Fault[];
}
export type SectionName = keyof Layout['sections'];

export const SECTION_TITLES: Readonly<Record<SectionName, string>> = {
  tasks: 'Tasks',
  criteria: 'Success criteria',
  decisions: 'Decisions',
};

/** A fault for which the text is not read as a plan. */
export function error(code: ErrorCode, message: string, offset: number): Fault {
  return { code, severity: 'error', message, offset };
}
