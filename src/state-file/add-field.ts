/** Adds a field to a piece of YAML, in lines of its own or within braces. */
import { isScalar, type Pair, type YAMLMap } from 'yaml';
import type { FieldEdit } from './edit-field.ts';
import { printPair } from './print-value.ts';
import { isBlankLine, isOnlyBlanks, lineAfter, lineStart, type Splice } from './splices.ts';
import { lastOffset, rangeOf, type Site } from './yaml-places.ts';

/** The first field of a piece that has none. */
export function firstField(site: Site, edit: FieldEdit): Splice {
  const marker = /^\.\.\.[ \t]*\r?$/m.exec(site.yaml)?.index ?? site.yaml.length;
  const line = `${printPair(edit.field, edit.to, { flow: false, core: false })}${site.lineEnd}`;
  return { start: marker, end: marker, text: line };
}

/** After the last field; people's fields before the coordinator's own, which stand apart by a blank line. */
export function addTopField(site: Site, root: YAMLMap, edit: FieldEdit): Splice {
  const isOwn = (pair: Pair) => isScalar(pair.key) && edit.own.includes(String(pair.key.value));
  const pairs = root.items;
  const line = (indent: string) =>
    `${indent}${printPair(edit.field, edit.to, { flow: false, core: false })}${site.lineEnd}`;
  const [first] = pairs;
  const peoples = pairs.findLastIndex((pair) => !isOwn(pair));
  if (edit.own.includes(edit.field) || first === undefined) {
    const blank = wantsBlank(site, pairs, isOwn, edit.spaced) ? site.lineEnd : '';
    return insertAfter(site, pairs.at(-1), (indent) => `${blank}${line(indent)}`);
  }
  if (peoples === -1) {
    const start = lineStart(site.yaml, rangeOf(first.key)[0]);
    const indent = site.yaml.slice(start, rangeOf(first.key)[0]);
    return { start, end: start, text: `${line(indent)}${site.lineEnd}` };
  }
  const blank =
    peoples > 0 && isApart(site, pairs, peoples) && !isOwn(pairs[peoples - 1] ?? first) ? site.lineEnd : '';
  return insertAfter(site, pairs[peoples], (indent) => `${blank}${line(indent)}`);
}

function wantsBlank(
  site: Site,
  pairs: readonly Pair[],
  isOwn: (pair: Pair) => boolean,
  spaced: boolean,
): boolean {
  const own = pairs.flatMap((pair, i) => (isOwn(pair) ? [i] : []));
  const [firstOwn] = own;
  const lastOwn = own.at(-1);
  if (firstOwn === undefined || lastOwn === undefined) return pairs.length > 0;
  if (own.length > 1) return isApart(site, pairs, lastOwn);
  return spaced && (firstOwn === 0 || isApart(site, pairs, firstOwn));
}

/** Whether a blank line stands right before the line of this field. */
function isApart(site: Site, pairs: readonly Pair[], index: number): boolean {
  const pair = pairs[index];
  if (pair === undefined) return false;
  const start = lineStart(site.yaml, rangeOf(pair.key)[0]);
  return start > 0 && isBlankLine(site.yaml, lineStart(site.yaml, start - 1));
}

/** Lines after a pair, at its indentation; at the end of the YAML where there is no pair. */
export function insertAfter(site: Site, pair: Pair | undefined, line: (indent: string) => string): Splice {
  if (pair === undefined) return { start: site.yaml.length, end: site.yaml.length, text: line('') };
  const keyStart = rangeOf(pair.key)[0];
  const start = lineStart(site.yaml, keyStart);
  // an explicit key begins at its question mark
  const before = site.yaml.slice(start, keyStart).replace(/\?[ \t]+$/, '');
  const indent = /^[ \t]*$/.test(before) ? before : ' '.repeat(before.length);
  const at = lineAfter(site.yaml, lastOffset(site, pair));
  const ended = at === 0 || site.yaml[at - 1] === '\n';
  return { start: at, end: at, text: ended ? line(indent) : `${site.lineEnd}${line(indent).trimEnd()}` };
}

/** A pair at the end of a map in braces. */
export function addToFlow(
  site: Site,
  map: YAMLMap,
  key: string,
  value: unknown,
): readonly Splice[] | undefined {
  const text = printPair(key, value, { flow: true, core: site.core });
  const last = map.items.at(-1);
  if (last !== undefined) return addAfterFlowItem(site, lastOffset(site, last), text);
  return addToEmptyFlow(site, map, text);
}

/** Where comments stand between the brackets, the pair goes in front of the closing one. */
export function addToEmptyFlow({ yaml, lineEnd }: Site, map: YAMLMap, text: string): readonly Splice[] {
  const [start, end] = rangeOf(map);
  if (isOnlyBlanks(yaml.slice(start + 1, end - 1))) return [{ start, end, text: `{ ${text} }` }];
  const line = lineStart(yaml, end - 1);
  const indent = yaml.slice(line, end - 1);
  if (!isOnlyBlanks(indent)) return [{ start: end - 1, end: end - 1, text: `${text} ` }];
  return [{ start: line, end: line, text: `${indent}  ${text}${lineEnd}` }];
}

/** An item after the one that ends at the offset, in a map or list in braces or brackets. */
export function addAfterFlowItem(site: Site, at: number, text: string): readonly Splice[] {
  const comma = /^\s*,/.exec(site.yaml.slice(at, at + 200));
  if (comma === null) return [{ start: at, end: at, text: `, ${text}` }];
  const after = at + comma[0].length;
  return [{ start: after, end: after, text: ` ${text}` }];
}
