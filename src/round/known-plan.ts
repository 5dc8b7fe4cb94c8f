/** Reads a plan's text, by what this checkout has kept of it: the whole where nothing changed, else section by section. */
import type { Problem } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Outside } from '../ports.ts';
import type { KnownText, Places } from '../state-file/known-text.ts';
import { type ParsedPlan, readPlan } from '../state-file/parse-plan.ts';
import type { PlanFile } from './find-plans.ts';

export interface ReadText {
  /** Undefined where the text cannot be read; then `problems` says why. */
  readonly plan: Plan | undefined;
  readonly problems: readonly Problem[];
  /** What an edit of this text may start from. */
  readonly known: KnownText | undefined;
}

/** The plan of a text. With `keep`, what had to be parsed is kept for the next look. */
export async function readKnown(
  outside: Outside,
  target: PlanFile,
  text: string,
  keep: boolean,
): Promise<ReadText> {
  const kept = outside.local.loadPlan(target.name);
  const value = kept?.value();
  const known = kept !== undefined && isKept(value, target) ? { ...value, text: kept.text } : undefined;
  if (known?.text === text) return { plan: known.plan, problems: known.problems, known };
  const parsed = await readPlan(text, target.file, known);
  if (keep) keepParsed(outside, target, text, parsed);
  return { plan: parsed.plan, problems: parsed.problems, known: knownOf(text, parsed) };
}

function knownOf(text: string, { plan, problems, places }: ParsedPlan): KnownText | undefined {
  return plan === undefined ? undefined : { text, plan, problems, places };
}

/** Keeps what a text was parsed to. */
export function keepParsed({ local }: Outside, target: PlanFile, text: string, parsed: ParsedPlan): void {
  const { plan, problems, places } = parsed;
  if (plan !== undefined) local.savePlan(target.name, text, { plan, problems, places });
}

interface Kept {
  readonly plan: Plan;
  readonly problems: readonly Problem[];
  readonly places: Places;
}

/** Written by this very version; only the place may differ, where the file was moved. */
function isKept(value: unknown, target: PlanFile): value is Kept {
  if (typeof value !== 'object' || value === null) return false;
  if (!('plan' in value && 'problems' in value && 'places' in value)) return false;
  const { plan } = value;
  return typeof plan === 'object' && plan !== null && 'file' in plan && plan.file === target.file;
}
