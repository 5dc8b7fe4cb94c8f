/** Values stay what was typed, wrong ones are shown where they stand, and hostile YAML is refused unread. */
import { describe, expect, it } from 'vitest';
import * as fields from '../../src/model/fields.ts';
import { planFieldsSchema, taskFieldsSchema } from '../../src/model/fields.ts';
import { planJsonSchema } from '../../src/model/json-schema.ts';
import { codec } from '../../src/state-file/codec.ts';
import { OWN_PLAN_FIELDS, OWN_TASK_FIELDS } from '../../src/state-file/field-order.ts';
import { isWholeFrontmatter } from '../../src/state-file/frontmatter.ts';
import { parsePlan } from '../../src/state-file/parse-plan.ts';
import { parseSettings } from '../../src/state-file/parse-settings.ts';

const FILE = 'docs/sample-state.md';
const parse = (text: string) => parsePlan(text, FILE, { codec });
const task = (body: string) => parse(`---\nrondo: 1\n---\n## Tasks\n### a: A\n\`\`\`yaml\n${body}\n\`\`\`\n`);
const front = (body: string) => parse(`---\nrondo: 1\n${body}\n---\n## Tasks\n`);
const fieldsOf = (body: string) => task(body).plan?.tasks[0]?.fields;
const codes = (parsed: ReturnType<typeof parse>) => parsed.problems.map((p) => `${p.severity}:${p.code}`);

describe('values', () => {
  it.each([
    '1234567e8',
    '2026-01-02',
    '07',
    'yes',
    'no',
    '~',
    'null',
    '0x1F',
    '1_000',
    '1.10',
    '.inf',
    '12e4567',
  ])('keeps %s as it was typed', (typed) => {
    expect(fieldsOf(`owner: ${typed}\ntags: [${typed}]`)).toEqual({ owner: typed, tags: [typed] });
  });

  it('gives types by the schema', () => {
    expect(
      fieldsOf('milestone: Yes\nretries: 007\nstep: -2\ntags: one\nblocked_by:\nneeds_approval: off'),
    ).toEqual({
      milestone: true,
      retries: 7,
      step: -2,
      tags: ['one'],
      blocked_by: [],
      needs_approval: false,
    });
  });

  it('takes a key with nothing behind it for no key, and empty quotes for an empty text', () => {
    expect(fieldsOf('owner:\ncompleted_at:\nrun: ""\nattempt: { number: 1, machine: }')).toEqual({
      run: '',
      attempt: { number: 1 },
    });
  });

  it('reads metadata, and nothing else, with core types', () => {
    const body =
      'metadata: { a: 1, b: 0x1F, c: ~, d: true, e: "1", f: 1e3, g: 12345678901234567890123, h: yes, i: -0 }\nresult: { summary: 1, metadata: { n: 1.5 } }';
    expect(fieldsOf(body)).toEqual({
      metadata: {
        a: 1,
        b: 31,
        c: null,
        d: true,
        e: '1',
        f: 1000,
        g: '12345678901234567890123',
        h: 'yes',
        i: 0,
      },
      result: { summary: '1', metadata: { n: 1.5 } },
    });
  });

  it('reads an anchor that one alias repeats', () => {
    expect(fieldsOf('tags: &t [a, b]\ninputs: *t')).toEqual({ tags: ['a', 'b'], inputs: ['a', 'b'] });
  });
});

