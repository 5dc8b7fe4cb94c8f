/** Says in plain words what is wrong with YAML that cannot be read, where, and what to type instead. */
import { CST, Lexer, type YAMLError } from 'yaml';
import type { Fault } from './layout.ts';

/** What is said of one broken piece; more is noise. */
const MOST_FAULTS = 3;

/** The faults behind the parser's errors: one a line, and none that only follow from an earlier one. */
export function explainYaml(yaml: string, errors: readonly YAMLError[]): readonly Fault[] {
  const out: Fault[] = [];
  const lines = new Set<number>();
  for (const error of errors) {
    const { alone, ...said } = explain(yaml, error, errors);
    const line = lineStart(yaml, said.offset);
    if (!lines.has(line)) out.push({ code: 'yaml-syntax', severity: 'error', ...said });
    lines.add(line);
    // Whatever an unclosed quote or a shifted line swallows says nothing of itself.
    if (alone !== true || out.length === MOST_FAULTS) break;
  }
  return out;
}

/** The fault of a piece that is YAML, but no map of fields. */
export function explainNoFields(yaml: string, offset: number): Fault {
  return { code: 'yaml-syntax', severity: 'error', ...noField(yaml, offset) };
}

interface Said {
  readonly message: string;
  readonly hint: string;
  readonly offset: number;
  /** It concerns its own value, and leaves the lines below as they are. */
  readonly alone?: true;
}

const say = (message: string, hint: string, offset: number): Said => ({ message, hint, offset });

function explain(yaml: string, error: YAMLError, errors: readonly YAMLError[]): Said {
  const offset = error.pos[0];
  switch (error.code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
      if (error.message.startsWith('A block sequence')) return shifted(yaml, offset, 'items');
      return errors.some((e) => e.code === 'MULTILINE_IMPLICIT_KEY' && e.pos[0] === offset)
        ? shifted(yaml, lineAfter(yaml, offset), 'fields')
        : colonInValue(yaml, offset);
    case 'MULTILINE_IMPLICIT_KEY':
      return noField(yaml, offset);
    case 'BAD_INDENT':
      return error.message.startsWith('Flow') ? unclosedBracket(yaml, offset) : badIndent(yaml, offset);
    case 'TAB_AS_INDENT':
      return say('A tab indents this line; YAML takes blanks alone', 'Replace the tab with blanks.', offset);
    case 'MISSING_CHAR':
      return error.message.includes('quote') ? unclosedQuote(yaml, offset) : noField(yaml, offset);
    case 'BAD_SCALAR_START':
      return reserved(yaml, offset);
    case 'BAD_DQ_ESCAPE':
      return {
        message: `\`${yaml.slice(offset, offset + 2)}\` means nothing between double quotes`,
        hint: 'Double the backslash, or use single quotes.',
        offset,
        alone: true,
      };
    case 'BLOCK_IN_FLOW':
      return say(
        'A comma is missing between two fields',
        'Put a comma between them: `{ a: 1, b: 2 }`.',
        offset,
      );
    case 'MULTIPLE_DOCS':
      return say('A line `---` starts a second document here', 'Remove the line.', offset);
    case 'UNEXPECTED_TOKEN':
      return unexpected(yaml, error.message, offset);
    default:
      return say(
        'YAML cannot read this',
        'Write `field: value`, and put a value with marks in quotes.',
        offset,
      );
  }
}

// ---------------------------------------------------------------- values

