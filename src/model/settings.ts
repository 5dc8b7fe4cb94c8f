/** The settings as the core reads them: every one with its default filled in. */
import type { SettingsFile, Specialist, TaskGate } from './settings-schema.ts';

export type { SettingsFile, Specialist };

/** All settings with their defaults filled in. */
export interface Settings {
  readonly parallelism: {
    readonly max_parallel_tasks: number;
    readonly auto_launch: boolean;
    readonly strategy: 'eager' | 'batched' | 'sequential';
  };
  readonly specialists: Readonly<Record<string, Specialist>>;
  readonly specialist_routing: {
    readonly fallback_behavior: 'use_default' | 'ask_user';
    readonly default_specialist: string | undefined;
  };
  readonly task_tracking: {
    readonly enabled: boolean;
    readonly ledger: boolean;
    readonly ledger_path: string;
    readonly auto_cleanup: boolean;
  };
  readonly quality_gates: {
    readonly enabled: boolean;
    readonly task_gates: Readonly<Record<string, TaskGate>>;
  };
  readonly lease: string;
  readonly retries: number;
  readonly check_timeout: string;
  readonly gate_timeout: string;
  readonly on_failure: 'stop' | 'continue';
  readonly on_blocked: 'stop' | 'continue';
  readonly on_cycle: 'stop' | 'break';
  readonly on_broken_ledger: 'stop' | 'fresh';
  readonly merge: 'integration' | 'pr';
  readonly adopt: 'on-save' | 'on-commit';
  readonly paths: readonly string[];
  readonly approvers: readonly string[];
  readonly commit: { readonly hooks: boolean; readonly sign: boolean; readonly timeout: string };
  readonly log_limit: number;
  readonly grace: string;
  /** Names of settings that were given and that this version does not act on. */
  readonly unacted: readonly ('sync.push' | 'trust.briefs')[];
}

export const DEFAULT_SETTINGS: Settings = {
  parallelism: { max_parallel_tasks: 5, auto_launch: true, strategy: 'eager' },
  specialists: {},
  specialist_routing: { fallback_behavior: 'use_default', default_specialist: undefined },
  task_tracking: {
    enabled: true,
    ledger: false,
    ledger_path: '.agents/workflow-ledger.yml',
    auto_cleanup: true,
  },
  quality_gates: { enabled: true, task_gates: {} },
  lease: '1h',
  retries: 0,
  check_timeout: '30m',
  gate_timeout: '30m',
  on_failure: 'stop',
  on_blocked: 'continue',
  on_cycle: 'stop',
  on_broken_ledger: 'stop',
  merge: 'integration',
  adopt: 'on-save',
  paths: ['docs/*-state.md', 'docs/*-execution-plan.md', 'worklog/*-state.md'],
  approvers: [],
  commit: { hooks: false, sign: false, timeout: '2m' },
  log_limit: 10_485_760,
  grace: '10s',
  unacted: [],
};

/** Lays settings over each other, later ones over earlier; the first layer must be complete. */
export function layerSettings(base: Settings, ...layers: readonly (SettingsFile | undefined)[]): Settings {
  let out = base;
  for (const layer of layers) {
    if (layer === undefined) continue;
    const p = layer.parallelism;
    out = {
      parallelism: {
        max_parallel_tasks: p?.max_parallel_tasks ?? out.parallelism.max_parallel_tasks,
        auto_launch: p?.auto_launch ?? out.parallelism.auto_launch,
        // `auto_launch: false` goes by batches, whatever the strategy says: see plan/rules/strategy.ts.
        strategy: p?.strategy ?? out.parallelism.strategy,
      },
      specialists:
        layer.specialists === undefined ? out.specialists : { ...out.specialists, ...layer.specialists },
      specialist_routing: {
        fallback_behavior:
          layer.specialist_routing?.fallback_behavior ?? out.specialist_routing.fallback_behavior,
        default_specialist:
          layer.specialist_routing?.default_specialist ?? out.specialist_routing.default_specialist,
      },
      task_tracking: {
        enabled: layer.task_tracking?.enabled ?? out.task_tracking.enabled,
        ledger: layer.task_tracking?.ledger ?? out.task_tracking.ledger,
        ledger_path: layer.task_tracking?.ledger_path ?? out.task_tracking.ledger_path,
        auto_cleanup: layer.task_tracking?.auto_cleanup ?? out.task_tracking.auto_cleanup,
      },
      quality_gates: {
        enabled: layer.quality_gates?.enabled ?? out.quality_gates.enabled,
        task_gates:
          layer.quality_gates?.task_gates === undefined
            ? out.quality_gates.task_gates
            : { ...out.quality_gates.task_gates, ...layer.quality_gates.task_gates },
      },
      lease: layer.lease ?? out.lease,
      retries: layer.retries ?? out.retries,
      check_timeout: layer.check_timeout ?? out.check_timeout,
      gate_timeout: layer.gate_timeout ?? out.gate_timeout,
      on_failure: layer.on_failure ?? out.on_failure,
      on_blocked: layer.on_blocked ?? out.on_blocked,
      on_cycle: layer.on_cycle ?? out.on_cycle,
      on_broken_ledger: layer.on_broken_ledger ?? out.on_broken_ledger,
      merge: layer.merge ?? out.merge,
      adopt: layer.adopt ?? out.adopt,
      paths: layer.paths ?? out.paths,
      approvers: layer.approvers ?? out.approvers,
      commit: {
        hooks: layer.commit?.hooks ?? out.commit.hooks,
        sign: layer.commit?.sign ?? out.commit.sign,
        timeout: layer.commit?.timeout ?? out.commit.timeout,
      },
      log_limit: layer.log_limit ?? out.log_limit,
      grace: layer.grace ?? out.grace,
      unacted: [...new Set([...out.unacted, ...unacted(layer)])],
    };
  }
  return out;
}

/** Given settings without an effect; one that asks for what happens anyway is no concern. */
function unacted(layer: SettingsFile): Settings['unacted'] {
  return [
    ...(layer.sync?.push !== undefined && layer.sync.push !== 'never' ? (['sync.push'] as const) : []),
    ...(layer.trust?.briefs === 'ask' ? (['trust.briefs'] as const) : []),
  ];
}
