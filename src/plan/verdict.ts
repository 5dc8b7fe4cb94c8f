/** What a review's result says once its threshold is counted in: findings of lower severity than that pass. */
import type { Task } from '../model/plan.ts';

/** Severities by rank, each with the other words people use for it. */
const RANKS: readonly (readonly string[])[] = [
  ['info', 'note', 'nit', 'trivial'],
  ['low', 'minor'],
  ['medium', 'moderate', 'warning'],
  ['high', 'major', 'error'],
  ['critical', 'blocker', 'severe'],
];

/** The names a threshold is written in, lowest first. */
export const SEVERITIES: readonly string[] = RANKS.map(([name]) => name ?? '');

/** How grave a severity is, whatever its letter case; undefined where the word is not known. */
export function severityRank(word: string): number | undefined {
  const at = RANKS.findIndex((names) => names.includes(word.trim().toLowerCase()));
  return at < 0 ? undefined : at;
}

/** Whether the result says no, and its findings are grave enough to count. One whose severity nobody knows counts. */
export function didNotPass(task: Task): boolean {
  return task.fields.result?.passed === false && !isBelowThreshold(task);
}

/** The verdict as it counts; null where the result gives none. */
export function verdictOf(task: Task): boolean | null {
  const said = task.fields.result?.passed;
  return said === undefined ? null : !didNotPass(task);
}

function isBelowThreshold({ fields: { rework, result } }: Task): boolean {
  const limit = rework?.threshold === undefined ? undefined : severityRank(rework.threshold);
  if (limit === undefined) return false;
  // A review that lists no findings may still say how grave they are, as `done --failed-check --meta severity=low` does.
  const overall = result?.metadata?.severity;
  const said = result?.issues?.map((issue) => issue.severity) ?? [overall];
  return said.every((word) => typeof word === 'string' && (severityRank(word) ?? limit) < limit);
}
