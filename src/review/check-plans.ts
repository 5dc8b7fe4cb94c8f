/** `rondo check`: every plan and the settings, read as a whole; nothing is hidden and nothing is changed. */
import { type Problem, problem, RondoError } from '../errors.ts';
import type { CheckDocument } from '../model/documents.ts';
import type { Plan } from '../model/plan.ts';
import { DEFAULT_SETTINGS, type Settings } from '../model/settings.ts';
import { graphProblems } from '../plan/graph.ts';
import { notSupported } from '../plan/not-supported.ts';
import { conflictingFields } from '../plan/outside-job.ts';
import { reworkProblems } from '../plan/rules/rework.ts';
import { specialistProblems } from '../plan/rules/specialists.ts';
import type { Outside } from '../ports.ts';
import { findPlans, type PlanFile } from '../round/find-plans.ts';
import { loadSettings, SETTINGS_FILE, settingsOf } from '../round/load-settings.ts';
import { problemAsDocument } from '../round/report.ts';
import { readPlan } from '../state-file/parse-plan.ts';
import { placeProblems } from '../state-file/place-problems.ts';
import { acceptanceProblems } from './acceptance.ts';

/** Checks the plans asked for, or all of them, and rondo.yaml. */
export async function checkPlans(outside: Outside, only?: PlanFile): Promise<CheckDocument> {
  const found = only === undefined ? await findAll(outside) : { plans: [only], problems: [] };
  const problems: Problem[] = [...found.problems, ...(await checkSettings(outside))];
  for (const target of found.plans) problems.push(...(await checkPlan(outside, target)));
  const settings = outside.repo.fileExists(SETTINGS_FILE) ? [SETTINGS_FILE] : [];
  return {
    files: [...settings, ...found.plans.map((plan) => plan.file)],
    problems: problems.map(problemAsDocument),
  };
}

/** Broken settings must not keep the plans from being checked: their default places are looked at then. */
async function findAll(outside: Outside) {
  try {
    return await findPlans(outside);
  } catch (error) {
    if (!(error instanceof RondoError)) throw error;
    return { plans: [], problems: [] };
  }
}

async function checkSettings({ repo }: Outside): Promise<readonly Problem[]> {
  try {
    const text = repo.readFile(SETTINGS_FILE);
    if (text === null) return [];
    const { parseSettings } = await import('../state-file/parse-settings.ts');
    return parseSettings(text, SETTINGS_FILE).problems;
  } catch (error) {
    return problemsOf(error);
  }
}

async function checkPlan(outside: Outside, target: PlanFile): Promise<readonly Problem[]> {
  try {
    const text = outside.repo.readFile(target.file);
    if (text === null) return [problem('unknown-plan', `${target.file} is not there`, { file: target.file })];
    const { plan, problems } = await readPlan(text, target.file);
    if (plan === undefined) return problems;
    const settings = settingsOf(await settingsOrDefault(outside), plan.fields);
    const found = [
      ...graphProblems(plan),
      ...notSupported(plan, settings),
      ...specialistProblems(plan, settings),
      ...reworkProblems(plan),
      ...conflictingFields(plan),
      ...(await acceptanceProblems(outside, plan, text, settings)),
    ];
    const inside = await problemsInside(outside, plan);
    return [...problems, ...(await placeProblems(text, [...found, ...inside]))];
  } catch (error) {
    return problemsOf(error);
  }
}

/** A plan that contains itself, by way of the plans its tasks stand for; and those that are not there. */
async function problemsInside(outside: Outside, plan: Plan): Promise<readonly Problem[]> {
  if (!plan.tasks.some((task) => task.fields.plan !== undefined)) return [];
  const { subPlanProblems } = await import('../round/read-sub-plans.ts');
  return await subPlanProblems(outside, plan);
}

/** Broken settings are a problem of their own, told once. */
async function settingsOrDefault(outside: Outside): Promise<Settings> {
  try {
    return (await loadSettings(outside)).settings;
  } catch (error) {
    if (error instanceof RondoError) return DEFAULT_SETTINGS;
    throw error;
  }
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof RondoError) return error.problems;
  throw error;
}
