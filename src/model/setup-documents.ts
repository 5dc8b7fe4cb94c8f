/** The shapes of what `init`, `trust` and `doctor` print. Parts of `documents.ts`. */
import { z } from './scalars.ts';

const nullable = <T extends z.ZodMiniType>(schema: T) => z.nullable(schema);

export const trustDocument = z.object({
  commands: z.array(
    z.object({
      /** The start of the command's SHA-256: the same wherever and whenever it is listed. */
      id: z.string(),
      command: z.string(),
      approved: z.boolean(),
      /** Where it stands: plan tasks, criteria, specialists. */
      used_by: z.array(z.string()),
      file: z.string(),
      /** The commit that brought it; null where it is not committed. */
      commit: nullable(z.string()),
    }),
  ),
});
export type TrustDocument = z.infer<typeof trustDocument>;

export const doctorDocument = z.object({
  checks: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['ok', 'warning', 'error']),
      message: z.string(),
      hint: nullable(z.string()),
    }),
  ),
});
export type DoctorDocument = z.infer<typeof doctorDocument>;

export const initDocument = z.object({
  files: z.array(z.string()),
  /** With --from: what was there and could not be taken over as it is, and why. */
  left_out: z.array(z.object({ file: z.string(), key: z.string(), why: z.string() })),
});
export type InitDocument = z.infer<typeof initDocument>;
