/** A plan from a workflow's state: the eight phases of the development cycle, or the phases that the file names. */
import { diffPlans } from '../compare/diff.ts';
import { fail, type Problem, problem } from '../errors.ts';
import { isId } from '../model/id.ts';
import type { Plan, Task } from '../model/plan.ts';
import { sameValue } from '../model/same-value.ts';
import { slugOf, uniqueId } from '../model/slug.ts';
import { workflowName } from '../model/workflow-id.ts';
import { inline } from '../plan/inline.ts';
import { type Filled, fillTemplate } from '../round/fill-template.ts';
import type { PlanFile } from '../round/find-plans.ts';
import { GIVEN_FIELDS, type Template } from '../round/parse-template.ts';
import { codec } from '../state-file/codec.ts';
import { editPlan } from '../state-file/edit-plan.ts';
import { parsePlan } from '../state-file/parse-plan.ts';
import { printPlan } from '../state-file/print-plan.ts';
import { type Around, placePhases } from './place-phases.ts';
import type { WorkflowState } from './read-workflow-state.ts';
import type { Json } from './take-fields.ts';
import { knownPhase, phaseKey, plainWord } from './workflow-words.ts';

export interface Surroundings extends Around {
  /** The development cycle that comes with Rondo. */
  readonly template: Template;
  readonly person: string;
}

export interface TakenOver extends Filled {
  /** What has no place in a plan, and what was taken in a way worth a look. */
  readonly problems: readonly Problem[];
}

/** What the plan is to be called, from what the file says of itself; undefined where it says nothing that fits. */
export function workflowTopic({ feature, id, type }: WorkflowState): string | undefined {
  const names = [slugOf(feature ?? ''), isUuid(id) ? '' : workflowName(id ?? ''), slugOf(type ?? '')];
  return names.find(isId);
}

function isUuid(id: string | undefined): boolean {
  return id !== undefined && /^(?:uuid|[0-9a-f]{8}-[0-9a-f-]{27})$/i.test(id);
}

/** Throws `workflow-state-broken` where something in it cannot stand in a plan. */
export function planFromWorkflow(state: WorkflowState, target: PlanFile, around: Surroundings): TakenOver {
  const start = isCycle(state)
    ? fromTemplate(state, target, around)
    : { plan: barePlan(state, target, around), text: undefined };
  for (const inBlocks of [true, false]) {
    const { tasks, rest, notes } = placePhases(state, start.plan.tasks, around, inBlocks);
    const plan = { ...start.plan, criteria: withOutputs(start.plan, tasks), tasks };
    const left = { ...state.rest, ...rest };
    const text = textOf(start, plan, left, around.file);
    const said = text === undefined ? undefined : parsePlan(text, target.file, { codec });
    if (text === undefined || said?.plan === undefined || !sameValue(said.plan, plan)) continue;
    return {
      plan,
      text,
      problems: [
        ...notes.map((what) => note('state-taken', around.file, what)),
        ...kept(left).map((what) => note('state-unplaced', around.file, what)),
      ],
    };
  }
  return fail('workflow-state-broken', `something in ${around.file} cannot stand in a plan as it is`, {
    file: around.file,
    hint: 'Look for names of phases with odd characters, and for conflict markers.',
  });
}

/** Whether all that it names are phases of the development cycle, each once, and it does not call itself something else. */
function isCycle({ phases, listed, type }: WorkflowState): boolean {
  if (phases.some(({ name }) => knownPhase(name) === undefined)) return false;
  return !listed || type === undefined || /cycle|full/.test(plainWord(type)) || phases.length === 8;
}

function fromTemplate(
  state: WorkflowState,
  target: PlanFile,
  { template, person, now }: Surroundings,
): Filled {
  const topic = target.name.replace(/[-_.]+/g, ' ');
  const title = plainly(template, state.feature ?? topic.charAt(0).toUpperCase() + topic.slice(1));
  const goal = plainly(template, state.goal ?? title);
  const values = {
    topic: target.name,
    title,
    goal,
    person,
    date: now.slice(0, 10),
    timestamp: stampOf(state.startedAt ?? now),
  };
  const { started_at = now, ...fields } = planFields(state);
  const extras = {
    preface: '',
    criteria: [],
    tasks: [],
    fields: { ...fields, started_at, status: 'running' },
  } as const;
  return fillTemplate(template, target, values, extras);
}

