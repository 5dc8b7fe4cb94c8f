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
    ['owner: "x', 'yaml-syntax', 8, 1],
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
