/** One task, what is next, and what is left, as text. */
import type { BatchesDocument, NextDocument, ShowDocument } from '../../model/documents.ts';
import { columns, hang, wrap } from './columns.ts';
import { fieldText, valueText } from './field-text.ts';
import { inert, inertLine } from './inert.ts';
import { needLines } from './print-needs.ts';
import { remedyLines, remedyText } from './print-remedies.ts';
import type { StatusOptions } from './print-status.ts';
import { dueTime } from './time.ts';
import { counted, insideText, NO_TASKS, some, taskLook } from './words.ts';

export function printShow(document: ShowDocument, options: StatusOptions): string {
  const { style, columns: width } = options;
  const { task } = document;
  const look = taskLook(task.status, task.ready, style);
  const title = `${style.bold(inertLine(`${document.plan}/${task.id}`))}  ${look.dress(`${look.symbol} ${look.word}`)}  ${inertLine(task.title)}`;
  const parts = [
    `${hang(title, width)}\n${factTable(document, options)}`,
    section('brief', document.brief, options),
    section('log, its end', document.log_tail, options),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function factTable(document: ShowDocument, { style, columns: width, now }: StatusOptions): string {
  const { task, fields, route } = document;
  const facts: [string, string][] = [
    ['waits for', some(task.waiting_on, 20)],
    ['blocked by', some(task.blocked_by, 20)],
    ['then', some(document.dependents, 20)],
    [
      'obstacle',
      task.blocker === null
        ? ''
        : [task.blocker.type, task.blocker.detail].filter((s) => s !== null).join(': '),
    ],
    ['to mend', document.remedy === null ? '' : remedyText(document.remedy)],
    ['owner', task.owner ?? ''],
    [
      'done by',
      route.kind === 'plan'
        ? `the plan ${String(fields.plan)}${insideText(task)}`
        : route.kind === 'person'
          ? `a person${route.who === null ? '' : `, ${route.who}`}`
          : `${route.who === null ? '' : `${route.who}: `}${route.command ?? ''}`,
    ],
    ['because', route.reason],
    ['approval', approvalText(document, now)],
    ['sent back', rejectionText(fields.rejected, now)],
    ['tags', some(task.tags, 20)],
    ['result', task.summary ?? ''],
    ['evidence', EVIDENCE[task.evidence ?? 'none']],
    ...gateFacts(fields.result),
    ...document.gates.map(({ logs }): [string, string] => ['gate output', logs]),
    ...resultFacts(fields.result),
    ...Object.entries(fields).flatMap(([name, value]): [string, string][] =>
      TOLD.has(name) ? [] : [[name, fieldText(name, value, task.status === 'in_progress', now)]],
    ),
    ['run files', document.run_directory ?? ''],
  ];
  const told = facts.filter(([, text]) => text !== '');
  const widest = Math.max(12, ...told.map(([name]) => name.length)) + 2;
  const indent = ' '.repeat(widest + 2);
  return told
    .map(
      ([name, text]) =>
        `  ${style.dim(name.replaceAll('_', ' ').padEnd(widest))}${wrap(inertLine(text), width - indent.length, indent)}\n`,
    )
    .join('');
}

const EVIDENCE = {
  none: '',
  reported: 'reported',
  verified: 'verified',
  stale: 'stale: what its gates proved has changed since',
} as const;

/** A line for each gate that ran: `testing: npm test: exit code 0, on 3fa9c0ffee12`. */
function gateFacts(result: unknown): readonly [string, string][] {
  const evidence = new Map<string, unknown>(Object.entries(result ?? {})).get('evidence');
  if (!Array.isArray(evidence)) return [];
  return evidence.flatMap((each): [string, string][] => {
    const { gate, command, exit_code, commit } = Object.fromEntries(Object.entries(each ?? {}));
    if (gate === undefined) return [];
    const end = exit_code === undefined ? 'no exit code' : `exit code ${String(exit_code)}`;
    const on = commit === undefined ? '' : `, on ${String(commit)}`;
    return [['gate', `${String(gate)}: ${String(command)}: ${end}${on}`]];
  });
}

/** Fields that have a line of their own above. */
const TOLD = new Set([
  'status',
  'owner',
  'tags',
  'blocked_by',
  'blocker',
  'run',
  'result',
  'needs_approval',
  'approved_by',
  'approved_at',
  'rejected',
]);

function approvalText({ task, fields }: ShowDocument, now: number): string {
  if (task.awaits_approval)
    return `awaited: rondo approve ${task.id}, or rondo reject ${task.id} --reason "<what to mend>"`;
  const { approved_by: by, approved_at: at } = fields;
  if (typeof by === 'string') return `by ${by}${typeof at === 'string' ? `, ${dueTime(at, now)}` : ''}`;
  return fields.needs_approval === true ? 'needed, once it is completed' : '';
}

/** `no tests (dana, 10:15 (3m ago))`. */
function rejectionText(rejected: unknown, now: number): string {
  const fields = new Map<string, unknown>(Object.entries(rejected ?? {}));
  const [reason, by, at] = ['reason', 'by', 'at'].map((name) => fields.get(name));
  if (typeof reason !== 'string') return '';
  const from = [by, typeof at === 'string' ? dueTime(at, now) : undefined].filter(
    (part) => part !== undefined,
  );
  return from.length === 0 ? reason : `${reason} (${from.join(', ')})`;
}

/** The verdict, what a review found, and what else the worker said; the summary has a line of its own. */
function resultFacts(result: unknown): readonly [string, string][] {
  const fields = new Map<string, unknown>(Object.entries(result ?? {}));
  const [passed, issues, metadata] = ['passed', 'issues', 'metadata'].map((name) => fields.get(name));
  return [
    ...(typeof passed === 'boolean'
      ? [['verdict', passed ? 'passed' : 'did not pass'] satisfies [string, string]]
      : []),
    ...(Array.isArray(issues) ? issues.map((issue): [string, string] => ['issue', issueText(issue)]) : []),
    ...(metadata === undefined ? [] : [['metadata', valueText(metadata)] satisfies [string, string]]),
  ];
}

/** `high: the token is logged (src/login.ts:12)`. */
function issueText(issue: unknown): string {
  const fields = new Map<string, unknown>(Object.entries(issue ?? {}));
  const place = [fields.get('file'), fields.get('line')].filter((part) => part !== undefined).join(':');
  const severity = fields.get('severity');
  return `${severity === undefined ? '' : `${String(severity)}: `}${String(fields.get('text') ?? '')}${place === '' ? '' : ` (${place})`}`;
}

function section(name: string, text: string, { style }: StatusOptions): string {
  if (text.trim() === '') return '';
  const lines = inert(text).trimEnd().split('\n');
  return `${style.dim(name)}\n${lines.map((line) => (line === '' ? '\n' : `  ${line}\n`)).join('')}`;
}

/** What is ready, what waits for somebody, what waits for other tasks; where nothing moves, what to do about it. */
export function printNext(document: NextDocument, { style, columns: width, now }: StatusOptions): string {
  if (document.total === 0) return NO_TASKS;
  const ready = document.ready.map(({ id, title, kind, specialist }) => [
    { text: '○', dress: style.cyan },
    { text: inertLine(id) },
    {
      text: inertLine(
        kind === 'plan' ? 'a plan of its own' : (specialist ?? (kind === 'person' ? 'anybody' : 'shell')),
      ),
      dress: style.dim,
    },
    { text: inertLine(title) },
  ]);
  const lines = [
    ready.length === 0 ? 'nothing is ready\n' : columns(ready, width, { indent: '  ', whole: 1 }),
  ];
  if (document.status === 'complete') lines[0] = `nothing is left, ${document.plan} is complete\n`;
  const say = (line: string) => lines.push(`${hang(line, width, '  ')}\n`);
  if (document.held !== null) say(`nothing starts: ${inertLine(document.held)}`);
  const stuck = document.held !== null || document.status === 'blocked' || document.status === 'paused';
  if (stuck && document.next_action !== null) say(`what to do: ${inertLine(document.next_action)}`);
  for (const line of remedyLines(document.remedies)) say(`to mend ${line}`);
  if (document.remedies.length > 0)
    say(`until it is complete: ${inertLine(document.to_complete.join('; '))}`);
  const toClaim = document.needs.find((need) => need.kind === 'claim');
  if (toClaim !== undefined) say(`to take one: ${inertLine(toClaim.command)}`);
  const others = document.needs.filter((need) => need.kind !== 'claim');
  const { more } = document;
  if (more.ready > 0) lines.splice(1, 0, `  and ${more.ready} more (--all lists them)\n`);
  for (const line of needLines(others, now)) say(line);
  if (more.needs > 0) lines.push(`and ${more.needs} more wait for somebody\n`);
  if (document.queued.length > 0)
    say(
      `queued: ${document.queued.map(inertLine).join(', ')}${more.queued > 0 ? ` and ${more.queued} more` : ''}`,
    );
  if (more.waiting > 0)
    lines.push(
      style.dim(
        `${counted(more.waiting, 'task waits for another', 'tasks wait for others')} of the plan (--all lists them)`,
      ),
      '\n',
    );
  const waiting = document.waiting.map(({ id, on }) => [
    { text: '·' },
    { text: inertLine(id) },
    { text: `on ${on.map(inertLine).join(', ')}` },
  ]);
  if (waiting.length > 0)
    lines.push(style.dim(columns(waiting, width, { indent: '  ', whole: 1 }).trimEnd()), '\n');
  return lines.join('');
}

export function printBatches(document: BatchesDocument, { style, columns: width }: StatusOptions): string {
  if (document.total === 0) return NO_TASKS;
  if (document.batches.length === 0) return document.problems.length === 0 ? 'nothing is left\n' : '';
  const lines = document.batches.flatMap((batch) => batchLines(batch, { style, columns: width }));
  return `${lines.join('\n')}\n${savings(document, style)}`;
}

/** `Batch 1a  together  a, b`, `Batch 1b  then      c (batch 1: 30m)`: the last part says what the batch should take. */
function batchLines(
  { number, parallel, parts, done, total, estimate, unestimated }: BatchesDocument['batches'][number],
  { style, columns: width }: Pick<StatusOptions, 'style' | 'columns'>,
): readonly string[] {
  const facts = [
    ...(done > 0 ? [`${done}/${total} complete`] : []),
    ...(estimate === null ? [] : [`${unestimated > 0 ? 'at least ' : ''}${estimate}`]),
  ];
  return parts.map(({ label, tasks }, i) => {
    const how = i > 0 ? 'then' : parallel ? 'together' : tasks.length > 1 ? 'in turn' : 'alone';
    const whole = parts.length > 1 ? `batch ${number}: ` : '';
    const last =
      i === parts.length - 1 && facts.length > 0 ? style.dim(` (${whole}${facts.join(', ')})`) : '';
    const head = `${`Batch ${label}`.padEnd(10)}${how.padEnd(10)}`;
    const names = `${tasks.map(inertLine).join(', ')}${last}`;
    return `${style.bold(head)}${wrap(names, width - head.length, ' '.repeat(head.length))}`;
  });
}

/** What running in parallel saves; '' where nothing says how long it takes. */
function savings({ estimate, most_at_once }: BatchesDocument, style: StatusOptions['style']): string {
  if (estimate === null) return '';
  const { one_by_one, batch_by_batch, saved, saved_percent, unestimated } = estimate;
  const saves =
    saved_percent === 0
      ? `${one_by_one} in all`
      : `${one_by_one} one by one, ${batch_by_batch} with ${most_at_once} at once: saves ${saved} (${saved_percent}%)`;
  const without = unestimated > 0 ? `; not counted: ${counted(unestimated, 'task')} without an estimate` : '';
  return `${style.dim(`estimated ${saves}${without}`)}\n`;
}
