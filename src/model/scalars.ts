/**
 * The kinds of value a field may have. Text from YAML arrives as the characters that were typed; these schemas, not
 * YAML's guesses, give it a type. zod's home is `model/`; the mini build is used because it starts in a third of the time.
 */
import * as z from 'zod/mini';
import { globFault } from './globs.ts';
import { pathFault, readCount, readFlag, readInteger } from './read-text.ts';
import { durationMs, timeMs } from './time.ts';

export { z };

/** Attaches the description that the JSON Schema and the format reference show. */
export function field<T extends z.ZodMiniType>(schema: T, description: string): T {
  z.globalRegistry.add(schema, { description });
  return schema;
}

const fromText =
  <T>(read: (text: string) => T | undefined) =>
  (value: unknown): unknown =>
    typeof value === 'string' ? (read(value) ?? value) : value;

export const text = () => z.string();
export const integer = () => z.pipe(z.transform(fromText(readInteger)), z.int());
export const count = () => z.pipe(z.transform(fromText(readCount)), z.int().check(z.nonnegative()));
/** A whole number from 1. */
export const positive = () => z.pipe(z.transform(fromText(readCount)), z.int().check(z.minimum(1)));
export const flag = () => z.pipe(z.transform(fromText(readFlag)), z.boolean());
/** A list; one bare value is read as a list of one, and nothing as an empty list. */
export const list = <T extends z.ZodMiniType>(item: T) =>
  z.pipe(
    z.transform((v: unknown) =>
      v === '' || v === null || v === undefined ? [] : Array.isArray(v) ? v : [v],
    ),
    z.array(item),
  );
export const texts = () => list(z.string());

export const duration = () =>
  z.string().check(
    z.refine((v) => durationMs(v) !== undefined, {
      error: 'expected a duration such as 45m, 1h30m, 90s or 2d',
    }),
  );

export const time = () =>
  z
    .string()
    .check(
      z.refine((v) => timeMs(v) !== undefined, { error: 'expected a time such as 2026-11-21T10:15:00Z' }),
    );

export const glob = () =>
  z.string().check(
    z.refine((v) => globFault(v) === undefined, {
      params: { code: 'unsafe-path' },
      error: (issue) => `expected a glob inside the repository, and ${globFault(String(issue.input))}`,
    }),
  );

export const path = () =>
  z.string().check(
    z.refine((v) => pathFault(v) === undefined, {
      params: { code: 'unsafe-path' },
      error: (issue) => `expected a path inside the repository, and ${pathFault(String(issue.input))}`,
    }),
  );