describe('wrong values', () => {
  it.each([
    ['status: done', 'invalid-value', 7, 9],
    ['retries: many', 'invalid-value', 7, 10],
    ['attempt:\n  number: 1\n  lease_until: soon', 'invalid-value', 9, 16],
    ['result: { issues: [{ severity: high }] }', 'invalid-value', 7, 20],
    ['owner: a\nowner: b', 'duplicate-key', 8, 1],
    ['attempt: { number: 1, number: 2 }', 'duplicate-key', 7, 23],
    ['owner: "x', 'yaml-syntax', 7, 8],
    ['- a', 'yaml-syntax', 7, 1],
    ['blocker: x', 'invalid-value', 7, 10],
    ['estimate: [1]', 'invalid-value', 7, 11],
  ])('%j is %s at %i:%i', (body, code, line, column) => {
    const parsed = task(body);
    expect(parsed.plan).toBeUndefined();
    expect(parsed.problems[0]).toMatchObject({ code, line, column, task: 'a', file: FILE });
    expect(parsed.problems[0]?.excerpt?.split('\n')[1]).toMatch(/^\s*\^$/);
  });

  it('says which values are legal', () => {
    expect(task('status: done').problems[0]?.message).toContain('`in_progress`');
    expect(task('status: done').problems[0]?.message).toContain('"done"');
  });

  it.each([
    ['blockedby: [b]', 'blocked_by'],
    ['blocked-by: [b]', 'blocked_by'],
    ['Status: pending', 'status'],
    ['ownr: x', 'owner'],
  ])('%s is kept, warned of, and likely meant as %s', (body, meant) => {
    const parsed = task(body);
    expect(parsed.plan?.tasks[0]?.fields).toEqual({});
    expect(codes(parsed)).toEqual(['warning:unknown-field']);
    expect(parsed.problems[0]?.hint).toContain(`\`${meant}\``);
  });

  it.each([
    ['attempt: { number: 1, machin: x }', 7, 23, 'machine'],
    ['blocker: { type: external, sinc: 2026-11-21T10:00:00Z }', 7, 28, 'since'],
    ['await: { check: x, evry: 1m }', 7, 20, 'every'],
    ['rework: { task: a, limits: 3 }', 7, 20, 'limit'],
    ['result: { sumary: x }', 7, 11, 'summary'],
    ['result:\n  evidence:\n    - comand: x', 9, 7, 'command'],
    ['blocked_by: [{ task: b, orcancelled: yes }]', 7, 25, 'or_cancelled'],
    // what is missing for the mistyped name
    ['attempt: { nubmer: 1 }', 7, 10, 'number'],
    ['blocker: { typ: gate }', 7, 10, 'type'],
    ['await: { chek: x }', 7, 8, 'check'],
    ['rework: { tsk: a }', 7, 9, 'task'],
    ['result: { issues: [{ txt: a }] }', 7, 20, 'text'],
    ['blocked_by: [{ taks: b }]', 7, 14, 'task'],
    // values
    ['status: complete', 7, 9, 'completed'],
    ['status: in-progress', 7, 9, 'in_progress'],
    ['blocker: { type: extrenal }', 7, 18, 'external'],
    // other words for the same
    ['status: done', 7, 9, 'completed'],
    ['status: WIP', 7, 9, 'in_progress'],
    ['timeout: 3 seconds', 7, 10, '3s'],
    ['estimate: 2hrs', 7, 11, '2h'],
  ])('%s at %i:%i is likely meant as %s', (body, line, column, meant) => {
    const [first] = task(body).problems;
    expect(first).toMatchObject({ line, column, hint: expect.stringContaining(`Did you mean \`${meant}\``) });
  });

  it.each([
    ['parallelism: { max_parallel: 3 }', 1, 16, 'max_parallel_tasks'],
    ['parallelism: { strategy: eagre }', 1, 26, 'eager'],
    ['specialists:\n  a: { comand: x }', 2, 8, 'command'],
    ['specialists: { a: { isolation: worktre } }', 1, 32, 'worktree'],
    ['quality_gates: { task_gates: { t: { hok: x } } }', 1, 35, 'hook'],
    ['sync: { push: allways }', 1, 15, 'always'],
    ['on_failure: contine', 1, 13, 'continue'],
    ['on_failur: stop', 1, 1, 'on_failure'],
  ])('the setting %j at %i:%i is likely meant as %s', (text, line, column, meant) => {
    const [first] = parseSettings(`${text}\n`, 'rondo.yaml').problems;
    expect(first).toMatchObject({ line, column, hint: expect.stringContaining(`Did you mean \`${meant}\``) });
  });

  it('says what is known where nothing is near, and sends to `metadata` only where that is', () => {
    expect(task('attempt: { number: 1, color: red }').problems[0]?.hint).toContain('`lease_until`');
    expect(task('color: red').problems[0]?.hint).toContain('`metadata`');
    expect(front('color: red').problems[0]?.hint).not.toContain('metadata');
  });

  it.each([
    ['owner: a\nrun: x\nowner: b', 'duplicate-key', 9, 'line 7'],
    ['attempt:\n  number: 1\n  machine: x\n  number: 2', 'duplicate-key', 10, 'line 8'],
  ])('%j is %s at line %i, and names the first: %s', (body, code, line, first) => {
    expect(task(body).problems[0]).toMatchObject({ code, line, message: expect.stringContaining(first) });
  });

  it('warns of an unknown key within a map', () => {
    const parsed = task('attempt: { number: 1, color: red }');
    expect(parsed.plan?.tasks[0]?.fields).toEqual({ attempt: { number: 1 } });
    expect(parsed.problems[0]).toMatchObject({
      code: 'unknown-field',
      severity: 'warning',
      line: 7,
      column: 23,
    });
  });

  it('wants the version it knows', () => {
    expect(codes(parse('---\nrondo: 2\nstatus: odd\n---\n## Tasks\n'))).toEqual([
      'error:unsupported-version',
    ]);
    expect(codes(parse('---\ngoal: x\n---\n## Tasks\n'))).toEqual(['error:invalid-value']);
  });

  it('refuses settings that make no sense, in the plan and in rondo.yaml', () => {
    expect(codes(front('parallelism: { respect_dependencies: false }'))).toEqual(['error:config-invalid']);
    expect(codes(front('parallelism: { strategy: fast }'))).toEqual(['error:config-invalid']);
    for (const none of [
      'parallelism: { max_parallel_tasks: 0 }',
      'specialists: { one: { max_parallel: 0 } }',
    ]) {
      expect(codes(front(none))).toEqual(['error:config-invalid']);
      const { settings, problems } = parseSettings(`# mine\n${none}\n`, 'rondo.yaml');
      expect([settings, problems[0]?.code, problems[0]?.line, problems[0]?.column]).toEqual([
        undefined,
        'config-invalid',
        2,
        none.indexOf('0') + 1,
      ]);
    }
    const read = parseSettings('# mine\nparallelism:\n  respect_dependencies: no\n', 'rondo.yaml');
    expect(read.settings).toBeUndefined();
    expect(read.problems[0]).toMatchObject({
      code: 'config-invalid',
      file: 'rondo.yaml',
      line: 3,
      column: 25,
    });
    const good = parseSettings('\ufefflease: 2h\r\nsync: { push: auto }\r\nextra: 1\r\n', 'rondo.yaml');
    expect(good.settings).toEqual({ lease: '2h', sync: { push: 'auto' } });
    expect(good.problems.map((p) => p.code)).toEqual(['unknown-field']);
    expect(parseSettings('', 'rondo.yaml')).toEqual({ settings: {}, problems: [] });
  });
});

