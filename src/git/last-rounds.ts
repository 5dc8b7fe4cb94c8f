/** Finds how rounds left a plan, where commits by hand have changed it since. */
import type { Ground } from './ground.ts';
import { readOwed } from './history.ts';
import { findInCommit } from './trees.ts';

/** The last round commit on each line of history below the tip; none where the file is as one of them left it. */
export function lastRounds(
  ground: Ground,
  plan: string,
  file: string,
  tip: string | null,
): readonly string[] {
  const found = tip === null ? [] : roundsBelow(ground, plan, tip);
  if (tip === null || found[0] === tip) return [];
  const blobAt = (commit: string) => findInCommit(ground.objects, commit, file)?.id;
  const now = blobAt(tip);
  return found.some((commit) => blobAt(commit) === now) ? [] : found;
}

/** This many commits by hand are followed one by one; beyond them, the newest round stands for all lines. */
const MOST_STEPS = 64;

interface Link {
  readonly parents: readonly string[];
  readonly message: string;
}

function roundsBelow(ground: Ground, plan: string, tip: string): readonly string[] {
  // A round that the user's own commit took along has its trailers in the next one.
  const owed = readOwed(ground, plan)?.commit;
  const linkOf = openLinks(ground, tip);
  const found: string[] = [];
  const met = new Set([tip]);
  for (const commit of met) {
    const link = met.size > MOST_STEPS ? undefined : linkOf(commit);
    if (link === undefined) return newestRound(ground, plan, tip);
    if (commit === owed || isRoundOf(plan, link.message)) found.push(commit);
    else for (const parent of link.parents) met.add(parent);
  }
  return found;
}

/** Loose commits are read in process; with the first that is not, git is asked once for all that are near. */
function openLinks(ground: Ground, tip: string): (commit: string) => Link | undefined {
  let asked: ReadonlyMap<string, Link> | undefined;
  return (commit) => {
    const loose = ground.objects.peek(commit)?.bytes.toString('utf8');
    if (loose === undefined) {
      asked ??= askForLinks(ground, tip);
      return asked.get(commit);
    }
    const end = loose.indexOf('\n\n');
    const parents = [...loose.slice(0, end).matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, id = '']) => id);
    return { parents, message: loose.slice(end + 2) };
  };
}

function askForLinks(ground: Ground, tip: string): ReadonlyMap<string, Link> {
  const shown = [...PLAINLY, '-z', '--format=%H %P%n%B', `--max-count=${MOST_STEPS}`];
  const links = ground.git
    .ask(['log', ...shown, '--end-of-options', tip, '--'])
    .split('\0')
    .map((entry): [string, Link] => {
      const end = entry.indexOf('\n');
      const [id = '', ...parents] = entry.slice(0, end).split(' ');
      return [id, { parents: parents.filter((parent) => parent !== ''), message: entry.slice(end + 1) }];
    });
  return new Map(links);
}

function newestRound(ground: Ground, plan: string, tip: string): readonly string[] {
  const trailer = `^[[:space:]]*Rondo-Plan: ${plan.replaceAll('.', '[.]')}[[:space:]]*$`;
  const args = ['log', ...PLAINLY, '--format=%H', '-E', `--grep=${trailer}`, '--max-count=1'];
  const newest = ground.git.ask([...args, '--end-of-options', tip, '--'], { timeoutMs: 120_000 });
  return newest === '' ? [] : [newest];
}

/** Whoever has git show what signatures are worth has it between the commits. */
const PLAINLY = ['--no-show-signature'];

/** A squashed merge carries its rounds in the body. */
function isRoundOf(plan: string, message: string): boolean {
  return message.split('\n').some((line) => line.trim() === `Rondo-Plan: ${plan}`);
}
