/** What several of the documents of `--json` are made of: problems, changes, needs, tasks, counts. */

import { z } from './scalars.ts';
import { PLAN_STATUSES, TASK_STATUSES } from './status.ts';

const nullable = <T extends z.ZodMiniType>(schema: T) => z.nullable(schema);
const status = z.enum(TASK_STATUSES);

export const problemDocument = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string(),
  hint: z.string(),
  file: nullable(z.string()),
  line: nullable(z.int()),
  column: nullable(z.int()),
  task: z.optional(z.string()),
  excerpt: z.optional(z.string()),
  cycle: z.optional(z.array(z.string())),
});
export type ProblemDocument = z.infer<typeof problemDocument>;

export const changeDocument = z.object({
  kind: z.string(),
  task: nullable(z.string()),
  field: nullable(z.string()),
  from: z.unknown(),
  to: z.unknown(),
  reason: z.string(),
});
export type ChangeDocument = z.infer<typeof changeDocument>;

export const effectDocument = z.object({
  kind: z.enum(['start', 'stop', 'settle', 'adopt', 'enter', 'collect', 'merge']),
  id: z.string(),
  task: z.string(),
  attempt: z.int(),
  reason: z.string(),
});

/** What somebody must do before something goes on. */
export const needDocument = z.object({
  /**
   * `trust`: this clone has not approved its command. `approval`: its result awaits a person's word. `claim`: it is for a
   * person to take. `report`: a person has it. `machine`: it is under way on another machine.
   */
  kind: z.enum(['trust', 'approval', 'claim', 'report', 'machine']),
  task: z.string(),
  /** The person or the machine that has it, or is to have it; null where that may be anybody. */
  who: nullable(z.string()),
  since: nullable(z.string()),
  until: nullable(z.string()),
  /** What to run. */
  command: z.string(),
});
export type NeedDocument = z.infer<typeof needDocument>;

/** How far the batch is that is under way, or comes next: one generation of the whole plan. */
export const progressDocument = z.object({
  number: z.int(),
  done: z.int(),
  /** Without those that were cancelled. */
  total: z.int(),
  in_progress: z.int(),
  blocked: z.int(),
  failed: z.int(),
});
export type ProgressDocument = z.infer<typeof progressDocument>;

export const taskDocument = z.object({
  id: z.string(),
  title: z.string(),
  status,
  ready: z.boolean(),
  blocked_by: z.array(z.string()),
  waiting_on: z.array(z.string()),
  owner: nullable(z.string()),
  specialist: nullable(z.string()),
  tags: z.array(z.string()),
  attempt: nullable(z.int()),
  /** `verified`: a gate proved it; `stale`: one did, of what has changed since; `reported`: somebody said so; null: not completed. */
  evidence: nullable(z.enum(['reported', 'verified', 'stale'])),
  /** Whether it is completed, and others build on it only once a person has approved it. */
  awaits_approval: z.boolean(),
  /** The checkout its newest attempt was started from; null where a person has it, or nobody yet. */
  machine: nullable(z.string()),
  /** The verdict of a review or check; null where the result gives none. */
  passed: nullable(z.boolean()),
  summary: nullable(z.string()),
  blocker: nullable(z.object({ type: z.string(), detail: nullable(z.string()) })),
  /** The plan that the task stands for; only where it does. All but the file is null where it cannot be read. */
  sub_plan: z.optional(
    z.object({
      file: z.string(),
      plan: nullable(z.string()),
      status: nullable(z.enum(PLAN_STATUSES)),
      completed: nullable(z.int()),
      total: nullable(z.int()),
      next_action: nullable(z.string()),
    }),
  ),
});
export type TaskDocument = z.infer<typeof taskDocument>;

export const countsDocument = z.object({
  total: z.int(),
  pending: z.int(),
  in_progress: z.int(),
  completed: z.int(),
  blocked: z.int(),
  failed: z.int(),
  cancelled: z.int(),
});
export type CountsDocument = z.infer<typeof countsDocument>;

/** What `clean` prints. */
export const cleanDocument = z.object({
  plan: z.string(),
  /** Run directories. */
  removed: z.int(),
  /** Branches that were removed with their worktrees: all of them merged. */
  branches: z.array(z.string()),
  /** Branches of attempts that stay, since their work is merged nowhere. */
  kept: z.array(z.string()),
});
export type CleanDocument = z.infer<typeof cleanDocument>;
