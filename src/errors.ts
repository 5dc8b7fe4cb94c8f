/** Failures as data: problems with a code, a place and a next step, and the one error that is thrown on purpose. */
import { ERRORS } from './error-table.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export { ERRORS, EXIT, type ExitCode };

export type ErrorCode = keyof typeof ERRORS;

/** Something wrong, or worth knowing, in what people wrote or in what was found. Data, never thrown. */
export interface Problem {
  readonly code: ErrorCode;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly hint: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly excerpt?: string;
  readonly task?: string;
  readonly cycle?: readonly string[];
  /** The value it is about: within the fields of `task`, or of the plan. Only until its line is looked up. */
  readonly path?: readonly (string | number)[];
}

/** Builds a problem; the hint is the code's own unless a better one is given. */
export function problem(
  code: ErrorCode,
  message: string,
  more: Partial<Omit<Problem, 'code' | 'message'>> = {},
): Problem {
  return { code, severity: 'error', message, hint: ERRORS[code].hint, ...more };
}

/** The one error that is thrown on purpose. The command line prints it and ends with `exitCode`. */
export class RondoError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: Problem | readonly Problem[], options?: { cause?: unknown }) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    super(list[0]?.message ?? 'unknown failure', options);
    this.name = 'RondoError';
    this.problems = list;
  }
  get code(): ErrorCode {
    return this.problems[0]?.code ?? 'internal';
  }
  get exitCode(): ExitCode {
    return ERRORS[this.code].exit;
  }
}

/** Throws a `RondoError` of one problem. */
export function fail(
  code: ErrorCode,
  message: string,
  more: Partial<Omit<Problem, 'code' | 'message'>> = {},
): never {
  throw new RondoError(problem(code, message, more));
}
