/**
 * Decodes the YAML pieces of a plan by the schemas of the model. yaml's home is this room (chosen for its ranges, which
 * byte-exact edits need); it is loaded only where a piece is not in the memo.
 */
import { type PlanFields, planFieldsSchema, type TaskFields, taskFieldsSchema } from '../model/fields.ts';
import type { z } from '../model/scalars.ts';
import type { SettingsFile } from '../model/settings.ts';
import { planSettingShape, settingsSchema } from '../model/settings-schema.ts';
import { type FieldEdit, setField } from './edit-field.ts';
import { explainIssue } from './explain-issue.ts';
import { isWholeFrontmatter } from './frontmatter.ts';
import { error, type Fault } from './layout.ts';
import { nearestName } from './nearest-name.ts';
import { namesAt } from './schema-names.ts';
import { readYaml, type Typed } from './yaml-read.ts';

/** A decoded piece. Serialisable; offsets of the faults count from the piece's start. */
export interface Piece<Fields> {
  /** Absent where a fault is an error. */
  readonly fields?: Fields;
  readonly faults: readonly Fault[];
}

export interface Codec {
  /** From the opening `---` line to the closing one, both included. */
  decodeFrontmatter(head: string): Piece<PlanFields>;
  /** What stands between the fence lines of a task. */
  decodeBlock(body: string): Piece<TaskFields>;
  decodeSettings(yaml: string): Piece<SettingsFile>;
  /** The YAML with one field set or removed and every other byte as it was; undefined where that cannot be done. */
  setField(yaml: string, edit: FieldEdit): string | undefined;
  /** Where the value at a path stands, or the innermost one around it; undefined where its field is not there. */
  offsetOf(yaml: string, path: readonly PropertyKey[]): number | undefined;
}

export const codec: Codec = {
  decodeFrontmatter,
  decodeBlock: (body) => decode(readYaml(body), taskFieldsSchema, 'invalid-value'),
  decodeSettings,
  setField,
  offsetOf,
};

function offsetOf(yaml: string, path: readonly PropertyKey[]): number | undefined {
  const typed = readYaml(yaml);
  return Object.hasOwn(typed.value, path[0] ?? '') ? typed.offsetOf(path) : undefined;
}

function decodeFrontmatter(head: string): Piece<PlanFields> {
  const start = head.indexOf('\n') + 1;
  const end = head.trimEnd().lastIndexOf('\n') + 1;
  if (!isWholeFrontmatter(head)) {
    return { faults: [error('frontmatter-unclosed', 'Where the frontmatter ends is not clear', 0)] };
  }
  const typed = readYaml(head.slice(start, end));
  const piece = shift(decode(typed, planFieldsSchema, 'invalid-value', versionFault), start);
  return refuseSettings(piece, typed, start);
}

function decodeSettings(yaml: string): Piece<SettingsFile> {
  const typed = readYaml(yaml);
  return refuseSettings(decode(typed, settingsSchema, 'config-invalid'), typed, 0);
}

function versionFault(typed: Typed): Fault | undefined {
  const { rondo } = typed.value;
  if (rondo === undefined || rondo === '') {
    return error(
      'invalid-value',
      'rondo: expected the version of this format, `rondo: 1`; it is not given',
      0,
    );
  }
  if (typeof rondo !== 'string' || !/^\s*0*\d+\s*$/.test(rondo) || Number(rondo) === 1) return undefined;
  return error('unsupported-version', `The file says \`rondo: ${rondo}\``, typed.offsetOf(['rondo']));
}

/** Each costs a search for the name that was meant. */
const MAX_WARNINGS = 20;

type Schema<Fields> = z.ZodMiniType<Fields> & { readonly shape: Readonly<Record<string, z.ZodMiniType>> };

