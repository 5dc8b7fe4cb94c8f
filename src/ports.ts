/**
 * What the core asks of the outside. `git/`, `local/` and `workers/` implement these for a real checkout;
 * `test/support` implements them in memory. All paths of plans are relative to the root of the work tree, with forward
 * slashes. Methods throw `RondoError` where the outside fails in a way people can mend.
 */
import type { Problem } from './errors.ts';
import type { AgentName, Argv } from './model/agents.ts';
import type { TaskResult } from './model/fields.ts';
import type { Covered } from './model/globs.ts';
import type { BlockerType } from './model/status.ts';
import type { Isolation, Worktrees } from './ports-worktrees.ts';

export type { Isolation, MergeRefusal, WorkFact, WorkLook, Worktrees } from './ports-worktrees.ts';

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

// ---------------------------------------------------------------- workers

/** What a worker is to do. Values travel by environment, standard input and files, never inside a command line. */
export interface WorkOrder {
  readonly plan: string;
  /** A task id; or `+check-<hash>` with kind `check` for a machine-checked criterion, `+gate-<hash>` with `gate` for a gate. */
  readonly task: string;
  readonly attempt: number;
  /** `step`: the caller runs the command itself, see `Workers.enter`. */
  readonly kind: 'task' | 'check' | 'gate' | 'step';
  /** The shell command. */
  readonly command: string;
  /** Where an agent does it: what is started in place of a shell. `command` then only tells of it. */
  readonly agent?: { readonly name: AgentName; readonly argv: Argv };
  /** Of an outside job: the command is run again until it ends with 0 or leaves a result, each time at most so long. */
  readonly poll?: { readonly everyMs: number; readonly timeoutMs: number } | undefined;
  /** What it gets on standard input and as a file. */
  readonly brief: string;
  /** Path of the output from the root, or null. */
  readonly output: string | null;
  /** Milliseconds after which it is stopped; null for none. Enforced by the wrapper, coordinator or not. */
  readonly timeoutMs: number | null;
  readonly graceMs: number;
  readonly logLimit: number;
  /** Further environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Null for a check or gate, which no plan announces. */
  readonly announced: Announced | null;
  /** Globs of what it may change; not there where the task does not say. */
  readonly writes?: readonly string[];
  /** Of a gate: the commit that was checked out when it was ordered. */
  readonly commit?: string;
  /** Of a gate: what it is to prove; left out where it is no file. */
  readonly covered?: Covered;
  /** The worktree that it runs in; left out where it runs in the checkout itself. */
  readonly isolation?: Isolation;
}

/** Where and when an attempt was announced: by this it is known again once its plan has another name, or none. */
export interface Announced {
  /** The plan file, from the root. */
  readonly file: string;
  /** The branch. */
  readonly ref: string;
  /** `started_at` of the attempt as the plan has it. */
  readonly at: string;
}

