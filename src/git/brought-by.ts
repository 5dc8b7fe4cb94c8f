/** Which commit brought lines that are there now: read from the changes of files, all of them in one log. */
import type { Wanted } from '../ports.ts';
import { textOfBlob } from './conversion.ts';
import type { Ground } from './ground.ts';
import { readHead } from './refs.ts';
import { findInCommit } from './trees.ts';

/** One commit of a log; `changes` says of each file which lines it took away and added. */
interface Step {
  readonly commit: string;
  readonly isMerge: boolean;
  readonly changes: ReadonlyMap<string, readonly string[]>;
}

/**
 * For each wanted line the commit since which it has been there without a break, abbreviated; null where HEAD has none.
 * The line of first parents is followed, on which each change is one of the branch itself; of a merge, the commit within.
 */
export function findBringers(ground: Ground, wanted: readonly Wanted[]): readonly (string | null)[] {
  const { commit } = readHead(ground);
  if (commit === null || wanted.length === 0) return wanted.map(() => null);
  const files = [...new Set(wanted.map(({ file }) => file))];
  const steps = readSteps(ground, ['--first-parent', '-m', commit], files);
  return wanted.map((one) => {
    const step = stepThatBrought(ground, commit, steps, one);
    if (step?.isMerge !== true) return step?.commit ?? null;
    const within = readSteps(ground, [`${step.commit}^1..${step.commit}`], [one.file]);
    return within.findLast((inner) => growth(inner, one) > 0)?.commit ?? step.commit;
  });
}

function stepThatBrought(
  ground: Ground,
  commit: string,
  steps: readonly Step[],
  one: Wanted,
): Step | undefined {
  const entry = findInCommit(ground.objects, commit, one.file);
  const text = entry === undefined ? '' : textOfBlob(ground, one.file, entry.id);
  let count = text.split(/\r?\n/).filter(one.holds).length;
  if (count === 0) return undefined;
  return steps.find((step) => {
    count -= growth(step, one);
    return count <= 0;
  });
}

/** By how many the lines that hold what is wanted became more. */
function growth(step: Step, { file, holds }: Wanted): number {
  let more = 0;
  for (const line of step.changes.get(file) ?? [])
    if (holds(line.slice(1).replace(/\r$/, ''))) more += line.startsWith('+') ? 1 : -1;
  return more;
}

/** Nothing that a person's settings or attributes say about showing changes may have a part in it. */
const PLAINLY = [
  ...['--patch', '--unified=0', '--text', '--no-color', '--no-ext-diff', '--no-textconv', '--no-renames'],
  ...['--no-relative', '--no-notes', '--no-show-signature', '--src-prefix=a/', '--dst-prefix=b/'],
];

function readSteps(ground: Ground, range: readonly string[], files: readonly string[]): readonly Step[] {
  const args = [
    ...['-c', 'core.quotePath=false', 'log', '--format=%x00%h %p', ...PLAINLY, ...range],
    ...['--', ...files],
  ];
  const said = ground.git.ask(args, { timeoutMs: 120_000 });
  return said
    .split(/^\0/m)
    .slice(1)
    .map((record) => stepOf(record, files));
}

function stepOf(record: string, files: readonly string[]): Step {
  const [head = '', ...rest] = record.split('\n');
  const [commit = '', ...parents] = head.trim().split(' ');
  const changes = new Map<string, string[]>();
  let lines: string[] | undefined;
  // A changed line may look like anything, so those of a hunk are counted.
  let left = 0;
  for (const line of rest) {
    const hunk = left > 0 ? null : /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    if (left > 0 && !line.startsWith('\\')) {
      lines?.push(line);
      left -= 1;
    } else if (hunk !== null) left = Number(hunk[1] ?? 1) + Number(hunk[2] ?? 1);
    else if (line.startsWith('diff --git ')) {
      const file = files.find((name) => line.endsWith(` b/${name}`) || line.endsWith(` "b/${quoted(name)}"`));
      lines = file === undefined ? undefined : (changes.get(file) ?? []);
      if (file !== undefined && lines !== undefined) changes.set(file, lines);
    }
  }
  return { commit, isMerge: parents.length > 1, changes };
}

/** As git quotes what would be unclear. */
function quoted(name: string): string {
  return name.replace(/["\\]/g, '\\$&').replace(/\t/g, '\\t');
}
