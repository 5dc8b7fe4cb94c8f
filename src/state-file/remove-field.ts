/** Removes a field from a piece of YAML, with its lines or from between braces. */
import type { Pair, YAMLMap } from 'yaml';
import { isBlankLine, lineAfter, lineStart, type Splice } from './splices.ts';
import { lastOffset, rangeOf, type Site } from './yaml-places.ts';

/** The lines of a field, and one of two blank lines that would meet. */
export function removeLines(site: Site, pair: Pair, map: YAMLMap): readonly Splice[] | undefined {
  const { yaml } = site;
  const keyStart = rangeOf(pair.key)[0];
  const start = lineStart(yaml, keyStart);
  if (!/^[ \t]*(?:\?[ \t]+)?$/.test(yaml.slice(start, keyStart))) return undefined;
  const end = lineAfter(yaml, lastOffset(site, pair));
  const isFirst = map.items[0] === pair;
  const blankBelow = end >= yaml.length || isBlankLine(yaml, end);
  const above = start === 0 ? undefined : lineStart(yaml, start - 1);
  if (blankBelow && above !== undefined && isBlankLine(yaml, above)) return [{ start: above, end, text: '' }];
  if (isFirst && start === 0 && end < yaml.length && blankBelow) {
    return [{ start, end: lineAfter(yaml, end), text: '' }];
  }
  return [{ start, end, text: '' }];
}

/** A pair of a map in braces, with its comma. */
export function removeFromFlow(site: Site, map: YAMLMap, pair: Pair): readonly Splice[] | undefined {
  const spans = map.items.map((item) => [rangeOf(item.key)[0], lastOffset(site, item)] as const);
  return removeFlowItem(site, rangeOf(map), spans, map.items.indexOf(pair));
}

function removeFlowItem(
  site: Site,
  [start, end]: readonly [number, number],
  spans: readonly (readonly [number, number])[],
  index: number,
): readonly Splice[] | undefined {
  const here = spans[index];
  const before = spans[index - 1];
  const after = spans[index + 1];
  if (here === undefined) return undefined;
  const lines = flowLines(site.yaml, before?.[1] ?? start + 1, here, end);
  if (lines !== undefined) return [lines];
  if (before !== undefined) return [{ start: before[1], end: here[1], text: '' }];
  if (after !== undefined) return [{ start: here[0], end: after[0], text: '' }];
  const empty = site.yaml[start] === '{' ? '{}' : '[]';
  return [{ start, end, text: empty }];
}

/**
 * What to take away of an item that begins on a line after the one before it, or ends before a line end: its own lines
 * where it has them to itself, else its bytes with the comma behind it. A comma left behind the last item is legal.
 */
function flowLines(
  yaml: string,
  from: number,
  [start, end]: readonly [number, number],
  close: number,
): Splice | undefined {
  const line = lineStart(yaml, start);
  const behind = /^[ \t]*,?/.exec(yaml.slice(end, close))?.[0].length ?? 0;
  const rest = /^[ \t]*(?:#[^\n]*)?\r?\n/.exec(yaml.slice(end + behind, close));
  const opensLine = line >= from && /^[ \t]*(?:,[ \t]*)?$/.test(yaml.slice(line, start));
  if (opensLine && rest !== null) return { start: line, end: end + behind + rest[0].length, text: '' };
  const isFirst = /^[\s]*$/.test(yaml.slice(from, start)) && yaml[from - 1] !== ',' && rest !== null;
  return opensLine || isFirst ? { start, end: end + behind, text: '' } : undefined;
}
