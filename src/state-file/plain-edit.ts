/**
 * Sets or removes a field of a plain piece without yaml: the same bytes as edit-field.ts, or nothing. Each function here
 * is the part of its namesake there that concerns values on one line; a test compares the two byte by byte.
 */
import { sameValue } from '../model/same-value.ts';
import type { FieldEdit } from './edit-field.ts';
import {
  type PlainEntry,
  type PlainList,
  type PlainMap,
  type PlainNode,
  readPlainPiece,
} from './plain-piece.ts';
import { printPair, printValue } from './print-value.ts';
import {
  isBlankLine,
  isCollectionValue,
  isRecord,
  lineAfter,
  lineEndOf,
  lineStart,
  type Splice,
  splice,
} from './splices.ts';

/** The piece after the edit; undefined where it takes the codec. */
export function setPlainField(yaml: string, edit: FieldEdit): string | undefined {
  const entries = readPlainPiece(yaml);
  const splices = entries === undefined ? undefined : wayOf(yaml, entries, edit);
  const text = splices === undefined ? undefined : splice(yaml, splices);
  return text !== undefined && edit.verify(text) ? text : undefined;
}

function wayOf(yaml: string, entries: readonly PlainEntry[], edit: FieldEdit): readonly Splice[] | undefined {
  const entry = entries.find(({ key }) => key === edit.field);
  if (entry === undefined) return edit.to === undefined ? undefined : [addField(yaml, entries, edit)];
  if (edit.to === undefined) return [removeLines(yaml, entry, entries)];
  return changeValue(entry.value, edit.from, edit.to, false) ?? [over(entry.value, edit.to, false)];
}

// ---------------------------------------------------------------- whole lines

const BLOCK = { flow: false, core: false } as const;

function addField(yaml: string, entries: readonly PlainEntry[], edit: FieldEdit): Splice {
  const lineEnd = lineEndOf(yaml, edit.lineEnd);
  const line = `${printPair(edit.field, edit.to, BLOCK)}${lineEnd}`;
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return { start: yaml.length, end: yaml.length, text: line };
  const isOwn = ({ key }: PlainEntry) => edit.own.includes(key);
  const insertAfter = ({ value }: PlainEntry, text: string): Splice => {
    const at = lineAfter(yaml, value.end);
    const ended = yaml[at - 1] === '\n';
    return { start: at, end: at, text: ended ? text : `${lineEnd}${text.trimEnd()}` };
  };
  if (edit.own.includes(edit.field)) {
    const blank = wantsBlank(yaml, entries.filter(isOwn), first, edit.spaced) ? lineEnd : '';
    return insertAfter(last, `${blank}${line}`);
  }
  const index = entries.findLastIndex((entry) => !isOwn(entry));
  const [before, peoples] = [entries[index - 1], entries[index]];
  if (peoples === undefined) return { start: first.start, end: first.start, text: `${line}${lineEnd}` };
  const isSpaced = before !== undefined && !isOwn(before) && isApart(yaml, peoples);
  return insertAfter(peoples, `${isSpaced ? lineEnd : ''}${line}`);
}

function wantsBlank(yaml: string, own: readonly PlainEntry[], first: PlainEntry, spaced: boolean): boolean {
  const [firstOwn] = own;
  const lastOwn = own.at(-1);
  if (firstOwn === undefined || lastOwn === undefined) return true;
  if (own.length > 1) return isApart(yaml, lastOwn);
  return spaced && (firstOwn === first || isApart(yaml, firstOwn));
}

/** Whether a blank line stands right before the line of this field. */
function isApart(yaml: string, { start }: PlainEntry): boolean {
  return start > 0 && isBlankLine(yaml, lineStart(yaml, start - 1));
}

/** The line of a field, and one of two blank lines that would meet. */
function removeLines(yaml: string, entry: PlainEntry, entries: readonly PlainEntry[]): Splice {
  const { start } = entry;
  const end = lineAfter(yaml, entry.value.end);
  const blankBelow = end >= yaml.length || isBlankLine(yaml, end);
  if (blankBelow && isApart(yaml, entry)) return { start: lineStart(yaml, start - 1), end, text: '' };
  const isAtTop = entries[0] === entry && start === 0;
  if (isAtTop && end < yaml.length && blankBelow) return { start, end: lineAfter(yaml, end), text: '' };
  return { start, end, text: '' };
}

// ---------------------------------------------------------------- values

