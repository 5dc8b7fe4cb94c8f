/**
 * The shapes of what commands print with `--json`. Scripts of other people rely on them: a key may be added, none removed
 * or changed in meaning. Tests check every command's output against these.
 */

import { recommendDocument, remedyDocument } from './advice-documents.ts';
import {
  changeDocument,
  cleanDocument,
  countsDocument,
  effectDocument,
  needDocument,
  problemDocument,
  progressDocument,
  taskDocument,
} from './document-parts.ts';
import { exportDocument, ledgerContents } from './ledger.ts';
import { z } from './scalars.ts';
import { doctorDocument, initDocument, trustDocument } from './setup-documents.ts';

import { PLAN_STATUSES } from './status.ts';

export type { RecommendDocument, RemedyDocument } from './advice-documents.ts';
export * from './document-parts.ts';
export type { DoctorDocument, InitDocument, TrustDocument } from './setup-documents.ts';

const nullable = <T extends z.ZodMiniType>(schema: T) => z.nullable(schema);
const planStatus = z.enum(PLAN_STATUSES);

export const roundDocument = z.object({
  plan: z.string(),
  file: z.string(),
  /** The number of this round; of the last one where nothing changed. */
  round: z.int(),
  status: planStatus,
  changed: z.boolean(),
  from: nullable(z.string()),
  to: nullable(z.string()),
  changes: z.array(changeDocument),
  effects: z.array(effectDocument),
  /** Ready, and waiting for a slot, for the files of another task, or for an earlier worker that is being stopped. */
  queued: z.array(z.string()),
  /** Of the queued, those that may change the same files as another task that is under way. */
  overlaps: z.array(z.object({ task: z.string(), with: z.string() })),
  /** How many tasks are under way in this clone, and how many may be at once; both 0 while nothing may start. */
  busy: z.int(),
  most_at_once: z.int(),
  /** Null where nothing is left. */
  batch: nullable(progressDocument),
  /** Ready, and for a person to claim. */
  claimable: z.array(z.string()),
  needs: z.array(needDocument),
  /** At most 20: the tasks that stand still. */
  remedies: z.array(remedyDocument),
  /** What is left until the plan is complete, a line each. */
  to_complete: z.array(z.string()),
  next_action: nullable(z.string()),
  next_checkpoint: nullable(z.string()),
  problems: z.array(problemDocument),
});
export type RoundDocument = z.infer<typeof roundDocument>;

export const statusDocument = z.object({
  plan: z.string(),
  file: z.string(),
  goal: nullable(z.string()),
  status: nullable(planStatus),
  round: z.int(),
  current_step: nullable(z.string()),
  next_action: nullable(z.string()),
  next_checkpoint: nullable(z.string()),
  blockers: z.array(z.string()),
  roles: z.object({
    origin: nullable(z.string()),
    coordinator: nullable(z.string()),
    watchdog: nullable(z.string()),
  }),
  counts: countsDocument,
  /** Null where nothing is left. */
  batch: nullable(progressDocument),
  tasks: z.array(taskDocument),
  criteria: z.array(z.object({ text: z.string(), met: z.boolean(), check: nullable(z.string()) })),
  /** Who took the criteria as met that no check has; null where nobody has. */
  accepted_by: nullable(z.string()),
  needs: z.array(needDocument),
  /** At most 20: the tasks that stand still. */
  remedies: z.array(remedyDocument),
  /** What is left until the plan is complete, a line each. */
  to_complete: z.array(z.string()),
  /** The commit that was read; null before the first. */
  commit: nullable(z.string()),
  /** Whether the file has edits that no round has taken up yet. */
  edited: z.boolean(),
  problems: z.array(problemDocument),
});
export type StatusDocument = z.infer<typeof statusDocument>;

export const listDocument = z.object({
  plans: z.array(
    z.object({
      plan: z.string(),
      file: z.string(),
      goal: nullable(z.string()),
      status: nullable(planStatus),
      counts: countsDocument,
      /** The first of them; `check` has all. */
      problems: z.array(problemDocument),
      more_problems: z.int(),
      /** Only where tasks were asked for, by tag or status. */
      tasks: z.optional(z.array(taskDocument)),
    }),
  ),
});
export type ListDocument = z.infer<typeof listDocument>;

/** `status --brief`: little enough to be read often. */
export const briefDocument = z.object({
  plans: z.array(
    z.object({
      plan: z.string(),
      /** Null where the plan is broken. */
      status: nullable(planStatus),
      completed: z.int(),
      total: z.int(),
      in_progress: z.int(),
      blocked: z.int(),
      failed: z.int(),
      /** What it waits for, or what to do; of a broken plan what is wrong with it. */
      next: nullable(z.string()),
      next_checkpoint: nullable(z.string()),
    }),
  ),
});
export type BriefDocument = z.infer<typeof briefDocument>;

