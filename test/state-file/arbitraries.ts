/** Random plans, the ugly ways people lay them out, and random changes of them. */
import fc from 'fast-check';
import type { Change } from '../../src/model/change.ts';
import type { PlanFields, TaskFields } from '../../src/model/fields.ts';
import type { Criterion, Plan, Task } from '../../src/model/plan.ts';
import { PLAN_STATUSES, TASK_STATUSES } from '../../src/model/status.ts';
import { printKey, printValue } from '../../src/state-file/print-value.ts';

/** The seed of this run: RONDO_SEED, or one that differs from run to run and is printed on failure. */
export function runs(count: number): { numRuns: number; seed?: number } {
  const seed = Number(process.env.RONDO_SEED);
  return Number.isInteger(seed) && process.env.RONDO_SEED !== undefined
    ? { numRuns: count, seed }
    : { numRuns: count };
}

const NASTY = [
  '1234567e8',
  '2026-01-02',
  '07',
  'yes',
  'no',
  '~',
  'null',
  '0x1F',
  '1_000',
  'true',
  '.inf',
  '-',
  '--',
  '---',
  '...',
  'a: b',
  'a #b',
  '#x',
  '[x]',
  '{x}',
  'x, y',
  '"q"',
  "it's",
  ' lead',
  'trail ',
  'tab\there',
  'two\nlines',
  'cr\rlf\r\n',
  '```',
  '~~~',
  '<!-- c',
  '-->',
  '<<<<<<< ours',
  '=======',
  '>>>>>>> theirs',
  '## Tasks',
  '### evil: Task',
  '---\nstatus: complete',
  '\u001b[31mred',
  '\u202egnp',
  '\u2028',
  '\ufeff',
  'é',
  '日本',
  '🙂',
  '&a',
  '*a',
  '!tag',
  '%d',
  '@x',
  '`x`',
  '|',
  '>',
  '?',
  ':',
  '? x',
  ': x',
  'x:',
  '<<',
  '__proto',
  '',
  '\\',
  '\\n',
  "'",
  '"',
  'a\u0000b',
  '\ud800',
  '-x',
  '-1',
  'x  y',
  '=',
  '<b>',
];

export const anyText = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.lorem({ maxCount: 5 }),
);

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,7}$/);
const id = fc.stringMatching(/^[a-z][a-z0-9_-]{0,5}$/);
const when = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
  .map((d) => `${d.toISOString().slice(0, 19)}Z`);
const howLong = fc.constantFrom('45m', '1h30m', '2d', '90s');
const path = fc.constantFrom('docs/a.md', 'src/**', 'out put/x.txt', 'ü/ö.md', 'a#b', "it's/x");
const anyKey = fc.oneof(name, anyText).filter((key) => key !== '__proto__');
const core: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    anyText,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(anyKey, tie('value'), { maxKeys: 3 }),
  ),
})).value;
const metadata = fc.dictionary(anyKey, core, { maxKeys: 4 });

/** Drops keys that are undefined, as a parsed plan has none. */
function some<T extends object>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return arbitrary.map(
    (value) => Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T,
  );
}
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 1 });
const rare = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const attempt = some(
  fc.record({
    number: fc.nat(99),
    machine: maybe(anyText),
    started_at: maybe(when),
    lease_until: maybe(when),
    returns: maybe(anyText),
    retry: maybe(fc.nat(9)),
  }),
);
const result = some(
  fc.record({
    summary: maybe(anyText),
    passed: maybe(fc.boolean()),
    issues: maybe(
      fc.array(some(fc.record({ severity: maybe(anyText), text: anyText, line: maybe(fc.nat(999)) })), {
        maxLength: 3,
      }),
    ),
    evidence: maybe(
      fc.array(
        some(
          fc.record({
            command: maybe(anyText),
            exit_code: maybe(fc.integer({ min: -9, max: 200 })),
            paths: maybe(fc.array(anyText, { maxLength: 2 })),
          }),
        ),
        { maxLength: 2 },
      ),
    ),
    metadata: maybe(metadata),
  }),
);

export const taskValues: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  blocked_by: fc.array(fc.oneof(id, some(fc.record({ task: id, or_cancelled: maybe(fc.boolean()) }))), {
    maxLength: 4,
  }),
  description: anyText,
  tags: fc.array(anyText, { maxLength: 4 }),
  step: fc.integer({ min: -5, max: 99 }),
  milestone: fc.boolean(),
  run: anyText,
  inputs: fc.array(path, { maxLength: 3 }),
  output: path,
  await: some(fc.record({ check: anyText, every: maybe(howLong) })),
  estimate: howLong,
  retries: fc.nat(5),
  rework: some(fc.record({ task: id, limit: maybe(fc.nat(4)) })),
  metadata,
  status: fc.constantFrom(...TASK_STATUSES),
  owner: anyText,
  attempt,
  completed_at: when,
  result,
  blocker: some(
    fc.record({ type: fc.constantFrom('external', 'gate'), detail: maybe(anyText), since: maybe(when) }),
  ),
  approved_by: anyText,
  iteration: fc.nat(9),
};

