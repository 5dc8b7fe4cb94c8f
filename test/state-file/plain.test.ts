/** Plain pieces are read and edited without yaml: to the same values and the same bytes as with it, or not at all. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import type { TaskFields } from '../../src/model/fields.ts';
import type { Plan } from '../../src/model/plan.ts';
import { codec, type Piece } from '../../src/state-file/codec.ts';
import type { FieldEdit } from '../../src/state-file/edit-field.ts';
import { editPlainly, editPlan } from '../../src/state-file/edit-plan.ts';
import { OWN_PLAN_FIELDS, OWN_TASK_FIELDS } from '../../src/state-file/field-order.ts';
import { findLayout } from '../../src/state-file/find-layout.ts';
import { parsePlan } from '../../src/state-file/parse-plan.ts';
import { decodePlainBlock, decodePlainFrontmatter } from '../../src/state-file/plain-decode.ts';
import { setPlainField } from '../../src/state-file/plain-edit.ts';
import { printPlan, printTaskFields } from '../../src/state-file/print-plan.ts';
import * as arbitrary from './arbitraries.ts';
import { listTrials } from './reference-laws.ts';

const FILE = 'docs/sample-state.md';
const count = { pieces: 0, plainPieces: 0, edits: 0, plainEdits: 0, plans: 0, plainPlans: 0 };

const folder = (name: string) => join(import.meta.dirname, '../fixtures', name);
const filesOf = (name: string) =>
  readdirSync(folder(name), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => [file, readFileSync(join(folder(name), file), 'utf8')] as const);

describe.each([...filesOf('corpus'), ...filesOf('broken')])('%s', (_, text) => {
  test('says plainly what the codec says', () => checkPieces(text));

  test('is edited plainly as the codec edits it', () => {
    const { plan } = parsePlan(text, FILE, { codec });
    if (plan === undefined) return;
    for (const { change } of listTrials(plan)) checkEdit(text, plan, change);
  });
});

describe('any plan', () => {
  test('as printed', () => {
    fc.assert(
      fc.property(arbitrary.plan, (plan) => checkPieces(printPlan(plan))),
      arbitrary.runs(300),
    );
  });

  test('as somebody else would have written it', () => {
    fc.assert(
      fc.property(arbitrary.plan, arbitrary.uglyStyle, (plan, style) =>
        checkPieces(arbitrary.uglyText(plan, style).text),
      ),
      arbitrary.runs(300),
    );
  });

  test('edited, as printed and as somebody else would have written it', () => {
    const edited = fc
      .tuple(arbitrary.plan, arbitrary.uglyStyle, fc.boolean())
      .map(([plan, style, ugly]) => (ugly ? arbitrary.uglyText(plan, style).text : printPlan(plan)))
      .chain((text) => {
        const { plan } = parsePlan(text, FILE, { codec });
        const change = plan === undefined ? fc.constant(undefined) : arbitrary.changeOf(plan);
        return fc.record({ text: fc.constant(text), plan: fc.constant(plan), change });
      });
    fc.assert(
      fc.property(edited, ({ text, plan, change }) => {
        if (plan !== undefined && change !== undefined) checkEdit(text, plan, change);
      }),
      arbitrary.runs(1000),
    );
  });
});

/** Characters that mean something to YAML, in any order, behind a known field. */
const tokens = fc.constantFrom(
  ...[
    'a',
    'b c',
    '1',
    '-',
    '--',
    '-x',
    ':',
    ': ',
    '::',
    ' ',
    '  ',
    '#',
    ' #',
    '"',
    "'",
    '\\',
    '\\n',
    '\\"',
    '\\x41',
  ],
  ...[
    '[',
    ']',
    '{',
    '}',
    ',',
    ', ',
    '&x',
    '*x',
    '!t',
    '|',
    '>',
    '%',
    '@',
    '`',
    '?',
    '? ',
    '~',
    '=',
    '<<',
    '...',
    '---',
  ],
  ...[
    '\n',
    '\r\n',
    '\r',
    '\n ',
    '\n#',
    '\n\n',
    '\t',
    '\u00a0',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\ud83d',
    '🙂',
    'é',
    '"a"',
    "'b'",
  ],
  ...[
    'task: t',
    'number: 3',
    'type: gate',
    'owner: kim',
    'tags: [x]',
    '\nowner: k',
    '\nstep: 1',
    '__proto__: 1',
    'constructor: x',
  ],
);
const soup = fc
  .tuple(
    fc.constantFrom(
      'owner',
      'tags',
      'blocked_by',
      'attempt',
      'result',
      'blocker',
      'step',
      'inputs',
      'metadata',
      'milestone',
    ),
    fc.constantFrom(': ', ':', ':  ', ' : ', ': [', ': { ', ": '", ': "', ': [{', ': [[ '),
    fc.array(tokens, { maxLength: 7 }),
    fc.constantFrom('', '\n', ' ]', ']', ' }', '}]\n', '"\n', "'", ' # c\n', '\r\n'),
  )
  .map(([field, colon, parts, end]) => `${field}${colon}${parts.join('')}${end}`);