export const showDocument = z.object({
  plan: z.string(),
  task: taskDocument,
  fields: z.record(z.string(), z.unknown()),
  brief: z.string(),
  dependents: z.array(z.string()),
  route: z.object({
    kind: z.enum(['command', 'person', 'plan']),
    who: nullable(z.string()),
    command: nullable(z.string()),
    reason: z.string(),
  }),
  /** Where it stands still: what would let it go on. */
  remedy: nullable(remedyDocument),
  run_directory: nullable(z.string()),
  log_tail: z.string(),
  /** Its gates that ran on this machine; `logs` is the command that prints what one printed. */
  gates: z.array(z.object({ name: z.string(), command: z.string(), logs: z.string() })),
});
export type ShowDocument = z.infer<typeof showDocument>;

/** `show --group`: the members of a parallel group by how they ended; one that did not pass is among the failed. */
export const groupDocument = z.object({
  plan: z.string(),
  group: z.string(),
  counts: countsDocument,
  completed: z.array(taskDocument),
  failed: z.array(taskDocument),
  open: z.array(taskDocument),
  cancelled: z.array(taskDocument),
});
export type GroupDocument = z.infer<typeof groupDocument>;

export const nextDocument = z.object({
  plan: z.string(),
  status: planStatus,
  next_action: nullable(z.string()),
  /** How many tasks the plan has, ended ones too. */
  total: z.int(),
  /** Why nothing starts at all; null where something may. */
  held: nullable(z.string()),
  ready: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      /** Whether a command does it, or a person is to claim it. */
      kind: z.enum(['command', 'person', 'plan']),
      specialist: nullable(z.string()),
      brief_path: nullable(z.string()),
    }),
  ),
  /** Pending, and waiting for other tasks: listed with `--all` only. */
  waiting: z.array(z.object({ id: z.string(), on: z.array(z.string()) })),
  /** Ready, and over the limit of what may be under way at once, or waiting for files that another task may change. */
  queued: z.array(z.string()),
  needs: z.array(needDocument),
  /** At most 20: the tasks that stand still. */
  remedies: z.array(remedyDocument),
  /** What is left until the plan is complete, a line each. */
  to_complete: z.array(z.string()),
  /** How many more there are than are listed; with `--all` none. */
  more: z.object({ ready: z.int(), waiting: z.int(), queued: z.int(), needs: z.int() }),
});
export type NextDocument = z.infer<typeof nextDocument>;

export const batchesDocument = z.object({
  plan: z.string(),
  /** How many tasks the plan has, ended ones too. */
  total: z.int(),
  /** How many tasks may be under way at once. */
  most_at_once: z.int(),
  batches: z.array(
    z.object({
      /** Its generation in the whole plan: it stays the same while the plan runs. */
      number: z.int(),
      parallel: z.boolean(),
      /** What is left of it. */
      tasks: z.array(z.string()),
      /** `1a`, `1b` … where more is left than may be under way at once; else one part, `1`. */
      parts: z.array(z.object({ label: z.string(), tasks: z.array(z.string()) })),
      done: z.int(),
      total: z.int(),
      /** How long what is left should take, each begun as soon as a slot is free; null where no task says. */
      estimate: nullable(z.string()),
      /** How many of its tasks say no estimate, and are not counted. */
      unestimated: z.int(),
    }),
  ),
  /** How long all that is left should take; null where no task says. */
  estimate: nullable(
    z.object({
      one_by_one: z.string(),
      batch_by_batch: z.string(),
      saved: z.string(),
      saved_percent: z.int(),
      unestimated: z.int(),
    }),
  ),
  problems: z.array(problemDocument),
});
export type BatchesDocument = z.infer<typeof batchesDocument>;

export const checkDocument = z.object({ files: z.array(z.string()), problems: z.array(problemDocument) });
export type CheckDocument = z.infer<typeof checkDocument>;

export const logDocument = z.object({
  plan: z.string(),
  rounds: z.array(
    z.object({
      round: z.int(),
      commit: z.string(),
      at: z.string(),
      author: z.string(),
      machine: z.string(),
      status: z.string(),
      subject: z.string(),
      changes: z.array(z.string()),
      body: z.string(),
    }),
  ),
});
export type LogDocument = z.infer<typeof logDocument>;

export const runDocument = z.object({
  plan: z.string(),
  status: planStatus,
  rounds: z.int(),
  commit: nullable(z.string()),
  next_action: nullable(z.string()),
  next_checkpoint: nullable(z.string()),
  counts: countsDocument,
  needs: z.array(needDocument),
  remedies: z.array(remedyDocument),
  to_complete: z.array(z.string()),
  problems: z.array(problemDocument),
});
export type RunDocument = z.infer<typeof runDocument>;

