/** A plan's text from a template: every `<name>` filled, every other byte as the template has it. */
import { diffPlans } from '../compare/diff.ts';
import { fail } from '../errors.ts';
import type { PlanFields } from '../model/fields.ts';
import type { Plan, Task } from '../model/plan.ts';
import { sameValue } from '../model/same-value.ts';
import { nearest } from '../plan/graph.ts';
import { codec } from '../state-file/codec.ts';
import { editPlan } from '../state-file/edit-plan.ts';
import { findLayout } from '../state-file/find-layout.ts';
import { parsePlan } from '../state-file/parse-plan.ts';
import { printPlan } from '../state-file/print-plan.ts';
import type { PlanFile } from './find-plans.ts';
import { GIVEN_FIELDS, type Template, type TemplateField } from './parse-template.ts';

/** Values by field name. */
export type Values = Readonly<Record<string, string>>;

/** What else a plan gets that a template has no place for. */
export interface Extras {
  /** Plan fields that win over the template's. */
  readonly fields: Partial<PlanFields>;
  /** Tasks to put in place of the one titled `<outline>`, else at the end. */
  readonly tasks: readonly Task[];
  readonly criteria: Plan['criteria'];
  /** Prose to stand under the title. */
  readonly preface: string;
}

/** A plan to start, and the text that says it. */
export interface Filled {
  readonly plan: Plan;
  readonly text: string;
}

/** The fields that the template asks for and nothing was given for. Throws `usage` for a value that no field takes. */
export function missingFields(template: Template, values: Values): readonly TemplateField[] {
  const names = template.fields.map((field) => field.name);
  for (const [name, value] of Object.entries(values)) {
    if (!names.includes(name)) refuseName(template, name, names);
    refuseValue(name, value, [...names, ...GIVEN_FIELDS]);
  }
  return template.fields.filter((field) => values[field.name] === undefined && field.default === undefined);
}

function refuseName(template: Template, name: string, names: readonly string[]): never {
  const near = nearest(name, names);
  fail('usage', `the template ${template.name} has no field ${JSON.stringify(name)}`, {
    hint:
      near !== undefined
        ? `Did you mean ${near}?`
        : names.length === 0
          ? 'It has none that can be set.'
          : `Its fields: ${names.join(', ')}.`,
  });
}

function refuseValue(name: string, value: string, names: readonly string[]): void {
  const why =
    value.trim() === ''
      ? 'is empty'
      : /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(value)
        ? 'is more than one line of text'
        : value.length > 500
          ? 'is longer than 500 characters'
          : names.find((other) => value.includes(`<${other}>`)) !== undefined
            ? 'names a field itself'
            : undefined;
  if (why !== undefined)
    fail('usage', `the value of ${name} ${why}`, {
      hint: 'Give one line of plain text; edit the plan for more.',
    });
}

/** Throws where a value cannot stand where the template puts it; no field may be missing. */
export function fillTemplate(template: Template, target: PlanFile, values: Values, extras: Extras): Filled {
  const fill = filler(template, values);
  const before = parsePlan(template.text, target.file, { codec }).plan;
  if (before === undefined) return fail('internal', `the template ${template.name} can be read no more`);
  const filled = mapTexts(before, fill);
  const wanted: Plan = {
    ...filled,
    fields: { ...filled.fields, ...extras.fields },
    criteria: [...filled.criteria, ...extras.criteria],
    tasks: placeTasks(before.tasks, filled.tasks, extras.tasks),
  };
  const edited = editPlan(template.text, target.file, diffPlans(before, wanted), { codec });
  if (edited.kind === 'refused') return fail('usage', ...unfit(template));
  // What is left stands in prose and comments, where no plan looks.
  const text = withPreface(fill(edited.text), extras.preface);
  return provedToSay(text, wanted) ?? fail('usage', ...unfit(template));
}

/** A plan without a template, as text, with prose under its title. */
export function printStart(plan: Plan, preface: string): Filled {
  const text = withPreface(printPlan(plan), preface);
  return (
    provedToSay(text, plan) ??
    fail('usage', 'something in the outline cannot stand in a plan as it is', {
      hint: 'Look for comments or HTML that are never closed, and for conflict markers.',
    })
  );
}

