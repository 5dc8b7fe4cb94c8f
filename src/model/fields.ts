/**
 * Every field of a plan and of a task, once: its kind, its meaning, and who writes it. Types, the decoder, the JSON
 * Schema and docs/state-format.md all come from here.
 */
import { count, duration, field, flag, glob, integer, list, path, text, texts, time, z } from './scalars.ts';
import { planSettingShape } from './settings-schema.ts';
import { BLOCKER_TYPES, FAILURE_KINDS, PLAN_STATUSES, TASK_STATUSES } from './status.ts';

/** YAML's core types, for `metadata` alone. */
const anyMap = () => z.record(z.string(), z.unknown());

const dependency = z.union([
  text(),
  z.strictObject({
    task: field(text(), 'The id of the task to wait for.'),
    or_cancelled: z.optional(field(flag(), 'Whether a cancelled task satisfies, too.')),
  }),
]);
export type Dependency = z.infer<typeof dependency>;

const attempt = z.strictObject({
  number: field(count(), 'The n-th dispatch of this task; never goes down. The fencing token.'),
  machine: z.optional(field(text(), 'The checkout it was started from.')),
  started_at: z.optional(field(time(), 'When it was dispatched.')),
  lease_until: z.optional(field(time(), 'Until when the owner is believed without news.')),
  branch: z.optional(
    field(
      text(),
      'The branch of its own worktree, where it has one; its work is merged before the task is completed.',
    ),
  ),
  returns: z.optional(field(text(), 'What ends the wait: `process exit`, or the condition a person named.')),
  retry: z.optional(field(count(), 'How many automatic retries led here.')),
  retry_of: z.optional(field(count(), 'The attempt whose failure led to the last of them.')),
  overrun_reported_at: z.optional(field(time(), 'When the overrun was reported, once.')),
  returned_at: z.optional(
    field(
      time(),
      'When its work came back, or its gates were asked for again; it is completed once they pass.',
    ),
  ),
});
export type Attempt = z.infer<typeof attempt>;

const evidence = z.strictObject({
  command: z.optional(field(text(), 'What was run.')),
  exit_code: z.optional(field(integer(), 'How it ended.')),
  commit: z.optional(field(text(), 'The commit it ran on.')),
  paths: z.optional(field(texts(), 'What it covers.')),
  content: z.optional(
    field(
      text(),
      'A short hash of the files that it covers, as they were then; left out where they changed meanwhile.',
    ),
  ),
  gate: z.optional(field(text(), 'The gate that asked for it; what a gate proved counts as verified.')),
});
export type Evidence = z.infer<typeof evidence>;

const result = z.strictObject({
  summary: z.optional(field(text(), 'What came of it, in a line.')),
  passed: z.optional(field(flag(), 'The verdict of a review or check.')),
  failure: z.optional(
    field(z.enum(FAILURE_KINDS), 'Of a failed task: what kind of failure; `code` where not given.'),
  ),
  issues: z.optional(
    field(
      list(
        z.strictObject({
          severity: z.optional(text()),
          text: text(),
          file: z.optional(text()),
          line: z.optional(count()),
        }),
      ),
      'What a review found.',
    ),
  ),
  evidence: z.optional(field(list(evidence), 'What proved it.')),
  metadata: z.optional(field(anyMap(), 'Anything else the worker said.')),
});
export type TaskResult = z.infer<typeof result>;

const blocker = z.strictObject({
  type: field(z.enum(BLOCKER_TYPES), 'What kind of obstacle.'),
  detail: z.optional(field(text(), 'What it is.')),
  since: z.optional(field(time(), 'Since when.')),
});
export type Blocker = z.infer<typeof blocker>;

const rejection = z.strictObject({
  reason: field(text(), 'What is to be mended.'),
  by: z.optional(field(text(), 'Who sent it back.')),
  at: z.optional(field(time(), 'When.')),
});

