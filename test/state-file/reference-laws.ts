/**
 * The laws of the file as an oracle that shares nothing with the editor: it compares texts by their bytes and lines, and
 * knows from the hand-written index how many lines a value takes.
 */
import { FAILSAFE_SCHEMA, load } from 'js-yaml';
import type { Change } from '../../src/model/change.ts';
import { KEPT_PLAN_FIELDS, type PlanFieldName, type TaskFieldName } from '../../src/model/fields.ts';
import { type Plan, planStatusOf, type Task, taskStatusOf } from '../../src/model/plan.ts';
import { sameValue } from '../../src/model/same-value.ts';
import { PLAN_STATUSES, TASK_TRANSITIONS } from '../../src/model/status.ts';

/** What a person says of a corpus file after reading it beside the grammar. */
export interface CorpusEntry {
  readonly hostile: string;
  readonly title?: string;
  readonly tasks: readonly string[];
  readonly criteria: number;
  readonly decisions?: number;
  /** Under a task's id or `plan`: fields, `$title`, `$briefHas` for what its brief holds, `$absent`. */
  readonly values: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The check of the n-th criterion; the others have none. */
  readonly checks?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
  /** Lines of values that take more than one, by subject (`a description`, `plan goal`). */
  readonly spans?: Readonly<Record<string, number>>;
  /** Subjects whose edits may be refused. */
  readonly refusable?: readonly string[];
}

type Shape = 'replace' | 'insert' | 'delete' | 'title' | 'box' | 'add-task' | 'remove-task' | 'add-decision';

/** One change to try, and what it may do to the text. */
export interface Trial {
  /** What it touches: `a owner`, `plan goal`, `criterion 0`. */
  readonly subject: string;
  readonly label: string;
  readonly shape: Shape;
  readonly change: Change;
  /** The task whose block a second reader looks at; `plan` for the frontmatter, undefined for neither. */
  readonly block: string | undefined;
}

const reason = 'tried';
const LONG = `${'long words '.repeat(30)}: # end`;
const NASTY = 'say "no": # \'x\' {y} ``` --- ### z: \\ \u00e9\u2028';

/** Every single change the harness tries on a plan. */
export function listTrials(plan: Plan): readonly Trial[] {
  return [
    ...plan.tasks.flatMap((task, i) => taskTrials(task, plan.tasks[i - 1]?.id)),
    ...planTrials(plan),
    ...criterionTrials(plan),
    decisionTrial('Use it: `x` # not a comment'),
    ...additions(plan),
    ...plan.tasks.map(({ id }): Trial => {
      const change: Change = { kind: 'task-removed', task: id, reason };
      return { subject: `${id} removed`, label: 'removed', shape: 'remove-task', change, block: undefined };
    }),
  ];
}

function taskTrials(task: Task, before: string | undefined): readonly Trial[] {
  const status = taskStatusOf(task);
  const next = (task.fields.attempt?.number ?? 0) + 1;
  const times = { started_at: '2026-11-21T10:15:00Z', lease_until: '2026-11-21T11:30:00Z' };
  const values: Partial<Record<TaskFieldName, readonly unknown[]>> = {
    owner: ['kim', 'no', 'eve: "x" # y'],
    attempt: [
      { number: next },
      { number: next, machine: 'kestrel-3f2b', ...times, returns: 'process exit' },
      { number: next, machine: 'a, b: {c}' },
    ],
    completed_at: ['2026-11-22T09:12:44Z'],
    result: [
      { passed: false },
      { summary: 'two\nlines ``` ### x: y\n---', passed: true },
      {
        summary: NASTY,
        issues: [{ severity: 'high', text: 'a, b', file: 'src/[a].ts', line: 3 }, { text: '' }],
        evidence: [{ command: 'npm test', exit_code: 0, commit: '0123456' }],
        metadata: { n: 1, s: '1', t: true, z: null, deep: [{ a: [] }] },
      },
    ],
    blocker: [{ type: 'technical' }, { type: 'gate', detail: NASTY, since: '2026-11-21T10:15:00Z' }],
    tags: [['t1', 'b, c', '07'], [], ['one']],
    description: [NASTY, LONG, 'plain words', 'two\nlines\n', ''],
    priority: [17, -1],
    blocked_by: before === undefined ? [[]] : [[], [before], [{ task: before, or_cancelled: true }]],
    estimate: ['1h30m'],
  };
  const out: Trial[] = TASK_TRANSITIONS[status].map((to) => ({
    subject: `${task.id} status`,
    label: `${status} -> ${to}`,
    shape: task.fields.status === undefined ? 'insert' : 'replace',
    change: { kind: 'task-status', task: task.id, from: status, to, reason },
    block: task.id,
  }));
  for (const [name, list] of Object.entries(values)) {
    const field = name as Exclude<TaskFieldName, 'status'>;
    const from = task.fields[field];
    for (const to of from === undefined ? list : [...list, undefined]) {
      if (sameValue(from, to)) continue;
      const change: Change = { kind: 'task-field', task: task.id, field, from, to, reason };
      out.push(fieldTrial(task.id, field, from, to, change));
    }
  }
  for (const to of ['Renamed: `code` # 1 \\ \u00e9', 'R']) {
    const change: Change = { kind: 'task-title', task: task.id, from: task.title, to, reason };
    out.push({ subject: `${task.id} title`, label: to, shape: 'title', change, block: undefined });
  }
  return out;
}