export const errorDocument = z.object({ error: problemDocument, problems: z.array(problemDocument) });
export type ErrorDocument = z.infer<typeof errorDocument>;

export const graphDocument = z.object({
  plan: z.string(),
  format: z.enum(['mermaid', 'dot', 'text']),
  graph: z.string(),
  /** With `--critical` only. */
  critical: z.optional(
    z.object({
      path: z.array(z.string()),
      /** A duration; a number of tasks where no task says an estimate. */
      length: z.string(),
      /** By how much each task that is left could end later without making the whole longer. */
      slack: z.array(z.object({ task: z.string(), slack: z.string() })),
      /** Edges that add nothing: `through` waits for the blocker, too. */
      redundant: z.array(z.object({ task: z.string(), blocker: z.string(), through: z.string() })),
      /** Whether the graph is too dense to look at all its edges. */
      partly: z.boolean(),
    }),
  ),
});
export type GraphDocument = z.infer<typeof graphDocument>;

export const logsDocument = z.object({
  plan: z.string(),
  task: z.string(),
  /** Of a gate, how often it has run. */
  attempt: z.int(),
  log: z.string(),
  /** With `--gate` only: whose output it is. */
  gate: z.optional(z.object({ name: z.string(), command: z.string() })),
});
export type LogsDocument = z.infer<typeof logsDocument>;

export const waitDocument = z.object({ plan: z.string(), changed: z.boolean() });
export type WaitDocument = z.infer<typeof waitDocument>;

export const archiveDocument = z.object({ plan: z.string(), commit: z.string(), file: z.string() });
export type ArchiveDocument = z.infer<typeof archiveDocument>;

export const ledgerDocument = z.object({
  /** Null where none is named and there is not exactly one. */
  plan: nullable(z.string()),
  file: z.string(),
  /** Whether rounds write it (`task_tracking.ledger`). */
  on: z.boolean(),
  state: z.enum(['none', 'in_progress', 'completed', 'failed', 'unreadable']),
  ledger: nullable(ledgerContents),
  /** Whether it says what the plan says; null where one of the two cannot be read. */
  current: nullable(z.boolean()),
  /** What `rondo import --from ledger` would do, were the plan gone. */
  resume: z.enum(['fresh', 'from-last-checkpoint', 'from-failed-step', 'stop-or-fresh']),
  problems: z.array(problemDocument),
});
export type LedgerDocument = z.infer<typeof ledgerDocument>;

/** What `done`, `fail` and `block` print where a worker calls them for its own attempt: the next round takes the file up. */
export const reportDocument = z.object({
  plan: z.string(),
  task: z.string(),
  attempt: z.int(),
  status: z.enum(['completed', 'failed', 'blocked']),
  result_file: z.string(),
});
export type ReportDocument = z.infer<typeof reportDocument>;

export const completionDocument = z.object({ shell: z.string(), script: z.string() });
export type CompletionDocument = z.infer<typeof completionDocument>;

/** What a plan can be started from. */
export const templatesDocument = z.object({
  templates: z.array(
    z.object({
      name: z.string(),
      source: z.enum(['repository', 'package']),
      /** From the root of the repository, or of the package. */
      file: z.string(),
      description: z.string(),
      /** `default` is null where a value must be given. */
      fields: z.array(z.object({ name: z.string(), description: z.string(), default: nullable(z.string()) })),
      tasks: z.array(z.object({ id: z.string(), title: z.string(), blocked_by: z.array(z.string()) })),
      /** A text for each generation of the graph. */
      picture: z.array(z.string()),
    }),
  ),
  problems: z.array(problemDocument),
});
export type TemplatesDocument = z.infer<typeof templatesDocument>;

/** Every document by the name under which `rondo schema` shows it: the command that prints it. */
export const DOCUMENTS = {
  archive: archiveDocument,
  batches: batchesDocument,
  check: checkDocument,
  clean: cleanDocument,
  completion: completionDocument,
  doctor: doctorDocument,
  error: errorDocument,
  export: exportDocument,
  graph: graphDocument,
  group: groupDocument,
  init: initDocument,
  ledger: ledgerDocument,
  list: listDocument,
  log: logDocument,
  logs: logsDocument,
  next: nextDocument,
  recommend: recommendDocument,
  report: reportDocument,
  round: roundDocument,
  run: runDocument,
  show: showDocument,
  status: statusDocument,
  templates: templatesDocument,
  'status-brief': briefDocument,
  trust: trustDocument,
  wait: waitDocument,
} as const;
