/** The shapes of what Rondo advises: who is to do a task, and what would let it go on. Parts of `documents.ts`. */
import { z } from './scalars.ts';
import { BLOCKER_TYPES, FAILURE_KINDS } from './status.ts';

const nullable = <T extends z.ZodMiniType>(schema: T) => z.nullable(schema);

/** What stands still, and what would let it go on. */
export const remedyDocument = z.object({
  task: z.string(),
  state: z.enum(['blocked', 'failed', 'not-passed']),
  /** The kind of obstacle, or of failure; null where the plan does not say. */
  cause: nullable(z.enum([...BLOCKER_TYPES, ...FAILURE_KINDS])),
  detail: nullable(z.string()),
  /** What somebody has to do, and what to run then. */
  advice: z.string(),
  commands: z.array(z.string()),
  /** What a person has only to answer, where that is all. */
  asks: nullable(z.literal('specialist')),
  /** How many other tasks cannot go on without it. */
  holds: z.int(),
});
export type RemedyDocument = z.infer<typeof remedyDocument>;

export const recommendDocument = z.object({
  plan: z.string(),
  task: z.string(),
  title: z.string(),
  tags: z.array(z.string()),
  /** Who does it; null where nobody is named and none matches. */
  specialist: nullable(z.string()),
  kind: z.enum(['command', 'person', 'plan']),
  /** What decided: its own command, the name it gives, its tags, the default, or nothing. */
  by: z.enum(['command', 'specialist', 'tags', 'default', 'nobody']),
  command: nullable(z.string()),
  /** The tags that led there. */
  matched: z.array(z.string()),
  reason: z.string(),
  alternatives: z.array(
    z.object({ specialist: z.string(), matched: z.array(z.string()), reason: z.string() }),
  ),
  /** Where no tag matches: tags that would lead to somebody, the likeliest first. */
  suggestions: z.array(z.object({ specialist: z.string(), tags: z.array(z.string()) })),
});
export type RecommendDocument = z.infer<typeof recommendDocument>;
