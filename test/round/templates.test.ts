/** The templates that come with Rondo say what the documents they come from say; and what filling one may do. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RondoError } from '../../src/errors.ts';
import type { Plan } from '../../src/model/plan.ts';
import { graphProblems } from '../../src/plan/graph.ts';
import { pictureOf } from '../../src/query/list-templates.ts';
import { type Extras, fillTemplate, missingFields } from '../../src/round/fill-template.ts';
import { parseTemplate, type Template } from '../../src/round/parse-template.ts';
import { readPlan } from '../../src/state-file/parse-plan.ts';
import { task } from '../support/plans.ts';

const FOLDER = join(import.meta.dirname, '../../templates');
const NAMES = readdirSync(FOLDER).map((name) => name.replace(/\.md$/, ''));
const TARGET = { name: 'passkeys', file: 'docs/passkeys-state.md' };
const NOTHING: Extras = { fields: {}, tasks: [], criteria: [], preface: '' };
const GIVEN = {
  topic: 'passkeys',
  title: 'Passkeys',
  person: 'Dana',
  date: '2026-02-13',
  timestamp: '20260213T1430',
};

async function templateOf(text: string, name = 'own'): Promise<Template> {
  const { template, problems } = await parseTemplate(text, { name, file: `${name}.md`, source: 'package' });
  if (template === undefined) throw new RondoError(problems);
  expect(problems).toEqual([]);
  return template;
}

const shipped = (name: string) => templateOf(readFileSync(join(FOLDER, `${name}.md`), 'utf8'), name);

async function filled(name: string, extras: Extras = NOTHING): Promise<Plan> {
  const template = await shipped(name);
  const goal = template.fields.some((field) => field.name === 'goal') ? { goal: 'Sign in' } : {};
  expect(missingFields(template, goal)).toEqual([]);
  return fillTemplate(template, TARGET, { ...GIVEN, ...goal }, extras).plan;
}

/** A fact of the reference documents about each template: the graph, one generation a text. */
interface Facts {
  readonly graph: readonly string[];
  readonly outputs?: Readonly<Record<string, string>>;
  readonly milestones?: readonly string[];
  readonly steps?: readonly (number | undefined)[];
  readonly more?: (plan: Plan) => void;
}

const docs = (name: string) => `docs/passkeys/${name}.md`;
const FACTS: Readonly<Record<string, Facts>> = {
  // task-coordination-system.md: "Full Development Cycle Tasks", "Dependency Rules", "Iteration Handling"
  'dev-cycle': {
    graph: [
      'requirements',
      'planning!',
      'development',
      'review ↺ development',
      'diagnostics',
      'testing',
      'test-review',
      'documentation',
    ],
    outputs: {
      requirements: docs('01-requirements'),
      planning: docs('02-solution-plan'),
      review: docs('03-code-review'),
      diagnostics: docs('04-diagnostics'),
      testing: docs('05-test-plan'),
      'test-review': docs('06-test-review'),
      documentation: docs('README'),
    },
    steps: [1, 2, 3, 4, 5, 6, 7, 8],
    more: ({ tasks }) => {
      // "When code-reviewer finds Critical/High issues"
      expect(tasks[3]?.fields.rework).toMatchObject({ task: 'development', threshold: 'high' });
      expect(tasks.slice(0, 2).map(({ title, fields }) => [title, fields.active_form])).toEqual([
        ['Requirements Analysis', 'Analyzing requirements'],
        ['Solution Planning', 'Designing solution'],
      ]);
    },
  },
  // task-coordination-system.md: "Lightweight Workflow Tasks (SIMPLE)"
  quick: { graph: ['planning', 'development', 'review ↺ development'] },
  // task-coordinator: "Milestone Steps by Workflow"
  'build-task': {
    graph: ['workspace', 'context', 'plan', 'build', 'verify', 'tidy', 'quality', 'document', 'ship'],
    milestones: ['workspace', 'build', 'verify', 'quality', 'ship'],
    steps: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    more: ({ fields }) =>
      expect(fields).toMatchObject({ workflow_id: 'build-task-20260213T1430', workflow_type: 'build-task' }),
  },
  blueprint: {
    graph: [
      'discovery',
      'questions',
      'options',
      'architecture',
      'breakdown',
      'plan',
      'plan-review!',
      'tasks',
      'execution',
    ],
    milestones: ['discovery', 'architecture', 'plan', 'execution'],
    steps: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    more: ({ tasks }) =>
      expect([...new Set(tasks.map((each) => each.fields.phase))]).toEqual([
        'discovery',
        'architecture',
        'implementation',
        'review',
      ]),
  },
  'run-blueprint': {
    graph: ['load', 'create-tasks', 'work', 'close'],
    milestones: ['create-tasks', 'work'],
    steps: [1, 2, undefined, undefined],
  },
  'quality-gate': {
    graph: ['(correctness, security, tests, documentation)', 'verdict'],
    milestones: ['correctness', 'security', 'tests', 'documentation', 'verdict'],
    // "Parallel Execution": one parallel_group for all reviewers
    more: ({ tasks }) =>
      expect(tasks.map((each) => each.fields.parallel_group)).toEqual([
        'reviewers',
        'reviewers',
        'reviewers',
        'reviewers',
        undefined,
      ]),
  },
  // execution-patterns: "Strategy 1: Sequential Execution", use case data pipeline, T1 → T2 → T3 → T4
  'data-pipeline': {
    graph: ['extract', 'transform', 'load', 'verify'],
    more: ({ fields }) => expect(fields.parallelism).toEqual({ strategy: 'sequential' }),
  },
  // long-task-coordinator: "Separate roles only when needed"
  'long-task': {
    graph: ['agree', 'divide', 'work', 'integrate', 'acceptance'],
    more: ({ fields, tasks, criteria }) => {
      expect(fields).toMatchObject({
        origin: 'Dana',
        coordinator: 'Dana',
        watchdog: 'Dana',
        goal: 'Sign in',
      });
      expect([...new Set(tasks.map((each) => each.fields.specialist))].sort()).toEqual([
        'coordinator',
        'origin',
        'worker',
      ]);
      expect(criteria).toHaveLength(1);
    },
  },
  blank: { graph: [] },
};

