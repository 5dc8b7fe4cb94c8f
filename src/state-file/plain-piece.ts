/**
 * Reads a piece of YAML that is plain beyond doubt: lines of `key: value` and whole-line comments. Whatever could mean
 * more than it shows is not read here but left to yaml.
 */

export type PlainNode = PlainText | PlainList | PlainMap;

interface At {
  readonly start: number;
  /** After the value's last character. */
  readonly end: number;
}

export interface PlainText extends At {
  readonly kind: 'text';
  readonly quoting: 'plain' | 'single' | 'double';
  readonly value: string;
}

export interface PlainList extends At {
  readonly kind: 'list';
  readonly items: readonly PlainNode[];
}

export interface PlainMap extends At {
  readonly kind: 'map';
  readonly entries: readonly PlainEntry[];
}

export interface PlainEntry {
  readonly key: string;
  /** Start of the key. */
  readonly start: number;
  readonly value: PlainNode;
}

/** The fields of a piece; undefined where it is not plain. */
export function readPlainPiece(yaml: string): readonly PlainEntry[] | undefined {
  if (yaml.length > MAX_LENGTH || UNUSUAL.test(yaml)) return undefined;
  const entries: PlainEntry[] = [];
  const keys = new Set<string>();
  for (let at = 0; at < yaml.length; ) {
    const newline = yaml.indexOf('\n', at);
    const next = newline === -1 ? yaml.length : newline + 1;
    const end = newline === -1 ? next : yaml[newline - 1] === '\r' ? newline - 1 : newline;
    if (yaml[at] !== '#' && !isBlank(yaml, at, end)) {
      const entry = readLine(yaml, at, end);
      if (entry === undefined || keys.has(entry.key)) return undefined;
      keys.add(entry.key);
      entries.push(entry);
    }
    at = next;
  }
  return entries;
}

/** Shorter than what yaml-bounds.ts refuses for its length or its number of parts. */
const MAX_LENGTH = 8192;
/** Tabs, lone carriage returns, control characters, what changes how a line is shown, halves of characters. */
const UNUSUAL =
  /[\u0000-\u0009\u000B\u000C\u000E-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF\uD800-\uDFFF]|\r(?!\n)/u;
const MAX_DEPTH = 4;

function isBlank(yaml: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (yaml.charCodeAt(at) !== 32) return false;
  return true;
}

