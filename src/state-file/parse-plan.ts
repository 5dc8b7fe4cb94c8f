/**
 * Text to plan. Finds the parts in one pass and takes each decoded piece from the memo by its exact text; yaml, zod and
 * gray-matter are loaded only where a piece is new.
 */
import { ERRORS, type Problem } from '../errors.ts';
import { placeAt } from '../excerpt.ts';
import type { PlanFields, TaskFields } from '../model/fields.ts';
import { isId } from '../model/id.ts';
import type { Criterion, Plan, Task } from '../model/plan.ts';
import type { Memo } from '../ports.ts';
import type { Codec, Piece } from './codec.ts';
import { splitCriterion } from './criterion.ts';
import { findLayout } from './find-layout.ts';
import { error, type Fault, type ItemPlace, type Layout, type TaskPlace } from './layout.ts';
import type { Span } from './markdown.ts';
import { decodePlainBlock, decodePlainFrontmatter } from './plain-decode.ts';

export interface ParsedPlan {
  /** Undefined where a problem is an error: nothing is guessed. */
  readonly plan: Plan | undefined;
  /** In the order of the file. */
  readonly problems: readonly Problem[];
  /** The decoded pieces of this text, and no others: what is worth keeping of the memo. */
  readonly used: Memo;
}

/** Parses a plan; pieces that are not in the memo are decoded and put there. */
export function parsePlan(
  text: string,
  file: string,
  options: { readonly memo?: Memo; readonly codec: Codec },
): ParsedPlan {
  return parseLayout(text, file, findLayout(text), options.memo ?? new Map(), options.codec);
}

/** Parses a plan, and loads the codec only where a piece is neither in the memo nor plain. */
export async function readPlan(text: string, file: string, memo: Memo = new Map()): Promise<ParsedPlan> {
  const layout = findLayout(text);
  const codec = isReadable(text, layout, memo) ? undefined : (await import('./codec.ts')).codec;
  return parseLayout(text, file, layout, memo, codec);
}

/** The topic of a plan file: its name without `-state.md` or `-execution-plan.md`. */
export function topicOf(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return name.replace(/(?:-state|-execution-plan)?\.md$/i, '');
}

const HEAD: Kind<PlanFields> = {
  key: 'plan2:',
  plain: decodePlainFrontmatter,
  decode: (codec, head) => codec.decodeFrontmatter(head),
};
const BLOCK: Kind<TaskFields> = {
  key: 'task2:',
  plain: decodePlainBlock,
  decode: (codec, body) => codec.decodeBlock(body),
};

interface Kind<Fields> {
  /** Marks pieces of this decoder; raised whenever the schema or its messages change what a piece decodes to. */
  readonly key: string;
  /** Undefined where it takes the codec. */
  plain(text: string): Piece<Fields> | undefined;
  decode(codec: Codec, text: string): Piece<Fields>;
}

/** Whether the memo holds every piece, plain ones decoded into it now. */
function isReadable(text: string, layout: Layout, memo: Memo): boolean {
  const { frontmatter, tasks } = layout;
  if (frontmatter === undefined) return true;
  const pieces: Recall = { memo, codec: undefined };
  return (
    recall(pieces, HEAD, text.slice(frontmatter.start, frontmatter.end)) !== undefined &&
    tasks.every(({ block }) => {
      return (
        block === undefined || recall(pieces, BLOCK, text.slice(block.bodyStart, block.bodyEnd)) !== undefined
      );
    })
  );
}

/** The parsed layout; where there is no codec, each piece must be in the memo or plain, or there is no plan. */
export function parseLayout(
  text: string,
  file: string,
  layout: Layout,
  memo: Memo,
  codec: Codec | undefined,
): ParsedPlan {
  const faults: Fault[] = [...layout.faults];
  const used: Memo = new Map();
  const isGuesswork = faults.some((fault) => fault.severity === 'error' && fault.code !== 'invalid-heading');
  const fields = isGuesswork ? undefined : planFields({ text, memo, used, faults, codec }, layout);
  const tasks = isGuesswork ? [] : readTasks({ text, memo, used, faults, codec }, layout.tasks);
  const problems = toProblems(text, file, faults);
  if (fields === undefined || faults.some((fault) => fault.severity === 'error')) {
    return { plan: undefined, problems, used };
  }
  const { title, sections } = layout;
  const plan: Plan = {
    name: topicOf(file),
    file,
    title: title === undefined ? '' : text.slice(title.start, title.end),
    fields,
    criteria: (sections.criteria?.items ?? []).map((item) => readCriterion(text, item)),
    tasks,
    decisions: (sections.decisions?.items ?? []).map((item) => itemText(text, item)),
  };
  return { plan, problems, used };
}

interface Recall {
  readonly memo: Memo;
  /** Where what was asked for is noted. */
  readonly used?: Memo;
  readonly codec: Codec | undefined;
}

interface Pieces extends Recall {
  readonly text: string;
  readonly faults: Fault[];
}

/** The frontmatter, opening and closing line included, decoded or recalled. */
export function decodeFrontmatter(pieces: Recall, head: string): Piece<PlanFields> {
  return recall(pieces, HEAD, head) ?? UNREAD;
}

/** The body of a task's block, decoded or recalled. */
export function decodeBlock(pieces: Recall, body: string): Piece<TaskFields> {
  return recall(pieces, BLOCK, body) ?? UNREAD;
}

