/** Reads rondo.yaml. Loads yaml and zod, so callers import it only where the text is not known yet. */
import type { Problem } from '../errors.ts';
import type { SettingsFile } from '../model/settings.ts';
import { codec } from './codec.ts';
import { toProblems } from './parse-plan.ts';
import { findUnfitText } from './unfit-text.ts';

/** The settings as far as they were typed; undefined where a problem is an error. */
export function parseSettings(
  text: string,
  file: string,
): { readonly settings: SettingsFile | undefined; readonly problems: readonly Problem[] } {
  const unfit = findUnfitText(text);
  if (unfit !== undefined) return { settings: undefined, problems: toProblems(text, file, [unfit]) };
  const head = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const piece = codec.decodeSettings(text.slice(head));
  const faults = piece.faults.map((fault) => ({ ...fault, offset: fault.offset + head }));
  return { settings: piece.fields, problems: toProblems(text, file, faults) };
}
