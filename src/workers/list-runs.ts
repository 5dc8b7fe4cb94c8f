/**
 * Finds the run directories of a checkout. A plan gathers thousands of finished runs, and each round asks; so beside the
 * directories stand two lists: `.open/` with an empty file for each run that may still matter, and `.over` with a line
 * for each that is settled and over. Only open runs cost a look. A run is entered before its directory is made, so
 * nothing that runs is ever missing from the lists; where they are missing altogether, the directories themselves say.
 */
import { appendFileSync, type Dirent, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRegular } from '../local/read-regular.ts';
import { cannotWrite, removeQuietly, writeAtomic } from '../local/write-atomic.ts';
import { attemptOf, isSafeName, planFolder, runFolder, runsFolder } from './run-files.ts';

export interface RunPlace {
  readonly plan: string;
  readonly task: string;
  readonly attempt: number;
  readonly directory: string;
}

const OPEN = '.open';
const OVER = '.over';

/** The plans that have runs. */
export function listPlans(gitDir: string): readonly string[] {
  return foldersOf(runsFolder(gitDir)).filter(isSafeName);
}

/** Every run directory of a plan, found by looking at all of them. */
export function listRuns(gitDir: string, plan: string): readonly RunPlace[] {
  const folder = planFolder(gitDir, plan);
  return foldersOf(folder)
    .filter(isSafeName)
    .flatMap((task) =>
      // An attempt that was announced under another name of the plan is a link to its folder.
      foldersOf(join(folder, task), true).flatMap((name) => {
        const attempt = attemptOf(name);
        return attempt === undefined ? [] : [{ plan, task, attempt, directory: join(folder, task, name) }];
      }),
    );
}

/** The runs of a plan that are not known to be settled and over. */
export function listOpenRuns(gitDir: string, plan: string): readonly RunPlace[] {
  const names = namesIn(join(planFolder(gitDir, plan), OPEN));
  if (names === undefined) return listRuns(gitDir, plan);
  return names.flatMap((name) => placeOf(gitDir, plan, name.split('@')) ?? []);
}

/** The runs of a plan that are settled and over, each once; one that is listed as open, too, is not among them. */
export function listOverRuns(gitDir: string, plan: string, open: readonly RunPlace[]): readonly RunPlace[] {
  const file = readRegular(join(planFolder(gitDir, plan), OVER), 64 * 1_048_576);
  if (file.kind !== 'read') return [];
  const listed = new Set(open.map((place) => `${place.task} ${place.attempt}`));
  const lines = new Set(file.bytes.toString('utf8').split('\n'));
  return [...lines].flatMap((line) =>
    listed.has(line) ? [] : (placeOf(gitDir, plan, line.split(' ')) ?? []),
  );
}

/** Enters a run into the open ones; to be done before its directory is made. Throws `cannot-write`. */
export function enterRun(gitDir: string, { plan, task, attempt }: RunPlace): void {
  const folder = join(planFolder(gitDir, plan), OPEN);
  try {
    if (namesIn(folder) === undefined) adoptRuns(gitDir, plan, folder);
    writeFileSync(join(folder, `${task}@${attempt}`), '');
  } catch (error) {
    throw cannotWrite(folder, error);
  }
}

/** Runs that are there without any list, all of them open for all one knows. */
function adoptRuns(gitDir: string, plan: string, folder: string): void {
  const found = listRuns(gitDir, plan);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const { task, attempt } of found) writeFileSync(join(folder, `${task}@${attempt}`), '');
}

/** Takes a run that is settled and over from the open ones. */
export function retireRun(gitDir: string, { plan, task, attempt }: RunPlace): void {
  const folder = planFolder(gitDir, plan);
  if (namesIn(join(folder, OPEN)) === undefined) return;
  try {
    appendFileSync(join(folder, OVER), `${task} ${attempt}\n`);
  } catch {
    return; // it stays among the open ones, which costs a look the next time
  }
  removeQuietly(join(folder, OPEN, `${task}@${attempt}`));
}

/** Takes a run that another plan lists from now on from the open ones. */
export function leaveRun(gitDir: string, { plan, task, attempt }: RunPlace): void {
  removeQuietly(join(planFolder(gitDir, plan), OPEN, `${task}@${attempt}`));
}

/** Takes runs whose directories were removed from both lists. */
export function forgetRuns(gitDir: string, plan: string, gone: readonly RunPlace[]): void {
  if (gone.length === 0) return;
  const folder = planFolder(gitDir, plan);
  const lines = new Set(gone.map((place) => `${place.task} ${place.attempt}`));
  const kept = listOverRuns(gitDir, plan, []).filter((place) => !lines.has(`${place.task} ${place.attempt}`));
  const text = kept.map((place) => `${place.task} ${place.attempt}\n`).join('');
  writeAtomic(join(folder, OVER), text, { fsync: false });
  for (const { task, attempt } of gone) removeQuietly(join(folder, OPEN, `${task}@${attempt}`));
}

function placeOf(gitDir: string, plan: string, parts: readonly string[]): RunPlace | undefined {
  const [task = '', number = ''] = parts;
  const attempt = attemptOf(number);
  if (attempt === undefined || parts.length !== 2 || !isSafeName(task)) return undefined;
  return { plan, task, attempt, directory: runFolder(gitDir, plan, task, attempt) };
}

function namesIn(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}

function foldersOf(path: string, links = false): readonly string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    return []; // nothing has run yet
  }
  return entries
    .filter((entry) => entry.isDirectory() || (links && entry.isSymbolicLink()))
    .map((entry) => entry.name);
}
