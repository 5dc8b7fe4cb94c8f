/** The settings of this checkout: defaults, then rondo.yaml; a plan's own settings are laid over them by READ. */
import { type Problem, RondoError } from '../errors.ts';
import type { PlanFields } from '../model/fields.ts';
import { DEFAULT_SETTINGS, layerSettings, type Settings, type SettingsFile } from '../model/settings.ts';
import type { Outside } from '../ports.ts';

export const SETTINGS_FILE = 'rondo.yaml';

export interface LoadedSettings {
  readonly settings: Settings;
  /** Warnings; errors are thrown. */
  readonly problems: readonly Problem[];
}

const read = new WeakMap<Outside, { readonly text: string | null; readonly loaded: LoadedSettings }>();

/** Reads rondo.yaml, once for the same text; throws its problems where it is broken. */
export async function loadSettings(outside: Outside): Promise<LoadedSettings> {
  const text = outside.repo.readFile(SETTINGS_FILE);
  const known = read.get(outside);
  if (known !== undefined && known.text === text) return known.loaded;
  const loaded = text === null ? { settings: DEFAULT_SETTINGS, problems: [] } : await parse(outside, text);
  read.set(outside, { text, loaded });
  return loaded;
}

async function parse(outside: Outside, text: string): Promise<LoadedSettings> {
  const kept = outside.local.loadPlan(KEPT_AS);
  const known = kept?.text === text ? kept.value() : undefined;
  if (isLoaded(known))
    return { settings: layerSettings(DEFAULT_SETTINGS, known.settings), problems: known.problems };
  const { parseSettings } = await import('../state-file/parse-settings.ts');
  const { settings, problems } = parseSettings(text, SETTINGS_FILE);
  if (settings === undefined) throw new RondoError(problems);
  outside.local.savePlan(KEPT_AS, text, { settings, problems });
  return { settings: layerSettings(DEFAULT_SETTINGS, settings), problems };
}

/** A name no plan can have. */
const KEPT_AS = '+settings';

function isLoaded(value: unknown): value is { settings: SettingsFile; problems: readonly Problem[] } {
  return typeof value === 'object' && value !== null && 'settings' in value && 'problems' in value;
}

/** The settings that apply to one plan. */
export function settingsOf(settings: Settings, fields: PlanFields): Settings {
  const layer: SettingsFile = {
    ...(fields.parallelism === undefined ? {} : { parallelism: fields.parallelism }),
    ...(fields.specialists === undefined ? {} : { specialists: fields.specialists }),
    ...(fields.specialist_routing === undefined ? {} : { specialist_routing: fields.specialist_routing }),
    ...(fields.quality_gates === undefined ? {} : { quality_gates: fields.quality_gates }),
    ...(fields.task_tracking === undefined ? {} : { task_tracking: fields.task_tracking }),
    ...(fields.lease === undefined ? {} : { lease: fields.lease }),
    ...(fields.retries === undefined ? {} : { retries: fields.retries }),
    ...(fields.check_timeout === undefined ? {} : { check_timeout: fields.check_timeout }),
    ...(fields.gate_timeout === undefined ? {} : { gate_timeout: fields.gate_timeout }),
    ...(fields.on_failure === undefined ? {} : { on_failure: fields.on_failure }),
    ...(fields.on_blocked === undefined ? {} : { on_blocked: fields.on_blocked }),
    ...(fields.on_cycle === undefined ? {} : { on_cycle: fields.on_cycle }),
    ...(fields.on_broken_ledger === undefined ? {} : { on_broken_ledger: fields.on_broken_ledger }),
    ...(fields.merge === undefined ? {} : { merge: fields.merge }),
    ...(fields.adopt === undefined ? {} : { adopt: fields.adopt }),
  };
  return layerSettings(settings, layer);
}
