/**
 * Text to plan. Finds the parts in one pass and takes what a text known before has letter by letter from there; yaml, zod
 * and gray-matter are loaded only where a piece is new and not plain.
 */
import { ERRORS, type Problem } from '../errors.ts';
import { placeAt } from '../excerpt.ts';
import type { PlanFields, TaskFields } from '../model/fields.ts';
import { isId } from '../model/id.ts';
import type { Criterion, Plan, Task } from '../model/plan.ts';
import { slugOf } from '../model/slug.ts';
import type { Codec, Piece } from './codec.ts';
import { splitCriterion } from './criterion.ts';
import { findLayout } from './find-layout.ts';
import { type KnownPieces, type KnownText, type Places, piecesOf, placesOf } from './known-text.ts';
import { error, type Fault, type ItemPlace, type Layout, type TaskPlace } from './layout.ts';
import type { Span } from './markdown.ts';
import { decodePlainBlock, decodePlainFrontmatter } from './plain-decode.ts';

export interface ParsedPlan {
  /** Undefined where a problem is an error: nothing is guessed. */
  readonly plan: Plan | undefined;
  /** In the order of the file. */
  readonly problems: readonly Problem[];
  /** Where the parts stand; what `KnownText` keeps of this text. */
  readonly places: Places;
}

/** Pieces decoded in one go over a text, by their kind and their exact text. */
export type Memo = Map<string, unknown>;

export interface Parts {
  readonly memo: Memo;
  /** Taken as they are where they stand again. */
  readonly pieces?: KnownPieces | undefined;
  /** Where there is none, each piece must be known or plain, or there is no plan. */
  readonly codec: Codec | undefined;
}

/** Parses a plan; what `known` has of it is not decoded again. */
export function parsePlan(
  text: string,
  file: string,
  { known, codec }: { readonly known?: KnownText | undefined; readonly codec: Codec },
): ParsedPlan {
  const pieces = known === undefined ? undefined : piecesOf(known);
  return parseLayout(text, file, findLayout(text), { memo: new Map(), pieces, codec });
}

/** Parses a plan, and loads the codec only where a piece is neither known nor plain. */
export async function readPlan(
  text: string,
  file: string,
  known?: KnownText | undefined,
): Promise<ParsedPlan> {
  const layout = findLayout(text);
  const pieces = known === undefined ? undefined : piecesOf(known);
  const plain: Parts = { memo: new Map(), pieces, codec: undefined };
  if (isReadable(text, layout, plain)) return parseLayout(text, file, layout, plain);
  const { codec } = await import('./codec.ts');
  return parseLayout(text, file, layout, { ...plain, codec });
}

/** The topic of a plan file: its name without `-state.md` or `-execution-plan.md`. */
export function topicOf(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return name.replace(/(?:-state|-execution-plan)?\.md$/i, '');
}

const HEAD: Kind<PlanFields> = {
  key: 'plan2:',
  plain: (text) => decodePlainFrontmatter(text),
  decode: (codec, head) => codec.decodeFrontmatter(head),
};
const BLOCK: Kind<TaskFields> = {
  key: 'task2:',
  plain: (text) => decodePlainBlock(text),
  decode: (codec, body) => codec.decodeBlock(body),
};

interface Kind<Fields> {
  /** Marks pieces of this decoder; raised whenever the schema or its messages change what a piece decodes to. */
  readonly key: string;
  /** Undefined where it takes the codec. */
  plain(text: string): Piece<Fields> | undefined;
  decode(codec: Codec, text: string): Piece<Fields>;
}

/** Whether no piece takes the codec; plain ones are decoded into the memo now. */
function isReadable(text: string, layout: Layout, parts: Parts): boolean {
  const { frontmatter, tasks } = layout;
  if (frontmatter === undefined) return true;
  const head = text.slice(frontmatter.start, frontmatter.end);
  return (
    (knownFields(parts, text, frontmatter.end) !== undefined || recall(parts, HEAD, head) !== undefined) &&
    tasks.every(({ block, start, end }) => {
      return (
        block === undefined ||
        parts.pieces?.sections.has(text.slice(start, end)) === true ||
        recall(parts, BLOCK, text.slice(block.bodyStart, block.bodyEnd)) !== undefined
      );
    })
  );
}

