/** The settings of `rondo.yaml`, each with its default in one table; most may also stand in a plan's frontmatter. */
import { AGENTS, PERMISSIONS } from './agents.ts';
import { count, duration, field, flag, list, path, positive, text, texts, z } from './scalars.ts';

const parallelism = z.strictObject({
  max_parallel_tasks: z.optional(
    field(positive(), 'How many tasks may be under way at once, over all plans of the clone.'),
  ),
  auto_launch: z.optional(
    field(flag(), 'Whether a finished batch starts the next one; without it `rondo launch` does.'),
  ),
  respect_dependencies: z.optional(field(flag(), 'Always true; false is refused.')),
  strategy: z.optional(
    field(
      z.enum(['eager', 'batched', 'sequential']),
      'eager: start what is ready; batched: finish a batch first; sequential: one at a time.',
    ),
  ),
});

export const specialistSchema = z.strictObject({
  command: z.optional(field(text(), 'The shell command that does the work.')),
  agent: z.optional(field(z.enum(AGENTS), 'A coding agent that Rondo knows how to drive.')),
  model: z.optional(field(text(), "The agent's model, by the agent's own name for it.")),
  permissions: z.optional(
    field(
      z.enum(PERMISSIONS),
      'What the agent may do unasked. read: look; edit: change files; full: run anything.',
    ),
  ),
  person: z.optional(field(flag(), 'A person, who claims the task and reports it done.')),
  tags: z.optional(field(texts(), 'Tasks with these tags are routed here.')),
  isolation: z.optional(
    field(z.enum(['none', 'worktree']), 'Whether each attempt has a worktree of its own.'),
  ),
  max_parallel: z.optional(field(positive(), 'How many tasks this specialist does at once.')),
  timeout: z.optional(field(duration(), 'How long an attempt may take where the task does not say.')),
  enforce_writes: z.optional(field(flag(), 'Whether a change outside `writes` blocks the task.')),
});
export type Specialist = z.infer<typeof specialistSchema>;

const taskGate = z.strictObject({
  hook: field(text(), 'The check command.'),
  required: z.optional(
    field(flag(), 'Whether a failure blocks the task (true where not given), or is a warning only.'),
  ),
  timeout: z.optional(field(duration(), 'How long it may take; `gate_timeout` where not given.')),
});
export type TaskGate = z.infer<typeof taskGate>;

/** Settings that may stand in `rondo.yaml` and in a plan's frontmatter. */
export const planSettingShape = {
  parallelism: z.optional(field(parallelism, 'How much runs at once, and in which order.')),
  specialists: z.optional(field(z.record(z.string(), specialistSchema), 'The named kinds of worker.')),
  specialist_routing: z.optional(
    field(
      z.strictObject({
        fallback_behavior: z.optional(
          field(z.enum(['use_default', 'ask_user']), 'What to do where no tag matches.'),
        ),
        default_specialist: z.optional(field(text(), 'The specialist of use_default.')),
      }),
      'What happens where no specialist matches.',
    ),
  ),
  quality_gates: z.optional(
    field(
      z.strictObject({
        enabled: z.optional(field(flag(), 'Whether gates run.')),
        task_gates: z.optional(
          field(
            z.record(z.string(), taskGate),
            "The gate of each tag; that of `completion` is every task's.",
          ),
        ),
      }),
      'Checks that a completion must pass.',
    ),
  ),
  task_tracking: z.optional(
    field(
      z.strictObject({
        enabled: z.optional(field(flag(), 'Whether `rondo step` tracks; without it the command just runs.')),
        ledger: z.optional(
          field(
            flag(),
            'Whether milestones, failures and the end are written to a ledger file, in the commit of their round.',
          ),
        ),
        ledger_path: z.optional(
          field(path(), 'Where the ledger is; each plan that runs beside others needs one of its own.'),
        ),
        auto_cleanup: z.optional(
          field(
            flag(),
            'Whether a complete plan is cleaned up: of the run directories of each task the newest stays.',
          ),
        ),
      }),
      'Tracking of wrapped commands, and the ledger.',
    ),
  ),
  lease: z.optional(field(duration(), "How long an attempt's owner is believed without news.")),
  retries: z.optional(
    field(count(), 'How often a failed or lost attempt is tried again where the task does not say.'),
  ),
  check_timeout: z.optional(
    field(duration(), 'How long the check of a success criterion may take; then it is stopped, and not met.'),
  ),
  gate_timeout: z.optional(
    field(duration(), 'How long a gate may take; then it is stopped, and not passed.'),
  ),
  on_failure: z.optional(
    field(z.enum(['stop', 'continue']), 'Whether a failed task stops further dispatch.'),
  ),
  on_blocked: z.optional(
    field(z.enum(['stop', 'continue']), 'Whether a blocked task stops further dispatch.'),
  ),
  on_cycle: z.optional(
    field(
      z.enum(['stop', 'break']),
      'Whether a dependency cycle stops the plan, or its last edge is dropped.',
    ),
  ),
  on_broken_ledger: z.optional(
    field(
      z.enum(['stop', 'fresh']),
      'What an unreadable ledger means: stop the plan until it is mended, or write it anew from the plan.',
    ),
  ),
  merge: z.optional(
    field(
      z.enum(['integration', 'pr']),
      'What becomes of work done in a worktree of its own: integration: merged into `rondo/merged/<plan>` before its task is completed; pr: left on its branch for a pull request.',
    ),
  ),
  adopt: z.optional(field(z.enum(['on-save', 'on-commit']), 'When a hand edit is taken up.')),
} as const;

export const settingsSchema = z.strictObject({
  ...planSettingShape,
  paths: z.optional(field(list(path()), 'Where plans are looked for, as globs with `*`.')),
  sync: z.optional(
    field(
      z.strictObject({
        remote: z.optional(field(text(), 'The remote that machines share.')),
        push: z.optional(field(z.enum(['never', 'auto', 'always']), 'Whether rounds are pushed.')),
      }),
      'How machines share a plan.',
    ),
  ),
  approvers: z.optional(
    field(texts(), 'Who may approve and reject, by git e-mail; anybody but a worker where nobody is named.'),
  ),
  commit: z.optional(
    field(
      z.strictObject({
        hooks: z.optional(field(flag(), "Whether round commits run the repository's hooks.")),
        sign: z.optional(field(flag(), 'Whether round commits are signed.')),
        timeout: z.optional(field(duration(), 'How long hooks and signing may take.')),
      }),
      'How round commits are made.',
    ),
  ),
  trust: z.optional(
    field(
      z.strictObject({
        briefs: z.optional(
          field(
            z.enum(['ask', 'allow']),
            'Whether a changed brief is shown before an agent gets it. `ask` has no effect in this version, and is warned of.',
          ),
        ),
      }),
      'What must be approved on this machine.',
    ),
  ),
  log_limit: z.optional(field(count(), "How many bytes of a worker's log are kept; the newest win.")),
  grace: z.optional(field(duration(), 'How long a worker has between SIGTERM and SIGKILL.')),
});
export type SettingsFile = z.infer<typeof settingsSchema>;
