import { fail } from '../../errors.ts';
import { DOCUMENTS } from '../../model/documents.ts';
import { documentJsonSchema, planJsonSchema } from '../../model/json-schema.ts';
import type { Cli } from '../cli.ts';
import { printJson } from '../print/json.ts';

export function register(cli: Cli): void {
  cli
    .command('schema')
    .argument('[name]', 'plan, task, settings, or the command whose --json output is meant', 'plan')
    .action((name) =>
      cli.plain(async () => {
        const schema = schemaOf(name);
        return { document: schema, text: () => printJson(schema) };
      }),
    );
}

function schemaOf(name: string): object {
  const written = planJsonSchema();
  switch (name) {
    case 'plan':
      return written.frontmatter;
    case 'task':
      return written.task;
    case 'settings':
      return written.settings;
    default: {
      const document = Object.entries(DOCUMENTS).find(([key]) => key === name)?.[1];
      if (document === undefined)
        fail('usage', `there is no schema ${JSON.stringify(name)}`, {
          hint: `One of: plan, task, settings, ${Object.keys(DOCUMENTS).join(', ')}.`,
        });
      return documentJsonSchema(document);
    }
  }
}
