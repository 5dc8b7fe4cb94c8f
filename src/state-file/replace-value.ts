/** Replaces a value of a piece of YAML as a whole. */
import { CST, isAlias, isCollection, isScalar, Lexer, type Node, type Pair, type Scalar } from 'yaml';
import { printValue, type Quoting } from './print-value.ts';
import { isCollectionValue, lineAfter, lineStart, type Splice } from './splices.ts';
import { colonAfter, isBlockScalar, lastNodeOffset, rangeOf, type Site } from './yaml-places.ts';
import { isEmptyNode, keyOf } from './yaml-read.ts';

/** The value's bytes, all of them. Comments within them would be lost, so a value that holds some is left alone. */
export function replaceValue(site: Site, pair: Pair, to: unknown): readonly Splice[] | undefined {
  const node = pair.value;
  const within: Site = { ...site, core: site.core || keyOf(pair) === 'metadata' };
  if (isScalar(node) && !isEmptyNode(node) && !isCollectionValue(to)) return replaceScalar(within, node, to);
  const text = printValue(to, within);
  if (node === null) return undefined;
  if (isEmptyNode(node)) {
    const colon = colonAfter(site, pair);
    return colon === undefined ? undefined : [{ start: colon + 1, end: colon + 1, text: ` ${text}` }];
  }
  if (isScalar(node)) return isBlockScalar(node) ? replaceBlockScalar(site, node, text) : [over(node, text)];
  if (isAlias(node)) return [over(node, text)];
  if (!isCollection(node)) return undefined;
  if (hasComment(site.yaml.slice(rangeOf(node)[0], lastNodeOffset(site, node)))) return undefined;
  if (node.flow === true) return [over(node, text)];
  const colon = colonAfter(site, pair);
  if (colon === undefined) return undefined;
  const start = lineStart(site.yaml, rangeOf(node)[0]);
  const end = lineAfter(site.yaml, lastNodeOffset(site, node));
  if (start <= colon) return undefined;
  const anchor = /^[ \t]*&[^\s]+/.exec(site.yaml.slice(colon + 1, start))?.[0].length ?? 0;
  const at = colon + 1 + anchor;
  return [
    { start: at, end: at, text: ` ${text}` },
    { start, end, text: '' },
  ];
}

const over = (node: Node, text: string): Splice => ({ start: rangeOf(node)[0], end: rangeOf(node)[1], text });

function hasComment(text: string): boolean {
  let content = false;
  for (const token of new Lexer().lex(text)) {
    // what follows a scalar's mark is its content, whatever it looks like
    if (!content && CST.tokenType(token) === 'comment') return true;
    content = token === CST.SCALAR;
  }
  return false;
}

/** The bytes of a value that is no map or list, quoted as they were. */
export function replaceScalar(site: Site, node: Scalar, to: unknown): readonly Splice[] | undefined {
  const quoting: Quoting =
    node.type === 'QUOTE_DOUBLE' ? 'double' : node.type === 'QUOTE_SINGLE' ? 'single' : 'plain';
  // with core types, quotes would turn what is no string into one
  const keep = !site.core || typeof to === 'string' ? { quoting } : {};
  const text = printValue(to, { flow: site.flow, core: site.core, ...keep });
  return isBlockScalar(node) ? replaceBlockScalar(site, node, text) : [over(node, text)];
}

/** The header's marks become the value, and the lines below it go; a comment behind the marks stays. */
function replaceBlockScalar(site: Site, node: Scalar, text: string): readonly Splice[] | undefined {
  const header = /[|>][-+0-9]*[ \t]*(?:#[^\n]*)?\r?\n?$/.exec(
    site.yaml.slice(0, lineAfter(site.yaml, headerOf(site, node))),
  );
  if (header === null) return undefined;
  const marks = /^[|>][-+0-9]*/.exec(header[0])?.[0].length ?? 0;
  const below = header.index + header[0].length;
  const end = Math.max(below, rangeOf(node)[1]);
  return [
    { start: header.index, end: header.index + marks, text },
    { start: below, end, text: '' },
  ];
}

/** Where a block scalar's header is: its range begins there, or at its content where a comment lies between. */
function headerOf(site: Site, node: Scalar): number {
  const [start] = rangeOf(node);
  const code = site.yaml[start];
  return code === '|' || code === '>' ? start : Math.max(0, lineStart(site.yaml, start) - 1);
}
