/** What a worker may say in its result file. Bounded, since it goes into the plan file. */
import { field, z } from './scalars.ts';
import { BLOCKER_TYPES } from './status.ts';

const line = (limit: number) => z.string().check(z.maxLength(limit));

/** How large `metadata` may be as JSON, and how deep. All of a report must fit into one block of a plan, see `yaml-bounds.ts`. */
const METADATA_BYTES = 16_384;
const METADATA_DEPTH = 16;
const METADATA_VALUES = 500;

/** Keys that are not known are dropped, not refused: a worker may keep notes of its own beside what is asked for. */
export const workerReportSchema = z.object({
  status: z.exactOptional(
    field(z.enum(['completed', 'failed', 'blocked']), 'How it went; `completed` where not given.'),
  ),
  summary: z.exactOptional(field(line(10_000), 'What came of it, in a line.')),
  passed: z.exactOptional(field(z.boolean(), 'The verdict of a review or check.')),
  failure: z.exactOptional(
    field(z.enum(['code', 'tests', 'blocker']), 'What kind of failure, with status `failed`.'),
  ),
  blocker: z.exactOptional(
    field(
      z.object({
        type: field(z.enum(BLOCKER_TYPES), 'What kind of obstacle.'),
        detail: z.exactOptional(field(line(10_000), 'What it is.')),
      }),
      'What stands in the way, with status `blocked`.',
    ),
  ),
  issues: z.exactOptional(
    field(
      z
        .array(
          z.object({
            severity: z.optional(line(100)),
            text: line(1000),
            file: z.optional(line(300)),
            line: z.optional(z.int().check(z.nonnegative())),
          }),
        )
        .check(z.maxLength(100)),
      'What a review found.',
    ),
  ),
  metadata: z.exactOptional(
    field(
      z.record(z.string(), z.unknown()).check(
        z.refine((value) => JSON.stringify(value).length <= METADATA_BYTES, { error: 'too large' }),
        z.refine((value) => depthOf(value, METADATA_DEPTH + 1) <= METADATA_DEPTH, { error: 'too deep' }),
        z.refine((value) => countOf(value) <= METADATA_VALUES, { error: 'too many values' }),
        z.refine((value) => hasFiniteNumbers(value), { error: 'a number is too large' }),
      ),
      'Anything else worth keeping.',
    ),
  ),
});

/** How deep a value nests, counted no further than the limit. */
function depthOf(value: unknown, limit: number): number {
  if (limit === 0 || typeof value !== 'object' || value === null) return 0;
  return 1 + Object.values(value).reduce((most: number, item) => Math.max(most, depthOf(item, limit - 1)), 0);
}

/** How many values there are in all. */
function countOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, item) => sum + countOf(item), 1);
}

/** Whether every number can be written down and read back. */
function hasFiniteNumbers(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(hasFiniteNumbers);
}