function planTrials(plan: Plan): readonly Trial[] {
  const values: Partial<Record<PlanFieldName, readonly unknown[]>> = {
    goal: [NASTY, 'G', LONG],
    launched: [3, 12],
    overrun_batches: [[], [2], [1, 12]],
    next_checkpoint: ['2026-11-22T11:30:00Z'],
    blockers: [['one', 'b: c, d'], []],
  };
  const status = planStatusOf(plan);
  const out: Trial[] = PLAN_STATUSES.filter((to) => to !== status)
    .filter((to) => status !== 'complete' || to === 'running')
    .map((to) => ({
      subject: 'plan status',
      label: `${status} -> ${to}`,
      shape: plan.fields.status === undefined ? 'insert' : 'replace',
      change: { kind: 'plan-status', from: status, to, reason },
      block: 'plan',
    }));
  for (const name of ['goal', ...KEPT_PLAN_FIELDS] as const) {
    if (name === 'status') continue;
    const field = name as Exclude<PlanFieldName, 'status'>;
    const from = plan.fields[field];
    const list = values[field] ?? ['kim', 'wait: # "x"', '2026-01-02'];
    for (const to of from === undefined ? list : [...list, undefined]) {
      if (sameValue(from, to)) continue;
      out.push(fieldTrial('plan', field, from, to, { kind: 'plan-field', field, from, to, reason }));
    }
  }
  return out;
}

function fieldTrial(owner: string, field: string, from: unknown, to: unknown, change: Change): Trial {
  const shape: Shape = from === undefined ? 'insert' : to === undefined ? 'delete' : 'replace';
  const label = to === undefined ? 'removed' : JSON.stringify(to);
  return { subject: `${owner} ${field}`, label, shape, change, block: owner };
}

function criterionTrials(plan: Plan): readonly Trial[] {
  return plan.criteria.map(({ text, met }, i) => {
    const change: Change = { kind: 'criterion-met', text, from: met, to: !met, reason };
    return { subject: `criterion ${i}`, label: String(!met), shape: 'box', change, block: undefined };
  });
}

function decisionTrial(text: string): Trial {
  const change: Change = { kind: 'decision-added', text, reason };
  return { subject: 'decision', label: text, shape: 'add-decision', change, block: undefined };
}

function additions(plan: Plan): readonly Trial[] {
  const places = ['', ...plan.tasks.map((task) => task.id), null];
  const bare = { title: 'Added: bare', fields: {}, brief: '' };
  const full = {
    title: 'Added #2',
    fields: { tags: ['x', 'y'], priority: 2, status: 'blocked' as const, owner: 'no' },
    brief: 'Do it.\n\n- well',
  };
  return places.flatMap((after) =>
    [bare, full].map((what): Trial => {
      const change: Change = { kind: 'task-added', task: 'added-1', ...what, after, reason };
      const subject =
        after === null ? 'add at the end' : after === '' ? 'add at the start' : `add after ${after}`;
      return { subject, label: what.title, shape: 'add-task', change, block: 'added-1' };
    }),
  );
}

// ---------------------------------------------------------------- the oracle

