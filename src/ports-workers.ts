/** What the core asks of workers: orders, runs and how they ended. */
import type { AgentName, Argv } from './model/agents.ts';
import type { TaskResult } from './model/fields.ts';
import type { Covered } from './model/globs.ts';
import type { BlockerType } from './model/status.ts';
import type { Isolation } from './ports-worktrees.ts';

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

/** Processes of an attempt that is over but for them: its wrapper was killed, or they take their time to end. */
export interface Lingering {
  readonly plan: string;
  readonly task: string;
  readonly attempt: number;
  /** How long they are given to end, in milliseconds. */
  readonly graceMs: number;
  /** Whether they have been asked to end; otherwise the next round has them asked. */
  readonly asked: boolean;
  /** At least one; the command on one line, made inert. */
  readonly processes: readonly { readonly pid: number; readonly command: string }[];
}

/** Puts the log of an agent into words, from its start to its end. */
export interface Teller {
  /** What a line says to people, line ends included; '' where it says nothing. A line that is no event comes back as it is. */
  tell(line: string): string;
}

/** A run of a gate, as its order says. */
export interface GateRun {
  /** The task whose work it looked at. */
  readonly task: string;
  /** Who asked for it: tags, `completion` or `task`, with commas between them. */
  readonly gate: string;
  readonly command: string;
  /** The name and number under which its run directory is. */
  readonly run: string;
  readonly attempt: number;
}

export interface Workers {
  /** Every run directory of the plan, in no order. */
  runs(plan: string): readonly Run[];
  /** Live runs of tasks over all plans of this checkout; `pid` is of a process that lives. */
  alive(): readonly {
    readonly plan: string;
    readonly task: string;
    readonly attempt: number;
    readonly pid: number;
  }[];
  /** What lives on of attempts that are over but for it, over all plans of this checkout. */
  lingering(): readonly Lingering[];
  /** The runs of gates of a plan, in the order in which they were ordered. Reads every order, so it is for those who ask. */
  gates(plan: string): readonly GateRun[];
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
  /** What puts the log of a run into words; null where no agent printed events into it. */
  teller(plan: string, task: string, attempt: number): Teller | null;
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
