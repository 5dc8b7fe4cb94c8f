/**
 * What the core asks of the outside. `git/`, `local/` and `workers/` implement these for a real checkout;
 * `test/support` implements them in memory. All paths of plans are relative to the root of the work tree, with forward
 * slashes. Methods throw `RondoError` where the outside fails in a way people can mend.
 */
import type { Problem } from './errors.ts';
import type { Covered } from './model/globs.ts';
import type { Workers } from './ports-workers.ts';
import type { Worktrees } from './ports-worktrees.ts';

export type * from './ports-workers.ts';
export type {
  Isolation,
  LandedWork,
  MergeRefusal,
  WorkFact,
  WorkLook,
  Worktrees,
} from './ports-worktrees.ts';

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds on a clock that never jumps and goes on between processes until the machine restarts. */
  monotonic(): number;
}

// ---------------------------------------------------------------- the repository

export type Head =
  | {
      readonly kind: 'branch';
      readonly ref: string /** null before the first commit */;
      readonly commit: string | null;
    }
  | { readonly kind: 'detached'; readonly commit: string };

/** One plan file as it is now, beside what the checked-out commit says. */
export interface PlanLook {
  readonly head: Head;
  /** The bytes of the work tree's file as UTF-8 text, BOM and line ends kept; null where there is no file. */
  readonly text: string | null;
  /** Whether the file, after git's own conversion, differs from the commit's (or is not in it). */
  readonly edited: boolean;
  /** The commit's text of the file; null where the commit has none. Read when asked for. */
  headText(): string | null;
}

/** What history says of a plan. */
export interface PlanHistory {
  /** The number of the last round; 0 before the first. */
  readonly round: number;
  /** The highest attempt number that history has seen for each task. */
  readonly attempts: Readonly<Record<string, number>>;
}

export interface LogEntry {
  readonly commit: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly author: string;
  readonly subject: string;
  readonly body: string;
  readonly round: number;
  readonly status: string;
  readonly machine: string;
  /** Values of `Rondo-Change`. */
  readonly changes: readonly string[];
}

export interface FileChange {
  readonly file: string;
  /** The text that READ saw in the work tree; null where there was no file. */
  readonly before: string | null;
  /** The new text; null removes the file. */
  readonly after: string | null;
}

export interface CommitOrder {
  readonly plan: string;
  /** The plan file first; a ledger or archived copy after it. */
  readonly files: readonly FileChange[];
  /** The branch and tip that READ saw. */
  readonly ref: string;
  readonly tip: string | null;
  /** Subject, blank line, body, blank line, trailers. */
  readonly message: string;
  readonly round: number;
  /** Attempts this commit announces, by task, kept as a high-water mark. */
  readonly attempts: Readonly<Record<string, number>>;
  readonly settings: { readonly hooks: boolean; readonly sign: boolean; readonly timeoutMs: number };
}

export type CommitOutcome =
  /** `byUser`: the user's own commit took our bytes along; the round's trailers are owed to the next one. */
  | {
      readonly kind: 'committed';
      readonly commit: string;
      readonly byUser: boolean;
      readonly notes: readonly Problem[];
    }
  /** The file or the branch moved since READ: start again from there. Nothing of this round is left behind. */
  | { readonly kind: 'moved' }
  /** Git is busy here: nothing was written. */
  | { readonly kind: 'deferred'; readonly problem: Problem };

export interface Repo {
  /** Absolute path of the work tree. */
  readonly root: string;
  /** Absolute path of this checkout's own git directory (of the linked worktree where it is one). */
  readonly gitDir: string;
  /** Paths of the files that match the globs (`*` within one folder), sorted; regular or not. */
  findFiles(globs: readonly string[]): readonly string[];
  /** The file as it stands; problems `not-a-file`, `not-text`, `file-too-large`, `cannot-read` are thrown. */
  readFile(file: string): string | null;
  /** Whether a file of that name is there, whatever it holds. Symlinks that leave the work tree count as absent. */
  fileExists(file: string): boolean;
  /** Writes a file that must not be there yet, uncommitted; `already-exists` or `cannot-write` otherwise. */
  writeNewFile(file: string, text: string): void;
  head(): Head;
  /** Looks at one plan file and at the commit below it; throws where the repository is damaged. */
  look(file: string): PlanLook;
  /** Why no round may commit here now (operation under way, detached head, bare, ignored file); undefined where it may. */
  commitObstacle(file: string): Problem | undefined;
  history(plan: string, file: string): PlanHistory;
  /** The number of the last round of a plan that this commit's history holds; 0 where there is none. */
  roundAt(plan: string, commit: string): number;
  /** The last round of a plan on each line of history below HEAD; none where the file at HEAD is as one of them left it. */
  lastRounds(plan: string, file: string): readonly string[];
  /** Round commits of a plan that HEAD can reach, newest first. */
  log(plan: string, options: { readonly limit?: number }): Promise<readonly LogEntry[]>;
  /** The full commit id of a revision that a person typed; refuses what looks like an option. */
  resolve(revision: string): string;
  /** The text of a file at a commit; null where it is not there. */
  readAt(commit: string, file: string): string | null;
  /** The newest commit at which `good` holds for the file's text, among the last 50 that touched it. */
  lastGood(file: string, good: (text: string) => boolean): Promise<string | null>;
  /** For each wanted line the commit since which HEAD's file has had it without a break, abbreviated; null where it has none. */
  broughtBy(wanted: readonly Wanted[]): Promise<readonly (string | null)[]>;
  /** For each commit (abbreviated or not) the files that differ between it and the other; null where it is not there any more. */
  changedSince(commits: readonly string[], to: string): Promise<readonly (readonly string[] | null)[]>;
  /** Of the files of a commit that each covers; equal to what a gate found where they are (`content` of its run). */
  fingerprints(commit: string, covered: readonly Covered[]): Promise<readonly string[]>;
  /** For each commit where its history and the other's part; none where it is within that, or nothing to it. */
  forkedAt(commits: readonly string[], to: string): Promise<readonly (readonly string[])[]>;
  /** For each commit whether no branch, of this repository or of a remote, has it but those whose name begins like that. */
  onlyBelow(commits: readonly string[], prefix: string): Promise<readonly boolean[]>;
  /** Who git says the user is; throws `identity-missing`. */
  identity(): { readonly name: string; readonly email: string };
  /** Settles an intent that a killed round left behind; says what it did. Called with the round lock held. */
  settle(): readonly Problem[];
  /** Persists files as one commit, steps (1) to (8) of the commit protocol. Called with the round lock held. */
  commit(order: CommitOrder): CommitOutcome;
  /** What became of a file that was there while a branch was checked out. */
  whereIs(file: string, ref: string): Whereabouts;
  /** Facts for `doctor`, `status` and error messages. */
  facts(): Promise<RepoFacts>;
  /** Worktrees and branches of attempts. Loaded at the first use. */
  readonly worktrees: Worktrees;
}

