/** Where nodes of yaml stand in their text, and the edits that are made there. */
import { isMap, isNode, isSeq, type Pair, type Scalar } from 'yaml';
import { isEmptyNode } from './yaml-read.ts';

/** Where an edit happens: the YAML, and what holds for every value there. */
export interface Site {
  readonly yaml: string;
  readonly lineEnd: string;
  readonly flow: boolean;
  readonly core: boolean;
}

/** Where a node starts and ends. */
export function rangeOf(node: unknown): readonly [number, number] {
  if (isNode(node) && node.range) return [node.range[0], node.range[1]];
  return [0, 0];
}

/** Offset after the last character of a pair, comments behind it left out. */
export function lastOffset(site: Site, pair: Pair): number {
  if (!isEmptyNode(pair.value)) return lastNodeOffset(site, pair.value);
  return (colonAfter(site, pair) ?? rangeOf(pair.key)[1] - 1) + 1;
}

/** Offset after the last character of a value, comments behind it left out. */
export function lastNodeOffset(site: Site, node: unknown): number {
  const [start, end] = rangeOf(node);
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    return last === undefined ? end : lastOffset(site, last);
  }
  if (isSeq(node) && node.flow !== true) {
    const last = node.items.at(-1);
    return last === undefined ? end : Math.max(start, lastNodeOffset(site, last));
  }
  // a block scalar ends after its line end
  return end > start && site.yaml[end - 1] === '\n' ? end - 1 : end;
}

/** Offset of the colon between a key and its value. */
export function colonAfter(site: Site, pair: Pair): number | undefined {
  // behind an explicit key, comments and line ends may come first
  const end = rangeOf(pair.key)[1];
  const colon = /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*:/.exec(site.yaml.slice(end, end + 2000));
  return colon === null ? undefined : end + colon[0].length - 1;
}

/** Whether a value is written over several lines, behind a `|` or `>`. */
export const isBlockScalar = (node: Scalar): boolean =>
  node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