function decode<Fields>(
  typed: Typed,
  schema: Schema<Fields>,
  code: Fault['code'],
  first: (typed: Typed) => Fault | undefined = () => undefined,
): Piece<Fields> {
  if (typed.faults.length > 0) return { faults: typed.faults };
  const early = first(typed);
  if (early !== undefined) return { faults: [early] };
  const faults: Fault[] = [];
  const value = knownFields(typed, schema, faults);
  const strangers: { readonly path: readonly PropertyKey[]; readonly key: string }[] = [];
  for (;;) {
    const outcome = schema.safeParse(value);
    if (outcome.success) return { fields: outcome.data, faults };
    const strange = outcome.error.issues.filter((issue) => issue.code === 'unrecognized_keys');
    const dropped = strange.flatMap((issue) => {
      const known = namesAt(schema, issue.path);
      strangers.push(...issue.keys.map((key) => ({ path: issue.path, key })));
      return issue.keys.map((key) => dropKey(value, issue.path, key, typed, known));
    });
    const warnings = dropped.filter((fault) => fault !== undefined);
    faults.push(...warnings);
    if (warnings.length > 0 && warnings.length === dropped.length) continue;
    const others = outcome.error.issues.filter((issue) => issue.code !== 'unrecognized_keys');
    const where = { typed, schema, strangers };
    const explained = others.map((issue) => explainIssue(issue, where, codeOf(code, issue.path)));
    return { faults: [...faults, ...explained] };
  }
}

/** A wrong setting is a matter of the config, wherever it stands. */
function codeOf(code: Fault['code'], path: readonly PropertyKey[]): Fault['code'] {
  return Object.hasOwn(planSettingShape, path[0] ?? '') && path[0] !== 'retries' ? 'config-invalid' : code;
}

/** The fields the schema knows; a warning for each other one, and nothing for a key that was left empty. */
function knownFields<Fields>(typed: Typed, schema: Schema<Fields>, faults: Fault[]): Record<string, unknown> {
  const known = Object.keys(schema.shape);
  const value: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(typed.value)) {
    const field = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
    if (field === undefined) {
      if (faults.length < MAX_WARNINGS) faults.push(unknown([key], typed.offsetOfKey([], key), known));
    } else if (typed.isGiven(key) || Array.isArray(field.safeParse('').data)) value[key] = item;
  }
  return value;
}

/** Takes a key nobody knows out of a nested map, with a warning; undefined where it is not there to be taken. */
function dropKey(
  value: Record<string, unknown>,
  path: readonly PropertyKey[],
  key: string,
  typed: Typed,
  known: readonly string[],
): Fault | undefined {
  let here: unknown = value;
  for (const step of path) here = isRecord(here) || Array.isArray(here) ? Reflect.get(here, step) : undefined;
  if (!isRecord(here) || !Object.hasOwn(here, key)) return undefined;
  delete here[key];
  return unknown([...path, key], typed.offsetOfKey(path, key), known);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknown(path: readonly PropertyKey[], offset: number, known: readonly string[]): Fault {
  const message = `\`${path.join('.')}\` is no field Rondo knows`;
  const near = nearestName(String(path.at(-1)), known);
  const hint = near === undefined ? hintWithout(path, known) : `Did you mean \`${near}\`?`;
  return {
    code: 'unknown-field',
    severity: 'warning',
    message,
    offset,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** The code's own hint holds for a task's fields alone, where `metadata` takes anything. */
function hintWithout(path: readonly PropertyKey[], known: readonly string[]): string | undefined {
  if (path.length > 1 && known.length > 0)
    return `Known here: ${known.map((name) => `\`${name}\``).join(', ')}.`;
  return known.includes('metadata') ? undefined : 'Check its spelling, or leave it out.';
}

function refuseSettings<Fields extends { readonly parallelism?: SettingsFile['parallelism'] }>(
  piece: Piece<Fields>,
  typed: Typed,
  start: number,
): Piece<Fields> {
  if (piece.fields?.parallelism?.respect_dependencies !== false) return piece;
  const offset = start + typed.offsetOf(['parallelism', 'respect_dependencies']);
  const what = 'parallelism.respect_dependencies: only true is possible; Rondo exists to respect them';
  return { faults: [...piece.faults, error('config-invalid', what, offset)] };
}

function shift<Fields>(piece: Piece<Fields>, by: number): Piece<Fields> {
  const faults = piece.faults.map((fault) => ({ ...fault, offset: fault.offset + by }));
  return { ...piece, faults };
}