test('marks of YAML in any order', () => {
  fc.assert(
    fc.property(soup, (yaml) => {
      checkPiece(decodePlainBlock(yaml), () => codec.decodeBlock(yaml));
      const head = `---\nrondo: 1\n${yaml}\n---\n`;
      checkPiece(decodePlainFrontmatter(head), () => codec.decodeFrontmatter(head));
    }),
    arbitrary.runs(20_000),
  );
});

/** What a round or a person writes on a quiet day. */
const ORDINARY: TaskFields = {
  blocked_by: ['t1', { task: 't2', or_cancelled: true }],
  description: "Ship it, and don't wait: now (see #12) 100%",
  tags: ['backend', 'layer-3'],
  step: -1,
  milestone: true,
  run: 'npm test -- --run "a b" && echo done',
  inputs: ['docs/a b.md', 'src/**/*.ts'],
  await: { check: 'gh run watch', every: '1m' },
  estimate: '1h30m',
  status: 'completed',
  owner: 'kim',
  attempt: {
    number: 2,
    machine: 'kestrel-3f2b',
    started_at: '2026-11-21T10:15:00Z',
    returns: 'process exit',
  },
  completed_at: '2026-11-21T10:15:00Z',
  result: {
    summary: 'It said "no": twice',
    passed: false,
    issues: [{ severity: 'high', text: 'a, b', file: 'src/[a].ts', line: 3 }],
    evidence: [{ command: 'npm test', exit_code: 0, commit: '0123456' }],
  },
  blocker: { type: 'gate', detail: 'waits for: kim' },
};

test('reads and edits an ordinary block without the codec', () => {
  const body = printTaskFields(ORDINARY);
  expect(decodePlainBlock(body)?.fields).toEqual(ORDINARY);
  const fields: Readonly<Record<string, unknown>> = ORDINARY;
  for (const field of Object.keys(ORDINARY)) {
    for (const to of [undefined, field === 'status' ? 'failed' : fields[field]]) {
      const edit = { field, from: fields[field], to, own: OWN_TASK_FIELDS, spaced: false, lineEnd: '\n' };
      const said = setPlainField(body, { ...edit, verify: (yaml) => decodePlainBlock(yaml) !== undefined });
      expect(said, field).toBeDefined();
    }
  }
});

/** Blocks as printed, with marks of YAML put in or characters taken out here and there. */
const dented = fc
  .tuple(
    fc.oneof(arbitrary.taskFields, fc.constant(ORDINARY)),
    fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.oneof(tokens, fc.constant(''))), { maxLength: 2 }),
  )
  .map(([fields, dents]) => {
    return dents.reduce((text, [where, gone, mark]) => {
      const at = where % (text.length + 1);
      return text.slice(0, at) + mark + text.slice(at + gone);
    }, printTaskFields(fields));
  });
const fieldEdit = fc
  .constantFrom(...Object.entries(arbitrary.taskValues))
  .chain(([field, value]) => fc.tuple(fc.constant(field), fc.option(value, { nil: undefined, freq: 4 })));

test('blocks with dents, read and edited', () => {
  fc.assert(
    fc.property(dented, fieldEdit, (yaml, [field, to]) => {
      const full = codec.decodeBlock(yaml);
      checkPiece(decodePlainBlock(yaml), () => full);
      const fields: Readonly<Record<string, unknown>> = full.fields ?? {};
      if (full.fields === undefined) return;
      checkEdited({
        yaml,
        field,
        from: fields[field],
        to,
        own: OWN_TASK_FIELDS,
        spaced: false,
        fields,
        read: (said) => codec.decodeBlock(said).fields ?? {},
      });
    }),
    arbitrary.runs(4000),
  );
});

test.each(['---\nrondo: 1\n---', '---\r\nrondo: 01 # v\r\n---\r\n'])('reads the frontmatter %j', (head) => {
  expect(decodePlainFrontmatter(head)).toEqual({ fields: { rondo: 1 }, faults: [] });
});

