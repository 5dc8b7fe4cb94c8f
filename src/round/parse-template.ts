/**
 * A template is a plan file whose frontmatter opens with comments: what it is for, then a line `# <name>: what it is` for
 * each field that is filled in when a plan is made from it. `<name>` may stand wherever a plan holds text.
 */
import { type Problem, problem } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import { readPlan } from '../state-file/parse-plan.ts';

export interface TemplateField {
  readonly name: string;
  readonly description: string;
  /** What stands there where nothing is given; undefined where something must be. */
  readonly default: string | undefined;
}

export interface Template {
  readonly name: string;
  readonly file: string;
  /** Whether it is of this repository, or comes with Rondo. */
  readonly source: 'repository' | 'package';
  readonly description: string;
  readonly fields: readonly TemplateField[];
  /** The text without the comments that describe it. */
  readonly text: string;
  /** What it says before its fields are filled. */
  readonly plan: Plan;
}

/** Filled in every template, without being asked for. */
export const GIVEN_FIELDS = ['topic', 'title', 'person', 'date', 'timestamp'] as const;

export type ParsedTemplate =
  | { readonly template: Template; readonly problems: readonly Problem[] }
  | { readonly template: undefined; readonly problems: readonly Problem[] };

/** Reads a template; where it is no plan, the problems say why. */
export async function parseTemplate(
  text: string,
  from: Pick<Template, 'name' | 'file' | 'source'>,
): Promise<ParsedTemplate> {
  const { plan, problems } = await readPlan(text, from.file);
  if (plan === undefined) return { template: undefined, problems };
  const head = readHead(text);
  const faults = head.fields
    .filter(({ name }, i) => isGiven(name) || head.fields.findIndex((f) => f.name === name) !== i)
    .map(({ name }) =>
      problem('invalid-value', `<${name}> is ${isGiven(name) ? 'filled in by itself' : 'listed twice'}`, {
        file: from.file,
        hint: `Remove the line \`# <${name}>: …\` from the head of the template.`,
      }),
    );
  if (faults.length > 0) return { template: undefined, problems: faults };
  return {
    template: {
      ...from,
      description: head.description,
      fields: head.fields,
      text: text.slice(0, head.start) + text.slice(head.end),
      plan,
    },
    problems,
  };
}

function isGiven(name: string): boolean {
  return GIVEN_FIELDS.some((given) => given === name);
}

const FIELD = /^<([a-z][a-z0-9_-]*)>[ \t]*:[ \t]*(.*?)(?:[ \t]*\(default:[ \t]*(.*)\))?$/;

/** The comments that open the frontmatter, and where they stand. */
function readHead(text: string): {
  readonly start: number;
  readonly end: number;
  readonly description: string;
  readonly fields: readonly TemplateField[];
} {
  const start = text.indexOf('\n') + 1;
  let end = start;
  const words: string[] = [];
  const fields: TemplateField[] = [];
  for (;;) {
    const line = /^#([^\r\n]*)(\r?\n)/.exec(text.slice(end, end + 4096));
    if (line === null) break;
    const said = (line[1] ?? '').trim();
    const field = FIELD.exec(said);
    if (field?.[1] !== undefined)
      fields.push({ name: field[1], description: field[2] ?? '', default: field[3] });
    else if (said !== '') words.push(said);
    end += line[0].length;
  }
  return { start, end, description: words.join(' '), fields };
}
