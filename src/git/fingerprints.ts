/** What commits hold of the files that evidence covers, and where the commits it is of left the history of another. */
import { fingerprint, readListing } from '../local/fingerprint.ts';
import type { Covered } from '../model/globs.ts';
import { resolveAll } from './changed-since.ts';
import type { Ground } from './ground.ts';
import { failedCall } from './run-git.ts';

/** Of the files of a commit that each covers. One call of git, however many they are. */
export function fingerprints(ground: Ground, commit: string, covered: readonly Covered[]): readonly string[] {
  if (covered.length === 0) return [];
  const args = ['ls-tree', '-r', '-z', '--full-tree', commit];
  const result = ground.git.run(args);
  if (result.code !== 0) failedCall(args, result);
  const files = readListing(result.stdout.toString('latin1'));
  return covered.map((each) => fingerprint(files, each));
}

/** For each commit where its history and the other's part; none where it is within that, or has nothing to do with it. */
export function forkedAt(
  ground: Ground,
  commits: readonly string[],
  to: string,
): readonly (readonly string[])[] {
  const ids = resolveAll(ground, commits);
  const known = ids.filter((id) => id !== null);
  if (known.length === 0) return commits.map(() => []);
  const input = [...new Set(known), `^${to}`].map((id) => `${id}\n`).join('');
  const lines = ground.git.ask(['rev-list', '--parents', '--stdin'], { input }).split('\n');
  const parents = new Map(lines.map((line) => [line.split(' ')[0] ?? '', line.split(' ').slice(1)]));
  return ids.map((id) => (id === null || !parents.has(id) ? [] : leave(id, parents)));
}

/** For each commit whether no branch, of this repository or of a remote, has it but those whose name begins like that. */
export function onlyBelow(ground: Ground, commits: readonly string[], prefix: string): readonly boolean[] {
  const ids = resolveAll(ground, commits);
  const known = [...new Set(ids.filter((id) => id !== null))];
  if (known.length === 0) return ids.map(() => true);
  const args = ['rev-list', ...known, '--not', `--exclude=${prefix}*`, '--branches', '--remotes'];
  const apart = new Set(ground.git.ask(args).split('\n'));
  return ids.map((id) => id === null || apart.has(id));
}

/** The first commits on all ways from one that are not in the map. */
function leave(id: string, parents: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const seen = new Set([id]);
  const out: string[] = [];
  for (const each of seen) {
    const next = parents.get(each);
    if (next === undefined) out.push(each);
    else for (const parent of next) seen.add(parent);
  }
  return out;
}
