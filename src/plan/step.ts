/** An attempt whose command the caller of `rondo step` runs. */
import type { Attempt } from '../model/fields.ts';

/** What ends the wait for it. By this word it is known from an attempt that a round may start. */
export const STEP_RETURNS = 'step exit';

export function isStep(attempt: Attempt): boolean {
  return attempt.returns === STEP_RETURNS;
}