/** What people get wrong in YAML: where the caret stands, a word of what is said, and of what to type instead. */
const MISTAKES: readonly (readonly [string, number, number, string, string])[] = [
  ['run: echo: hi', 7, 6, 'another field', '`run: "echo: hi"`'],
  ['run: echo "a: b"', 7, 6, 'another field', `\`run: 'echo "a: b"'\``],
  ['description: Fix: it # now', 7, 14, 'another field', '`description: "Fix: it"`'],
  ['tags: [one', 7, 7, '`[`', '`]`'],
  ['tags: [one\nowner: x', 7, 7, '`[`', '`]`'],
  ['attempt: { number: 1\nowner: x', 7, 10, '`{`', '`}`'],
  ['metadata: { a: [1, 2 }', 7, 16, '`[`', '`]`'],
  ['tags: [a, b]]', 7, 13, '`]` too many', 'Remove it'],
  ['tags: [a,, b]', 7, 10, 'comma', 'Remove one comma'],
  ['attempt: { number: 1 machine: x }', 7, 20, 'comma is missing', 'comma'],
  ['\towner: x', 7, 1, 'tab', 'blanks'],
  ['attempt:\n\tnumber: 1', 8, 1, 'tab', 'blanks'],
  ['owner: x\n  run: y', 8, 3, 'column of the fields', 'same column'],
  ['attempt:\n number: 1\n  machine: x', 9, 3, 'column of the fields', 'same column'],
  ['attempt:\n  number: 1\n machine: x', 9, 2, 'column of the fields', 'same column'],
  ['tags:\n  - a\n - b', 9, 2, 'column of the items', 'same column'],
  ['owner: "x', 7, 8, 'quote opened here', 'Close the quote'],
  ['owner: "x\nrun: y\n', 7, 8, 'quote opened here', 'Close the quote'],
  ['owner: "x\nrun: "y"', 7, 8, 'quote opened here', 'Close the quote'],
  ["owner: 'it's'", 7, 12, 'closing quote', '`owner: "it\'s"`'],
  ['owner: "a" b', 7, 12, 'closing quote', `\`owner: '"a" b'\``],
  ['run: "a\\d"', 7, 8, '`\\d`', 'Double the backslash'],
  ['run: @x', 7, 6, '`@`', '`run: "@x"`'],
  ['run: `x`', 7, 6, 'backtick', '`run: "`x`"`'],
  ['run: ]', 7, 6, '`]`', '`run: "]"`'],
  ['run: [x] y', 7, 10, 'end of the value', '`run: "[x] y"`'],
  ['run: - a', 7, 6, 'list', '[a, b]'],
  ['owner: x\n- a', 8, 1, 'item of a list', '[a, b]'],
  ['- a\nowner: x', 8, 1, 'items of a list', 'field: value'],
  ['run: |\nfoo', 8, 1, 'indented', 'Indent'],
  ['run: | foo', 7, 8, 'follow', 'lines below'],
  ['owner:x', 7, 1, 'blank', '`owner: x`'],
  ['owner:x\nrun: y', 7, 1, 'blank', '`owner: x`'],
  ['owner = x', 7, 1, '`=`', '`owner: x`'],
  ['just words', 7, 1, 'no field', 'field: value'],
  ['owner: x\nrun', 8, 1, 'no field', 'field: value'],
  ['owner: x # c\n more', 8, 2, 'no field', 'field: value'],
  ['a: b\n---\nc: d', 8, 1, 'second document', 'Remove'],
];

