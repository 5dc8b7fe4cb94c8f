/** Says in plain words what a schema expected, and where the value stands. */
import { sameValue } from '../model/same-value.ts';
import { z } from '../model/scalars.ts';
import type { Fault } from './layout.ts';
import { nearestName } from './nearest-name.ts';
import { namesAt } from './schema-names.ts';
import type { Typed } from './yaml-read.ts';

type Issue = z.core.$ZodIssue;
interface Shaped {
  readonly shape: Readonly<Record<string, z.ZodMiniType>>;
}

/** What an issue is explained by. */
export interface Context {
  readonly typed: Typed;
  readonly schema: z.ZodMiniType & Shaped;
  /** Names nobody knows that were found in maps within, by the path of the map. */
  readonly strangers: readonly { readonly path: readonly PropertyKey[]; readonly key: string }[];
}

/** A fault at the value the issue is about. */
export function explainIssue(issue: Issue, where: Context, code: Fault['code']): Fault {
  const { typed, schema } = where;
  const name = issue.path.map(String).join('.');
  const [top] = issue.path;
  const field = typeof top === 'string' && Object.hasOwn(schema.shape, top) ? schema.shape[top] : undefined;
  const meaning = field === undefined ? undefined : z.globalRegistry.get(field)?.description;
  const described = meaning ?? innerDescription(field);
  const message = `${name === '' ? '' : `${name}: `}${expectation(issue)}${found(valueAt(typed.value, issue.path))}`;
  return {
    code: isUnsafePath(issue) ? 'unsafe-path' : code,
    severity: 'error',
    message,
    offset: typed.offsetOf(issue.path),
    ...hintOf([
      likelyMeant(issue, where),
      described === undefined ? undefined : `${String(top)}: ${described}`,
    ]),
  };
}

function hintOf(parts: readonly (string | undefined)[]): { readonly hint?: string } {
  const hint = parts.filter((part) => part !== undefined).join(' ');
  return hint === '' ? {} : { hint };
}

/** The legal value near the one typed, or the mistyped name of what is missing. */
function likelyMeant(issue: Issue, where: Context): string | undefined {
  const value = valueAt(where.typed.value, issue.path);
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const known = issue.values.map(String);
    const near = otherWordFor(value, known) ?? nearestName(value, known);
    return near === undefined ? undefined : `Did you mean \`${near}\`?`;
  }
  if (issue.code === 'invalid_union' && isRecord(value)) {
    const known = namesAt(where.schema, issue.path);
    const strange = Object.keys(value).filter((name) => !known.includes(name));
    return meantBy(strange, known);
  }
  if (issue.code === 'custom' && typeof value === 'string')
    return issue.message.startsWith('expected a duration') ? durationMeant(value) : undefined;
  if (value !== undefined) return undefined;
  const parent = issue.path.slice(0, -1);
  const beside = where.strangers.filter(({ path }) => sameValue(path, parent)).map(({ key }) => key);
  return meantBy(beside, [String(issue.path.at(-1))]);
}

/** What people and other tools say for the same status. */
const OTHER_WORDS: Readonly<Record<string, readonly string[]>> = {
  done: ['completed', 'complete'],
  finished: ['completed', 'complete'],
  doing: ['in_progress', 'running'],
  started: ['in_progress', 'running'],
  active: ['in_progress', 'running'],
  wip: ['in_progress'],
  todo: ['pending'],
  open: ['pending', 'running'],
  ready: ['pending'],
  waiting: ['pending', 'awaiting-result'],
  skipped: ['cancelled'],
};

function otherWordFor(typed: string, known: readonly string[]): string | undefined {
  const word = typed.toLowerCase();
  return Object.hasOwn(OTHER_WORDS, word)
    ? OTHER_WORDS[word]?.find((name) => known.includes(name))
    : undefined;
}

/** `3 seconds`, where `3s` is what durations are written like. */
function durationMeant(typed: string): string | undefined {
  const [, number, word = ''] = /^(\d+)\s*([a-z]+)$/i.exec(typed.trim()) ?? [];
  const unit = UNITS.find(([words]) => words.includes(word.toLowerCase()))?.[1];
  return unit === undefined ? undefined : `Did you mean \`${number}${unit}\`?`;
}

const UNITS: readonly (readonly [words: readonly string[], unit: string])[] = [
  [['s', 'sec', 'secs', 'second', 'seconds'], 's'],
  [['m', 'min', 'mins', 'minute', 'minutes'], 'm'],
  [['h', 'hr', 'hrs', 'hour', 'hours'], 'h'],
  [['d', 'day', 'days'], 'd'],
];

function meantBy(strange: readonly string[], known: readonly string[]): string | undefined {
  for (const key of strange) {
    const near = nearestName(key, known);
    if (near !== undefined) return `Did you mean \`${near}\` by \`${key}\`?`;
  }
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema of paths marks its issues, since they have a code of their own. */
const isUnsafePath = (issue: Issue): boolean =>
  issue.code === 'custom' && issue.params?.code === 'unsafe-path';

/** Descriptions are attached inside `optional`. */
function innerDescription(field: z.ZodMiniType | undefined): string | undefined {
  const def: unknown = field?._zod.def;
  if (typeof def !== 'object' || def === null || !('innerType' in def)) return undefined;
  const inner = def.innerType;
  return inner instanceof z.ZodMiniType ? z.globalRegistry.get(inner)?.description : undefined;
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `expected ${issue.values.map((value) => `\`${String(value)}\``).join(', ')}`;
    case 'invalid_type':
      return `expected ${KINDS[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return `expected a number of ${String(issue.minimum)} or more`;
    case 'invalid_union':
      return 'expected a task id, or `{ task: <id>, or_cancelled: true }`';
    case 'custom':
      return issue.message;
    default:
      return `expected another value (${issue.code})`;
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a whole number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a map of fields',
  record: 'a map',
};

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let here = value;
  for (const step of path) {
    if (step === 0 && typeof here === 'string') continue; // one bare value is read as a list of one
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = Reflect.get(here, step);
  }
  return here;
}

function found(value: unknown): string {
  if (value === undefined) return '; it is not given';
  if (Array.isArray(value)) return '; found a list';
  if (typeof value === 'object') return '; found a map';
  const text = String(value);
  return `; found ${JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)}`;
}
