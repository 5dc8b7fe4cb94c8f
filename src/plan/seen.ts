/** What READ saw, once, as one value: everything recovery and decision may know. */
import type { Plan } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import type { Announced, Run, Whereabouts, WorkLook } from '../ports.ts';
import type { SubPlan } from './sub-plan.ts';

export interface Seen {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly machine: string;
  /** Who git says the user is. */
  readonly person: string;
  readonly email: string;
  /** The plan as the file says now. */
  readonly plan: Plan;
  /** The plan as the checked-out commit says, where the file differs from it; null where the commit has no such (valid) plan. */
  readonly committed: Plan | null;
  /**
   * The plan as the last round on each line of history left it, where commits by hand have changed it since and a worker
   * of this plan is at work here; else none.
   */
  readonly lastRounds: readonly Plan[];
  /** Whether the file differs from the commit: a hand edit, or a new file. */
  readonly edited: boolean;
  /** The branch that is checked out. */
  readonly ref: string;
  /** The commit that is checked out, for evidence; null before the first. */
  readonly head: string | null;
  readonly settings: Settings;
  /** Highest attempt number known of each task, from history and run directories. */
  readonly attempts: Readonly<Record<string, number>>;
  readonly runs: readonly Run[];
  /**
   * Runs of this plan that were found under the name of another plan, which is gone, or by their processes alone. They
   * are among `runs`, too; here `plan` is the one whose directory holds the run.
   */
  readonly traced: readonly Run[];
  /** What stands of the work of attempts that are over and worked in a worktree of their own, by task. */
  readonly work: Readonly<Record<string, WorkLook>>;
  /** Tasks under way whose attempt is one of another plan that is there: this plan is a copy. The plan, by task. */
  readonly copied: Readonly<Record<string, string>>;
  /** Live runs of plans that are not in the work tree. */
  readonly strays: readonly Stray[];
  /** Live runs of other plans in this checkout. */
  readonly aliveElsewhere: number;
  /** What those of them may change that declare it; looked up only where a task of this plan does so, too. */
  readonly writersElsewhere: readonly {
    readonly plan: string;
    readonly task: string;
    readonly writes: readonly string[];
  }[];
  /** How the plans stand that tasks stand for, by file. */
  readonly subPlans: Readonly<Record<string, SubPlan>>;
  /** For attempts of other machines: milliseconds this checkout has watched that record unchanged, by task. */
  readonly unchangedFor: Readonly<Record<string, number>>;
  /** The inert end of the log of runs that ended or were lost, by `task/attempt`. */
  readonly logTails: Readonly<Record<string, string>>;
  /** Whether this checkout has approved a command. */
  readonly isApproved: (command: string) => boolean;
  /** Outputs, named by tasks of the plan, that are not there; only looked up for the task a request completes, and for those that stand for a plan. */
  readonly missingOutputs: ReadonlySet<string>;
}

export interface Stray {
  readonly plan: string;
  readonly task: string;
  readonly attempt: number;
  readonly pid: number;
  readonly announced: Announced;
  readonly where: Exclude<Whereabouts, 'here'>;
  /** Another plan in the work tree that has the attempt as its own, or may have it: the next round of that takes it up. */
  readonly heldBy: string | undefined;
}

/** What the file alone says: at no time, on no machine, with every command approved and nothing under way. */
export function asSeenByNobody(plan: Plan, settings: Settings): Seen {
  return {
    now: 0,
    machine: '',
    person: '',
    email: '',
    plan,
    committed: plan,
    lastRounds: [],
    edited: false,
    ref: '',
    head: null,
    settings,
    attempts: {},
    runs: [],
    traced: [],
    work: {},
    copied: {},
    strays: [],
    aliveElsewhere: 0,
    writersElsewhere: [],
    subPlans: {},
    unchangedFor: {},
    logTails: {},
    isApproved: () => true,
    missingOutputs: new Set(),
  };
}
