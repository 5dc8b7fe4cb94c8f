/** Which plan a call is about: by name, by path, by RONDO_PLAN, or the only active one. */
import { fail, type Problem, problem, RondoError } from '../errors.ts';
import { isId } from '../model/id.ts';
import { planStatusOf } from '../model/plan.ts';
import type { Outside } from '../ports.ts';
import { topicOf } from '../state-file/parse-plan.ts';
import { archivedOrUnknown, noPlan } from './archived-plans.ts';
import { readKnown } from './known-plan.ts';
import { loadSettings } from './load-settings.ts';

/** A plan file and the topic its name gives. */
export interface PlanFile {
  readonly name: string;
  readonly file: string;
  /** Whether it was found beside other plans, so that the id of a task alone may not say which is meant. */
  readonly beside?: boolean;
}

/** All plan files of the work tree in the order of their names, and the problems of their names. */
export async function findPlans(
  outside: Outside,
): Promise<{ readonly plans: readonly PlanFile[]; readonly problems: readonly Problem[] }> {
  const { settings } = await loadSettings(outside);
  const problems: Problem[] = [];
  const plans: PlanFile[] = [];
  const names = new Map<string, string>();
  for (const file of outside.repo.findFiles(settings.paths)) {
    const name = topicOf(file);
    if (!isId(name)) {
      problems.push(problem('invalid-id', `the name of ${file} gives no plan name`, { file }));
      continue;
    }
    const key = name.normalize('NFC').toLowerCase();
    const other = names.get(key);
    if (other !== undefined)
      problems.push(problem('duplicate-plan', `${file} and ${other} name the same plan`, { file }));
    else names.set(key, file);
    if (other === undefined) plans.push({ name, file });
  }
  return { plans: plans.length < 2 ? plans : plans.map((plan) => ({ ...plan, beside: true })), problems };
}

export interface ChooseOptions {
  /** Where the call names its plan: as a word of its own, with `--plan`, or before the task. For the hint. */
  readonly named?: 'argument' | 'option' | { readonly task: string };
  /** Whether a plan in `archive/` may be meant, by a call that only looks. */
  readonly archived?: boolean;
}

/** The plan a call means. Throws `unknown-plan` or `ambiguous-plan`; a broken name clash concerns only its own plan. */
export async function choosePlan(
  outside: Outside,
  asked: string | undefined,
  { named = 'argument', archived = false }: ChooseOptions = {},
): Promise<PlanFile> {
  const { plans, problems } = await findPlans(outside);
  if (asked !== undefined) {
    const found = plans.find((plan) => plan.name === asked || plan.file === asked.replace(/^\.\//, ''));
    const clash = problems.find(
      (p) => found !== undefined && topicOf(p.file ?? '').toLowerCase() === found.name.toLowerCase(),
    );
    if (clash !== undefined)
      fail(clash.code, clash.message, {
        hint: clash.hint,
        ...(clash.file === undefined ? {} : { file: clash.file }),
      });
    return found ?? (await archivedOrUnknown(outside, plans, asked, archived));
  }
  const [only, ...more] = plans;
  if (only === undefined) return await noPlan(outside);
  if (more.length === 0) return only;
  const active = await activePlans(outside, plans);
  const [first] = active;
  if (first !== undefined && active.length === 1) return first;
  fail(
    'ambiguous-plan',
    active.length === 0
      ? 'every plan is complete, so name the one you mean'
      : `more than one plan is active: ${active.map((p) => p.name).join(', ')}`,
    { hint: hintToName(named, (first ?? only).name) },
  );
}

function hintToName(named: NonNullable<ChooseOptions['named']>, plan: string): string {
  const how =
    named === 'argument'
      ? `Name it after the command: \`rondo <command> ${plan}\``
      : named === 'option'
        ? `Name it with \`--plan ${plan}\``
        : `Name it before the task, such as \`${plan}/${named.task}\``;
  return `${how}; or set RONDO_PLAN.`;
}

async function activePlans(outside: Outside, plans: readonly PlanFile[]): Promise<readonly PlanFile[]> {
  const out: PlanFile[] = [];
  for (const plan of plans) {
    const status = await statusOf(outside, plan);
    if (status !== undefined && status !== 'complete') out.push(plan);
  }
  return out;
}

/** Undefined where the plan cannot be read: it must be named to be worked on, and holds up no other. */
async function statusOf(outside: Outside, plan: PlanFile): Promise<string | undefined> {
  try {
    const text = outside.repo.readFile(plan.file);
    if (text === null) return undefined;
    const parsed = await readKnown(outside, plan, text, true);
    return parsed.plan === undefined ? undefined : planStatusOf(parsed.plan);
  } catch (error) {
    if (error instanceof RondoError) return undefined;
    throw error;
  }
}

/** A task as it is typed: `<task>` or `<plan>/<task>`. */
export function splitTaskName(typed: string): { readonly plan: string | undefined; readonly task: string } {
  const slash = typed.lastIndexOf('/');
  return slash < 0
    ? { plan: undefined, task: typed }
    : { plan: typed.slice(0, slash), task: typed.slice(slash + 1) };
}

/** The file of a plan that is to be made. */
export function newPlanFile(topic: string): PlanFile {
  if (!isId(topic))
    fail('usage', `${JSON.stringify(topic)} is not a plan name`, {
      hint: 'Use at most 64 letters, digits, `.`, `_` and `-`; no `..`, no final `.` or `.lock`.',
    });
  return { name: topic, file: `docs/${topic}-state.md` };
}
