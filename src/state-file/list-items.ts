/** Adds items to a list of a piece of YAML, and removes some, in lines of their own or within brackets. */
import { isNode, type YAMLSeq } from 'yaml';
import { addAfterFlowItem } from './add-field.ts';
import { printValue } from './print-value.ts';
import { isOnlyBlanks, lineAfter, lineStart, type Splice } from './splices.ts';
import { lastNodeOffset, rangeOf, type Site } from './yaml-places.ts';
import { isEmptyNode } from './yaml-read.ts';

/** The items from one index to before another. */
export function removeItems(
  site: Site,
  list: YAMLSeq,
  from: number,
  to: number,
): readonly Splice[] | undefined {
  if (from >= to) return [];
  if (list.flow === true) {
    const spans = list.items.map((item) => [rangeOf(item)[0], lastNodeOffset(site, item)] as const);
    const first = spans[from];
    const last = spans[to - 1];
    if (first === undefined || last === undefined) return undefined;
    const before = spans[from - 1];
    const after = spans[to];
    if (before !== undefined) return [{ start: before[1], end: last[1], text: '' }];
    return after === undefined ? undefined : [{ start: first[0], end: after[0], text: '' }];
  }
  const splices: Splice[] = [];
  for (const item of list.items.slice(from, to)) {
    const dash = dashLine(site, item);
    if (dash === undefined) return undefined;
    splices.push({ start: dash.start, end: lineAfter(site.yaml, lastNodeOffset(site, item)), text: '' });
  }
  return splices;
}

/** Takes every item out of a list that holds comments, and leaves those. */
export function emptyList(site: Site, list: YAMLSeq): readonly Splice[] | undefined {
  if (list.flow !== true) return removeItems(site, list, 0, list.items.length);
  return list.items.map((item) => {
    const end = lastNodeOffset(site, item);
    const comma = /^\s*,/.exec(site.yaml.slice(end, end + 200))?.[0].length ?? 0;
    return { start: rangeOf(item)[0], end: end + comma, text: '' };
  });
}

/** New items before the index, laid out like those that are there. */
export function addItems(
  site: Site,
  list: YAMLSeq,
  at: number,
  values: readonly unknown[],
): readonly Splice[] | undefined {
  if (values.length === 0) return [];
  const before = list.items[at - 1];
  const after = list.items[at];
  if (list.flow === true) {
    const text = values.map((value) => printValue(value, { flow: true, core: site.core })).join(', ');
    if (before !== undefined) return addAfterFlowItem(site, lastNodeOffset(site, before), text);
    const [start, end] = rangeOf(list);
    if (after !== undefined) return [{ start: rangeOf(after)[0], end: rangeOf(after)[0], text: `${text}, ` }];
    return isOnlyBlanks(site.yaml.slice(start + 1, end - 1))
      ? [{ start, end, text: `[${text}]` }]
      : undefined;
  }
  const model = dashLine(site, before ?? after);
  if (model === undefined) return undefined;
  const lines = values
    .map((value) => `${model.indent}- ${printValue(value, { flow: false, core: site.core })}${site.lineEnd}`)
    .join('');
  const start = before === undefined ? model.start : lineAfter(site.yaml, lastNodeOffset(site, before));
  return [{ start, end: start, text: lines }];
}

/** The line of a block list's item, where its dash is the first thing on it. */
function dashLine(
  site: Site,
  node: unknown,
): { readonly start: number; readonly indent: string } | undefined {
  if (!isNode(node) || isEmptyNode(node)) return undefined;
  const at = rangeOf(node)[0];
  const start = lineStart(site.yaml, at);
  const lead = /^([ \t]*)-[ \t]+$/.exec(site.yaml.slice(start, at));
  return lead === null ? undefined : { start, indent: lead[1] ?? '' };
}
