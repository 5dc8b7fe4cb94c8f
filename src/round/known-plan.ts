/** Reads a plan's text, by what this checkout has kept of it: the whole where nothing changed, else piece by piece. */
import type { Problem } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Memo, Outside } from '../ports.ts';
import { type ParsedPlan, readPlan } from '../state-file/parse-plan.ts';
import type { PlanFile } from './find-plans.ts';

export interface KnownPlan {
  /** Undefined where the text cannot be read; then `problems` says why. */
  readonly plan: Plan | undefined;
  readonly problems: readonly Problem[];
}

/** Loads the pieces at the first call: a text that is known as a whole needs none. */
export function lateMemo({ local }: Outside, target: PlanFile): () => Memo {
  let memo: Memo | undefined;
  return () => {
    memo ??= local.loadMemo(target.name);
    return memo;
  };
}

/** The plan of a text. With `keep`, what had to be parsed is kept for the next look. */
export async function readKnown(
  outside: Outside,
  target: PlanFile,
  text: string,
  memo: () => Memo,
  keep: boolean,
): Promise<KnownPlan> {
  const known = outside.local.loadPlan(target.name, text);
  if (isKnown(known, target)) return known;
  const parsed = await readPlan(text, target.file, memo());
  if (keep) keepParsed(outside, target, text, parsed);
  return parsed;
}

/** Keeps what a text was parsed to, whole and in pieces. */
export function keepParsed({ local }: Outside, target: PlanFile, text: string, parsed: ParsedPlan): void {
  if (parsed.plan === undefined) return;
  local.savePlan(target.name, text, { plan: parsed.plan, problems: parsed.problems });
  local.saveMemo(target.name, parsed.used);
}

/** Written by this very version for this very text; only the place may differ, where the file was moved. */
function isKnown(value: unknown, target: PlanFile): value is KnownPlan & { readonly plan: Plan } {
  if (typeof value !== 'object' || value === null || !('plan' in value) || !('problems' in value))
    return false;
  const { plan } = value;
  return typeof plan === 'object' && plan !== null && 'file' in plan && plan.file === target.file;
}
