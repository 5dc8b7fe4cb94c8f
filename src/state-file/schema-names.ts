/** The field names that a schema knows at a place: what a mistyped one there may have been meant as. */
import { z } from '../model/scalars.ts';

/** The names of the map at a path of a value; none where any name may stand. */
export function namesAt(schema: z.ZodMiniType, path: readonly PropertyKey[]): readonly string[] {
  let here: readonly z.ZodMiniType[] = [schema];
  for (const step of path) here = here.flatMap(kindsOf).flatMap((kind) => inside(kind, step));
  return here
    .flatMap(kindsOf)
    .flatMap((kind) => (kind instanceof z.ZodMiniObject ? Object.keys(kind.shape) : []));
}

function inside(kind: z.ZodMiniType, step: PropertyKey): readonly z.ZodMiniType[] {
  if (kind instanceof z.ZodMiniObject) {
    const shape: Readonly<Record<PropertyKey, unknown>> = kind.shape;
    return Object.hasOwn(shape, step) ? typed(shape[step]) : [];
  }
  if (kind instanceof z.ZodMiniRecord) return typed(kind.def.valueType);
  return kind instanceof z.ZodMiniArray ? typed(kind.def.element) : [];
}

/** The schemas behind what is optional, transformed first, or one of several. */
function kindsOf(schema: z.ZodMiniType): readonly z.ZodMiniType[] {
  if (schema instanceof z.ZodMiniOptional) return typed(schema.def.innerType).flatMap(kindsOf);
  if (schema instanceof z.ZodMiniPipe) return typed(schema.def.out).flatMap(kindsOf);
  if (schema instanceof z.ZodMiniUnion) return schema.def.options.flatMap(typed).flatMap(kindsOf);
  return [schema];
}

const typed = (schema: unknown): readonly z.ZodMiniType[] =>
  schema instanceof z.ZodMiniType ? [schema] : [];