const FIELD = /^([ \t]*(?:- +)*["']?([\w-]+)["']?[ \t]*:[ \t]+)(.*)$/;

/** `run: echo: hi` */
function colonInValue(yaml: string, offset: number): Said {
  const { name, value } = fieldAt(yaml, offset);
  const whose = name === undefined ? 'This value' : `The value of \`${name}\``;
  const what = `${whose} holds \`: \`, which starts another field`;
  return { ...say(what, inQuotes(name, value), offset), alone: true };
}

/** A value that begins with a mark which YAML keeps for itself. */
function reserved(yaml: string, offset: number): Said {
  const { name, value } = fieldAt(yaml, offset);
  const mark = yaml[offset] === '`' ? 'a backtick' : `\`${yaml.slice(offset, offset + 1)}\``;
  if (name === undefined) return say(`A field cannot begin with ${mark}`, 'Write `field: value`.', offset);
  return { ...say(`A value cannot begin with ${mark}`, inQuotes(name, value), offset), alone: true };
}

/** The field on the line of an offset, and its value as typed, without a comment behind it. */
function fieldAt(
  yaml: string,
  offset: number,
): { readonly name: string | undefined; readonly value: string } {
  const [, , name, rest = ''] = FIELD.exec(lineAt(yaml, offset)) ?? [];
  return { name, value: rest.replace(/ +#.*$/, '').trim() };
}

/** How the whole value is typed so that it is one text. */
function inQuotes(name: string | undefined, value: string): string {
  if (name === undefined || value === '' || value.length > 80) return 'Put the whole value in quotes.';
  const bare = /^'.*'$/.test(value) || /^".*"$/.test(value) ? value.slice(1, -1) : value;
  const quoted = /["\\]/.test(bare) ? `'${bare.replaceAll("'", "''")}'` : `"${bare}"`;
  return `Put the whole value in quotes: \`${name}: ${quoted}\`.`;
}

function unexpected(yaml: string, message: string, offset: number): Said {
  if (message.includes('block-seq-ind'))
    return startsField(yaml, offset)
      ? say(
          'This is an item of a list, and the field above it has a value already',
          'Put the items under a field with nothing behind its colon, or write `field: [a, b]`.',
          offset,
        )
      : say(
          'A list cannot begin on the line of its field',
          'Write `field: [a, b]`, or each item on a line below.',
          offset,
        );
  if (message.startsWith('Not a YAML token'))
    return say(
      'Nothing may follow `|` or `>` on its line',
      'Put the text on the lines below, indented.',
      offset,
    );
  if (/flow-(?:seq|map)-end/.test(message)) {
    const { name, value } = fieldAt(yaml, offset);
    const mark = yaml.slice(offset, offset + 1);
    return value.startsWith(mark)
      ? say(`A value cannot begin with \`${mark}\``, inQuotes(name, value), offset)
      : say(`There is one \`${mark}\` too many`, 'Remove it, or put the whole value in quotes.', offset);
  }
  if (message.startsWith('Unexpected ,'))
    return say('Nothing stands before this comma', 'Remove one comma.', offset);
  if (message.includes('at node end')) return textBehind(yaml, offset);
  return say('YAML cannot read what stands here', 'Put the whole value in quotes.', offset);
}

/** Text behind a closing quote or bracket, or behind a quote that was closed by the opening of the next one. */
function textBehind(yaml: string, offset: number): Said {
  const before = tokensOf(yaml).findLast(
    ({ type, start }) => start < offset && type !== 'space' && type !== 'newline' && type !== 'comment',
  );
  const { name, value } = fieldAt(yaml, offset);
  if (before?.type === 'single-quoted-scalar' || before?.type === 'double-quoted-scalar') {
    return before.source.includes('\n')
      ? say('The quote opened here is not closed on its line', 'Close the quote.', before.start)
      : say('Text follows the closing quote', inQuotes(name, value), offset);
  }
  if (/^[ \t]*- /.test(yaml.slice(0, offset).split('\n').at(-2) ?? '') && startsField(yaml, offset))
    return say(
      'A field stands here, below the items of a list',
      'Write fields alone: `field: value`.',
      offset,
    );
  return say('Text follows the end of the value', inQuotes(name, value), offset);
}

// ---------------------------------------------------------------- what is never closed

function unclosedQuote(yaml: string, offset: number): Said {
  const quote = tokensOf(yaml).findLast(
    ({ type, start }) =>
      start < offset && (type === 'single-quoted-scalar' || type === 'double-quoted-scalar'),
  );
  return say('The quote opened here is never closed', 'Close the quote.', quote?.start ?? offset);
}

const CLOSERS = { 'flow-seq-start': ']', 'flow-map-start': '}' } as const;

/** The bracket that is open where its line of fields goes on, or is closed by the mark of another. */
function unclosedBracket(yaml: string, offset: number): Said {
  const open: { readonly closer: ']' | '}'; readonly start: number }[] = [];
  for (const { type, start, source } of tokensOf(yaml)) {
    if (start >= offset) break;
    if (type === 'flow-seq-start' || type === 'flow-map-start') open.push({ closer: CLOSERS[type], start });
    if (type !== 'flow-seq-end' && type !== 'flow-map-end') continue;
    if (open.at(-1)?.closer !== source) break;
    open.pop();
  }
  const last = open.at(-1);
  if (last === undefined) return badIndent(yaml, offset);
  const mark = yaml.slice(last.start, last.start + 1);
  return say(
    `The \`${mark}\` opened here is never closed`,
    `Add a \`${last.closer}\`; or put the value in quotes if it is text.`,
    last.start,
  );
}

// ---------------------------------------------------------------- lines

/** A line that stands in another column than those above it. */
function shifted(yaml: string, offset: number, what: 'fields' | 'items'): Said {
  return say(
    `This line does not start in the column of the ${what} above it`,
    `Start it in the same column as the other ${what}; lines of one map or list stand below each other.`,
    firstOfLine(yaml, offset),
  );
}

function badIndent(yaml: string, offset: number): Said {
  const at = firstOfLine(yaml, offset);
  return FIELD.test(`${lineAt(yaml, at)} `) ? shifted(yaml, at, 'fields') : noField(yaml, at);
}

/** A line that is no field, by what it looks like. */
function noField(yaml: string, offset: number): Said {
  const at = firstOfLine(yaml, offset);
  const line = lineAt(yaml, at).trim();
  const above = lineAt(yaml, Math.max(0, lineStart(yaml, at) - 1)).trim();
  if (at > 0 && /:[ \t]+[|>][-+\d]*$/.test(above))
    return say('Text below a `|` or `>` must be indented', 'Indent its lines by two blanks.', at);
  const glued = /^(["']?[\w-]+["']?):(\S.*)$/.exec(line);
  if (glued !== null)
    return say('A blank is missing behind the colon', `Write \`${glued[1]}: ${short(glued[2])}\`.`, at);
  const equals = /^([\w-]+)[ \t]*=[ \t]*(.*)$/.exec(line);
  if (equals !== null)
    return say('A field takes a colon, not `=`', `Write \`${equals[1]}: ${short(equals[2])}\`.`, at);
  if (/^-(?:\s|$)/.test(line))
    return say(
      'This is an item of a list, where a field was expected',
      'Put the items under a field with nothing behind its colon, or write `field: [a, b]`.',
      at,
    );
  return say(
    'This line is no field: it has no `: `',
    'Write `field: value`; other text belongs below the closing line.',
    at,
  );
}

function short(text = ''): string {
  return text.length > 60 ? '…' : text;
}

const startsField = (yaml: string, offset: number): boolean => firstOfLine(yaml, offset) === offset;

function lineStart(yaml: string, offset: number): number {
  return offset === 0 ? 0 : yaml.lastIndexOf('\n', offset - 1) + 1;
}

function lineAfter(yaml: string, offset: number): number {
  const newline = yaml.indexOf('\n', offset);
  return newline === -1 ? offset : newline + 1;
}

function lineAt(yaml: string, offset: number): string {
  const end = yaml.indexOf('\n', offset);
  return yaml.slice(lineStart(yaml, offset), end === -1 ? yaml.length : end).replace(/\r$/, '');
}

/** Offset of the first character of the line that is no blank. */
function firstOfLine(yaml: string, offset: number): number {
  const start = lineStart(yaml, offset);
  return start + (/^[ \t]*/.exec(lineAt(yaml, offset))?.[0].length ?? 0);
}

interface Token {
  readonly type: ReturnType<typeof CST.tokenType>;
  readonly start: number;
  readonly source: string;
}

/** The parser's own tokens with their offsets; the marks that the lexer makes up are left out. */
function tokensOf(yaml: string): readonly Token[] {
  const tokens: Token[] = [];
  let start = 0;
  for (const source of new Lexer().lex(yaml)) {
    const type = CST.tokenType(source);
    if (type === 'doc-mode' || type === 'flow-error-end' || type === 'scalar') continue;
    tokens.push({ type, start, source });
    start += source.length;
  }
  return tokens;
}
