/** What has changed since commits that somebody wrote down: two calls of git, however many they are. */
import type { Ground } from './ground.ts';

/** For each commit the files that differ between it and the other; null where git does not know it, or not for sure. */
export function changedSince(
  ground: Ground,
  commits: readonly string[],
  to: string,
): readonly (readonly string[] | null)[] {
  const ids = resolveAll(ground, commits);
  const since = new Set(ids.filter((id) => id !== null && id !== to));
  // Each line names a commit and what to take for its parent.
  const input = [...since].map((id) => `${id} ${to}\n`).join('');
  const args = ['diff-tree', '--stdin', '-r', '-z', '--name-only', '--no-renames'];
  const answer = since.size === 0 ? '' : ground.git.ask(args, { input });
  const files = new Map<string, string[]>();
  let current: string[] = [];
  for (const part of answer.split('\0')) {
    if (since.has(part)) {
      current = [];
      files.set(part, current);
    } else if (part !== '') current.push(part);
  }
  return ids.map((id) => (id === null ? null : (files.get(id) ?? [])));
}

/** Full ids; null for what is no commit here. */
export function resolveAll({ git }: Ground, commits: readonly string[]): readonly (string | null)[] {
  if (commits.length === 0) return [];
  const input = commits.map((commit) => `${isId(commit) ? commit : '-'}^{commit}\n`).join('');
  const lines = git.ask(['cat-file', '--batch-check'], { input }).split('\n');
  return commits.map((_, i) => /^([0-9a-f]+) commit /.exec(lines[i] ?? '')?.[1] ?? null);
}

/** People may write anything; nothing else than an id is asked for. */
function isId(text: string): boolean {
  return /^[0-9a-f]{4,64}$/.test(text);
}
