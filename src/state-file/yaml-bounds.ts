/**
 * Refuses YAML that could hurt before it is parsed: tags, directives, aliases by the dozen, deep nesting, great size. It
 * reads the tokens of yaml's own lexer, which does not recurse, so what it counts is what the parser would meet.
 */
import { CST, Lexer } from 'yaml';
import type { Fault } from './layout.ts';

const MAX_LENGTH = 128 * 1024;
/** Blank lines left out, which cost next to nothing. */
const MAX_TOKENS = 20_000;
const MAX_DEPTH = 48;
const MAX_ALIASES = 32;

/** Below this a text without any of these characters cannot nest deep enough to matter, and is not looked at. */
const HARMLESS_LENGTH = 4096;

/** The first thing in the text that is refused unread; undefined where it may be parsed. */
export function findUnsafeYaml(yaml: string): Fault | undefined {
  if (yaml.length > MAX_LENGTH) {
    return unsafe(`This part of the file is longer than ${MAX_LENGTH >> 10} KiB`, 0);
  }
  if (yaml.length <= HARMLESS_LENGTH && isHarmless(yaml)) return undefined;
  return lookAtTokens(yaml);
}

function isHarmless(yaml: string): boolean {
  let opened = 0;
  let lines = 0;
  let atStart = true;
  for (let i = 0; i < yaml.length; i++) {
    const code = yaml.charCodeAt(i);
    // & * ! % ask for anchors, aliases, tags and directives; - ? [ { nest
    if (code === 38 || code === 42 || code === 33 || code === 37) return false;
    if (code === 91 || code === 123) opened++;
    else if ((code === 45 || code === 63) && isBlankAt(yaml, i + 1)) opened++;
    else if (atStart && (code === 32 || code === 9)) lines++;
    atStart = code === 10;
  }
  return opened + lines < MAX_DEPTH;
}

function isBlankAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return Number.isNaN(code) || code === 32 || code === 9 || code === 10 || code === 13;
}

function lookAtTokens(yaml: string): Fault | undefined {
  /** Columns at which block collections may be open. */
  const columns: number[] = [];
  let flow = 0;
  let aliases = 0;
  let tokens = 0;
  let offset = 0;
  let lineStart = 0;
  let lineIndent = 0;
  for (const token of new Lexer().lex(yaml)) {
    const type = CST.tokenType(token);
    if (type !== 'newline' && ++tokens > MAX_TOKENS) return unsafe('It has too many parts', offset);
    if (type === 'tag' || type === 'directive-line') {
      return unsafe(type === 'tag' ? 'A tag asks for a type' : 'A directive asks for another YAML', offset);
    }
    if (type === 'alias' && ++aliases > MAX_ALIASES) return unsafe('There are too many aliases', offset);
    if (type === 'flow-map-start' || type === 'flow-seq-start') flow++;
    else if (type === 'flow-map-end' || type === 'flow-seq-end') flow = Math.max(0, flow - 1);
    else if (type === 'newline') lineStart = offset + token.length;
    else if (flow === 0 && type === 'space' && offset === lineStart) lineIndent = token.length;
    else if (flow === 0 && opensBlock(type)) {
      const column = type === 'map-value-ind' ? lineIndent : offset - lineStart;
      while (columns.length > 0 && (columns.at(-1) ?? 0) >= column) columns.pop();
      columns.push(column);
    }
    if (type === 'newline') lineIndent = 0;
    if (flow + columns.length > MAX_DEPTH) return unsafe(`It nests deeper than ${MAX_DEPTH} levels`, offset);
    if (!isMark(type)) offset += token.length;
  }
  return undefined;
}

const opensBlock = (type: ReturnType<typeof CST.tokenType>): boolean =>
  type === 'seq-item-ind' || type === 'explicit-key-ind' || type === 'map-value-ind';

/** Tokens the lexer makes up, which take no place in the text. */
const isMark = (type: ReturnType<typeof CST.tokenType>): boolean =>
  type === 'doc-mode' || type === 'flow-error-end' || type === 'scalar';

function unsafe(message: string, offset: number): Fault {
  return { code: 'yaml-unsafe', severity: 'error', message, offset };
}
