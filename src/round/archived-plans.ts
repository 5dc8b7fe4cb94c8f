/** What a call means that names no plan that is in its place: one that was archived, or none. */
import { fail } from '../errors.ts';
import { nearest } from '../plan/graph.ts';
import type { Outside } from '../ports.ts';
import { topicOf } from '../state-file/parse-plan.ts';
import type { PlanFile } from './find-plans.ts';
import { loadSettings } from './load-settings.ts';

/** Says that there is none to choose. */
export async function noPlan(outside: Outside): Promise<never> {
  const [first, ...more] = await archivedFiles(outside);
  const make = 'rondo new <topic> --goal "<what is to be reached>"';
  if (first === undefined)
    fail('unknown-plan', 'there is no plan in this repository yet', { hint: `Make one: ${make}` });
  const plans = more.length === 0 ? 'the only plan in this repository' : 'every plan in this repository';
  fail('unknown-plan', `${plans} is archived`, {
    hint: `See \`rondo status ${topicOf(first)}\`, or make a new one: ${make}`,
  });
}

/** The archived plan of that name, for a call that only looks; else says what there is instead. */
export async function archivedOrUnknown(
  outside: Outside,
  plans: readonly PlanFile[],
  asked: string,
  mayBeArchived: boolean,
): Promise<PlanFile> {
  const archived = await findArchived(outside, asked);
  if (archived === undefined) return unknownPlan(plans, asked);
  if (mayBeArchived) return archived;
  fail('unknown-plan', `${archived.name} is archived as ${archived.file}`, {
    hint: `status, show, log and logs still read it; to go on with it: ${howToBringBack(archived)}`,
  });
}

function unknownPlan(plans: readonly PlanFile[], asked: string): never {
  const near = nearest(
    asked,
    plans.map((plan) => plan.name),
  );
  const known = plans.map((plan) => plan.name).join(', ');
  const hint =
    near !== undefined
      ? `Did you mean ${near}?`
      : known === ''
        ? 'Make one: rondo new <topic>'
        : `Plans here: ${known}.`;
  fail('unknown-plan', `there is no plan ${JSON.stringify(asked)}`, { hint });
}

/** A plan that `rondo archive` has moved away, by its name or file; undefined where there is none. */
export async function findArchived(outside: Outside, asked: string): Promise<PlanFile | undefined> {
  const files = await archivedFiles(outside);
  const file = files.find((each) => each === asked.replace(/^\.\//, '') || topicOf(each) === asked);
  return file === undefined ? undefined : { name: topicOf(file), file };
}

async function archivedFiles(outside: Outside): Promise<readonly string[]> {
  const { settings } = await loadSettings(outside);
  return outside.repo.findFiles(settings.paths.map(archivedName));
}

/** The file, or the pattern of files, in `archive/` beside it. */
export function archivedName(file: string): string {
  const slash = file.lastIndexOf('/');
  return `${file.slice(0, slash + 1)}archive/${file.slice(slash + 1)}`;
}

/** The command that brings an archived plan back. */
export function howToBringBack({ file }: PlanFile): string {
  return `git mv ${file} ${file.replace(/archive\/(?=[^/]*$)/, '')}`;
}
