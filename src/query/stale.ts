/** Which evidence is of something else than what a commit has: later commits touch what it covers, or its own is gone. */
import type { Evidence } from '../model/fields.ts';
import { coverOf } from '../model/globs.ts';
import type { Task } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import { isProof } from '../plan/gates.ts';
import type { Repo } from '../ports.ts';

/** What a gate proved, of which files. */
interface Proof {
  readonly task: Task;
  readonly commit: string;
  readonly paths: readonly string[];
  readonly content: string | undefined;
}

/**
 * The ids of those of the tasks whose evidence is stale at the commit. Two calls of git for all of them; one more where
 * commits touch what some of it covers, and four where that is of branches that are not merged here, and two more.
 */
export async function findStale(
  repo: Repo,
  plan: string,
  tasks: readonly Task[],
  commit: string | null,
  merge: Settings['merge'],
): Promise<ReadonlySet<string>> {
  const proofs = tasks.flatMap(proofsOf);
  if (commit === null || proofs.length === 0) return new Set();
  const touched = await touchedSince(
    repo,
    plan,
    commit,
    proofs.map((proof) => ({ proof, since: [proof.commit] })),
  );
  const other = await withOtherContent(repo, plan, commit, touched);
  // Not merged yet, or brought here as other commits: it holds until what it began from is touched here.
  const branched = other.filter(({ task }) => task.fields.attempt?.branch !== undefined);
  const apart = merge === 'pr' ? branched : await mergedSomewhere(repo, branched);
  const forks =
    apart.length === 0
      ? []
      : await repo.forkedAt(
          apart.map((proof) => proof.commit),
          commit,
        );
  const open = apart.flatMap((proof, i) => {
    const since = forks[i] ?? [];
    return since.length === 0 ? [] : [{ proof, since }];
  });
  const stands = new Set(open.map(({ proof }) => proof));
  for (const proof of await touchedSince(repo, plan, commit, open)) stands.delete(proof);
  return new Set(other.filter((proof) => !stands.has(proof)).map(({ task }) => task.id));
}

/** Those of work that some branch has beside the attempt's own: where the integration branch is gone, nobody builds on it. */
async function mergedSomewhere(repo: Repo, proofs: readonly Proof[]): Promise<readonly Proof[]> {
  if (proofs.length === 0) return proofs;
  const commits = proofs.map((proof) => proof.commit);
  const own = await repo.onlyBelow(commits, 'rondo/work/');
  return proofs.filter((_, i) => own[i] === false);
}

/** The proofs of which a file differs between the commit and one of those it is to be compared with, or one of them is gone. */
async function touchedSince(
  repo: Repo,
  plan: string,
  commit: string,
  asked: readonly { readonly proof: Proof; readonly since: readonly string[] }[],
): Promise<readonly Proof[]> {
  const ids = [...new Set(asked.flatMap(({ since }) => since))];
  const changed = ids.length === 0 ? [] : await repo.changedSince(ids, commit);
  const filesSince = new Map(ids.map((id, i) => [id, changed[i] ?? null]));
  return asked.flatMap(({ proof, since }) => {
    const covers = coverOf(proof.paths);
    const isTouched = since.some((id) => {
      const files = filesSince.get(id) ?? null;
      return files === null || files.some((file) => file !== plan && covers(file));
    });
    return isTouched ? [proof] : [];
  });
}

/** The proofs whose gates did not find what the commit has: who commits what they found, changes nothing. */
async function withOtherContent(
  repo: Repo,
  plan: string,
  commit: string,
  proofs: readonly Proof[],
): Promise<readonly Proof[]> {
  const known = proofs.filter((proof) => proof.content !== undefined);
  if (known.length === 0) return proofs;
  const covered = known.map(({ paths }) => ({ paths, except: plan }));
  const found = await repo.fingerprints(commit, covered);
  const same = new Set(known.filter((proof, i) => proof.content === found[i]));
  return proofs.filter((proof) => !same.has(proof));
}

/** What gates proved of what. A proof that covers no path of the repository does not go stale. */
function proofsOf(task: Task): readonly Proof[] {
  return (task.fields.result?.evidence ?? [])
    .filter(isProof)
    .flatMap(({ commit, paths, content }: Evidence) =>
      commit === undefined || paths === undefined ? [] : [{ task, commit, paths, content }],
    );
}
