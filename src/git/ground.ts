/** What the parts of this room share: the place, git, and the object store of one checkout. */
import { monotonicMs } from '../local/clock.ts';
import { sleepSync } from '../local/sleep.ts';
import type { Config } from './config.ts';
import type { Place } from './discover.ts';
import type { ObjectStore } from './objects.ts';
import type { Git } from './run-git.ts';

export interface Ground extends Place {
  readonly git: Git;
  readonly config: Config;
  readonly objects: ObjectStore;
  /** How long a round waits for git to be free, in milliseconds. */
  readonly waitMs: number;
  /** Called between the steps of a commit; tests stop, kill or interfere there. */
  readonly onStep: (step: string) => void;
}

/** Asks again every 25 ms until the answer is undefined, at most `waitMs`; the last answer otherwise. */
export function waitWhile<T>(waitMs: number, ask: () => T | undefined): T | undefined {
  const end = monotonicMs() + waitMs;
  for (;;) {
    const answer = ask();
    if (answer === undefined || monotonicMs() >= end) return answer;
    sleepSync(Math.min(25, Math.max(1, end - monotonicMs())));
  }
}
