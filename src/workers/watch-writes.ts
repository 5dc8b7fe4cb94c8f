/**
 * What a worker changed outside of what its task says it `writes`: git is asked what differs before it starts and after it
 * ends. Files that git ignores are not looked at, and who of several at work changed a file cannot be told here.
 */
import { spawnSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { isCovered, patternsOf } from '../model/globs.ts';
import type { OrderFile } from './run-files.ts';
import { scrubEnvironment } from './worker-environment.ts';

/** What git says of a work tree at one moment. */
export interface Look {
  readonly head: string;
  /** Of each file that differs from the commit, how, and its size and time: enough to see it change once more. */
  readonly files: ReadonlyMap<string, string>;
}

/** Undefined where git does not answer. */
export function lookAtTree(root: string): Look | undefined {
  const status = git(root, ['status', '--porcelain', '-z', '--no-renames', '--untracked-files=all']);
  if (status === undefined) return undefined;
  const files = new Map<string, string>();
  for (const line of status.split('\0').filter((each) => each !== ''))
    files.set(line.slice(3), `${line.slice(0, 2)} ${stampOf(join(root, line.slice(3)))}`);
  return { head: git(root, ['rev-parse', '--verify', '--quiet', 'HEAD'])?.trim() ?? '', files };
}

/** At most this many are told; the word of an end is to stay small. */
const MOST_PATHS = 20;

/** Paths that changed since `before` and belong to none of the order's `writes`, sorted; undefined where git does not answer. */
export function changedOutside(order: OrderFile, before: Look): readonly string[] | undefined {
  const after = lookAtTree(order.root);
  if (after === undefined) return undefined;
  const changed = new Set(committed(order.root, before.head, after.head));
  for (const path of new Set([...before.files.keys(), ...after.files.keys()]))
    if (before.files.get(path) !== after.files.get(path)) changed.add(path);
  const patterns = patternsOf(order.writes ?? []);
  // The plan is changed by the rounds, and the output is the task's own by its name.
  const own = new Set([order.announced?.file, order.output]);
  return [...changed]
    .filter((path) => !own.has(path) && !isCovered(path, patterns))
    .sort()
    .slice(0, MOST_PATHS);
}

/** What commits since then changed, but for those of rounds. A file that only went from changed to committed is no news, and stands here all the same. */
function committed(root: string, from: string, to: string): readonly string[] {
  if (from === to || to === '') return [];
  const range = from === '' ? to : `${from}..${to}`;
  const args = ['log', '--format=', '--name-only', '-z', '--no-renames', '-m'];
  const names = git(root, [...args, '--invert-grep', '--grep=^Rondo-Round: ', range, '--']);
  return (names ?? '').split(/[\0\n]+/).filter((name) => name !== '');
}

function stampOf(path: string): string {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 'gone' : `${stat.mtimeMs} ${stat.size}`;
}

/** Takes no lock: the user may be at work with git. */
function git(root: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', ['--no-optional-locks', '-c', 'core.quotepath=off', ...args], {
    cwd: root,
    env: scrubEnvironment(process.env),
    encoding: 'utf8',
    maxBuffer: 256 * 1_048_576,
    timeout: 60_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout : undefined;
}
