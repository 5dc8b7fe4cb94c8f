/** `rondo init`: a rondo.yaml with the settings people change first; everything has a default without it. */
import { fail } from '../errors.ts';
import type { Outside } from '../ports.ts';
import { SETTINGS_FILE } from './load-settings.ts';

const TEMPLATE = `# Settings of Rondo for this repository. Every key may be left out; docs/state-format.md lists them all.
parallelism: { max_parallel_tasks: 5, auto_launch: true, strategy: eager }

# Named kinds of worker. A task is routed by its \`specialist\`, else by the tags they share.
# specialists:
#   checks: { command: "npm test", tags: [check] }
#   dana:   { person: true, tags: [decision] }

# How long an attempt's owner is believed without news.
lease: 1h

# After a failed task: stop (default) or continue with what does not depend on it.
on_failure: stop
`;

/** Writes rondo.yaml where there is none, uncommitted, for the user to look at. Returns the files it wrote. */
export async function initRepo(outside: Outside): Promise<{ readonly files: readonly string[] }> {
  if (outside.repo.fileExists(SETTINGS_FILE))
    fail('already-exists', `${SETTINGS_FILE} is there already`, { file: SETTINGS_FILE });
  outside.repo.identity();
  outside.repo.writeNewFile(SETTINGS_FILE, TEMPLATE);
  return { files: [SETTINGS_FILE] };
}
