/** `rondo log`: the rounds of a plan, read from the commits themselves. */
import type { LogDocument } from '../model/documents.ts';
import type { Outside } from '../ports.ts';
import type { PlanFile } from '../round/find-plans.ts';

/** Newest first. */
export async function planLog(outside: Outside, target: PlanFile, limit?: number): Promise<LogDocument> {
  const entries = await outside.repo.log(target.name, limit === undefined ? {} : { limit });
  return {
    plan: target.name,
    rounds: entries.map(({ round, commit, at, author, machine, status, subject, changes, body }) => ({
      round,
      commit,
      at,
      author,
      machine,
      status,
      subject,
      changes: [...changes],
      body,
    })),
  };
}