export type Whereabouts =
  /** In the work tree. */
  | 'here'
  /** Not in the work tree; the branch is checked out, and its index still has the file. */
  | 'missing'
  /** Not in the work tree; the branch is not checked out, and has the file. */
  | 'elsewhere'
  /** The branch has it no more. */
  | 'gone'
  /** There is no such branch any more. */
  | 'unknown';

/** A line of a file. */
export interface Wanted {
  readonly file: string;
  /** Whether this is such a line; it comes without its line end. */
  readonly holds: (line: string) => boolean;
}

export interface RepoFacts {
  readonly gitVersion: string;
  readonly linkedWorktree: boolean;
  readonly shallow: boolean;
  readonly operation: string | null;
  /** Lock files of git that are there now, with their age in milliseconds. */
  readonly locks: readonly { readonly file: string; readonly ageMs: number }[];
  readonly remotes: readonly string[];
}

// ---------------------------------------------------------------- what this checkout keeps for itself

/** A text, and what was kept with it. */
export interface KeptText {
  readonly text: string;
  /** Undefined where it cannot be read back. */
  value(): unknown;
}

export interface Lock {
  release(): void;
  /** A lock whose owner was dead was removed on the way. */
  readonly removedStale: boolean;
}

export interface Local {
  /** This checkout's own name: host name and a short suffix, e.g. `kestrel-3f2a`. Made at first use; a copy of the checkout gets another. */
  machine(): string;
  /** Takes the lock of rounds, waiting at most that long; throws `locked`. */
  lock(waitMs: number): Lock;
  lockHolder(): {
    readonly pid: number;
    readonly alive: boolean;
    readonly since: number;
    readonly command: string;
  } | null;
  /** What `savePlan` kept last for the plan; undefined where it kept nothing. */
  loadPlan(plan: string): KeptText | undefined;
  /** Keeps what a whole text was parsed to, in place of what was kept before; may do nothing. */
  savePlan(plan: string, text: string, parsed: unknown): void;
  /** Writes down what was saved so far; done by itself when the process ends. */
  flush(): void;
  /** Since when (on the monotonic clock, milliseconds) this checkout has seen exactly this value for the key. Restarts when the value changes or the machine restarted. */
  observedSince(key: string, value: string): number;
  /** The commands this checkout has approved, by exact string. */
  approvedCommands(): ReadonlySet<string>;
  approve(commands: readonly string[]): void;
  revoke(commands: readonly string[]): void;
}

// ---------------------------------------------------------------- all of it

/** Why a wait ended. */
export type Woken = 'worker' | 'file' | 'time' | 'aborted';

/** Waits on events without using the processor. */
export interface Waker {
  /**
   * Starts to watch a plan's file, its branch and its workers; `next` resolves at the first event since the last call,
   * at the time given (milliseconds since 1970), or when the signal aborts.
   */
  watch(plan: string, file: string): Watch;
}

export interface Watch {
  next(until: number | null, signal?: AbortSignal): Promise<Woken>;
  close(): void;
}

/** Everything a round or a query needs of the outside, handed in by `bin.ts` or a test. */
export interface Outside {
  readonly repo: Repo;
  readonly local: Local;
  readonly workers: Workers;
  readonly clock: Clock;
  readonly waker: Waker;
  /** Whether every command counts as approved (`--trust-all`, `RONDO_TRUST=all`). */
  readonly trustAll: boolean;
  /** The attempt this very process runs under, where a worker of Rondo started it. */
  readonly caller: {
    readonly plan: string;
    readonly task: string;
    readonly attempt: number;
    readonly result: string;
  } | null;
}
