/** `rondo templates`: what a plan can be started from, with a picture of each graph that fits into a few lines. */
import { dependencyId } from '../model/dependency.ts';
import type { TemplatesDocument } from '../model/documents.ts';
import type { Plan, Task } from '../model/plan.ts';
import { generations } from '../plan/graph.ts';
import type { Outside } from '../ports.ts';
import { findTemplates, type ShippedTemplate } from '../round/find-templates.ts';
import { problemAsDocument } from '../round/report.ts';

/** Outside of a repository (`undefined`) those that come with Rondo. */
export async function listTemplates(
  outside: Outside | undefined,
  shipped: readonly ShippedTemplate[],
): Promise<TemplatesDocument> {
  const { templates, problems } = await findTemplates(outside, shipped);
  return {
    templates: templates.map(({ name, source, file, description, fields, plan }) => ({
      name,
      source,
      file,
      description,
      fields: fields.map((field) => ({
        name: field.name,
        description: field.description,
        default: field.default ?? null,
      })),
      tasks: plan.tasks.map((task) => ({
        id: task.id,
        title: task.title,
        blocked_by: (task.fields.blocked_by ?? []).map(dependencyId),
      })),
      picture: [...pictureOf(plan)],
    })),
    problems: problems.map(problemAsDocument),
  };
}

/**
 * The generations of the graph, first to last, one text each: `(a, b)` where tasks may run side by side, `!` where a person
 * approves, `↺ x` where a review goes back to x.
 */
export function pictureOf({ tasks }: Plan): readonly string[] {
  return generations(tasks).map((generation) => {
    const names = generation.map(nameOf);
    return names.length === 1 ? (names[0] ?? '') : `(${names.join(', ')})`;
  });
}

function nameOf({ id, fields }: Task): string {
  const back = fields.rework === undefined ? '' : ` ↺ ${fields.rework.task}`;
  return `${id}${fields.needs_approval === true ? '!' : ''}${back}`;
}
