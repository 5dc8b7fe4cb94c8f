/** Changes a value of a piece of YAML where it differs: within maps and lists only the entries that do. */
import { isCollection, isMap, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { sameValue } from '../model/same-value.ts';
import { addAfterFlowItem, addToEmptyFlow, insertAfter } from './add-field.ts';
import { addItems, removeItems } from './list-items.ts';
import { printPair, printValue } from './print-value.ts';
import { removeFromFlow, removeLines } from './remove-field.ts';
import { replaceScalar, replaceValue } from './replace-value.ts';
import { isCollectionValue, isRecord, type Splice } from './splices.ts';
import { isBlockScalar, lastOffset, rangeOf, type Site } from './yaml-places.ts';
import { findPair, isEmptyNode, keyOf } from './yaml-read.ts';

/** The smallest change of a value: within maps and lists only what differs. */
export function changeValue(
  site: Site,
  pair: Pair,
  from: unknown,
  to: unknown,
): readonly Splice[] | undefined {
  const node = pair.value;
  const within: Site = { ...site, core: site.core || keyOf(pair) === 'metadata' };
  if (isEmptyNode(node)) return replaceValue(within, pair, to);
  if (isMap(node) && isRecord(from) && isRecord(to)) return changeMap(within, node, from, to);
  if (isSeq(node) && Array.isArray(from) && Array.isArray(to)) return changeList(within, node, from, to);
  if (isScalar(node) && !isCollectionValue(to)) return replaceScalar(within, node, to);
  return undefined;
}

function changeMap(
  site: Site,
  map: YAMLMap,
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
): readonly Splice[] | undefined {
  const within: Site = { ...site, flow: site.flow || map.flow === true };
  const splices: Splice[] = [];
  const added: string[] = [];
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    if (sameValue(from[key], to[key])) continue;
    const pair = findPair(map, key);
    if (pair === undefined) {
      added.push(key);
      continue;
    }
    const part =
      to[key] === undefined ? removePair(within, map, pair) : changePair(within, pair, from[key], to[key]);
    if (part === undefined) return undefined;
    splices.push(...part);
  }
  const more = addPairs(within, map, added, to);
  return more === undefined ? undefined : [...splices, ...more];
}

function removePair(site: Site, map: YAMLMap, pair: Pair): readonly Splice[] | undefined {
  return map.flow === true ? removeFromFlow(site, map, pair) : removeLines(site, pair, map);
}

function changePair(site: Site, pair: Pair, from: unknown, to: unknown): readonly Splice[] | undefined {
  return changeValue(site, pair, from, to) ?? replaceValue(site, pair, to);
}

function addPairs(
  site: Site,
  map: YAMLMap,
  keys: readonly string[],
  to: Readonly<Record<string, unknown>>,
): readonly Splice[] | undefined {
  if (keys.length === 0) return [];
  if (map.flow === true) {
    const given = Object.fromEntries(keys.map((key) => [key, to[key]]));
    const text = keys.map((key) => printPair(key, given[key], { flow: true, core: site.core })).join(', ');
    const last = map.items.at(-1);
    if (last !== undefined) return addAfterFlowItem(site, lastOffset(site, last), text);
    return addToEmptyFlow(site, map, text);
  }
  const lines = (indent: string) =>
    keys
      .map((key) => `${indent}${printPair(key, to[key], { flow: false, core: site.core })}${site.lineEnd}`)
      .join('');
  return [insertAfter(site, map.items.at(-1), lines)];
}

/** Keeps the items that are the same at both ends, changes those that pair up between, adds or removes the rest. */
function changeList(
  site: Site,
  list: YAMLSeq,
  from: readonly unknown[],
  to: readonly unknown[],
): readonly Splice[] | undefined {
  if (list.items.length !== from.length || (from.length > 0 && to.length === 0)) return undefined;
  const within: Site = { ...site, flow: site.flow || list.flow === true };
  const shorter = Math.min(from.length, to.length);
  let head = 0;
  while (head < shorter && sameValue(from[head], to[head])) head++;
  let tail = 0;
  while (tail < shorter - head && sameValue(from.at(-1 - tail), to.at(-1 - tail))) tail++;
  const paired = shorter - head - tail;
  const splices: Splice[] = [];
  for (let i = head; i < head + paired; i++) {
    const part = changeItem(within, list.items[i], from[i], to[i]);
    if (part === undefined) return undefined;
    splices.push(...part);
  }
  const at = head + paired;
  const rest =
    from.length > to.length
      ? removeItems(within, list, at, from.length - tail)
      : addItems(within, list, at, to.slice(at, to.length - tail));
  return rest === undefined ? undefined : [...splices, ...rest];
}

function changeItem(site: Site, node: unknown, from: unknown, to: unknown): readonly Splice[] | undefined {
  if (sameValue(from, to)) return [];
  if (isMap(node) && isRecord(from) && isRecord(to)) return changeMap(site, node, from, to);
  if (isSeq(node) && Array.isArray(from) && Array.isArray(to)) return changeList(site, node, from, to);
  if (isScalar(node) && !isEmptyNode(node) && !isBlockScalar(node)) {
    if (!isCollectionValue(to)) return replaceScalar(site, node, to);
    const [start, end] = rangeOf(node);
    return [{ start, end, text: printValue(to, site) }];
  }
  if (!isCollection(node) || node.flow !== true) return undefined;
  const [start, end] = rangeOf(node);
  return [{ start, end, text: printValue(to, site) }];
}
