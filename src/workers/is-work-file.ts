/** Whether a worker left the file that it was to leave. */
import { realpathSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Whether there is such a file within the work tree, links followed. */
export function isWorkFile(root: string, path: string): boolean {
  try {
    return realpathSync(join(root, path)).startsWith(realpathSync(root) + sep);
  } catch {
    return false;
  }
}
