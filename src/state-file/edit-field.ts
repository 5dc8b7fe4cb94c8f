/**
 * Sets or removes one field in a piece of YAML by replacing bytes where yaml's ranges say the value is. Every way of doing
 * it is tried from the smallest on, and the first whose result reads back as wanted is taken; nothing is printed anew.
 */
import { isMap, isNode, isScalar, isSeq, type Node, type Pair, visit, type YAMLMap } from 'yaml';
import { addToFlow, addTopField, firstField } from './add-field.ts';
import { changeValue } from './change-value.ts';
import { emptyList } from './list-items.ts';
import { removeFromFlow, removeLines } from './remove-field.ts';
import { replaceValue } from './replace-value.ts';
import { lineEndOf, type Splice, splice } from './splices.ts';
import type { Site } from './yaml-places.ts';
import { findPair, isEmptyNode, parseYaml } from './yaml-read.ts';

export interface FieldEdit {
  readonly field: string;
  /** What the piece says now, decoded; undefined where it does not. */
  readonly from: unknown;
  /** What it is to say; undefined removes the field. */
  readonly to: unknown;
  /** Fields that stand after people's own, apart by a blank line. */
  readonly own: readonly string[];
  /** Whether a blank line stands between each of those, too, where the piece does not show otherwise. */
  readonly spaced: boolean;
  /** The line end where the piece has none to copy. */
  readonly lineEnd: string;
  /** Whether a result reads back as wanted. */
  verify(yaml: string): boolean;
}

/** The YAML, which must have been read without a fault, after the edit; undefined where no way of doing it leaves every other byte in place. */
export function setField(yaml: string, edit: FieldEdit): string | undefined {
  const doc = parseYaml(yaml);
  if (doc.errors.length > 0) return undefined;
  const root: unknown = doc.contents;
  const site: Site = { yaml, lineEnd: lineEndOf(yaml, edit.lineEnd), flow: false, core: false };
  for (const splices of waysOf(site, root, edit)) {
    const text = splices === undefined ? undefined : splice(yaml, splices);
    if (text !== undefined && edit.verify(text)) return text;
  }
  return undefined;
}

function* waysOf(site: Site, root: unknown, edit: FieldEdit): Generator<readonly Splice[] | undefined> {
  if (root === null || (isScalar(root) && isEmptyNode(root))) {
    if (edit.to !== undefined) yield [firstField(site, edit)];
    return;
  }
  if (!isMap(root) || isNamed(root)) return;
  const pair = findPair(root, edit.field);
  if (pair === undefined) {
    if (edit.to === undefined) yield [];
    else if (root.flow === true) yield addToFlow(site, root, edit.field, edit.to);
    else yield [addTopField(site, root, edit)];
    return;
  }
  if (isAliasedElsewhere(root, pair)) return;
  if (edit.to === undefined) {
    yield root.flow === true ? removeFromFlow(site, root, pair) : removeLines(site, pair, root);
    return;
  }
  const within: Site = { ...site, flow: root.flow === true, core: edit.field === 'metadata' };
  yield changeValue(within, pair, edit.from, edit.to);
  yield replaceValue(within, pair, edit.to);
  if (isSeq(pair.value) && Array.isArray(edit.to) && edit.to.length === 0) yield emptyList(site, pair.value);
}

const isNamed = (node: Node): boolean => 'anchor' in node && node.anchor !== undefined;

/** Whether a field's value is, or holds, an anchor to which an alias outside of it leads. */
function isAliasedElsewhere(root: YAMLMap, pair: Pair): boolean {
  if (!isNode(pair.value)) return false;
  const inside = new Set<unknown>();
  const anchors = new Set<string>();
  visit(pair.value, (_, node) => {
    inside.add(node);
    if (isNode(node) && 'anchor' in node && typeof node.anchor === 'string') anchors.add(node.anchor);
  });
  if (anchors.size === 0) return false;
  let found = false;
  visit(root, {
    Alias: (_, node) => {
      if (!inside.has(node) && anchors.has(node.source)) found = true;
    },
  });
  return found;
}
