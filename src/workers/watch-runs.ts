/** Wakes a waiting `run` when a worker has ended. */
import { existsSync, type FSWatcher, lstatSync, mkdirSync, realpathSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { fateOf } from '../local/process-identity.ts';
import { listRun } from './inspect-run.ts';
import { listOpenRuns } from './list-runs.ts';
import { FILES, planFolder, readClaim } from './run-files.ts';

/**
 * Calls back each time a run of the plan has ended, got lost or takes its time to end after this call; returns what ends the watch. Start it
 * before the round whose workers are waited for: what has ended by then is for that round to see.
 */
export function watchRuns(
  gitDir: string,
  plan: string,
  onChange: () => void,
  lookEveryMs = 10_000,
): () => void {
  const folder = planFolder(gitDir, plan);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let seen = endsOf(gitDir, plan);
  const look = () => {
    const now = endsOf(gitDir, plan);
    watchHomes();
    const news = [...now].some((end) => !seen.has(end));
    seen = now;
    if (news) onChange();
  };
  const watcher = watchFolder(folder, look);
  const homes = new Map<string, FSWatcher>();
  const watchHomes = () => {
    for (const home of homesOf(gitDir, plan)) {
      const found = homes.has(home) ? undefined : watchFolder(home, look);
      if (found !== undefined) homes.set(home, found);
    }
  };
  watchHomes();
  // A wrapper that was killed leaves no word, so now and then somebody has to look.
  const timer = setInterval(look, watcher === undefined ? 1000 : lookEveryMs);
  return () => {
    clearInterval(timer);
    watcher?.close();
    for (const home of homes.values()) home.close();
  };
}

/**
 * One folder that is not watched through is enough: whoever ends a run moves the word of it there through the plan's own
 * folder. Undefined where the system has no more watches to give.
 */
function watchFolder(folder: string, look: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, look);
    watcher.on('error', () => watcher.close()); // the folder was removed; the timer goes on
    return watcher;
  } catch {
    return undefined;
  }
}

/** The folders of the plan's earlier names in which its runs still are. */
function homesOf(gitDir: string, plan: string): ReadonlySet<string> {
  return new Set(
    listOpenRuns(gitDir, plan).flatMap(({ directory }) =>
      isLink(directory) ? [dirname(dirname(realpathSync(directory)))] : [],
    ),
  );
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true && existsSync(path);
}

function endsOf(gitDir: string, plan: string): ReadonlySet<string> {
  return new Set(
    listOpenRuns(gitDir, plan).flatMap(({ task, attempt, directory }) => {
      const end = endOf(directory);
      return end === undefined ? [] : [`${task}/${attempt}/${end}`];
    }),
  );
}

/** How a run is over, so far as the watch must know; undefined while it is not. */
function endOf(directory: string): string | undefined {
  const names = listRun(directory);
  if (names === undefined || names.has(FILES.settled)) return undefined;
  if (names.has(FILES.exit)) return 'ended';
  if (names.has(FILES.lost)) return 'lost';
  if (names.has(FILES.lingering)) return 'lingering';
  const claim = names.has(FILES.claim) ? readClaim(directory) : undefined;
  return claim !== undefined && fateOf(claim.wrapper) === 'gone' ? 'gone' : undefined;
}