/** Why the edit is not minimal; undefined where it is. `span` is how many lines the value took before. */
export function faultOfEdit(before: string, after: string, trial: Trial, span: number): string | undefined {
  const lines = diffLines(before, after);
  const bytes = diffBytes(before, after);
  return (
    faultOfShape(lines, bytes, trial, span) ??
    faultOfLineEnds(lines, trial) ??
    faultOfComments(lines, before, after, trial)
  );
}

interface LineDiff {
  readonly removed: readonly string[];
  readonly inserted: readonly string[];
  /** The line before and after the region. */
  readonly above: string | undefined;
  readonly below: string | undefined;
}

function splitLines(text: string): string[] {
  return text === '' ? [] : (text.match(/[^\n]*\n|[^\n]+$/g) ?? []);
}

/** The one region in which the texts differ, as whole lines with their line ends. */
function diffLines(before: string, after: string): LineDiff {
  const [a, b] = [splitLines(before), splitLines(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  const most = Math.min(a.length, b.length) - head;
  while (tail < most && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return {
    removed: a.slice(head, a.length - tail),
    inserted: b.slice(head, b.length - tail),
    above: a[head - 1],
    below: a[a.length - tail],
  };
}

interface ByteDiff {
  readonly removed: string;
  readonly inserted: string;
}

function diffBytes(before: string, after: string): ByteDiff {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < most - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return {
    removed: before.slice(head, before.length - tail),
    inserted: after.slice(head, after.length - tail),
  };
}

function faultOfShape(lines: LineDiff, bytes: ByteDiff, trial: Trial, span: number): string | undefined {
  const { removed, inserted } = lines;
  switch (trial.shape) {
    case 'replace':
      if (removed.length > span) return `${removed.length} lines replaced where the value takes ${span}`;
      if (inserted.length > Math.max(1, removed.length) + growth(trial.change)) {
        return `${inserted.length} lines written for one value`;
      }
      return faultOfLine(lines, trial);
    case 'title':
      if (removed.length !== 1 || inserted.length !== 1) return 'a title is one line';
      return faultOfLine(lines, trial);
    case 'box':
      if (bytes.removed.length === 1 && bytes.inserted.length === 1) return undefined;
      return 'a box is one character';
    case 'delete':
      if (bytes.inserted !== '') return `a removal wrote ${JSON.stringify(bytes.inserted)}`;
      if (removed.length > span + 1) return `${removed.length} lines removed where the value takes ${span}`;
      return removed.length > 1 && inserted.length > 0 ? 'a removal cut into a line' : undefined;
    case 'remove-task':
      if (bytes.inserted !== '') return `a removal wrote ${JSON.stringify(bytes.inserted)}`;
      return inserted.length > 0 ? 'a removal cut into a line' : undefined;
    case 'insert':
      return faultOfInsert(lines, bytes, 6);
    case 'add-decision':
      return faultOfInsert(lines, bytes, 5);
    case 'add-task':
      return faultOfInsert(lines, bytes, 16);
  }
}

/** A map or list in block style gets a line for each key or item that is new. */
function growth(change: Change): number {
  return change.kind === 'task-field' || change.kind === 'plan-field'
    ? newEntries(change.from, change.to)
    : 0;
}

/** With each key or item that goes, the comment behind it goes. */
function shrinkage(change: Change): number {
  return change.kind === 'task-field' || change.kind === 'plan-field'
    ? newEntries(change.to, change.from)
    : 0;
}

function newEntries(from: unknown, to: unknown): number {
  if (typeof from !== 'object' || typeof to !== 'object' || from === null || to === null) return 0;
  const before = new Map(Object.entries(from));
  return Object.entries(to)
    .map(([key, value]) => (before.has(key) ? newEntries(before.get(key), value) : 1))
    .reduce((sum, n) => sum + n, 0);
}

/** An insertion takes no byte away; at the end of a file without a final newline it continues the last line. */
function faultOfInsert({ removed, inserted }: LineDiff, bytes: ByteDiff, most: number): string | undefined {
  if (bytes.removed !== '') return `an insertion took ${JSON.stringify(bytes.removed)} away`;
  if (inserted.length - removed.length > most) return `${inserted.length} lines for one insertion`;
  return removed.length > 1 ? 'an insertion cut into lines' : undefined;
}

/** In a line that is replaced, the blanks and the line end behind the value stay, and so does the key before it. */
function faultOfLine({ removed, inserted }: LineDiff, trial: Trial): string | undefined {
  const [old, now] = [removed[0] ?? '', inserted[0] ?? ''];
  if (removed.length !== 1 || inserted.length !== 1) return undefined;
  if (/[ \t\r\n]*$/.exec(old)?.[0] !== /[ \t\r\n]*$/.exec(now)?.[0])
    return 'what stands behind the value changed';
  const { removed: gone } = diffBytes(old, now);
  const field = trial.subject.slice(trial.subject.lastIndexOf(' ') + 1);
  return gone.includes(`${field}:`) ? 'the key was written again' : undefined;
}

function lineEnd(line: string | undefined): string | undefined {
  return line === undefined ? undefined : (/\r?\n$/.exec(line)?.[0] ?? undefined);
}

/** The line ends of new lines are those of a line beside them. */
function faultOfLineEnds({ removed, inserted, above, below }: LineDiff, trial: Trial): string | undefined {
  if (inserted.length <= removed.length) return undefined;
  const near = [lineEnd(above), ...removed.map(lineEnd), lineEnd(below)].filter((end) => end !== undefined);
  const wrong = inserted
    .map(lineEnd)
    .find((end) => end !== undefined && near.length > 0 && !near.includes(end));
  return wrong === undefined
    ? undefined
    : `line end ${JSON.stringify(wrong)} beside ${JSON.stringify(near)} (${trial.shape})`;
}

/** In the corpus, comments that belong to no value begin with `# keep`; comments within a value with `# inner`. */
function faultOfComments(lines: LineDiff, before: string, after: string, trial: Trial): string | undefined {
  if (trial.shape === 'remove-task' || trial.shape === 'title') return undefined;
  if (trial.shape === 'delete') {
    return lines.removed.some((line) => /^\s*# keep/.test(line))
      ? 'a comment of its own went along'
      : undefined;
  }
  const lost = (mark: string) => before.split(mark).length - after.split(mark).length;
  if (lost('# keep') !== 0) return 'a comment went missing';
  return lost('# inner') > shrinkage(trial.change) ? 'a comment within the value went missing' : undefined;
}

// ---------------------------------------------------------------- the second reader

/** The fields of a task's block, or of the frontmatter for `plan`, as js-yaml reads their text; undefined where it cannot. */
export function readAgain(text: string, block: string): Readonly<Record<string, unknown>> | undefined {
  for (const yaml of block === 'plan' ? frontmatterOf(text) : blocksOf(text, block)) {
    if (yaml.replace(/^\s*(---|\.\.\.)?\s*(#.*)?$/gm, '').trim() === '') return {};
    try {
      const value = load(yaml, { schema: FAILSAFE_SCHEMA });
      if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value));
    } catch {
      // a text of which this reader is not capable is left to the first one
    }
  }
  return undefined;
}

function frontmatterOf(text: string): readonly string[] {
  const match = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?\n)---[ \t]*(\r?\n|$)/.exec(text);
  return match === null ? [] : [match[1] ?? ''];
}

/** The YAML under each line that reads like the task's heading. */
function blocksOf(text: string, id: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const heading = new RegExp(`^ {0,3}###[ \\t]+${id.replace(/[.]/g, '\\.')}:`);
  const starts = lines.flatMap((line, i) => (heading.test(line) ? [i] : []));
  return starts.flatMap((start) => {
    let at = start + 1;
    while (at < lines.length && /^[ \t]*$/.test(lines[at] ?? '')) at++;
    const open = /^( {0,3})(`{3,}|~{3,})[ \t]*ya?ml(?![^ \t])/.exec(lines[at] ?? '');
    if (open === null) return [];
    const close = new RegExp(`^ {0,3}[${open[2]?.[0]}]{${open[2]?.length},}[ \\t]*$`);
    const end = lines.findIndex((line, i) => i > at && close.test(line));
    const margin = new RegExp(`^ {0,${open[1]?.length}}`);
    return end === -1
      ? []
      : [
          `${lines
            .slice(at + 1, end)
            .map((line) => line.replace(margin, ''))
            .join('\n')}\n`,
        ];
  });
}