/** The parsed layout. */
export function parseLayout(text: string, file: string, layout: Layout, parts: Parts): ParsedPlan {
  const faults: Fault[] = [...layout.faults];
  const reading: Reading = { ...parts, text, faults };
  const isGuesswork = faults.some((fault) => fault.severity === 'error' && fault.code !== 'invalid-heading');
  const fields = isGuesswork ? undefined : planFields(reading, layout);
  const tasks = isGuesswork ? [] : readTasks(reading, layout.tasks);
  const problems = toProblems(text, file, faults);
  const places = placesOf(layout);
  if (fields === undefined || faults.some((fault) => fault.severity === 'error')) {
    return { plan: undefined, problems, places };
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
  return { plan, problems, places };
}

interface Reading extends Parts {
  readonly text: string;
  readonly faults: Fault[];
}

/** The frontmatter's fields, where it is the one that is known. */
function knownFields({ pieces }: Parts, text: string, end: number): PlanFields | undefined {
  return pieces?.head.length === end && text.startsWith(pieces.head) ? pieces.fields : undefined;
}

/** The frontmatter, opening and closing line included, decoded or recalled. */
export function decodeFrontmatter(parts: Parts, head: string): Piece<PlanFields> {
  return recall(parts, HEAD, head) ?? UNREAD;
}

/** The body of a task's block, decoded or recalled. */
export function decodeBlock(parts: Parts, body: string): Piece<TaskFields> {
  return recall(parts, BLOCK, body) ?? UNREAD;
}

function planFields(reading: Reading, layout: Layout): PlanFields | undefined {
  const { frontmatter } = layout;
  if (frontmatter === undefined) return undefined;
  const known = knownFields(reading, reading.text, frontmatter.end);
  if (known !== undefined) return known;
  const head = reading.text.slice(frontmatter.start, frontmatter.end);
  const piece = decodeFrontmatter(reading, head);
  for (const fault of piece.faults) {
    reading.faults.push({ ...fault, offset: fault.offset + frontmatter.start });
  }
  return piece.fields;
}

function readTasks(reading: Reading, places: readonly TaskPlace[]): readonly Task[] {
  const { text, faults, pieces } = reading;
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
      const meant = slugOf(id);
      const hint = meant === '' ? {} : { hint: `For example \`${meant}\`. ${ERRORS['invalid-id'].hint}` };
      faults.push({ ...error('invalid-id', what, place.id.start), ...hint });
    }
    const known = pieces?.sections.get(text.slice(place.start, place.end));
    if (known !== undefined) return known;
    const fields = taskFields(reading, place, id);
    const brief = readBrief(text, place);
    return { id, title: text.slice(place.title.start, place.title.end), fields, brief };
  });
}

const NO_FIELDS: TaskFields = Object.freeze({});

function taskFields(reading: Reading, place: TaskPlace, id: string): TaskFields {
  const { block } = place;
  if (block === undefined) return NO_FIELDS;
  const body = reading.text.slice(block.bodyStart, block.bodyEnd);
  const piece = decodeBlock(reading, body);
  for (const fault of piece.faults) {
    reading.faults.push({ ...fault, offset: fault.offset + block.bodyStart, task: id });
  }
  return piece.fields ?? NO_FIELDS;
}

const UNREAD = { faults: [error('internal', 'This part takes the codec, which was not given', 0)] };

/** From the memo, or decoded now, and put there; undefined where it takes a codec that is not given. */
function recall<Fields>(parts: Parts, kind: Kind<Fields>, text: string): Piece<Fields> | undefined {
  const key = kind.key + text;
  const known = parts.memo.get(key);
  const piece = isPiece<Fields>(known) ? known : (kind.plain(text) ?? decodeWith(parts.codec, kind, text));
  if (piece !== undefined && piece !== known) parts.memo.set(key, piece);
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
