/**
 * Which fields the coordinator keeps, and the order in which a new file lists all of them. The schemas of the model say
 * the same; the names stand here again so that printing and editing load no schema. A test compares the two.
 */

export const OWN_PLAN_FIELDS = [
  'status',
  'paused_by',
  'accepted_by',
  'reopened_by',
  'launched',
  'overrun_batches',
  'current_step',
  'next_action',
  'next_checkpoint',
  'blockers',
] as const;

export const OWN_TASK_FIELDS = [
  'status',
  'owner',
  'attempt',
  'completed_at',
  'result',
  'blocker',
  'approved_by',
  'approved_at',
  'rejected',
  'iteration',
] as const;

const PEOPLES_PLAN_FIELDS = [
  'rondo',
  'goal',
  'origin',
  'coordinator',
  'watchdog',
  'workflow_id',
  'workflow_type',
  'started_at',
] as const;

/** The fields that are there: people's, then the coordinator's own, each group in the order of a new file. */
export function sortFields(
  fields: Readonly<Record<string, unknown>>,
  own: readonly string[],
): { readonly peoples: readonly string[]; readonly own: readonly string[] } {
  const names = Object.keys(fields).filter((name) => fields[name] !== undefined);
  const first = PEOPLES_PLAN_FIELDS.filter((name) => names.includes(name));
  const rest = names.filter((name) => !own.includes(name) && !first.some((known) => known === name));
  return { peoples: [...first, ...rest], own: own.filter((name) => names.includes(name)) };
}
