/** Says in plain words what a schema expected, and where the value stands. */
import { z } from '../model/scalars.ts';
import type { Fault } from './layout.ts';
import type { Typed } from './yaml-read.ts';

type Issue = z.core.$ZodIssue;
interface Shaped {
  readonly shape: Readonly<Record<string, z.ZodMiniType>>;
}

/** A fault at the value the issue is about. */
export function explainIssue(issue: Issue, typed: Typed, schema: Shaped, code: Fault['code']): Fault {
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
    ...(described === undefined ? {} : { hint: `${String(top)}: ${described}` }),
  };
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