test.each([
  '--- \nrondo: 1\n---\n',
  '---\nrondo: 2\n---\n',
  '---\ngoal: x\n---\n',
  '---\n---\n',
  '---\nrondo: 1\nparallelism: { respect_dependencies: false }\n---\n',
  '---\nrondo: 1\n--- \n',
  '---\nrondo: 1\nspecialists: { a: { command: x } }\n---\n',
])('leaves the frontmatter %j to the codec', (head) => expect(decodePlainFrontmatter(head)).toBeUndefined());

/** Each piece of the text: undefined, or what the codec makes of it, in the same order. */
function checkPieces(text: string): void {
  const { frontmatter, tasks } = findLayout(text);
  if (frontmatter !== undefined) {
    const head = text.slice(frontmatter.start, frontmatter.end);
    checkPiece(decodePlainFrontmatter(head), () => codec.decodeFrontmatter(head));
  }
  for (const { block } of tasks) {
    if (block === undefined) continue;
    const body = text.slice(block.bodyStart, block.bodyEnd);
    checkPiece(decodePlainBlock(body), () => codec.decodeBlock(body));
  }
}

function checkPiece(plain: Piece<object> | undefined, reference: () => Piece<object>): void {
  count.pieces++;
  if (plain === undefined) return;
  count.plainPieces++;
  const full = reference();
  expect(plain).toStrictEqual(full);
  expect(JSON.stringify(plain)).toBe(JSON.stringify(full));
}

/** The change in the whole text, and the edit of its piece alone, which must be the codec's byte by byte. */
function checkEdit(text: string, plan: Plan, change: Change): void {
  checkField(text, plan, change);
  count.plans++;
  const plain = editPlainly(text, FILE, [change], {});
  if (plain === undefined) return;
  count.plainPlans++;
  const full = editPlan(text, FILE, [change], { codec });
  expect(plain).toStrictEqual(full);
}

function checkField(text: string, plan: Plan, change: Change): void {
  const place = placeOf(text, plan, change);
  if (place !== undefined) checkEdited(place);
}

interface Place extends Omit<FieldEdit, 'lineEnd' | 'verify'> {
  readonly yaml: string;
  readonly fields: Readonly<Record<string, unknown>>;
  read(yaml: string): object;
}

function checkEdited({ yaml, ...edit }: Place): void {
  count.edits++;
  const wanted = JSON.stringify(sorted({ ...edit.fields, [edit.field]: edit.to }));
  const both = {
    ...edit,
    lineEnd: '\n',
    verify: (said: string) => JSON.stringify(sorted(edit.read(said))) === wanted,
  };
  const plain = setPlainField(yaml, both);
  if (plain === undefined) return;
  count.plainEdits++;
  expect(plain).toBe(codec.setField(yaml, both));
}

function placeOf(text: string, plan: Plan, change: Change): Place | undefined {
  const { frontmatter, tasks } = findLayout(text);
  if ((change.kind === 'plan-field' || change.kind === 'plan-status') && frontmatter !== undefined) {
    const { start, bodyStart, bodyEnd, end } = frontmatter;
    const [head, foot] = [text.slice(start, bodyStart), text.slice(bodyEnd, end)];
    const field = change.kind === 'plan-field' ? change.field : 'status';
    const fields: Readonly<Record<string, unknown>> = plan.fields;
    const read = (said: string) => codec.decodeFrontmatter(head + said + foot).fields ?? {};
    const yaml = text.slice(bodyStart, bodyEnd);
    return {
      yaml,
      field,
      from: fields[field],
      to: change.to,
      own: OWN_PLAN_FIELDS,
      spaced: true,
      fields,
      read,
    };
  }
  if (change.kind !== 'task-field' && change.kind !== 'task-status') return undefined;
  const index = plan.tasks.findIndex(({ id }) => id === change.task);
  const block = tasks[index]?.block;
  if (block === undefined) return undefined;
  const field = change.kind === 'task-field' ? change.field : 'status';
  const fields: Readonly<Record<string, unknown>> = plan.tasks[index]?.fields ?? {};
  const read = (said: string) => codec.decodeBlock(said).fields ?? {};
  const yaml = text.slice(block.bodyStart, block.bodyEnd);
  return {
    yaml,
    field,
    from: fields[field],
    to: change.to,
    own: OWN_TASK_FIELDS,
    spaced: false,
    fields,
    read,
  };
}

/** With keys in the order of the alphabet, and none that are undefined. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]),
  );
}

afterAll(() => {
  const { pieces, plainPieces, edits, plainEdits, plans, plainPlans } = count;
  expect(Math.min(plainPieces, plainEdits, plainPlans)).toBeGreaterThan(300);
  process.stdout.write(
    `plain: ${plainPieces} of ${pieces} pieces, ${plainEdits} of ${edits} edits of a field, ${plainPlans} of ${plans} of a plan\n`,
  );
});
