/**
 * The kind of every field, so that a plain piece can be read without zod. The schemas in fields.ts say the same and more;
 * a test walks them and compares, so this table cannot say anything else.
 */
import { BLOCKER_TYPES, FAILURE_KINDS, PLAN_STATUSES, TASK_STATUSES } from './status.ts';

export type FieldKind =
  | {
      readonly kind:
        | 'text'
        | 'integer'
        | 'count'
        | 'positive'
        | 'flag'
        | 'duration'
        | 'time'
        | 'path'
        | 'glob';
    }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly of: FieldKind }
  | ObjectKind
  /** A text, or an object that says more. */
  | { readonly kind: 'text-or'; readonly object: ObjectKind }
  /** Maps with keys of one's own, and YAML's core types: for the codec alone. */
  | { readonly kind: 'other' };

export interface ObjectKind {
  readonly kind: 'object';
  readonly required: readonly string[];
  readonly fields: FieldKinds;
}

/** In the order of the schema, which is the order of a decoded value. */
export type FieldKinds = Readonly<Record<string, FieldKind>>;

const text = { kind: 'text' } as const;
const integer = { kind: 'integer' } as const;
const count = { kind: 'count' } as const;
const positive = { kind: 'positive' } as const;
const flag = { kind: 'flag' } as const;
const duration = { kind: 'duration' } as const;
const time = { kind: 'time' } as const;
const path = { kind: 'path' } as const;
const glob = { kind: 'glob' } as const;
const other = { kind: 'other' } as const;
const list = (of: FieldKind): FieldKind => ({ kind: 'list', of });
const oneOf = (...values: readonly string[]): FieldKind => ({ kind: 'enum', values });
const object = (fields: FieldKinds, ...required: readonly string[]): ObjectKind => ({
  kind: 'object',
  required,
  fields,
});

const issue = object({ severity: text, text, file: text, line: count }, 'text');
const evidence = object({
  command: text,
  exit_code: integer,
  commit: text,
  paths: list(text),
  content: text,
  gate: text,
});
const stopOr = (word: string) => oneOf('stop', word);

export const TASK_KINDS: FieldKinds = {
  blocked_by: list({ kind: 'text-or', object: object({ task: text, or_cancelled: flag }, 'task') }),
  description: text,
  active_form: text,
  tags: list(text),
  phase: text,
  step: integer,
  parallel_group: text,
  milestone: flag,
  priority: integer,
  specialist: text,
  run: text,
  inputs: list(path),
  output: path,
  await: object({ check: text, every: duration }, 'check'),
  writes: list(glob),
  estimate: duration,
  timeout: duration,
  retries: count,
  needs_approval: flag,
  rework: object({ task: text, limit: count, threshold: text }, 'task'),
  gates: list(text),
  plan: path,
  metadata: other,
  status: oneOf(...TASK_STATUSES),
  owner: text,
  attempt: object(
    {
      number: count,
      machine: text,
      started_at: time,
      lease_until: time,
      branch: text,
      returns: text,
      retry: count,
      retry_of: count,
      overrun_reported_at: time,
      returned_at: time,
    },
    'number',
  ),
  completed_at: time,
  result: object({
    summary: text,
    passed: flag,
    failure: oneOf(...FAILURE_KINDS),
    issues: list(issue),
    evidence: list(evidence),
    metadata: other,
  }),
  blocker: object(
    {
      type: oneOf(...BLOCKER_TYPES),
      detail: text,
      since: time,
    },
    'type',
  ),
  approved_by: text,
  approved_at: time,
  rejected: object({ reason: text, by: text, at: time }, 'reason'),
  iteration: count,
};

export const PLAN_KINDS: FieldKinds = {
  rondo: count,
  goal: text,
  origin: text,
  coordinator: text,
  watchdog: text,
  workflow_id: text,
  workflow_type: text,
  started_at: time,
  parallelism: object({
    max_parallel_tasks: positive,
    auto_launch: flag,
    respect_dependencies: flag,
    strategy: oneOf('eager', 'batched', 'sequential'),
  }),
  specialists: other,
  specialist_routing: object({
    fallback_behavior: oneOf('use_default', 'ask_user'),
    default_specialist: text,
  }),
  quality_gates: object({ enabled: flag, task_gates: other }),
  task_tracking: object({ enabled: flag, ledger: flag, ledger_path: path, auto_cleanup: flag }),
  lease: duration,
  retries: count,
  check_timeout: duration,
  gate_timeout: duration,
  on_failure: stopOr('continue'),
  on_blocked: stopOr('continue'),
  on_cycle: stopOr('break'),
  on_broken_ledger: stopOr('fresh'),
  merge: oneOf('integration', 'pr'),
  adopt: oneOf('on-save', 'on-commit'),
  status: oneOf(...PLAN_STATUSES),
  paused_by: text,
  accepted_by: text,
  reopened_by: text,
  launched: count,
  overrun_batches: list(count),
  current_step: text,
  next_action: text,
  next_checkpoint: time,
  blockers: list(text),
};
