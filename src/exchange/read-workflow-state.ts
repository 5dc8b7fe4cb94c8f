/**
 * Reads a `workflow-state.json`, as agents' profiles keep it: an object that says which phase is under way and which are over,
 * or a map or list of phases with a status each. Spellings differ from file to file and all are taken; nothing is lost: what
 * is not understood is left over, to be kept as it was.
 */
import { problem, RondoError } from '../errors.ts';
import type { TaskResult } from '../model/fields.ts';
import { pathFault } from '../model/read-text.ts';
import type { TaskStatus } from '../model/status.ts';
import { inline } from '../plan/inline.ts';
import { toProblems } from '../state-file/parse-plan.ts';
import { Fields, isObject, type Json, readWords } from './take-fields.ts';
import { phaseKey, readStatus } from './workflow-words.ts';

export interface Phase {
  /** As the file names it. */
  readonly name: string;
  readonly title: string;
  /** Undefined where nothing is said of it. */
  readonly status: TaskStatus | undefined;
  readonly owner: string | undefined;
  readonly startedAt: string | undefined;
  readonly completedAt: string | undefined;
  readonly approved: boolean | undefined;
  readonly approvedAt: string | undefined;
  readonly approvedBy: string | undefined;
  /** Why it stands, failed or was sent back. */
  readonly reason: string | undefined;
  readonly result: TaskResult | undefined;
  readonly outputs: readonly string[];
  readonly blockedBy: readonly string[] | undefined;
  /** How often it was done, where it says so. */
  readonly iteration: number | undefined;
  /** What is not understood. */
  readonly rest: Readonly<Record<string, Json>>;
}

export interface WorkflowState {
  readonly feature: string | undefined;
  readonly goal: string | undefined;
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly startedAt: string | undefined;
  readonly lastAgent: string | undefined;
  readonly iteration: number | undefined;
  readonly documents: readonly string[];
  /** Whether an approval is awaited, or of which phase. */
  readonly pendingApproval: boolean | string | undefined;
  readonly phases: readonly Phase[];
  /** Whether the file lists its phases, and does not just name those that were reached. */
  readonly listed: boolean;
  readonly rest: Readonly<Record<string, Json>>;
}

const MOST_CHARACTERS = 262_144;
const DEEPEST = 32;
const MOST_PHASES = 1000;

/** Throws `workflow-state-broken` for what is no JSON object, names no phase, or is larger or deeper than is read. */
export function readWorkflowState(text: string, file: string): WorkflowState {
  const root = parse(text.replace(/^\ufeff/, ''), file);
  const inner = root.workflow;
  // Some wrap it all: { "workflow": { … } }.
  const fields = new Fields(isObject(inner) && Object.keys(root).length === 1 ? inner : root);
  const listed = fields.take(CONTAINERS, readPhases);
  const phases = new Map<string, Phase>();
  for (const phase of listed ?? []) {
    let { name } = phase;
    for (let n = 2; phases.has(phaseKey(name)); n += 1) name = `${phase.name} ${n}`;
    phases.set(phaseKey(name), { ...phase, name });
  }
  for (const [names, status] of LISTS)
    for (const phase of fields.take(names, (value) => readNames(value, status)) ?? []) put(phases, phase);
  const current = fields.take(CURRENT, readCurrent);
  if (current !== undefined) put(phases, bare(nameOf(current, phases), 'in_progress'));
  if (phases.size === 0)
    broken(file, 'it names no phase', 'A phase stands in `phases`, `current_phase` or `completed_phases`.');
  if (phases.size > MOST_PHASES) broken(file, `it has more than ${MOST_PHASES} phases`);
  return {
    feature: fields.text('featurename feature workflowname name title projectname project topic', 200),
    goal: fields.text('goal objective request userrequest requirement description prompt task'),
    id: fields.text('workflowid id', 100),
    type: fields.text('workflowtype type workflow', 100),
    startedAt: fields.time('startedat started starttime createdat created'),
    lastAgent: fields.text('lastagent currentagent activeagent agent owner', 100),
    iteration: fields.count('iterationcount iteration iterations currentiteration'),
    documents: fields.words('documentscreated documents outputs artifacts') ?? [],
    pendingApproval:
      fields.flag('pendingapproval awaitingapproval') ?? fields.text('pendingapproval awaitingapproval'),
    phases: [...phases.values()],
    listed: listed !== undefined,
    rest: fields.rest(),
  };
}