function planFields(pieces: Pieces, layout: Layout): PlanFields | undefined {
  const { frontmatter } = layout;
  if (frontmatter === undefined) return undefined;
  const head = pieces.text.slice(frontmatter.start, frontmatter.end);
  const piece = decodeFrontmatter(pieces, head);
  for (const fault of piece.faults) {
    pieces.faults.push({ ...fault, offset: fault.offset + frontmatter.start });
  }
  return piece.fields;
}

function readTasks(pieces: Pieces, places: readonly TaskPlace[]): readonly Task[] {
  const { text, faults } = pieces;
  const seen = new Map<string, Span>();
  return places.map((place) => {
    const id = text.slice(place.id.start, place.id.end);
    const key = id.normalize('NFKC').toLowerCase();
    const first = seen.get(key);
    if (first === undefined) seen.set(key, place.id);
    else {
      const other = text.slice(first.start, first.end);
      const what =
        other === id ? `A second task \`${id}\` stands here` : `\`${id}\` and \`${other}\` are one id`;
      const also = { by: first.start - place.id.start, as: 'first at' };
      faults.push({ ...error('duplicate-task', what, place.id.start), task: id, also });
    }
    if (!isId(id)) {
      const what = `${JSON.stringify(id)} is no task id`;
      faults.push(error('invalid-id', what, place.id.start));
    }
    const fields = taskFields(pieces, place, id);
    const brief = readBrief(text, place);
    return { id, title: text.slice(place.title.start, place.title.end), fields, brief };
  });
}

const NO_FIELDS: TaskFields = Object.freeze({});

function taskFields(pieces: Pieces, place: TaskPlace, id: string): TaskFields {
  const { block } = place;
  if (block === undefined) return NO_FIELDS;
  const body = pieces.text.slice(block.bodyStart, block.bodyEnd);
  const piece = decodeBlock(pieces, body);
  for (const fault of piece.faults) {
    pieces.faults.push({ ...fault, offset: fault.offset + block.bodyStart, task: id });
  }
  return piece.fields ?? NO_FIELDS;
}

const UNREAD = { faults: [error('internal', 'This part takes the codec, which was not given', 0)] };

/** From the memo, or decoded now, and put there; undefined where it takes a codec that is not given. */
function recall<Fields>(pieces: Recall, kind: Kind<Fields>, text: string): Piece<Fields> | undefined {
  const key = kind.key + text;
  const known = pieces.memo.get(key);
  const piece = isPiece<Fields>(known) ? known : (kind.plain(text) ?? decodeWith(pieces.codec, kind, text));
  if (piece === undefined) return undefined;
  if (piece !== known) pieces.memo.set(key, piece);
  pieces.used?.set(key, piece);
  return piece;
}

function decodeWith<Fields>(codec: Codec | undefined, kind: Kind<Fields>, text: string) {
  return codec === undefined ? undefined : kind.decode(codec, text);
}

/** The key holds the whole text a piece was decoded from, and the memo is this program's own: its shape is trusted. */
function isPiece<Fields>(value: unknown): value is Piece<Fields> {
  return typeof value === 'object' && value !== null && 'faults' in value;
}

/** Where a task's brief is: below its block, without blank lines at its ends. Empty at the end where there is none. */
export function briefOf(text: string, place: TaskPlace): Span {
  let start = place.block?.end ?? place.headingEnd;
  let end = place.end;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 10) start = at + 1;
    else if (code !== 32 && code !== 9 && code !== 13) break;
    if (at === end - 1) start = end;
  }
  for (let at = end - 1; at >= start; at--) {
    const code = text.charCodeAt(at);
    if (code === 10) end = at;
    else if (code !== 32 && code !== 9 && code !== 13) break;
  }
  if (end > start && text.charCodeAt(end) === 10 && text.charCodeAt(end - 1) === 13) end--;
  return { start, end };
}

/** The brief as the plan has it: of derived text only the markers, or each round would see another brief. */
function readBrief(text: string, place: TaskPlace): string {
  const { start, end } = briefOf(text, place);
  let brief = '';
  let at = start;
  for (const { bodyStart, bodyEnd } of place.progress ?? []) {
    brief += text.slice(at, bodyStart);
    at = bodyEnd;
  }
  brief += text.slice(at, end);
  return brief.includes('\r') ? brief.replaceAll('\r\n', '\n') : brief;
}

/** What an item says, its lines joined by one blank. */
export function itemText(text: string, item: ItemPlace): string {
  const [first, ...more] = item.lines;
  let said = first === undefined ? '' : text.slice(first.start, first.end);
  for (const line of more) said += `${said === '' ? '' : ' '}${text.slice(line.start, line.end)}`;
  return said;
}

export function readCriterion(text: string, item: ItemPlace): Criterion {
  const { text: said, check } = splitCriterion(itemText(text, item));
  const met = item.box !== undefined && text.charCodeAt(item.box) !== 32;
  return check === undefined ? { text: said, met } : { text: said, met, check };
}

/** The faults as problems with their places, in the order of the file. */
export function toProblems(text: string, file: string, faults: readonly Fault[]): readonly Problem[] {
  if (faults.length === 0) return [];
  const sorted = [...faults].sort((a, b) => a.offset - b.offset).slice(0, MAX_PROBLEMS);
  return sorted.map(({ code, severity, message, hint, offset, task, also }) => ({
    code,
    severity,
    message:
      also === undefined ? message : `${message}; ${also.as} line ${placeAt(text, offset + also.by).line}`,
    hint: hint ?? ERRORS[code].hint,
    file,
    ...placeAt(text, offset),
    ...(task === undefined ? {} : { task }),
  }));
}

/** More than a person reads; each costs a walk over the text to find its line. */
const MAX_PROBLEMS = 50;
