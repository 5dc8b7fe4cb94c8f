/** What the core asks of git for attempts that work in a worktree and on a branch of their own. */
import type { Problem } from './errors.ts';

/** Where an attempt works apart, and where its work goes once it passes. */
export interface Isolation {
  /** `rondo/work/<plan>/<task>/<n>`. */
  readonly branch: string;
  /** The plan's integration branch, `rondo/merged/<plan>`; null where each attempt's branch is left alone (`merge: pr`). */
  readonly into: string | null;
  /** The plan's own branch, as a full ref: the integration branch starts from it. */
  readonly ref: string;
  /** The plan file. An attempt's copy of it is not the coordinator's, so what becomes of it there is never merged. */
  readonly planFile: string;
  /** The ledger, where rounds write one beside the plan. */
  readonly ledger?: string;
  /** What the plan counts as merged already; named where an attempt begins. */
  readonly landed?: readonly LandedWork[];
}

/** Work of a completed task, by a commit as its evidence names it: 7 or more hexadecimal digits. */
export interface LandedWork {
  readonly task: string;
  readonly commit: string;
}

/** What stands of an attempt's work. */
export type WorkLook =
  /** What the worker left since is not taken up on the branch yet. */
  | { readonly kind: 'open' }
  | {
      readonly kind: 'collected';
      /** The newest commit of the branch. */
      readonly tip: string;
      /** Paths that the attempt changed, the plan file left out; at most a thousand. */
      readonly changed: readonly string[];
      /** Whether the integration branch, or the plan's own, holds the work already. */
      readonly merged: boolean;
      /** Why the last merge of just these commits was not made. */
      readonly refused: MergeRefusal | null;
    };

export interface MergeRefusal {
  /** In a sentence, for people. */
  readonly why: string;
  /** The files that conflict. */
  readonly files: readonly string[];
}

/** The worktree or branch of an attempt, as `doctor` and `clean` see it. */
export interface WorkFact {
  readonly branch: string;
  readonly plan: string;
  readonly task: string;
  readonly attempt: number;
  /** Absolute path of its worktree; null where it has none any more. */
  readonly path: string | null;
  readonly merged: boolean;
  /** Whether its worktree holds what is not committed. */
  readonly dirty: boolean;
}

/** All of it is done with the round lock held, and may be done again after a kill at any point. */
export interface Worktrees {
  /**
   * Makes the worktree and branch of an attempt, or finds them; the path is absolute. The integration branch is made, or
   * brought up to what people committed to the plan's branch and to what has landed, first; the problems say where that was
   * not possible.
   */
  prepare(of: Isolation): { readonly path: string; readonly problems: readonly Problem[] };
  /** Reads what `collect` and `merge` left; cheap. */
  look(of: Isolation): WorkLook;
  /** Commits what a worker left uncommitted on its branch, and its output even where git ignores that. */
  collect(of: Isolation, message: string, output: string | null): void;
  /** Merges the branch into the integration branch without touching a checkout, or notes why not; does nothing where it is merged. */
  merge(of: Isolation, message: string): void;
  /** The worktrees and branches of attempts that this checkout made. */
  list(): readonly WorkFact[];
  /** Removes worktree and branch of an attempt whose work is merged; throws where it is not, or not all committed. */
  remove(fact: WorkFact): void;
  /** Removes the integration branch of a plan where the branch that is checked out holds all of it; says whether it did. */
  removeIntegration(plan: string): boolean;
}