const KEY = /([a-z_]+): +/y;
const REST = / *(?: #.*)?$/y;

function readLine(yaml: string, start: number, end: number): PlainEntry | undefined {
  // matched within its own line, so that nothing looks beyond it
  const line = yaml.slice(start, end);
  const key = matchAt(KEY, line, 0);
  const name = key?.[1];
  if (key === null || name === undefined) return undefined;
  const at = key[0].length;
  if (!/["'[{]/.test(line[at] ?? '')) return plainEntry(name, line, start, at);
  const value = readFlow(line, start, at, 0);
  if (value === undefined || matchAt(REST, line, value.end - start) === null) return undefined;
  return { key: name, start, value };
}

/** Letters and digits, in brackets; to make a pattern of all there are takes longer than to read a plan with it. */
const ASCII_LETTERS = 'A-Za-z0-9';
const ALL_LETTERS = '\\p{L}\\p{N}';

/** What a plain text may begin with: nothing that YAML gives a meaning. */
const beginning = (letters: string) => `(?:[${letters}_./(+$<=~^;\\\\)]|-(?=[\\w.]))`;
const BEGINNING = new RegExp(`^${beginning(ASCII_LETTERS)}`);

function isBeginning(value: string): boolean {
  return (value.charCodeAt(0) > 127 ? ofAllLetters().beginning : BEGINNING).test(value);
}

/** Made when the first letter beyond ASCII asks for them. */
function ofAllLetters() {
  allLetters ??= {
    beginning: new RegExp(`^${beginning(ALL_LETTERS)}`, 'u'),
    flowText: new RegExp(flowText(ALL_LETTERS), 'uy'),
  };
  return allLetters;
}

let allLetters: { readonly beginning: RegExp; readonly flowText: RegExp } | undefined;

function plainEntry(key: string, line: string, start: number, at: number): PlainEntry | undefined {
  const comment = line.indexOf(' #', at);
  const value = (comment === -1 ? line.slice(at) : line.slice(at, comment)).replace(/ +$/, '');
  if (!isBeginning(value) || value.includes(': ') || value.endsWith(':')) return undefined;
  const end = start + at + value.length;
  return { key, start, value: { kind: 'text', quoting: 'plain', value, start: start + at, end } };
}

// ---------------------------------------------------------------- in brackets, braces or quotes

const DOUBLE = /"((?:[^"\\]|\\["\\n])*)"/y;
const SINGLE = /'([^']*)'/y;
const flowText = (letters: string) =>
  `${beginning(letters)}(?:[^\\s,[\\]{}:#"]|:(?=[${letters}_/.])|(?<=\\S)#| +(?=[^\\s,[\\]{}:#"]))*`;
const FLOW_TEXT = new RegExp(flowText(ASCII_LETTERS), 'y');
const BLANKS = / */y;
const COMMA = / *, */y;

/** The value at an offset of the line, which starts at `base`. */
function readFlow(line: string, base: number, at: number, depth: number): PlainNode | undefined {
  if (depth > MAX_DEPTH) return undefined;
  switch (line[at]) {
    case '"':
      return quoted('double', matchAt(DOUBLE, line, at), base + at);
    case "'":
      return quoted('single', matchAt(SINGLE, line, at), base + at);
    case '[':
      return readList(line, base, at, depth);
    case '{':
      return readMap(line, base, at, depth);
    default: {
      const value = flowTextAt(line, at);
      if (value === undefined) return undefined;
      const start = base + at;
      return { kind: 'text', quoting: 'plain', value, start, end: start + value.length };
    }
  }
}

function quoted(
  quoting: 'single' | 'double',
  match: RegExpExecArray | null,
  start: number,
): PlainText | undefined {
  const inner = match?.[1];
  if (match === null || inner === undefined) return undefined;
  const value = quoting === 'single' ? inner : inner.replace(/\\(["\\n])/g, (_, c) => (c === 'n' ? '\n' : c));
  return { kind: 'text', quoting, value, start, end: start + match[0].length };
}

function readList(line: string, base: number, open: number, depth: number): PlainList | undefined {
  const items: PlainNode[] = [];
  const end = readParts(line, open, ']', (at) => {
    const item = readFlow(line, base, at, depth + 1);
    if (item !== undefined) items.push(item);
    return item === undefined ? undefined : item.end - base;
  });
  return end === undefined ? undefined : { kind: 'list', items, start: base + open, end: base + end };
}

function readMap(line: string, base: number, open: number, depth: number): PlainMap | undefined {
  const entries: PlainEntry[] = [];
  const end = readParts(line, open, '}', (at) => {
    const match = matchAt(KEY, line, at);
    const key = match?.[1];
    if (match === null || key === undefined || entries.some((entry) => entry.key === key)) return undefined;
    const value = readFlow(line, base, at + match[0].length, depth + 1);
    if (value !== undefined) entries.push({ key, start: base + at, value });
    return value === undefined ? undefined : value.end - base;
  });
  return end === undefined ? undefined : { kind: 'map', entries, start: base + open, end: base + end };
}

/** Reads parts between commas up to the closing mark; gives the offset after it. */
function readParts(
  line: string,
  open: number,
  close: string,
  part: (at: number) => number | undefined,
): number | undefined {
  let at = skip(BLANKS, line, open + 1);
  if (line[at] === close) return at + 1;
  for (;;) {
    const end = part(at);
    if (end === undefined) return undefined;
    at = skip(COMMA, line, end);
    if (at !== end) continue;
    at = skip(BLANKS, line, end);
    return line[at] === close ? at + 1 : undefined;
  }
}

function flowTextAt(line: string, at: number): string | undefined {
  const found = matchAt(FLOW_TEXT, line, at)?.[0];
  const end = at + (found?.length ?? 0);
  // What is to be a letter, at its start or after a colon, may be one of another alphabet.
  const letter = found === undefined ? at : line[end] === ':' ? end + 1 : -1;
  return line.charCodeAt(letter) > 127 ? matchAt(ofAllLetters().flowText, line, at)?.[0] : found;
}

function matchAt(pattern: RegExp, line: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(line);
}

function skip(pattern: RegExp, line: string, at: number): number {
  return at + (matchAt(pattern, line, at)?.[0].length ?? 0);
}
