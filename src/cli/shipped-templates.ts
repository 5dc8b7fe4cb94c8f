/** The templates that come with Rondo: files beside the program. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ShippedTemplate } from '../round/find-templates.ts';
import type { Host } from './host.ts';

export function shippedTemplates({ templates }: Host): readonly ShippedTemplate[] {
  return readdirSync(templates)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => ({
      name: name.slice(0, -'.md'.length),
      file: `templates/${name}`,
      text: readFileSync(join(templates, name), 'utf8'),
    }));
}