describe('mistakes in YAML', () => {
  it.each(MISTAKES)('%j at %i:%i: %s, %s', (body, line, column, said, instead) => {
    const parsed = task(body);
    expect(parsed.plan).toBeUndefined();
    const [first] = parsed.problems;
    expect(first).toMatchObject({ code: 'yaml-syntax', line, column });
    expect(first?.message).toContain(said);
    expect(first?.hint).toContain(instead);
    const [shown = '', caret = ''] = first?.excerpt?.split('\n') ?? [];
    expect(shown).toBe(body.split('\n')[line - 7]);
    expect(caret.indexOf('^')).toBe(column - 1);
  });

  it('what is offered instead can be read', () => {
    const offered = MISTAKES.flatMap(([, , , , instead]) => /^`(\w+: .+)`$/.exec(instead)?.[1] ?? []);
    expect(offered.length).toBeGreaterThan(8);
    for (const body of offered) expect(task(body).problems, body).toEqual([]);
  });

  it('each line that stands alone is told, at most three, and nothing that only follows from another', () => {
    const lines = (body: string) => task(body).problems.map((p) => p.line);
    expect(lines('run: a: b\nowner: c: d\n')).toEqual([7, 8]);
    expect(lines('run: a: b\n'.repeat(9))).toEqual([7, 8, 9]);
    expect(lines('run: "a\nowner: c: d\n')).toEqual([7]);
    expect(lines('owner: x\n  run: y')).toEqual([8]);
  });
});

const ALIASES = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`).join('\n')}`;
const PAIRS = `a: &a [x,x]\n${[...'bcdefghijklmnop'].map((c, i) => `${c}: &${c} [*${'abcdefghijklmno'[i]}, *${'abcdefghijklmno'[i]}]`).join('\n')}`;

