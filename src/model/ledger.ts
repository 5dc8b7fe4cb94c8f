/** The ledger: receipts of the milestones of one run of a workflow, as a YAML file for people and other tools. */
import { count, integer, list, text, time, z } from './scalars.ts';

const LEDGER_STATUSES = ['in_progress', 'completed', 'failed'] as const;

const checkpoint = z.object({
  step: integer(),
  name: text(),
  status: z.enum(LEDGER_STATUSES),
  completed_at: z.optional(time()),
  data: z.optional(z.record(z.string(), z.unknown())),
});
export type Checkpoint = Readonly<z.infer<typeof checkpoint>>;

export const ledgerSchema = z.object({
  version: count().check(z.refine((v) => v === 1, { error: 'expected 1, the version that is known here' })),
  workflow_id: text(),
  workflow_type: z.optional(text()),
  started_at: z.optional(time()),
  last_checkpoint: z.optional(time()),
  current_step: integer(),
  status: z.enum(LEDGER_STATUSES),
  checkpoints: list(checkpoint),
});
export type Ledger = Readonly<z.infer<typeof ledgerSchema>>;

/** A ledger as the documents of commands show it, nothing to be read from text in it. */
export const ledgerContents = z.object({
  version: z.int(),
  workflow_id: z.string(),
  workflow_type: z.optional(z.string()),
  started_at: z.optional(z.string()),
  last_checkpoint: z.optional(z.string()),
  current_step: z.int(),
  status: z.enum(LEDGER_STATUSES),
  checkpoints: z.array(
    z.object({
      step: z.int(),
      name: z.string(),
      status: z.enum(LEDGER_STATUSES),
      completed_at: z.optional(z.string()),
      data: z.optional(z.record(z.string(), z.unknown())),
    }),
  ),
});

/** What `rondo export` prints with `--json`. */
export const exportDocument = z.object({ plan: z.string(), format: z.enum(['ledger']), text: z.string() });