/** The smallest change of a value: within braces and brackets only what differs. */
function changeValue(
  node: PlainNode,
  from: unknown,
  to: unknown,
  flow: boolean,
): readonly Splice[] | undefined {
  if (node.kind === 'map' && isRecord(from) && isRecord(to)) return changeMap(node, from, to);
  if (node.kind === 'list' && Array.isArray(from) && Array.isArray(to)) {
    return changeList(node, from, to);
  }
  if (node.kind !== 'text' || isCollectionValue(to)) return undefined;
  const text = printValue(to, { flow, core: false, quoting: node.quoting });
  return [{ start: node.start, end: node.end, text }];
}

function over({ start, end }: PlainNode, to: unknown, flow: boolean): Splice {
  return { start, end, text: printValue(to, { flow, core: false }) };
}

function changeMap(
  map: PlainMap,
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
): readonly Splice[] {
  const splices: Splice[] = [];
  const added: string[] = [];
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    if (sameValue(from[key], to[key])) continue;
    const index = map.entries.findIndex((entry) => entry.key === key);
    const entry = map.entries[index];
    if (entry === undefined) added.push(key);
    else if (to[key] === undefined) splices.push(removePair(map, index));
    else {
      const part = changeValue(entry.value, from[key], to[key], true);
      splices.push(...(part ?? [over(entry.value, to[key], true)]));
    }
  }
  return added.length === 0 ? splices : [...splices, addPairs(map, added, to)];
}

function removePair({ entries, start, end }: PlainMap, index: number): Splice {
  const [before, here, after] = [entries[index - 1], entries[index], entries[index + 1]];
  if (before !== undefined && here !== undefined) {
    return { start: before.value.end, end: here.value.end, text: '' };
  }
  if (here !== undefined && after !== undefined) return { start: here.start, end: after.start, text: '' };
  return { start, end, text: '{}' };
}

function addPairs(map: PlainMap, keys: readonly string[], to: Readonly<Record<string, unknown>>): Splice {
  const text = keys.map((key) => printPair(key, to[key], { flow: true, core: false })).join(', ');
  const last = map.entries.at(-1)?.value.end;
  if (last !== undefined) return { start: last, end: last, text: `, ${text}` };
  return { start: map.start, end: map.end, text: `{ ${text} }` };
}

/** Keeps the items that are the same at both ends, changes those that pair up between, adds or removes the rest. */
function changeList(
  list: PlainList,
  from: readonly unknown[],
  to: readonly unknown[],
): readonly Splice[] | undefined {
  const { items } = list;
  if (items.length !== from.length || (from.length > 0 && to.length === 0)) return undefined;
  const shorter = Math.min(from.length, to.length);
  let head = 0;
  while (head < shorter && sameValue(from[head], to[head])) head++;
  let tail = 0;
  while (tail < shorter - head && sameValue(from.at(-1 - tail), to.at(-1 - tail))) tail++;
  const at = shorter - tail;
  const splices: Splice[] = [];
  for (const [i, node] of items.slice(head, at).entries()) {
    const [was, is] = [from[head + i], to[head + i]];
    if (sameValue(was, is)) continue;
    const part = changeValue(node, was, is, true);
    // a list or map within, of which some part cannot be changed, is left to the codec
    if (part === undefined && node.kind === 'list' && Array.isArray(is)) return undefined;
    splices.push(...(part ?? [over(node, is, true)]));
  }
  const rest =
    from.length > to.length
      ? removeItems(items, at, from.length - tail)
      : addItems(list, at, to.slice(at, to.length - tail));
  return [...splices, ...rest];
}

function removeItems(items: readonly PlainNode[], from: number, to: number): readonly Splice[] {
  const [before, first, last, after] = [items[from - 1], items[from], items[to - 1], items[to]];
  if (first === undefined || last === undefined) return [];
  if (before !== undefined) return [{ start: before.end, end: last.end, text: '' }];
  return after === undefined ? [] : [{ start: first.start, end: after.start, text: '' }];
}

function addItems(list: PlainList, at: number, values: readonly unknown[]): readonly Splice[] {
  if (values.length === 0) return [];
  const text = values.map((value) => printValue(value, { flow: true, core: false })).join(', ');
  const [before, after] = [list.items[at - 1], list.items[at]];
  if (before !== undefined) return [{ start: before.end, end: before.end, text: `, ${text}` }];
  if (after !== undefined) return [{ start: after.start, end: after.start, text: `${text}, ` }];
  return [{ start: list.start, end: list.end, text: `[${text}]` }];
}
