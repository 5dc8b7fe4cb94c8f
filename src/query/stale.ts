/** Which evidence later commits have made stale: they touch what it covers, or the commit it ran on is gone. */
import type { Evidence } from '../model/fields.ts';
import { isCovered, patternsOf } from '../model/globs.ts';
import type { Task } from '../model/plan.ts';
import { isProof } from '../plan/gates.ts';
import type { Repo } from '../ports.ts';

/** The ids of those of the tasks whose evidence is of something else than what the commit has. Two calls of git for all of them. */
export async function findStale(
  repo: Repo,
  tasks: readonly Task[],
  commit: string | null,
): Promise<ReadonlySet<string>> {
  const proofs = tasks.flatMap((task) => proofsOf(task).map((proof) => ({ task, ...proof })));
  if (commit === null || proofs.length === 0) return new Set();
  const ranOn = [...new Set(proofs.map((proof) => proof.commit))];
  const changed = await repo.changedSince(ranOn, commit);
  const since = new Map(ranOn.map((id, i) => [id, changed[i] ?? null]));
  const stale = proofs.filter(({ commit: id, paths }) => {
    const files = since.get(id) ?? null;
    const patterns = patternsOf(paths);
    return files === null || files.some((file) => isCovered(file, patterns));
  });
  return new Set(stale.map(({ task }) => task.id));
}

/** What gates proved of what. A proof that covers no path of the repository does not go stale. */
function proofsOf({
  fields,
}: Task): readonly { readonly commit: string; readonly paths: readonly string[] }[] {
  return (fields.result?.evidence ?? [])
    .filter(isProof)
    .flatMap(({ commit, paths }: Evidence) =>
      commit === undefined || paths === undefined ? [] : [{ commit, paths }],
    );
}