describe('the templates that come with Rondo', () => {
  test('are those of the table', () => expect(NAMES.sort()).toEqual(Object.keys(FACTS).sort()));

  test.each(Object.entries(FACTS))('%s is as its document says', async (name, facts) => {
    const plan = await filled(name);
    expect(pictureOf(plan)).toEqual(facts.graph);
    expect(graphProblems(plan)).toEqual([]);
    const outputs = plan.tasks.flatMap(({ id, fields }) =>
      fields.output === undefined ? [] : [[id, fields.output]],
    );
    if (facts.outputs !== undefined) expect(Object.fromEntries(outputs)).toEqual(facts.outputs);
    const milestones = plan.tasks.filter((each) => each.fields.milestone === true).map((each) => each.id);
    expect(milestones).toEqual(facts.milestones ?? milestones);
    if (facts.steps !== undefined) expect(plan.tasks.map((each) => each.fields.step)).toEqual(facts.steps);
    facts.more?.(plan);
  });

  test.each(NAMES)('%s has a description, and leaves nothing unfilled', async (name) => {
    const template = await shipped(name);
    expect(template.description).toMatch(/^[A-Z].*\.$/);
    expect(template.fields.every((field) => field.description !== '')).toBe(true);
    const text = fillTemplate(template, TARGET, { ...GIVEN, goal: 'Sign in' }, NOTHING).text;
    expect(text.match(/<[a-z][a-z0-9_-]*>/g) ?? []).toEqual([]);
    expect(text).not.toMatch(/^#.*default:/m);
    expect((await readPlan(text, TARGET.file)).problems).toEqual([]);
  });

  test('an outline takes its place in run-blueprint: after the tasks are created, before the end', async () => {
    const outline = [
      task('a', { estimate: '5m' }),
      task('b', { blocked_by: ['a'], tags: ['frontend'] }),
      task('c'),
    ];
    const { tasks } = await filled('run-blueprint', { ...NOTHING, tasks: outline, preface: 'Why.' });
    expect(tasks.map(({ id, fields }) => [id, fields.blocked_by ?? []])).toEqual([
      ['load', []],
      ['create-tasks', ['load']],
      ['a', ['create-tasks']],
      ['b', ['a']],
      ['c', ['create-tasks']],
      ['close', ['b', 'c']],
    ]);
    // Each task's completion is a milestone; what the outline says of a task wins.
    expect(tasks[3]?.fields).toMatchObject({ milestone: true, tags: ['frontend'], phase: 'execution' });
  });

  test('elsewhere the tasks of an outline come last', async () => {
    const { tasks } = await filled('quick', { ...NOTHING, tasks: [task('a')] });
    expect(tasks.map((each) => each.id)).toEqual(['planning', 'development', 'review', 'a']);
  });
});

const HEAD = (lines: string) => `---\n${lines}rondo: 1\ngoal: <goal>\n---\n\n## Tasks\n`;

describe('a template', () => {
  test('keeps every byte but its fields and the comments that describe it', async () => {
    const template = await templateOf(
      '---\r\n# What for.\r\n# <x>: a word (default: of <topic>)\r\nrondo: 1\r\n# stays: <x>\r\ngoal:   "<x>"  # why\r\n---\r\n\r\nProse <x>, <unknown>.\r\n\r\n## Tasks\r\n\r\n### a: Do <x>  \r\n\r\n```yaml\r\n\r\ntags: [ <x>,b ]\r\n```\r\n\r\n* <topic>\r\n',
    );
    expect(template).toMatchObject({
      description: 'What for.',
      fields: [{ name: 'x', description: 'a word', default: 'of <topic>' }],
    });
    expect(fillTemplate(template, TARGET, GIVEN, NOTHING).text).toBe(
      '---\r\nrondo: 1\r\n# stays: of passkeys\r\ngoal:   "of passkeys"  # why\r\n---\r\n\r\nProse of passkeys, <unknown>.\r\n\r\n## Tasks\r\n\r\n### a: Do of passkeys  \r\n\r\n```yaml\r\n\r\ntags: [ of passkeys,b ]\r\n```\r\n\r\n* passkeys\r\n',
    );
  });

  test('that is no plan, or lists a field twice or one that is given, is refused', async () => {
    const codes = async (text: string) =>
      (await parseTemplate(text, { name: 'x', file: 'x.md', source: 'repository' })).problems.map(
        (p) => p.code,
      );
    expect(await codes('no plan')).toEqual(['frontmatter-missing']);
    expect(await codes(HEAD('# <a>: x\n# <a>: y\n'))).toEqual(['invalid-value']);
    expect(await codes(HEAD('# <topic>: x\n'))).toEqual(['invalid-value']);
  });

  const refused: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['a field it does not have', { gaol: 'x' }],
    ['a given field', { topic: 'x' }],
    ['an empty value', { goal: ' ' }],
    ['two lines', { goal: 'a\nb' }],
    ['another field', { goal: 'a <topic>' }],
    ['a very long value', { goal: 'x'.repeat(501) }],
  ];
  test.each(refused)('refuses %s', async (_, values) => {
    const template = await templateOf(HEAD('# <goal>: what\n'));
    expect(() => missingFields(template, values)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  test('asks for what has no default', async () => {
    const template = await templateOf(HEAD('# <goal>: what\n# <x>: y (default: z)\n'));
    expect(missingFields(template, {}).map((field) => field.name)).toEqual(['goal']);
    expect(missingFields(template, { goal: 'x' })).toEqual([]);
  });

  test('a path that would leave the repository is refused', async () => {
    const template = await templateOf(
      `${HEAD('# <goal>: what\n')}\n### a: A\n\n\`\`\`yaml\noutput: <goal>/x.md\n\`\`\`\n`,
    );
    expect(
      fillTemplate(template, TARGET, { ...GIVEN, goal: 'docs' }, NOTHING).plan.tasks[0]?.fields.output,
    ).toBe('docs/x.md');
    expect(() => fillTemplate(template, TARGET, { ...GIVEN, goal: '..' }, NOTHING)).toThrow(
      expect.objectContaining({ code: 'usage' }),
    );
  });

  test('any value is taken as it was typed, or refused; it never becomes something else', async () => {
    const template = await templateOf(
      `${HEAD('# <goal>: what\n')}\n### a: <goal>\n\n\`\`\`yaml\ntags: [<goal>]\n\`\`\`\n\n<goal>\n\nand <goal>\n\n### b: B\n`,
    );
    const hostile = fc.constantFrom(
      '### x: y',
      '```',
      '- [ ]',
      '---',
      '"',
      "'",
      ': ',
      ' #',
      '[',
      '}',
      '<!--',
      '&a',
      '!!x',
      '`',
      '##',
    );
    const value = fc.oneof(
      fc.string({ minLength: 1, maxLength: 12 }),
      fc.array(hostile, { minLength: 1 }).map((a) => a.join('')),
    );
    let taken = 0;
    fc.assert(
      fc.property(value, (goal) => {
        try {
          missingFields(template, { goal });
          const { plan } = fillTemplate(template, TARGET, { ...GIVEN, goal }, NOTHING);
          expect(plan.fields.goal).toBe(goal);
          expect(plan.tasks.map((each) => [each.id, each.fields.tags])).toEqual([
            ['a', [goal]],
            ['b', undefined],
          ]);
          taken += 1;
        } catch (error) {
          if (!(error instanceof RondoError)) throw error;
          expect(error.code).toBe('usage');
        }
      }),
    );
    expect(taken).toBeGreaterThan(10);
  });
});