const CONTAINERS = 'phases stages steps tasks phasestatus phasestatuses phasestates';
const CURRENT = 'currentphase activephase currentstage currentstep currenttask phase stage step';
const LISTS: readonly (readonly [string, TaskStatus])[] = [
  ['completedphases phasescompleted completedstages completedsteps completedtasks completed', 'completed'],
  ['failedphases', 'failed'],
  ['skippedphases', 'cancelled'],
  ['pendingphases remainingphases', 'pending'],
];

/** `current_phase: complete` names no phase. */
function readCurrent(value: Json): string | undefined {
  const name = readWords(value, 200);
  return name === undefined || readStatus(name) !== undefined ? undefined : name;
}

// ---------------------------------------------------------------- JSON

function parse(text: string, file: string): Readonly<Record<string, Json>> {
  if (text.length > MOST_CHARACTERS) broken(file, `it is larger than ${MOST_CHARACTERS >> 10} KiB`);
  let root: Json;
  try {
    root = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const at = /position (\d+)/.exec(error.message)?.[1];
    // Not every version of the parser says where; then its words show the text around it.
    if (at === undefined) return broken(file, inline(error.message, 200));
    const offset = Math.min(Number(at), text.length);
    throw new RondoError(
      toProblems(text, file, [
        { code: 'workflow-state-broken', severity: 'error', message: 'this is no JSON', offset },
      ]),
    );
  }
  if (depthOf(root) > DEEPEST) broken(file, `it nests deeper than ${DEEPEST} levels`);
  return isObject(root) ? root : broken(file, 'it is no JSON object');
}

/** Walked with a list of its own: what nests deeper than calls may go is counted, too. */
function depthOf(root: Json): number {
  let level: readonly Json[] = [root];
  let depth = -1;
  for (; level.length > 0 && depth <= DEEPEST; depth += 1)
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  return depth;
}

function broken(file: string, why: string, hint?: string): never {
  throw new RondoError(
    problem('workflow-state-broken', `${file} cannot be taken over: ${why}`, {
      file,
      ...(hint === undefined ? {} : { hint }),
    }),
  );
}

// ---------------------------------------------------------------- phases

/** What is said of one phase in two places counts where it is said in full. */
function put(phases: Map<string, Phase>, phase: Phase): void {
  const key = phaseKey(phase.name);
  const before = phases.get(key);
  if (before === undefined) phases.set(key, phase);
  else if (before.status === undefined) phases.set(key, { ...before, status: phase.status });
}

/** A phase by its number is the one that is listed with it, else the one at that place. */
function nameOf(said: string, phases: ReadonlyMap<string, Phase>): string {
  if (!/^\d+$/.test(said)) return said;
  const listed = [...phases.values()];
  const found = listed.find(({ name }) => /^\D*(\d+)/.exec(name)?.[1] === said) ?? listed[Number(said) - 1];
  return found?.name ?? `Phase ${said}`;
}

function bare(name: string, status: TaskStatus | undefined): Phase {
  return readPhase(name, {}, status);
}

function readNames(value: Json, status: TaskStatus): readonly Phase[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((item): Phase | readonly Phase[] => {
    if (isObject(item)) return readListed(item, status);
    const name = readWords(item, 200);
    return name === undefined ? [] : bare(/^\d+$/.test(name) ? `Phase ${name}` : name, status);
  });
}

function readPhases(value: Json): readonly Phase[] | undefined {
  const found = Array.isArray(value)
    ? value.flatMap((item) =>
        isObject(item) ? readListed(item, undefined) : (readNames([item], 'pending') ?? []),
      )
    : isObject(value)
      ? Object.entries(value).map(([key, item]) => readEntry(key, item))
      : [];
  return found.length === 0 ? undefined : found;
}

/** `planning: "completed"`, `planning: true`, `planning: { … }`. */
function readEntry(key: string, item: Json): Phase {
  const name = inline(key, 200);
  if (isObject(item)) return readPhase(name, item, undefined);
  if (item === null || item === '') return bare(name, undefined);
  if (typeof item === 'boolean') return bare(name, item ? 'completed' : 'pending');
  return readPhase(name, { status: item }, undefined);
}

function readListed(item: Readonly<Record<string, Json>>, status: TaskStatus | undefined): Phase {
  const fields = new Fields(item);
  const name = fields.text('id key phaseid phase stage step name title number', 200);
  return readPhase(name ?? 'Phase', fields.rest(), status);
}

