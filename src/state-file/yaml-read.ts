/** Parses a piece of YAML into what was typed: maps, lists and strings, and nothing that YAML would guess. */
import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { explainNoFields, explainYaml } from './explain-yaml.ts';
import type { Fault } from './layout.ts';
import { coreValue } from './print-value.ts';
import { findUnsafeYaml } from './yaml-bounds.ts';

export type Path = readonly PropertyKey[];

export interface Typed {
  /** Plain objects, arrays and strings; under `metadata`, YAML's core types. */
  readonly value: Record<string, unknown>;
  readonly faults: readonly Fault[];
  /** The offset of the value at a path; of its nearest parent where it is not there. */
  offsetOf(path: Path): number;
  /** The offset of a key of the map at a path. */
  offsetOfKey(path: Path, key: string): number;
  /** Whether something was typed after a top-level key, if only a pair of quotes. */
  isGiven(key: string): boolean;
}

type YamlDocument = ReturnType<typeof parseDocument>;

/** Nodes that aliases may expand to before it counts as a bomb. */
const MAX_EXPANDED = 2000;

/** The document of a text that is safe to parse; `yaml` has every range in offsets of the text. */
export function parseYaml(yaml: string): YamlDocument {
  return parseDocument(yaml, {
    schema: 'failsafe',
    // quadratic; duplicates are found below
    uniqueKeys: false,
    prettyErrors: false,
    merge: false,
    logLevel: 'error',
  });
}

/** Reads a text that should hold one map of fields. */
export function readYaml(yaml: string): Typed {
  const unsafe = findUnsafeYaml(yaml);
  if (unsafe !== undefined) return empty([unsafe]);
  const doc = parseYaml(yaml);
  if (doc.errors.length > 0) {
    return empty(explainYaml(yaml, doc.errors));
  }
  const root: unknown = doc.contents;
  if (root === null || (isScalar(root) && root.value === '')) return empty([]);
  if (!isMap(root)) return empty([explainNoFields(yaml, startOf(root))]);
  const reading: Reading = { doc, faults: [], anchors: undefined, aliasDepth: 0, expanded: 0 };
  const value = readMap(reading, root, [], false);
  const keys = new Map(root.items.map((pair) => [keyOf(pair), startOf(pair.key)]));
  const empties = new Set(root.items.filter((pair) => isEmptyNode(pair.value)).map(keyOf));
  return {
    value,
    faults: reading.faults,
    offsetOf: (path) => findOffset(root, path),
    offsetOfKey: (path, key) => (path.length === 0 ? (keys.get(key) ?? 0) : findKeyOffset(root, path, key)),
    isGiven: (key) => !empties.has(key),
  };
}

function empty(faults: readonly Fault[]): Typed {
  return { value: {}, faults, offsetOf: () => 0, offsetOfKey: () => 0, isGiven: () => false };
}

interface Reading {
  readonly doc: YamlDocument;
  readonly faults: Fault[];
  /** Nodes with an anchor, in the order of the text; found when the first alias is met. */
  anchors: readonly (Node & { readonly anchor: string })[] | undefined;
  aliasDepth: number;
  /** Nodes read through aliases so far. */
  expanded: number;
}

function readNode(reading: Reading, node: unknown, path: Path, core: boolean): unknown {
  if (reading.aliasDepth > 0 && ++reading.expanded > MAX_EXPANDED) return refuseBomb(reading, node);
  if (isAlias(node)) {
    const target = findTarget(reading, node.source, startOf(node));
    if (target === undefined || endOf(target) > startOf(node)) {
      reading.faults.push(fault('yaml-unsafe', 'This alias does not lead to a value', startOf(node)));
      return undefined;
    }
    reading.aliasDepth++;
    const value = readNode(reading, target, path, core);
    reading.aliasDepth--;
    return value;
  }
  if (isMap(node)) return readMap(reading, node, path, core);
  if (isSeq(node)) return node.items.map((item, i) => readNode(reading, item, [...path, i], core));
  if (!isScalar(node)) return undefined;
  const source = String(node.value);
  return core && node.type === 'PLAIN' ? coreValue(source) : source;
}

