/**
 * Settings that this version does not act on yet. Silence would let people believe that they hold; so every check and every
 * round that starts work says it.
 */
import { type Problem, problem } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';

/** One warning for each setting that has no effect. */
export function notSupported(plan: Plan, settings: Settings): readonly Problem[] {
  return settings.unacted.map((name) =>
    problem(
      'not-supported',
      `\`${name}\` has no effect in this version: it is read and kept, and nothing acts on it`,
      { severity: 'warning', file: plan.file, path: name.split('.') },
    ),
  );
}
