/** Exit codes of the command line. `run` has three more, see `RUN_EXIT` in `round/run.ts`. */
export const EXIT = { done: 0, unexpected: 1, usage: 2, invalid: 3, refused: 4, retry: 5 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