export const planValues: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  goal: anyText,
  origin: anyText,
  started_at: when,
  lease: howLong,
  parallelism: some(
    fc.record({
      max_parallel_tasks: maybe(fc.integer({ min: 1, max: 9 })),
      strategy: maybe(fc.constantFrom('eager', 'batched')),
    }),
  ),
  specialists: fc.dictionary(
    name,
    some(fc.record({ command: maybe(anyText), tags: maybe(fc.array(anyText, { maxLength: 2 })) })),
    { maxKeys: 2 },
  ),
  status: fc.constantFrom(...PLAN_STATUSES),
  launched: fc.nat(9),
  overrun_batches: fc.array(fc.nat(9), { maxLength: 3 }),
  current_step: anyText,
  next_action: anyText,
  next_checkpoint: when,
  blockers: fc.array(anyText, { maxLength: 3 }),
};

function fieldsOf(
  values: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.Arbitrary<Record<string, unknown>> {
  const shape = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, rare(value)]));
  return some(fc.record(shape));
}
export const taskFields = fieldsOf(taskValues) as fc.Arbitrary<TaskFields>;
const planFields = fieldsOf(planValues).map((fields) => ({
  rondo: 1,
  ...fields,
})) as fc.Arbitrary<PlanFields>;

/** A line of prose that opens nothing in Markdown. */
const line = fc
  .stringMatching(/^[A-Za-zé(][A-Za-z0-9 .,:;é()#-]{0,30}[a-z.)]$/)
  .filter((s) => !/^\d+[.)]/.test(s));
const prose = fc.constantFrom(
  '',
  'One line.',
  'Two\nlines.',
  'A list:\n\n- one\n- two\n\n    ### not: A task\n\nEnd.',
  '```\n### code: Not a task\n```',
  '<!--\n### comment: Not\n-->',
  '> ### quote: Not\n> x',
  '```yaml\nstatus: failed\n```\n\nafter',
);
export const title = fc.oneof(line, fc.constantFrom('C #', 'a ## b', 'ü: x', '# x', '*bold*', '###'));
const criterion: fc.Arbitrary<Criterion> = fc
  .record({
    text: line,
    met: fc.boolean(),
    check: maybe(fc.constantFrom('npm test', 'a `b` c', '`x`', ' pad ', 'x)')),
  })
  .map(({ text, met, check }) => (check === undefined ? { text, met } : { text, met, check }));

const task: fc.Arbitrary<Task> = fc.record({ id, title, fields: taskFields, brief: prose });

export const plan: fc.Arbitrary<Plan> = fc.record({
  name: fc.constant('sample'),
  file: fc.constant('docs/sample-state.md'),
  title,
  fields: planFields,
  criteria: fc.uniqueArray(criterion, { maxLength: 3, selector: (c) => c.text }),
  tasks: fc.uniqueArray(task, { maxLength: 4, selector: (t) => t.id }),
  decisions: fc.array(line, { maxLength: 3 }),
});

// ---------------------------------------------------------------- ugly layouts

/** How one field is written. */
export interface Style {
  readonly quote: number;
  readonly comment: boolean;
  readonly blankAbove: boolean;
  readonly commentAbove: boolean;
  readonly block: boolean;
  readonly indent: number;
}
export const style: fc.Arbitrary<Style> = fc.record({
  quote: fc.nat(5),
  comment: fc.boolean(),
  blankAbove: fc.boolean(),
  commentAbove: fc.boolean(),
  block: fc.boolean(),
  indent: fc.integer({ min: 1, max: 4 }),
});

export interface Chunk {
  readonly field: string;
  readonly text: string;
  /** Lines above that belong to nobody. */
  readonly above: string;
}

/** The fields of a piece, each as lines of its own, in some style. */
export function uglyChunks(
  fields: Readonly<Record<string, unknown>>,
  styles: readonly Style[],
  margin: string,
): readonly Chunk[] {
  return Object.entries(fields).map(([field, value], i) => {
    const s = styles[i % styles.length] as Style;
    const body = uglyField(field, value, s, margin, field === 'metadata');
    const above = `${s.blankAbove ? '\n' : ''}${s.commentAbove ? `${margin}# above ${field}\n` : ''}`;
    return { field, text: body, above };
  });
}

function uglyField(field: string, value: unknown, s: Style, margin: string, isCore: boolean): string {
  const comment = s.comment ? `   # about ${field}` : '';
  const inner = margin + ' '.repeat(s.indent);
  const at = { flow: true, core: isCore };
  if (s.block && Array.isArray(value) && value.length > 0) {
    const items = value.map(
      (item, i) =>
        `${inner}- ${printValue(item, { flow: false, core: isCore })}${s.comment && i === 0 ? ' # first' : ''}\n`,
    );
    return `${margin}${field}:${comment}\n${items.join('')}`;
  }
  if (s.block && isRecord(value) && Object.keys(value).length > 0) {
    const pairs = Object.entries(value).filter(([, v]) => v !== undefined);
    const lines = pairs.map(
      ([key, v], i) =>
        `${inner}${printKey(key, false)}: ${printValue(v, { flow: false, core: isCore || key === 'metadata' })}${s.comment && i === 0 ? ' # first' : ''}\n`,
    );
    return `${margin}${field}:${comment}\n${lines.join('')}`;
  }
  if (Array.isArray(value) && value.length > 0 && s.quote === 1) {
    const items = value.map((item) => `${inner}${printValue(item, at)}`);
    return `${margin}${field}: [\n${items.join(',\n')},\n${inner}]${comment}\n`;
  }
  if (typeof value === 'string' && s.quote === 1 && /^[!-~][ -~]*$/.test(value) && !/[`~]/.test(value)) {
    return `${margin}${field}: |-${comment}\n${inner}${value}\n`;
  }
  if (typeof value === 'string' && s.quote === 2)
    return `${margin}${field}: ${printValue(value, { flow: false, core: false, quoting: 'double' })}${comment}\n`;
  if (typeof value === 'string' && s.quote === 3)
    return `${margin}${field}: ${printValue(value, { flow: false, core: false, quoting: 'single' })}${comment}\n`;
  const gap = s.quote === 4 ? '    ' : ' ';
  return `${margin}${field}:${gap}${printValue(value, { flow: false, core: isCore })}${comment}\n`;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export interface Ugly {
  readonly text: string;
  /** Each field of each piece, by `task-id/field` or `/field`. */
  readonly chunks: ReadonlyMap<string, string>;
}

export interface UglyStyle {
  readonly styles: readonly Style[];
  readonly crlf: boolean;
  readonly bom: boolean;
  readonly noFinalNewline: boolean;
  readonly margin: number;
  readonly tilde: boolean;
  readonly tight: boolean;
}
export const uglyStyle: fc.Arbitrary<UglyStyle> = fc.record({
  styles: fc.array(style, { minLength: 1, maxLength: 6 }),
  crlf: fc.boolean(),
  bom: fc.boolean(),
  noFinalNewline: fc.boolean(),
  margin: fc.nat(2),
  tilde: fc.boolean(),
  tight: fc.boolean(),
});

/** The plan as somebody else would have written it. */
export function uglyText(plan: Plan, ugly: UglyStyle): Ugly {
  const chunks = new Map<string, string>();
  const eol = (text: string) => (ugly.crlf ? text.replaceAll('\n', '\r\n') : text);
  const piece = (owner: string, fields: Readonly<Record<string, unknown>>, margin: string) =>
    uglyChunks(fields, ugly.styles, margin)
      .map((chunk) => {
        chunks.set(`${owner}/${chunk.field}`, eol(chunk.text));
        return chunk.above + chunk.text;
      })
      .join('');
  const gap = ugly.tight ? '' : '\n';
  const fence = ugly.tilde ? '~~~~' : '```';
  const heading = (text: string) => (/(?:^|[ \t])#+$/.test(text) ? `${text} ##` : text);
  const front = piece('', plan.fields, '');
  const tasks = plan.tasks.map((task) => {
    const margin = ' '.repeat(ugly.margin);
    const needs = Object.keys(task.fields).length > 0 || task.brief.startsWith('```yaml');
    const block = needs
      ? `${gap}${margin}${fence} YAML extra\n${piece(task.id, task.fields, margin)}${margin}${fence}\n`
      : '';
    return `${margin}###  ${task.id}:\t${heading(task.title)}  \n${block}${task.brief === '' ? '' : `\n${task.brief}\n`}${gap}`;
  });
  const criteria = plan.criteria.map((c) => `*   [${c.met ? 'X' : ' '}]  ${checkText(c)}\n`).join('');
  const decisions = plan.decisions.map((d) => `+ ${d}\n`).join('');
  const text = [
    `---  \n${front}---\n`,
    plan.title === '' ? '' : `#\t${heading(plan.title)}\n`,
    'Some prose\nwith trailing   \n\n',
    `## Decisions\n${gap}${decisions}${gap}`,
    `## success criteria ##\n${criteria}${gap}`,
    `  ## Tasks\n${gap}${tasks.join('')}`,
    '## Notes\n\n### not: a task\n',
  ].join('');
  const whole = (ugly.bom ? '\ufeff' : '') + eol(text);
  return { text: ugly.noFinalNewline ? whole.replace(/\r?\n$/, '') : whole, chunks };
}

function checkText({ text, check }: Criterion): string {
  if (check === undefined) return text;
  const marks = check.includes('`') ? '``' : '`';
  const pad = /^`|`$|^ .* $/.test(check) ? ' ' : '';
  return `${text} (check: ${marks}${pad}${check}${pad}${marks})`;
}

// ---------------------------------------------------------------- changes

const REASON = 'because';

/** A change that the plan can take. */
export function changeOf(plan: Plan): fc.Arbitrary<Change> {
  const taskIds = plan.tasks.map((t) => t.id);
  const ofPlan = Object.entries(planValues).map(([field, value]) =>
    fc.option(value, { nil: undefined, freq: 4 }).map((to) => planChange(plan, field, to)),
  );
  const someTask = taskIds.length === 0 ? [] : [fc.constantFrom(...plan.tasks)];
  const ofTask = someTask.flatMap((tasks) =>
    Object.entries(taskValues).map(([field, value]) =>
      fc
        .tuple(tasks, fc.option(value, { nil: undefined, freq: 4 }))
        .map(([t, to]) => taskChange(t, field, to)),
    ),
  );
  const others: fc.Arbitrary<Change>[] = [
    line.map((text) => ({ kind: 'decision-added', text, reason: REASON })),
    fc
      .array(line, { maxLength: 4 })
      .map((to) => ({ kind: 'decisions', from: plan.decisions, to, reason: REASON })),
    fc
      .uniqueArray(criterion, { maxLength: 4, selector: (c) => c.text })
      .map((to) => ({ kind: 'criteria', from: plan.criteria, to, reason: REASON })),
    title.map((to) => ({ kind: 'plan-title', from: plan.title, to, reason: REASON })),
    fc
      .record({
        task: id.filter((i) => !taskIds.includes(i)),
        title,
        fields: taskFields,
        brief: prose,
        after: fc.constantFrom<string | null>(null, '', ...taskIds),
      })
      .map((added) => ({ kind: 'task-added', reason: REASON, ...added })),
    ...plan.criteria.map((c) =>
      fc.constant<Change>({ kind: 'criterion-met', text: c.text, from: c.met, to: !c.met, reason: REASON }),
    ),
    ...someTask.flatMap((tasks): fc.Arbitrary<Change>[] => [
      tasks.map((t) => ({ kind: 'task-removed', task: t.id, reason: REASON })),
      fc
        .tuple(tasks, title)
        .map(([t, to]) => ({ kind: 'task-title', task: t.id, from: t.title, to, reason: REASON })),
      fc
        .tuple(tasks, prose)
        .map(([t, to]) => ({ kind: 'task-brief', task: t.id, from: t.brief, to, reason: REASON })),
      fc
        .shuffledSubarray(taskIds, { minLength: taskIds.length })
        .map((to) => ({ kind: 'task-order', from: taskIds, to, reason: REASON })),
    ]),
  ];
  return fc.oneof(
    { weight: 3, arbitrary: fc.oneof(...ofPlan) },
    { weight: 6, arbitrary: fc.oneof(...ofTask, ...ofPlan) },
    { weight: 3, arbitrary: fc.oneof(...others) },
  );
}

function planChange(plan: Plan, field: string, to: unknown): Change {
  const from = Reflect.get(plan.fields, field);
  if (field === 'status')
    return { kind: 'plan-status', from, to: (to ?? 'running') as never, reason: REASON };
  return { kind: 'plan-field', field: field as never, from, to, reason: REASON };
}

function taskChange(task: Task, field: string, to: unknown): Change {
  const from = Reflect.get(task.fields, field);
  if (field === 'status')
    return { kind: 'task-status', task: task.id, from, to: (to ?? 'pending') as never, reason: REASON };
  return { kind: 'task-field', task: task.id, field: field as never, from, to, reason: REASON };
}
