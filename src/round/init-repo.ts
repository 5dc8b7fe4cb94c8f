/** `rondo init`: a rondo.yaml with the settings people change first; everything has a default without it. */
import { fail } from '../errors.ts';
import type { Outside } from '../ports.ts';
import { SETTINGS_FILE } from './load-settings.ts';

const TEMPLATE = `# Settings of Rondo for this repository. Every key may be left out; docs/state-format.md lists them all.
parallelism: { max_parallel_tasks: 5, auto_launch: true, strategy: eager }

# Who does what. A task goes to the \`specialist\` it names, else to the first whose tags match most of its own; see
# rondo recommend <task>. An agent is claude, codex, gemini, opencode or aider; others are { command: "npm test" } and
# { person: true }. Nothing runs before this machine has approved it: rondo trust.
specialists:
  implementation: { agent: claude, model: haiku, tags: [backend, frontend, database, testing, documentation] }
  senior: { agent: claude, model: sonnet, tags: [bug, error, blocker, complex] }
  architect: { agent: claude, model: opus, tags: [feature-creation] }
  planning: { agent: claude, model: sonnet, tags: [planning, task-breakdown] }

# Where no tag matches: use_default takes the default specialist, ask_user asks. Without a default a person claims the task.
specialist_routing:
  fallback_behavior: use_default
  # default_specialist: implementation

# How long an attempt's owner is believed without news.
lease: 1h

# After a failed task: stop (default) or continue with what does not depend on it.
on_failure: stop
`;

/** Writes rondo.yaml where there is none, uncommitted, for the user to look at. Returns the files it wrote. */
export async function initRepo(
  outside: Outside,
  text = TEMPLATE,
): Promise<{ readonly files: readonly string[] }> {
  if (outside.repo.fileExists(SETTINGS_FILE))
    fail('already-exists', `${SETTINGS_FILE} is there already`, {
      file: SETTINGS_FILE,
      hint: 'Edit it; docs/state-format.md lists every setting. Move it away first to start afresh.',
    });
  outside.repo.identity();
  outside.repo.writeNewFile(SETTINGS_FILE, text);
  return { files: [SETTINGS_FILE] };
}
