/** What READ saw, once, as one value: everything recovery and decision may know. */
import type { Plan } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import type { Run } from '../ports.ts';

export interface Seen {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly machine: string;
  /** Who git says the user is. */
  readonly person: string;
  /** The plan as the file says now. */
  readonly plan: Plan;
  /** The plan as the checked-out commit says, where the file differs from it; null where the commit has no such (valid) plan. */
  readonly committed: Plan | null;
  /** Whether the file differs from the commit: a hand edit, or a new file. */
  readonly edited: boolean;
  /** The commit that is checked out, for evidence; null before the first. */
  readonly head: string | null;
  readonly settings: Settings;
  /** Highest attempt number known of each task, from history and run directories. */
  readonly attempts: Readonly<Record<string, number>>;
  readonly runs: readonly Run[];
  /** Live runs of other plans in this checkout. */
  readonly aliveElsewhere: number;
  /** For attempts of other machines: milliseconds this checkout has watched that record unchanged, by task. */
  readonly unchangedFor: Readonly<Record<string, number>>;
  /** The inert end of the log of runs that ended or were lost, by `task/attempt`. */
  readonly logTails: Readonly<Record<string, string>>;
  /** Whether this checkout has approved a command. */
  readonly isApproved: (command: string) => boolean;
  /** Outputs, named by tasks of the plan, that are not there; only looked up for the task a request completes. */
  readonly missingOutputs: ReadonlySet<string>;
}
