/** Turns `field=value` as typed on a command line into fields of the right kind. */
import { fail, problem, RondoError } from '../errors.ts';
import { AUTHORED_TASK_FIELDS, KEPT_TASK_FIELDS, type TaskFieldName } from '../model/fields.ts';
import { nearest } from '../plan/graph.ts';

export interface DecodedEdits {
  readonly title: string | undefined;
  /** An undefined value removes the field. */
  readonly fields: readonly { readonly name: TaskFieldName; readonly value: unknown }[];
}

const NAMES: readonly TaskFieldName[] = [...AUTHORED_TASK_FIELDS, ...KEPT_TASK_FIELDS];

/** Text is taken as typed, a list may be typed with commas, anything else as YAML; `field=` removes the field. */
export async function decodeEdits(pairs: readonly string[]): Promise<DecodedEdits> {
  let title: string | undefined;
  const fields: { name: TaskFieldName; value: unknown }[] = [];
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals <= 0) fail('usage', `${JSON.stringify(pair)} is not of the form field=value`);
    const [typed, value] = [pair.slice(0, equals).trim(), pair.slice(equals + 1)];
    if (typed === 'title') title = value.trim();
    else
      fields.push({
        name: knownName(typed),
        value: value.trim() === '' ? undefined : await decodeValue(knownName(typed), value),
      });
  }
  return { title, fields };
}

function knownName(typed: string): TaskFieldName {
  const name = NAMES.find((known) => known === typed);
  if (name !== undefined) return name;
  const near = nearest(typed, NAMES);
  fail(
    'usage',
    `a task has no field ${JSON.stringify(typed)}`,
    near === undefined ? {} : { hint: `Did you mean ${near}?` },
  );
}

async function decodeValue(name: TaskFieldName, typed: string): Promise<unknown> {
  const { codec } = await import('../state-file/codec.ts');
  const decode = (yaml: string) => codec.decodeBlock(`${name}: ${yaml}\n`);
  const asText = decode(JSON.stringify(typed)).fields?.[name];
  if (Array.isArray(asText) && !/^\s*[[{]/.test(typed)) {
    const items = typed.split(',').map((item) => JSON.stringify(item.trim()));
    return accepted(name, typed, decode(`[${items.join(', ')}]`));
  }
  if (asText !== undefined && !Array.isArray(asText)) return asText;
  return accepted(name, typed, decode(typed));
}

function accepted(
  name: TaskFieldName,
  typed: string,
  piece: {
    readonly fields?: Readonly<Record<string, unknown>>;
    readonly faults: readonly {
      readonly message: string;
      readonly severity: string;
      readonly hint?: string;
    }[];
  },
): unknown {
  const value = piece.fields?.[name];
  const faults = piece.faults.filter((fault) => fault.severity === 'error');
  if (value !== undefined && faults.length === 0) return value;
  throw new RondoError(
    problem('usage', faults[0]?.message ?? `${JSON.stringify(typed)} is no value for ${name}`, {
      hint: faults[0]?.hint ?? 'See `rondo schema task` for what it takes.',
    }),
  );
}