/** What reads as a field of the template would be filled once more. */
function plainly({ fields }: Template, text: string): string {
  const names = [...GIVEN_FIELDS, ...fields.map(({ name }) => name)];
  return text.replace(/<([a-z][a-z0-9_-]*)>/g, (all, name: string) =>
    names.includes(name) ? `(${name})` : all,
  );
}

function stampOf(time: string): string {
  return time.replaceAll(/[-:]/g, '').slice(0, 13);
}

function planFields({ id, type, startedAt }: WorkflowState) {
  return {
    ...(id === undefined || isUuid(id) ? {} : { workflow_id: id }),
    ...(type === undefined ? {} : { workflow_type: type }),
    ...(startedAt === undefined ? {} : { started_at: startedAt }),
  };
}

/** One task a phase, in the order of the file, each after the one before unless the file says what it waits for. */
function barePlan(state: WorkflowState, { name, file }: PlanFile, { person }: Surroundings): Plan {
  const tasks: Task[] = [];
  const ids = new Map<string, string>();
  for (const phase of state.phases) {
    const id = uniqueId(
      knownPhase(phase.name) ?? slugOf(phase.name),
      tasks.map((task) => task.id),
    );
    ids.set(phaseKey(phase.name), id);
    tasks.push({
      id,
      title: phase.title === '' ? id : phase.title,
      fields: { phase: phase.name, step: tasks.length + 1 },
      brief: '',
    });
  }
  const isGraph = state.phases.some((phase) => phase.blockedBy !== undefined);
  const linked = tasks.map((task, i): Task => {
    const before = tasks[i - 1]?.id;
    const named = state.phases[i]?.blockedBy?.flatMap((other) => ids.get(phaseKey(other)) ?? []) ?? [];
    const on = isGraph ? named : before === undefined ? [] : [before];
    return on.length === 0 ? task : { ...task, fields: { blocked_by: on, ...task.fields } };
  });
  const goal = state.goal === undefined ? {} : { goal: state.goal };
  return {
    name,
    file,
    title: state.feature ?? state.type ?? name,
    fields: { rondo: 1, ...goal, origin: person, ...planFields(state), status: 'running' },
    criteria: [],
    tasks: linked,
    decisions: [],
  };
}

/** A criterion that names an output goes along with it. */
function withOutputs({ criteria, tasks }: Plan, moved: readonly Task[]): Plan['criteria'] {
  const outputs = tasks.flatMap((task, i) => {
    const [from, to] = [task.fields.output, moved[i]?.fields.output];
    return from === undefined || to === undefined ? [] : [{ from, to }];
  });
  return criteria.map((each) => ({
    ...each,
    text: outputs.reduce((text, { from, to }) => text.replaceAll(from, to), each.text),
  }));
}

/** The template's text where there is one, edited in place; what is left over comes last. */
function textOf(
  start: { readonly plan: Plan; readonly text: string | undefined },
  plan: Plan,
  rest: Readonly<Record<string, Json>>,
  file: string,
): string | undefined {
  if (start.text === undefined) return printPlan(plan) + prose(rest, file);
  const edited = editPlan(start.text, plan.file, diffPlans(start.plan, plan), { codec });
  return edited.kind === 'refused' ? undefined : edited.text + prose(rest, file);
}

function prose(rest: Readonly<Record<string, Json>>, file: string): string {
  if (Object.keys(rest).length === 0) return '';
  const json = JSON.stringify(rest, null, 2).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `\n## Taken over from ${file}\n\n\`\`\`json\n${json}\n\`\`\`\n`;
}

function kept(rest: Readonly<Record<string, Json>>): readonly string[] {
  const names = Object.keys(rest).map((name) => inline(name, 60));
  if (names.length === 0) return [];
  const more = names.length > 12 ? ` and ${names.length - 12} more` : '';
  return [`no place in a plan for ${names.slice(0, 12).join(', ')}${more}: kept under its last heading`];
}

function note(code: 'state-taken' | 'state-unplaced', file: string, what: string): Problem {
  return problem(code, `${file}: ${what}`, { severity: 'warning', file });
}