describe('hostile YAML', () => {
  const bombs: Readonly<Record<string, string>> = {
    'many aliases': ALIASES,
    'aliases of aliases': PAIRS,
    'an alias within itself': 'metadata: &m { a: *m, b: *m }',
    'flow nesting': `metadata: ${'['.repeat(50_000)}`,
    'closed flow nesting': `metadata: ${'{a: '.repeat(9000)}${'}'.repeat(9000)}`,
    'sequence nesting': `metadata:\n  ${'- '.repeat(30_000)}x`,
    'key nesting': '? '.repeat(20_000),
    indentation: `metadata:\n${Array.from({ length: 400 }, (_, i) => `${' '.repeat(i + 1)}a:`).join('\n')}`,
    'nesting behind a quote in a block scalar': `run: |\n  "\nmetadata: ${'['.repeat(5000)}`,
    'more than fits': `run: ${'x'.repeat(200_000)}`,
    'many parts': `metadata: [${'a,'.repeat(40_000)}]`,
    'a tag': 'owner: !!js/function "function () {}"',
    'a local tag': 'owner: !evil x',
    'a merge key': 'metadata: { a: &x { b: 1 }, <<: *x }',
    'a directive': '%YAML 1.1\n---\nowner: x',
    'a prototype': 'metadata: { __proto__: { polluted: true } }',
    'a prototype at the top': '__proto__: { polluted: true }',
    'a list for a key': '? [a]\n: b',
    'an alias to nothing': 'owner: *nobody',
  };

  it.each(Object.keys(bombs))('%s is refused, twice in one process', (name) => {
    const body = bombs[name] ?? '';
    for (const parsed of [task(body), front(body), task(body), front(body)]) {
      expect(parsed.plan).toBeUndefined();
      expect(['yaml-unsafe', 'yaml-syntax', 'frontmatter-unclosed']).toContain(parsed.problems[0]?.code);
    }
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('takes names of the language for names', () => {
    const parsed = task(
      'constructor: x\ntoString: y\nmetadata: { constructor: 1, prototype: { toString: 2 }, hasOwnProperty: 3 }',
    );
    expect(codes(parsed)).toEqual(['warning:unknown-field', 'warning:unknown-field']);
    expect(parsed.plan?.tasks[0]?.fields).toEqual({
      metadata: { constructor: 1, prototype: { toString: 2 }, hasOwnProperty: 3 },
    });
  });

  it('is not fooled by brackets in texts', () => {
    const many = '['.repeat(500);
    expect(fieldsOf(`run: "${many}"\nowner: '${many}'\ndescription: x${many}`)).toEqual({
      run: many,
      owner: many,
      description: `x${many}`,
    });
  });

  it('reads 100,000 blank lines', () => {
    expect(task('\n'.repeat(50_000)).plan).toBeDefined();
    expect(front('\n'.repeat(50_000)).plan).toBeDefined();
    expect(parse(`---\nrondo: 1\n---\n${'\n'.repeat(100_000)}## Tasks\n`).plan).toBeDefined();
  });
});

describe('gray-matter', () => {
  it.each([
    '---js',
    '--- js',
    '---JS',
    '---javascript',
    '---json',
    '---toml',
    '---coffee',
    '--- yaml',
    '---yaml',
    '---\u00a0js',
  ])('never sees a text that opens with %j', (opener) => {
    const hit = Symbol.for('rondo.test.hit');
    const body = 'globalThis[Symbol.for("rondo.test.hit")] = 1; module.exports = { rondo: 1 }';
    const text = `${opener}\n${body}\n---\n## Tasks\n`;
    expect(codes(parse(text))).toEqual(['error:frontmatter-code']);
    expect(isWholeFrontmatter(`${opener}\n${body}\n---\n`)).toBe(false);
    expect(Reflect.get(globalThis, hit)).toBeUndefined();
  });

  it('is asked again each time, and shares nothing', () => {
    const broken = '---\nrondo: 1\ngoal: [\n---\n## Tasks\n';
    expect(parse(broken).plan).toBeUndefined();
    expect(parse(broken).plan).toBeUndefined();
    const good = '---\nrondo: 1\nblockers: [a]\n---\n## Tasks\n';
    const [one, two] = [parse(good), parse(good)];
    expect(one.plan?.fields).toEqual(two.plan?.fields);
    expect(one.plan?.fields.blockers).not.toBe(two.plan?.fields.blockers);
  });

  it.each([
    '---\n---\n',
    '---\n# only a comment\n---\n',
    '---\n\n---',
    '---  \r\nrondo: 1\r\n---\r\n',
    '---\nexcerpt_separator: x\nlanguage: js\n---\n',
  ])('agrees on where %j ends', (head) => {
    expect(isWholeFrontmatter(head)).toBe(true);
  });
});

describe('one list of fields', () => {
  it('knows the fields that the schema says the coordinator keeps, in its order', () => {
    expect(OWN_PLAN_FIELDS).toEqual(Object.keys(fields.keptPlanShape));
    expect(OWN_TASK_FIELDS).toEqual(Object.keys(fields.keptTaskShape));
  });

  it('gives a JSON Schema of every field, described', () => {
    const schema = planJsonSchema();
    expect(Object.keys(Object(schema.frontmatter.properties))).toEqual(Object.keys(planFieldsSchema.shape));
    expect(Object.keys(Object(schema.task.properties))).toEqual(Object.keys(taskFieldsSchema.shape));
    for (const part of [schema.frontmatter, schema.task, schema.settings]) {
      for (const [name, property] of Object.entries(Object(part.properties))) {
        expect(Object(property).description, name).toMatch(/\S/);
      }
    }
  });
});