/** Undefined where the text says anything else. */
function provedToSay(text: string, plan: Plan): Filled | undefined {
  const said = parsePlan(text, plan.file, { codec });
  return said.plan !== undefined && sameValue(said.plan, plan) ? { plan, text } : undefined;
}

function unfit({ name }: Template) {
  return [
    `a value, or something in the outline, cannot stand where the template ${name} puts it`,
    {
      hint: 'What reads as a heading or a fence cannot, nor can a path that leaves the repository; reword it.',
    },
  ] as const;
}

function filler(template: Template, values: Values): (text: string) => string {
  const names = [...GIVEN_FIELDS, ...template.fields.map((field) => field.name)];
  const mark = new RegExp(`<(${names.join('|')})>`, 'g');
  const given = (name: string) => values[name] ?? '';
  const once = (text: string) => text.replace(mark, (_, name: string) => given(name));
  const defaults = new Map(template.fields.map((field) => [field.name, once(field.default ?? '')]));
  return (text) => text.replace(mark, (_, name: string) => values[name] ?? defaults.get(name) ?? '');
}

/** The plan with every text of a value changed; ids, keys and statuses are no texts to fill. */
function mapTexts(plan: Plan, fill: (text: string) => string): Plan {
  return {
    ...plan,
    title: fill(plan.title),
    fields: mapValues(plan.fields, fill),
    criteria: plan.criteria.map((criterion) => mapValues(criterion, fill)),
    tasks: plan.tasks.map((task) => ({
      ...task,
      title: fill(task.title),
      fields: mapValues(task.fields, fill),
      brief: fill(task.brief),
    })),
    decisions: plan.decisions.map(fill),
  };
}

function mapValues<T>(value: T, fill: (text: string) => string): T;
function mapValues(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === 'string') return fill(value);
  if (Array.isArray(value)) return value.map((item) => mapValues(item, fill));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapValues(item, fill)]));
}

/** The title of the task whose place an outline takes. */
const OUTLINE = '<outline>';

/**
 * The tasks of an outline where the template has its place: they have the fields of that task beside their own, wait for
 * what it waited for, and whatever waited for it waits for those that nothing of the outline waits for.
 */
function placeTasks(
  before: readonly Task[],
  filled: readonly Task[],
  outline: readonly Task[],
): readonly Task[] {
  const at = before.findIndex((task) => task.title === OUTLINE);
  const place = filled[at];
  if (outline.length === 0 || place === undefined) return [...filled, ...outline];
  const others = filled.filter((task) => task !== place);
  const { blocked_by: first = [], ...common } = place.fields;
  const waitedFor = new Set(outline.flatMap((task) => (task.fields.blocked_by ?? []).map(String)));
  const last = outline.map((task) => task.id).filter((id) => !waitedFor.has(id));
  const tasks = outline.map((task): Task => {
    const own = task.fields.blocked_by ?? [];
    const on = own.length === 0 ? first : own;
    const fields = { ...(on.length === 0 ? {} : { blocked_by: on }), ...common, ...task.fields };
    return { ...task, fields, brief: task.brief === '' ? place.brief : task.brief };
  });
  const waiting = others.map((task): Task => {
    const on = task.fields.blocked_by;
    if (on === undefined || !on.includes(place.id)) return task;
    return {
      ...task,
      fields: { ...task.fields, blocked_by: on.flatMap((id) => (id === place.id ? last : [id])) },
    };
  });
  return [...waiting.slice(0, at), ...tasks, ...waiting.slice(at)];
}

/** Under the title, or where that would stand. */
function withPreface(text: string, preface: string): string {
  if (preface === '') return text;
  const { title, frontmatter } = findLayout(text);
  const lineEnd = title === undefined ? (frontmatter?.end ?? 0) : text.indexOf('\n', title.end) + 1;
  return `${text.slice(0, lineEnd)}\n${preface}\n${text.slice(lineEnd)}`;
}