/** Task fields that people write. */
export const authoredTaskShape = {
  blocked_by: z.optional(field(list(dependency), 'Tasks that must be completed first.')),
  description: z.optional(field(text(), 'A one-line summary.')),
  active_form: z.optional(field(text(), 'What is shown while it is under way ("Running the review").')),
  tags: z.optional(field(texts(), 'For routing and for filters.')),
  phase: z.optional(field(text(), 'The phase it belongs to.')),
  step: z.optional(field(integer(), 'Its number within the workflow.')),
  parallel_group: z.optional(field(text(), 'Tasks of one group start in one round, where slots allow.')),
  milestone: z.optional(field(flag(), 'Whether its completion writes a checkpoint.')),
  priority: z.optional(field(integer(), 'Higher starts first; 0 where not given.')),
  specialist: z.optional(field(text(), 'Who does it, by name.')),
  run: z.optional(field(text(), "A shell command; wins over the specialist's.")),
  inputs: z.optional(field(list(path()), "Files to read; the blockers' outputs where not given.")),
  output: z.optional(field(path(), 'The file it must leave; missing at the end refuses completion.')),
  await: z.optional(
    field(
      z.strictObject({
        check: field(text(), 'The command that looks: 0 ends the wait, any other code means not yet.'),
        every: z.optional(field(duration(), 'How long to wait between two looks; 5m where not given.')),
      }),
      'An outside job, polled by a command.',
    ),
  ),
  writes: z.optional(
    field(
      list(glob()),
      'What it may change: paths or globs (`*`, `?`, `**`, `{a,b}`); a folder stands for all below it. Tasks whose sets meet never run at once in one checkout.',
    ),
  ),
  estimate: z.optional(field(duration(), 'How long it should take.')),
  timeout: z.optional(field(duration(), 'After how long it is stopped and counts as failed.')),
  retries: z.optional(field(count(), 'How often a failed or lost attempt is tried again.')),
  needs_approval: z.optional(field(flag(), 'Whether a person must approve it before others build on it.')),
  rework: z.optional(
    field(
      z.strictObject({
        task: field(text(), 'The task to go back to; it, the tasks between and this one are done again.'),
        limit: z.optional(
          field(count(), 'How many times; 3 where not given. Past it the review is blocked.'),
        ),
        threshold: z.optional(
          field(text(), 'Findings of lower severity pass: info, low, medium, high or critical.'),
        ),
      }),
      'Where to go back to when its result says `passed: false`.',
    ),
  ),
  gates: z.optional(field(texts(), 'Gates of its own: commands that its work must pass to be completed.')),
  plan: z.optional(
    field(
      path(),
      'A sub-plan: the path of its file. The task is in progress while that runs, and completed with it.',
    ),
  ),
  metadata: z.optional(field(anyMap(), 'Any map; the one place with YAML core types.')),
} as const;

/** Task fields that the coordinator writes, in the order in which it writes new ones. */
export const keptTaskShape = {
  status: z.optional(field(z.enum(TASK_STATUSES), 'Where the task stands.')),
  owner: z.optional(field(text(), 'Who has it.')),
  attempt: z.optional(field(attempt, 'The newest dispatch.')),
  completed_at: z.optional(field(time(), 'When it was completed.')),
  result: z.optional(field(result, 'What came of it.')),
  blocker: z.optional(field(blocker, 'What stands in the way.')),
  approved_by: z.optional(field(text(), 'Who approved it.')),
  approved_at: z.optional(field(time(), 'When.')),
  rejected: z.optional(
    field(rejection, 'Why its last result was sent back; the next attempt is told. Goes with an approval.'),
  ),
  iteration: z.optional(field(count(), 'How often it has sent work back (`rework`).')),
} as const;

export const taskFieldsSchema = z.strictObject({ ...authoredTaskShape, ...keptTaskShape });
export type TaskFields = Readonly<z.infer<typeof taskFieldsSchema>>;
export type TaskFieldName = keyof TaskFields;

/** Plan fields that people write, then settings that apply to one plan. */
export const authoredPlanShape = {
  rondo: field(count(), 'The version of this format: 1.'),
  goal: z.optional(field(text(), 'What is to be reached.')),
  origin: z.optional(field(text(), 'Who owns the goal and accepts the result.')),
  coordinator: z.optional(field(text(), 'Who runs the rounds that start work.')),
  watchdog: z.optional(
    field(
      text(),
      'Who checks that it lives, recovers and reports; where a coordinator is named, it starts no new work.',
    ),
  ),
  workflow_id: z.optional(field(text(), 'The id of this run of a workflow, `<name>-<timestamp>`.')),
  workflow_type: z.optional(field(text(), 'The kind of workflow.')),
  started_at: z.optional(field(time(), 'When it was started.')),
  ...planSettingShape,
} as const;

/** Plan fields that the coordinator writes, in the order in which it writes new ones. */
export const keptPlanShape = {
  status: z.optional(field(z.enum(PLAN_STATUSES), 'Where the plan stands.')),
  paused_by: z.optional(field(text(), 'Who paused it; only `resume` goes on.')),
  accepted_by: z.optional(field(text(), 'Who took the criteria without a check as met.')),
  reopened_by: z.optional(
    field(text(), 'Who reopened the complete plan; it stays open until accepted again.'),
  ),
  launched: z.optional(
    field(count(), 'Up to which batch `rondo launch` has let it go (`auto_launch: false`).'),
  ),
  overrun_batches: z.optional(
    field(
      list(count()),
      'Batches that were reported as past 1.5 × their estimate, once each, until they are over.',
    ),
  ),
  current_step: z.optional(field(text(), 'What is under way, or next.')),
  next_action: z.optional(field(text(), 'What the next round will do, or waits for.')),
  next_checkpoint: z.optional(field(time(), 'When to look again at the latest.')),
  blockers: z.optional(field(texts(), 'What stands in the way of the plan.')),
} as const;

export const planFieldsSchema = z.strictObject({ ...authoredPlanShape, ...keptPlanShape });
export type PlanFields = Readonly<z.infer<typeof planFieldsSchema>>;
export type PlanFieldName = keyof PlanFields;

/** Fields of the coordinator in the frontmatter stand apart by a blank line each, so that merges stay clean. */
export const KEPT_PLAN_FIELDS = Object.keys(keptPlanShape) as readonly PlanFieldName[];
export const KEPT_TASK_FIELDS = Object.keys(keptTaskShape) as readonly TaskFieldName[];
export const AUTHORED_TASK_FIELDS = Object.keys(authoredTaskShape) as readonly TaskFieldName[];
