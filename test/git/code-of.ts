/** The code of the error an act ends with; undefined where it ends well. */
import { type ErrorCode, RondoError } from '../../src/errors.ts';

export function codeOf(act: () => unknown): ErrorCode | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof RondoError) return error.code;
    throw error;
  }
  return undefined;
}