function readPhase(
  key: string,
  item: Readonly<Record<string, Json>>,
  otherwise: TaskStatus | undefined,
): Phase {
  const { metadata = {}, ...own } = item;
  const fields = new Fields(isObject(metadata) ? { ...metadata, ...own } : item);
  const said = fields.take('status state', (value) =>
    typeof value === 'string' ? readStatus(value) : undefined,
  );
  const ended = fields.flag('completed complete done');
  const approval = new Fields(
    fields.take('approval', (value) => (isObject(value) ? value : undefined)) ?? {},
  );
  const title = fields.text('title name phasename', 200);
  const byNumber = title !== undefined && /^\D{0,6}\d[\d.]*[a-z]?$/i.test(key);
  const verdict = approval.take('status state', (value) =>
    typeof value === 'string' ? readStatus(value)?.approved : undefined,
  );
  const outputs = fields.words(
    'outputs output outputfile outputfiles document documents artifacts artifact deliverables',
  );
  return {
    name: byNumber ? title : key,
    title: title ?? key,
    status:
      said?.status ?? (ended === undefined ? otherwise : ended ? 'completed' : (otherwise ?? 'pending')),
    owner: fields.text('owner agent assignee assignedto assignedagent', 100),
    startedAt: fields.time('startedat started starttime'),
    completedAt: fields.time('completedat finishedat endedat endtime completedon'),
    approved: fields.flag('approved isapproved') ?? approval.flag('approved') ?? verdict ?? said?.approved,
    approvedAt: fields.time('approvedat') ?? approval.time('approvedat timestamp at date'),
    approvedBy: fields.text('approvedby approver', 100) ?? approval.text('approvedby approver by', 100),
    reason: fields.text('blockedreason blockreason reason error failurereason rejectionreason feedback'),
    result: readResult(fields),
    outputs: (outputs ?? []).filter((path) => pathFault(path) === undefined),
    blockedBy: fields.words('blockedby dependson dependencies requires after'),
    iteration: fields.count('iterationcount iteration iterations'),
    rest: leftOver(fields, approval, outputs),
  };
}

function leftOver(
  fields: Fields,
  approval: Fields,
  outputs: readonly string[] | undefined,
): Readonly<Record<string, Json>> {
  const unsafe = (outputs ?? []).filter((path) => pathFault(path) !== undefined);
  const unread = approval.rest();
  return {
    ...fields.rest(),
    ...(Object.keys(unread).length === 0 ? {} : { approval: unread }),
    ...(unsafe.length === 0 ? {} : { outputs: unsafe }),
  };
}

/** `passed`, `issues` as a list or a count, `severity`, and a summary; in the phase itself or in its `result`. */
function readResult(phase: Fields): TaskResult | undefined {
  const inner = phase.take('result results review', (value) => (isObject(value) ? value : undefined));
  const fields = inner === undefined ? phase : new Fields(inner);
  const passed = fields.flag('passed pass success');
  const issues = fields.take('issues findings', readIssues);
  const issueCount =
    issues === undefined ? fields.count('issues findings issuecount issuesfound') : undefined;
  const severity = fields.text('severity highestseverity', 50);
  const summary = fields.text('summary message notes');
  const metadata: Record<string, Json> = {
    ...(issueCount === undefined ? {} : { issues: issueCount }),
    ...(severity === undefined ? {} : { severity }),
    ...(inner === undefined ? {} : fields.rest()),
  };
  const result: TaskResult = {
    ...(summary === undefined ? {} : { summary }),
    ...(passed === undefined ? {} : { passed }),
    ...(issues === undefined ? {} : { issues }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
  return Object.keys(result).length === 0 ? undefined : result;
}

type Issues = NonNullable<TaskResult['issues']>;

function readIssues(value: Json): Issues | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const issues = value.map((item) => {
    if (!isObject(item)) return typeof item === 'string' ? { text: inline(item, 500) } : undefined;
    const fields = new Fields(item);
    const text = fields.text('text message description title issue summary');
    const [severity, file, line] = [
      fields.text('severity level', 50),
      fields.text('file path'),
      fields.count('line'),
    ];
    if (text === undefined || Object.keys(fields.rest()).length > 0) return undefined;
    return {
      ...(severity === undefined ? {} : { severity }),
      text,
      ...(file === undefined ? {} : { file }),
      ...(line === undefined ? {} : { line }),
    };
  });
  // A list that says more than a finding has place for is kept as it is.
  return issues.every((issue) => issue !== undefined) ? issues : undefined;
}
