// What the bundle loads at its first use, though the sources import it as usual: together it costs milliseconds, and most
// commands need little of it.

/** Parts of Node. */
export const LATE_BUILTINS = ['child_process', 'crypto', 'zlib', 'os', 'tty'];

/**
 * Sources, from `src/`. What they export must be declared functions, classes and constants, and be used by other modules
 * only once those run, not while they load.
 */
export const LATE_SOURCES = [
  'workers/decode-report.ts',
  'workers/find-descent.ts',
  'workers/worker-mark.ts',
  'workers/find-lingering.ts',
  'round/lingering.ts',
  // What is only said where something is wrong.
  'error-table.ts',
  'excerpt.ts',
  'cli/print/print-error.ts',
  // What only a commit needs.
  'git/commit-protocol.ts',
  'git/settle-intent.ts',
  'git/hooks.ts',
  'git/sign-commit.ts',
  // What only work in worktrees of its own needs.
  'git/worktrees.ts',
  'plan/requests/land-again.ts',
  'plan/rules/land-work.ts',
  // What only a round needs, or only some of them.
  'git/obstacles.ts',
  'git/where-is.ts',
  'local/lock-file.ts',
  'model/globs.ts',
  'plan/requests/add-task.ts',
  'plan/requests/approve-task.ts',
  'plan/requests/claim-task.ts',
  'plan/requests/edit-task.ts',
  'plan/requests/finish-task.ts',
  'plan/requests/move-plan.ts',
  'plan/requests/reset-task.ts',
  'plan/requests/start-step.ts',
  'plan/rules/break-cycles.ts',
  'plan/rules/gates.ts',
  'plan/rules/outside-writes.ts',
  'plan/rules/write-sets.ts',
  'plan/strays.ts',
  'round/end-workflow.ts',
  'round/find-strays.ts',
  'round/read.ts',
  'state-file/edit-section.ts',
  'state-file/print-mermaid.ts',
  'workers/open-waker.ts',
  'workers/open-workers.ts',
  'workers/step-run.ts',
  'workers/trace-run.ts',
  // What is needed where the plan's text is not the one that is known.
  'git/conversion.ts',
  'state-file/find-layout.ts',
  'state-file/place-problems.ts',
  'state-file/plain-decode.ts',
  // What only some plans need.
  'model/agents.ts',
  'model/sha256.ts',
  'plan/consume.ts',
  'plan/gates.ts',
  'plan/isolation.ts',
  'plan/outside-job.ts',
  'plan/brief.ts',
  'plan/agent-brief.ts',
  'plan/dispatch.ts',
  'plan/inline.ts',
  'plan/mark-blocked.ts',
];
