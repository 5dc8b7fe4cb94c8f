/**
 * Globs of paths in a work tree: `*` and `?` within a name, `**` for any folders, `{a,b}` for either. Every other mark is
 * the character that it is. A glob that names a folder covers all below it.
 */
import { pathFault } from './read-text.ts';

/** Why a glob is refused; undefined where it is safe and its every mark is one we know. */
export function globFault(glob: string): string | undefined {
  if (glob.startsWith('!')) return 'it starts with `!`: write what is meant, not what is not';
  if (glob.includes('\\')) return 'it holds a backslash: folders are parted by `/`';
  const expanded = expandBraces(glob);
  if (expanded === undefined)
    return `its braces are not whole, one in another, or stand for more than ${MOST_ALTERNATIVES} globs`;
  for (const each of expanded) {
    const fault = pathFault(each);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Two globs written out for one comparison may be this many. */
const MOST_ALTERNATIVES = 64;

/** `src/{a,b}/*` as `src/a/*` and `src/b/*`; undefined where the braces make no sense or too much of it. */
function expandBraces(glob: string): readonly string[] | undefined {
  let out = [''];
  for (const part of glob.split(/(\{[^{}]*\})/)) {
    const within = /^\{(.*)\}$/s.exec(part)?.[1];
    if (within === undefined && /[{}]/.test(part)) return undefined;
    const choices = within === undefined ? [part] : within.split(',');
    out = out.flatMap((start) => choices.map((choice) => start + choice));
    if (out.length > MOST_ALTERNATIVES) return undefined;
  }
  return out;
}

/** Files of a work tree or a commit: those that belong to the globs, without the one of that path. */
export interface Covered {
  readonly paths: readonly string[];
  readonly except: string;
}

/** A glob as the names of its folders, once for each alternative; everything below what it names belongs to it. */
export type Pattern = readonly string[];

/** The patterns of a task's `writes`. */
export function patternsOf(globs: readonly string[]): readonly Pattern[] {
  return globs.flatMap((glob) =>
    (expandBraces(glob) ?? [glob]).map((each) => [...each.split('/').filter(isName), '**']),
  );
}

function isName(part: string): boolean {
  return part !== '' && part !== '.';
}

/** Whether some path belongs to a pattern of each. */
export function overlap(a: readonly Pattern[], b: readonly Pattern[]): boolean {
  return a.some((one) => b.some((other) => meet(one, other, '**', meetNames)));
}

/** Whether a path belongs to one of the patterns. */
export function isCovered(path: string, patterns: readonly Pattern[]): boolean {
  // Marked, so that no name on the disk is taken for a glob's mark.
  const names = path
    .split('/')
    .filter(isName)
    .map((name) => `=${name}`);
  return patterns.some((pattern) => meet(pattern, names, '**', covers));
}

/** Whether a path as git says it is covered by globs: made once for many paths, most of which start in another way. */
export function coverOf(globs: readonly string[]): (path: string) => boolean {
  const all = patternsOf(globs).map((pattern) => ({ start: startOf(pattern), patterns: [pattern] }));
  return (path) => {
    for (const { start, patterns } of all)
      if (path.startsWith(start) && isCovered(path, patterns)) return true;
    return false;
  };
}

/** What every path of a pattern starts with: its names up to the first with a mark. */
function startOf(pattern: Pattern): string {
  return pattern
    .slice(
      0,
      pattern.findIndex((name) => /[*?]/.test(name)),
    )
    .join('/');
}

/** Whether two names with `*` and `?` in them can be the same. Case is ignored: on some disks it is. */
function meetNames(a: string, b: string): boolean {
  return meet([...a.toLowerCase()], [...b.toLowerCase()], '*', meetMarks);
}

function meetMarks(a: string, b: string): boolean {
  return a === b || a === '?' || b === '?';
}

/** Whether a pattern's name stands for a marked name as it is on the disk. */
function covers(pattern: string, name: string): boolean {
  const literal = [...name.slice(1)].map((mark) => `=${mark}`);
  return meet([...pattern], literal, '*', (p, n) => p === '?' || n === `=${p}`);
}

/**
 * Whether two sequences can be the same, where `any` in either stands for any number of parts. Row by row over one of
 * them: never more steps than the product of their lengths.
 */
function meet(
  a: readonly string[],
  b: readonly string[],
  any: string,
  same: (x: string, y: string) => boolean,
): boolean {
  let row = startRow(b, any);
  for (const x of a) {
    const next: boolean[] = [x === any && row[0] === true];
    for (const [j, y] of b.entries()) {
      const skip = (x === any && row[j + 1] === true) || (y === any && next[j] === true);
      const through = row[j] === true && (x === any || y === any || same(x, y));
      const goesOn =
        (x === any && next[j] === true) || // `any` of a takes this part of b, too
        (y === any && row[j + 1] === true); // and the other way round
      next.push(skip || through || goesOn);
    }
    row = next;
  }
  return row[b.length] === true;
}

/** What matches nothing of the first sequence: marks of any number at the start of the second. */
function startRow(b: readonly string[], any: string): boolean[] {
  const row = [true];
  for (const y of b) row.push(row.at(-1) === true && y === any);
  return row;
}