/** The result file a worker may write, validated. */
export interface WorkerReport {
  readonly status?: 'completed' | 'failed' | 'blocked';
  readonly summary?: string;
  readonly passed?: boolean;
  readonly failure?: 'code' | 'tests' | 'blocker';
  readonly blocker?: { readonly type: BlockerType; readonly detail?: string };
  readonly issues?: TaskResult['issues'];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export type RunState =
  /** The directory may be there, but no wrapper ever claimed the attempt. */
  | { readonly kind: 'announced' }
  /** `child` is false between the wrapper's claim and the command's start. */
  | {
      readonly kind: 'alive';
      readonly pid: number;
      readonly startedAt: number;
      /** The caller of `rondo step` runs it, who alone may end it: no round stops it. */
      readonly step?: true;
    }
  /** The wrapper wrote how it ended. `report` is null where there was no result file; `malformed` keeps its text. */
  | {
      readonly kind: 'ended';
      readonly exitCode: number | null;
      readonly signal: string | null;
      readonly timedOut: boolean;
      readonly stopped: boolean;
      readonly endedAt: number;
      readonly report: WorkerReport | null;
      readonly malformed: string | null;
      readonly outputMissing: boolean;
      /** Of a task with `writes`: what changed meanwhile outside them; null where git did not say. */
      readonly outside?: readonly string[] | null;
      /** Of a gate: the fingerprint of what it covers, where that was the same before and after it. */
      readonly content?: string;
      /** What was run, where a caller ran it: it stands nowhere else. */
      readonly command?: string;
    }
  /** Claimed once, no longer alive, and it left no word of its end (killed, or the machine restarted). */
  | { readonly kind: 'lost' };

export interface Run {
  readonly plan: string;
  readonly task: string;
  readonly attempt: number;
  readonly state: RunState;
  /** Whether a round has consumed or fenced it already. */
  readonly settled: boolean;
  /** What was run, of a check or gate that is not settled: it counts for this command only. */
  readonly command?: string | undefined;
  /** Of a gate that is not settled: the commit it ran on. */
  readonly commit?: string | undefined;
}

/** Where a process comes from; `unknown` where the system does not tell of any process. */
export type Descent =
  | { readonly kind: 'none' }
  /** The attempt in words, as far as it is known; null where nothing is left of it but the mark of workers. */
  | { readonly kind: 'worker'; readonly attempt: string | null }
  | { readonly kind: 'unknown' };

export interface Workers {
  /** Every run directory of the plan, in no order. */
  runs(plan: string): readonly Run[];
  /** Live runs of tasks over all plans of this checkout. */
  alive(): readonly {
    readonly plan: string;
    readonly task: string;
    readonly attempt: number;
    readonly pid: number;
  }[];
  /** Where and when a run was announced; null where its order does not say. */
  announced(plan: string, task: string, attempt: number): Announced | null;
  /** The `writes` of a run's order; none where it has none, or works in a worktree of its own. */
  writes(plan: string, task: string, attempt: number): readonly string[];
  /**
   * An attempt that has no run directory: found under the name that its plan had when it was announced, or by its
   * process, where the directory was removed under it; undefined where nothing is known of it. `at` is its `started_at`.
   * The run says the plan whose directory holds it: the plan's own where that was removed.
   */
  trace(plan: string, task: string, attempt: number, at: string): Run | undefined;
  /** Takes a run that was traced, so that it is found under this plan's name from now on. */
  adopt(plan: string, traced: Run): void;
  /**
   * Starts an attempt in a work tree, the checkout's own where none is given. Starting one that is claimed already does
   * nothing: the claim is exclusive.
   */
  start(order: WorkOrder, root?: string): void;
  /** Enters an attempt whose command this very process runs; while the process lives, so does the attempt. */
  enter(order: WorkOrder): void;
  /** Writes how an attempt ended that was entered so. */
  leave(
    plan: string,
    task: string,
    attempt: number,
    end: { readonly exitCode: number | null; readonly signal: string | null },
  ): void;
  /** Asks the wrapper to stop the attempt's process group: SIGTERM, grace, SIGKILL. Returns at once; leaves what a caller runs alone. */
  stop(plan: string, task: string, attempt: number): void;
  /** Marks a run as consumed or fenced, so that it is reported once. */
  settle(plan: string, task: string, attempt: number): void;
  /** The newest end of a log, at most `bytes`, made inert (no control sequences); '' where there is none. */
  logTail(plan: string, task: string, attempt: number, bytes: number): string;
  /** The absolute path of the run directory. */
  directory(plan: string, task: string, attempt: number): string;
  /** Removes the directories of runs that are settled and over; returns how many. */
  clean(plan: string, keep: (task: string, attempt: number) => boolean): number;
  /**
   * Whether this very process descends from a worker, of this checkout or another, whatever its environment says. Looks
   * at the system's processes, so it is asked only before what a worker may never do.
   */
  descent(): Descent;
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
