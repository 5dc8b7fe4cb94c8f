/** Templates by name: those of the repository first, then those that come with Rondo. */
import { fail, type Problem, RondoError } from '../errors.ts';
import { nearest } from '../plan/graph.ts';
import type { Outside } from '../ports.ts';
import { parseTemplate, type Template } from './parse-template.ts';

/** Where a repository keeps its own. */
export const TEMPLATES = '.rondo/templates/*.md';

/** A template that comes with Rondo, as text. */
export interface ShippedTemplate {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

export interface FoundTemplates {
  /** In the order of their names. */
  readonly templates: readonly Template[];
  /** Why files of the repository are no templates; others go on. */
  readonly problems: readonly Problem[];
}

/** All templates; one of the repository hides one of the same name that comes with Rondo. Outside of one there are only these. */
export async function findTemplates(
  outside: Outside | undefined,
  shipped: readonly ShippedTemplate[],
): Promise<FoundTemplates> {
  const found = new Map<string, Template>();
  const problems: Problem[] = [];
  for (const { name, file, text } of shipped) {
    const { template, problems: faults } = await parseTemplate(text, { name, file, source: 'package' });
    if (template === undefined) throw new RondoError(faults);
    found.set(name, template);
  }
  if (outside === undefined) return { templates: sorted(found), problems };
  for (const file of outside.repo.findFiles([TEMPLATES])) {
    const name = nameOf(file);
    found.delete(name);
    const own = await readOwn(outside, file, name);
    problems.push(...own.problems);
    if (own.template !== undefined) found.set(name, own.template);
  }
  return { templates: sorted(found), problems };
}

function sorted(found: ReadonlyMap<string, Template>): readonly Template[] {
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The template of that name. Throws `usage` where there is none, and its problems where it is broken. */
export function chooseTemplate({ templates, problems }: FoundTemplates, name: string): Template {
  const found = templates.find((template) => template.name === name);
  if (found !== undefined) return found;
  const broken = problems.filter((p) => p.severity === 'error' && nameOf(p.file ?? '') === name);
  if (broken.length > 0) throw new RondoError(broken);
  const names = templates.map((template) => template.name);
  const near = nearest(name, names);
  return fail('usage', `there is no template ${JSON.stringify(name)}`, {
    hint:
      near !== undefined
        ? `Did you mean ${near}?`
        : `Templates: ${names.join(', ')}. See \`rondo templates\`.`,
  });
}

async function readOwn({ repo }: Outside, file: string, name: string) {
  try {
    const text = repo.readFile(file) ?? '';
    return await parseTemplate(text, { name, file, source: 'repository' });
  } catch (error) {
    if (error instanceof RondoError) return { template: undefined, problems: error.problems };
    throw error;
  }
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.md$/, '');
}
