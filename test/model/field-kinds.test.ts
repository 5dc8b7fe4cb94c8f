import { expect, test } from 'vitest';
import { type FieldKind, type FieldKinds, PLAN_KINDS, TASK_KINDS } from '../../src/model/field-kinds.ts';
import { planFieldsSchema, taskFieldsSchema } from '../../src/model/fields.ts';
import { glob, z } from '../../src/model/scalars.ts';
import { settingsSchema } from '../../src/model/settings-schema.ts';

test.each([
  ['task', taskFieldsSchema.shape, TASK_KINDS],
  ['plan', planFieldsSchema.shape, PLAN_KINDS],
])('the table of kinds says of every %s field what the schema says, in its order', (_, shape, kinds) => {
  expect(kinds).toEqual(kindsOf(shape));
  expect(orderOf(kinds)).toEqual(orderOf(kindsOf(shape)));
});

type Shape = Readonly<Record<string, z.core.$ZodType>>;

function kindsOf(shape: Shape): FieldKinds {
  return Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, kindOf(schema)]));
}

function kindOf(schema: z.core.$ZodType): FieldKind {
  if (schema instanceof z.ZodMiniOptional) return kindOf(schema.def.innerType);
  if (schema instanceof z.ZodMiniPipe) {
    const { out } = schema.def;
    return out instanceof z.ZodMiniArray ? kindOf(out) : valueKind(schema);
  }
  if (schema instanceof z.ZodMiniArray) return { kind: 'list', of: kindOf(schema.def.element) };
  if (schema instanceof z.ZodMiniEnum) return { kind: 'enum', values: schema.options.map(String) };
  if (schema instanceof z.ZodMiniString) return valueKind(schema);
  if (schema instanceof z.ZodMiniObject) return objectKind(schema);
  if (schema instanceof z.ZodMiniUnion) {
    const [text, object, ...more] = schema.def.options.map(kindOf);
    if (text?.kind === 'text' && object?.kind === 'object' && more.length === 0) {
      return { kind: 'text-or', object };
    }
  }
  const { type } = schema._zod.def;
  if (type === 'record' || type === 'unknown') return { kind: 'other' };
  throw new Error(`a kind the plain reader has no word for: ${type}`);
}

function objectKind(schema: z.ZodMiniObject): FieldKind & { kind: 'object' } {
  const shape: Shape = schema.def.shape;
  const required = Object.keys(shape).filter((key) => !(shape[key] instanceof z.ZodMiniOptional));
  // an unknown key is refused, or the plain reader must not decline it
  expect(schema.def.catchall?._zod.def.type).toBe('never');
  return { kind: 'object', required, fields: kindsOf(shape) };
}

/** What a schema of one value makes of each of these texts tells its kind. */
const PROBES = [
  ...['words: any', '', '0', ' 7 ', '-3', '+4', '1.5', 'yes', 'OFF', '45m', '1h 30m', '2026-01-02'],
  ...['a/../b', '/a', '.git/x', '!a'],
];
const SIMPLE = ['text', 'integer', 'count', 'positive', 'flag', 'duration', 'time', 'path', 'glob'] as const;

function valueKind(schema: z.core.$ZodType): FieldKind {
  const answers = answersOf(schema);
  const kind = SIMPLE.find((name) => answersOf(EXAMPLES[name]) === answers);
  if (kind === undefined) throw new Error(`a kind the plain reader has no word for: ${answers}`);
  return { kind };
}

function answersOf(schema: z.core.$ZodType): string {
  const answers = PROBES.map((probe) => {
    const outcome = z.safeParse(schema, probe);
    return outcome.success ? [outcome.data] : 'refused';
  });
  return JSON.stringify(answers);
}

/** A field of each kind. */
const EXAMPLES: Readonly<Record<(typeof SIMPLE)[number], z.core.$ZodType>> = {
  text: taskFieldsSchema.shape.owner.def.innerType,
  integer: taskFieldsSchema.shape.priority.def.innerType,
  count: planFieldsSchema.shape.rondo,
  positive: settingsSchema.shape.parallelism.def.innerType.shape.max_parallel_tasks.def.innerType,
  flag: taskFieldsSchema.shape.milestone.def.innerType,
  duration: taskFieldsSchema.shape.estimate.def.innerType,
  time: taskFieldsSchema.shape.completed_at.def.innerType,
  path: taskFieldsSchema.shape.output.def.innerType,
  glob: glob(),
};

/** Every key of the table in its order, keys within included. */
function orderOf(kinds: FieldKinds): readonly string[] {
  return Object.entries(kinds).flatMap(([key, kind]) => [key, ...orderWithin(kind)]);
}

function orderWithin(kind: FieldKind): readonly string[] {
  if (kind.kind === 'object') return orderOf(kind.fields);
  if (kind.kind === 'text-or') return orderOf(kind.object.fields);
  return kind.kind === 'list' ? orderWithin(kind.of) : [];
}
