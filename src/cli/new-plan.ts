/** The plan that `rondo new` starts from a template, from an outline, or from an outline within a template. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fail } from '../errors.ts';
import { type Outline, readOutline } from '../exchange/read-outline.ts';
import type { ProblemDocument } from '../model/documents.ts';
import { formatTime } from '../model/time.ts';
import { type Extras, fillTemplate, missingFields, printStart, type Values } from '../round/fill-template.ts';
import type { PlanFile } from '../round/find-plans.ts';
import { chooseTemplate, findTemplates } from '../round/find-templates.ts';
import type { Template } from '../round/parse-template.ts';
import { problemAsDocument } from '../round/report.ts';
import type { Request } from './make-round.ts';
import { noteProblems } from './note-problems.ts';
import { some } from './print/words.ts';
import type { Session } from './session.ts';
import { shippedTemplates } from './shipped-templates.ts';

export interface StartOptions {
  readonly goal?: string;
  readonly template?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly from?: string;
}

export type NewRequest = Extract<Request, { kind: 'new' }>;

export interface Start {
  readonly request: NewRequest;
  /** What of the outline has no place in the plan. */
  readonly unplaced: readonly ProblemDocument[];
}

export async function planToStart(
  session: Session,
  target: PlanFile,
  bare: NewRequest['plan'],
  options: StartOptions,
): Promise<Start> {
  const template =
    options.template === undefined ? undefined : await templateNamed(session, options.template);
  const taken = template?.plan.tasks.map((task) => task.id);
  const outline = options.from === undefined ? NO_OUTLINE : outlineOf(session, options.from, taken);
  const title = outline.title === '' ? bare.title : outline.title;
  const { preface, criteria, tasks } = outline;
  const plan = { ...bare, title, criteria, tasks };
  const filled =
    template === undefined
      ? printStart(plan, preface)
      : fillTemplate(template, target, await valuesOf(session, template, { ...plan, ...target }, options), {
          preface,
          criteria,
          tasks,
          fields: planFields(session, template, plan),
        });
  return {
    request: { kind: 'new', ...filled },
    unplaced: outline.problems.map(problemAsDocument),
  };
}

const NO_OUTLINE: Outline = { title: '', preface: '', criteria: [], tasks: [], problems: [] };

async function templateNamed(session: Session, name: string): Promise<Template> {
  const found = await findTemplates(session.outside, shippedTemplates(session.host));
  const template = chooseTemplate(found, name);
  noteProblems(session, found.problems.filter((p) => p.file === template.file).map(problemAsDocument));
  return template;
}

function outlineOf({ host }: Session, from: string, taken: readonly string[] = []): Outline {
  const outline = readOutline(
    from === '-' ? host.readInput() : readOutside(resolve(host.cwd, from), from),
    from,
    taken,
  );
  if (outline.tasks.length === 0)
    fail('usage', `${from} has no items and no headings to make tasks of`, {
      hint: 'An outline is a list, or headings: `- [ ] First`, `1. First`, `## First`.',
    });
  return outline;
}

/** A file that the caller named, wherever it is. */
function readOutside(path: string, named: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError)
      fail('not-text', `${named} is not UTF-8 text, so no outline can be read from it`, { file: named });
    const { code, message } = error as NodeJS.ErrnoException;
    const hint = outlinesBeside(path);
    if (code === 'ENOENT' || code === 'ENOTDIR')
      fail('usage', `there is no file ${named} (looked for ${path})`, { file: named, hint });
    if (code === 'EISDIR') fail('usage', `${named} is a folder, not an outline`, { file: named, hint });
    return fail('cannot-read', `${named} cannot be read: ${message}`, { file: named });
  }
}

/** What may have been meant: the Markdown files of the folder that was named, or that the file was to be in. */
function outlinesBeside(path: string): string {
  const found = [path, dirname(path)].flatMap((folder) => {
    try {
      return readdirSync(folder).filter((name) => name.endsWith('.md'));
    } catch {
      return []; // not a folder, or not one that may be listed: then there is nothing to suggest
    }
  });
  const there = found.length === 0 ? '' : `; in that folder: ${some(found)}`;
  return `Name a Markdown file, or - for standard input${there}.`;
}

/** What holds for every new plan, where the template says nothing else. */
function planFields({ outside }: Session, { plan }: Template, bare: NewRequest['plan']): Extras['fields'] {
  const { goal, origin, workflow_type, started_at } = plan.fields;
  return {
    ...(goal === undefined && bare.fields.goal !== undefined ? { goal: bare.fields.goal } : {}),
    ...(origin === undefined && bare.fields.origin !== undefined ? { origin: bare.fields.origin } : {}),
    ...(workflow_type !== undefined && started_at === undefined
      ? { started_at: formatTime(outside.clock.now()) }
      : {}),
    status: 'running',
  };
}

/** What was given, what is known, and what a person at a terminal says. */
async function valuesOf(
  session: Session,
  template: Template,
  { name, title }: { readonly name: string; readonly title: string },
  { goal, set = {} }: StartOptions,
): Promise<Values> {
  const takesGoal = template.fields.some((field) => field.name === 'goal');
  const given: Record<string, string> = { ...(takesGoal && goal !== undefined ? { goal } : {}), ...set };
  for (const field of await askFor(session, template, given)) given[field.name] = field.value;
  const now = formatTime(session.outside.clock.now());
  return {
    ...given,
    topic: name,
    title,
    person: session.outside.repo.identity().name,
    date: now.slice(0, 10),
    timestamp: now.replaceAll(/[-:]/g, '').slice(0, 13),
  };
}

async function askFor(
  session: Session,
  template: Template,
  given: Values,
): Promise<readonly { readonly name: string; readonly value: string }[]> {
  const missing = missingFields(template, given);
  if (missing.length === 0) return [];
  if (!session.interactive)
    fail(
      'usage',
      `the template ${template.name} needs: ${missing.map(({ name, description }) => `${name} (${description})`).join('; ')}`,
      {
        hint: `Give ${missing.map(({ name }) => (name === 'goal' ? '--goal "..."' : `--set ${name}="..."`)).join(' ')}`,
      },
    );
  const { isCancel, text } = await import('@clack/prompts');
  const answers: { name: string; value: string }[] = [];
  for (const { name, description } of missing) {
    const value = await text({
      message: description === '' ? name : `${name}: ${description}`,
      validate: (typed) => (typed === undefined || typed.trim() === '' ? 'A value is needed' : undefined),
      output: process.stderr,
    });
    if (isCancel(value)) fail('usage', 'nothing was started');
    answers.push({ name, value: value.trim() });
  }
  missingFields(template, Object.fromEntries(answers.map(({ name, value }) => [name, value])));
  return answers;
}