function refuseBomb(reading: Reading, node: unknown): undefined {
  if (reading.expanded === MAX_EXPANDED + 1) {
    reading.faults.push(fault('yaml-unsafe', 'Its aliases multiply beyond the bound', startOf(node)));
  }
}

/** The newest node before the alias that has its name. */
function findTarget(reading: Reading, name: string, before: number): Node | undefined {
  reading.anchors ??= anchorsOf(reading.doc);
  return reading.anchors.findLast((node) => node.anchor === name && startOf(node) < before);
}

function anchorsOf(doc: YamlDocument): readonly (Node & { readonly anchor: string })[] {
  const found: (Node & { readonly anchor: string })[] = [];
  visit(doc.contents, {
    Node: (_, node) => {
      if (isAnchored(node)) found.push(node);
    },
  });
  return found;
}

function isAnchored(node: Node): node is Node & { readonly anchor: string } {
  return !isAlias(node) && 'anchor' in node && typeof node.anchor === 'string';
}

function readMap(reading: Reading, map: YAMLMap, path: Path, core: boolean): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const lines = new Map<string, number>();
  for (const pair of map.items) {
    const key = readKey(reading, pair, map);
    if (key === undefined) continue;
    const offset = startOf(pair.key);
    const first = lines.get(key);
    if (first !== undefined) {
      const also = { by: first - offset, as: 'first at' };
      reading.faults.push({ ...fault('duplicate-key', `\`${key}\` is given twice`, offset), also });
      continue;
    }
    lines.set(key, offset);
    const inCore = core || key === 'metadata';
    // a key with nothing after it is as good as no key, but for `metadata`, where nothing is a value, and for lists
    if (!core && isEmptyNode(pair.value) && path.length > 0) continue;
    out[key] = readNode(reading, pair.value, [...path, key], inCore) ?? (core ? null : '');
  }
  return out;
}

function readKey(reading: Reading, pair: Pair, map: YAMLMap): string | undefined {
  const { key } = pair;
  if (!isScalar(key)) {
    reading.faults.push(fault('yaml-unsafe', 'A field name must be a plain word', startOf(key ?? map)));
    return undefined;
  }
  const name = String(key.value);
  if (name === '__proto__' || (name === '<<' && key.type === 'PLAIN')) {
    const what = name === '<<' ? 'Merge keys are not read' : '`__proto__` is no field name';
    reading.faults.push(fault('yaml-unsafe', what, startOf(key)));
    return undefined;
  }
  return name;
}

/** Whether nothing was typed where the value would be. */
export function isEmptyNode(node: unknown): boolean {
  return node === null || (isScalar(node) && node.type === 'PLAIN' && node.source === '');
}

/** Offset of a node; 0 where it has none. */
export function startOf(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 0;
  if (isPair(node)) return startOf(node.key);
  return 'range' in node && Array.isArray(node.range) ? Number(node.range[0]) : 0;
}

function endOf(node: Node): number {
  return node.range?.[1] ?? 0;
}

/** The pair of a map that has this key. */
export function findPair(map: YAMLMap, key: PropertyKey): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
}

export function keyOf(pair: Pair): string | undefined {
  return isScalar(pair.key) ? String(pair.key.value) : undefined;
}

function findOffset(root: YAMLMap, path: Path): number {
  let node: unknown = root;
  let offset = startOf(root);
  for (const step of path) {
    if (isMap(node)) {
      const pair = findPair(node, step);
      if (pair === undefined) return offset;
      offset = isEmptyNode(pair.value) ? startOf(pair.key) : startOf(pair.value);
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = startOf(node);
    } else return offset;
  }
  return offset;
}

function findKeyOffset(root: YAMLMap, path: Path, key: string): number {
  let node: unknown = root;
  for (const step of path) {
    if (isMap(node)) node = findPair(node, step)?.value;
    else if (isSeq(node) && typeof step === 'number') node = node.items[step];
  }
  const pair = isMap(node) ? findPair(node, key) : undefined;
  return pair === undefined ? findOffset(root, path) : startOf(pair.key);
}

function fault(code: Fault['code'], message: string, offset: number): Fault {
  return { code, severity: 'error', message, offset };
}
