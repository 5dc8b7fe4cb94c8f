/** What a question about a plan reads: the file as it is now, or as a commit has it; nothing is written, no lock is taken. */
import { type Problem, RondoError } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import type { Outside } from '../ports.ts';
import type { PlanFile } from '../round/find-plans.ts';
import { readKnown } from '../round/known-plan.ts';
import { loadSettings, settingsOf } from '../round/load-settings.ts';
import { brokenPlan } from '../round/read.ts';

export interface View {
  readonly target: PlanFile;
  readonly plan: Plan;
  /** What was read. */
  readonly text: string;
  readonly settings: Settings;
  /** The commit that is checked out, or the one asked for; null before the first. */
  readonly commit: string | null;
  readonly edited: boolean;
  readonly problems: readonly Problem[];
}

/** Reads a plan; throws its problems where it is broken or not there. `at` is a revision as a person types it. */
export async function viewPlan(outside: Outside, target: PlanFile, at?: string): Promise<View> {
  const loaded = await loadSettings(outside);
  const source = at === undefined ? now(outside, target) : past(outside, target, at);
  const parsed = await readKnown(outside, target, source.text, at === undefined);
  if (parsed.plan === undefined)
    throw at === undefined
      ? await brokenPlan(outside, target, parsed.problems)
      : new RondoError(errorsOf(parsed.problems));
  const settings = settingsOf(loaded.settings, parsed.plan.fields);
  return {
    target,
    plan: parsed.plan,
    text: source.text,
    settings,
    commit: source.commit,
    edited: source.edited,
    problems: [...loaded.problems, ...parsed.problems],
  };
}

function now({ repo }: Outside, target: PlanFile) {
  const look = repo.look(target.file);
  if (look.text === null) throw missing(target, 'is not there');
  return { text: look.text, commit: look.head.commit, edited: look.edited };
}

function past({ repo }: Outside, target: PlanFile, at: string) {
  const commit = repo.resolve(at);
  const text = repo.readAt(commit, target.file);
  if (text === null) throw missing(target, `is not in ${at}`);
  return { text, commit, edited: false };
}

function missing(target: PlanFile, what: string): RondoError {
  return new RondoError({
    code: 'unknown-plan',
    severity: 'error',
    message: `${target.file} ${what}`,
    hint: 'See `rondo list`.',
    file: target.file,
  });
}

export function errorsOf(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter((p) => p.severity === 'error');
}
