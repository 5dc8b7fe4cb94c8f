/** The JSON Schema of everything people may write, for editors and for docs/state-format.md. */
import { planFieldsSchema, taskFieldsSchema } from './fields.ts';
import { z } from './scalars.ts';
import { settingsSchema } from './settings-schema.ts';

export interface PlanJsonSchema {
  /** The frontmatter of a plan file. */
  readonly frontmatter: Readonly<Record<string, unknown>>;
  /** The fenced `yaml` block of a task. */
  readonly task: Readonly<Record<string, unknown>>;
  /** The file rondo.yaml. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Built from the same schemas that decode the files. */
export function planJsonSchema(): PlanJsonSchema {
  return {
    frontmatter: z.toJSONSchema(planFieldsSchema, { io: 'output' }),
    task: z.toJSONSchema(taskFieldsSchema, { io: 'output' }),
    settings: z.toJSONSchema(settingsSchema, { io: 'output' }),
  };
}

/** The JSON Schema of what a command prints with `--json`. */
export function documentJsonSchema(document: z.ZodMiniType): object {
  return z.toJSONSchema(document);
}
