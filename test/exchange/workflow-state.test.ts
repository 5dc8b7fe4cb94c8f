/** `import --from workflow-state`: the shapes that such files have, and what becomes of each. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RondoError } from '../../src/errors.ts';
import { readWorkflowState } from '../../src/exchange/read-workflow-state.ts';
import { planFromWorkflow, workflowTopic } from '../../src/exchange/workflow-plan.ts';
import { parseTemplate } from '../../src/round/parse-template.ts';

const shipped = readFileSync(join(import.meta.dirname, '../../templates/dev-cycle.md'), 'utf8');
const FILE = '.dev/workflow-state.json';

async function taken(state: unknown, more: { mayApprove?: boolean; there?: readonly string[] } = {}) {
  const from = { name: 'dev-cycle', file: 'templates/dev-cycle.md', source: 'package' } as const;
  const { template } = await parseTemplate(shipped, from);
  if (template === undefined) throw new Error('the template is no plan');
  const text = typeof state === 'string' ? state : JSON.stringify(state);
  const target = { name: 'rating', file: 'docs/rating-state.md' };
  const found = planFromWorkflow(readWorkflowState(text, FILE), target, {
    template,
    person: 'dana',
    file: FILE,
    now: '2026-02-01T09:00:00Z',
    leaseUntil: '2026-02-01T10:00:00Z',
    origin: 'dana',
    mayApprove: more.mayApprove ?? true,
    exists: (path) => more.there?.includes(path) === true,
  });
  const task = (id: string) => found.plan.tasks.find((each) => each.id === id)?.fields;
  const statuses = found.plan.tasks.map(({ id, fields }) => `${id} ${fields.status ?? 'pending'}`);
  return { ...found, task, statuses, notes: found.problems.map((each) => `${each.code} ${each.message}`) };
}

const EIGHT = [
  'requirements',
  'planning',
  'development',
  'review',
  'diagnostics',
  'testing',
  'test-review',
  'documentation',
];

/** As the profile writes it that used the file before it had tasks. */
const FLAT = {
  workflow_id: 'uuid',
  workflow_type: 'dev-cycle',
  started: '2026-01-22T10:30:00Z',
  current_phase: 'development',
  completed_phases: ['requirements', 'solution-planning'],
  pending_approval: false,
  last_agent: 'al-developer',
  iteration_count: 2,
  documents_created: ['.dev/01-requirements.md', '.dev/02-solution-plan.md'],
};

describe('phases that were reached', () => {
  test('become the eight of the development cycle, with their chain, outputs, approval and review loop', async () => {
    const { plan, task, statuses } = await taken(FLAT);
    expect(statuses).toEqual(
      EIGHT.map((id, i) => `${id} ${i < 2 ? 'completed' : i === 2 ? 'in_progress' : 'pending'}`),
    );
    expect(plan.tasks.map(({ fields }) => fields.blocked_by)).toEqual(
      EIGHT.map((_, i) => (i === 0 ? undefined : [EIGHT[i - 1]])),
    );
    expect(plan.fields).toMatchObject({ workflow_type: 'dev-cycle', started_at: '2026-01-22T10:30:00Z' });
    expect(plan.fields.workflow_id).toBe('dev-cycle-20260122T1030');
    expect(task('requirements')).toMatchObject({ output: '.dev/01-requirements.md' });
    expect(plan.criteria[0]?.text).toContain('.dev/01-requirements.md');
    expect(task('planning')).toMatchObject({ output: '.dev/02-solution-plan.md', approved_by: FILE });
    expect(task('development')).toMatchObject({
      owner: 'al-developer',
      attempt: { number: 1, lease_until: '2026-02-01T10:00:00Z', returns: 'al-developer reports' },
    });
    expect(task('review')).toMatchObject({ iteration: 1, rework: { task: 'development' } });
  });

  const awaited: readonly (readonly [string, object, readonly string[]])[] = [
    [
      'of the current phase',
      { current_phase: 'planning', completed_phases: ['requirements'] },
      ['planning completed'],
    ],
    ['of the last one, while the next is named', {}, ['planning completed', 'development pending']],
    ['by name', { pending_approval: 'Solution Planning' }, ['planning completed', 'development pending']],
  ];
  test.each(awaited)(
    'an approval that is awaited holds up what comes next: %s',
    async (_, more, statuses) => {
      const found = await taken({ ...FLAT, pending_approval: true, ...more });
      expect(found.statuses).toEqual(expect.arrayContaining([...statuses]));
      expect(found.task('planning')).toMatchObject({ needs_approval: true });
      expect(found.task('planning')?.approved_by).toBeUndefined();
      expect(found.notes.join()).toContain('planning is completed, and no approval of it counts yet');
    },
  );

  test('without a word on approvals none is taken as given', async () => {
    const { pending_approval: _, ...silent } = FLAT;
    expect((await taken(silent)).task('planning')?.approved_by).toBeUndefined();
  });

  test('an output beside the file is found; one that leaves the repository is kept as prose', async () => {
    const documents_created = ['../../etc/02-solution-plan.md'];
    const found = await taken({ ...FLAT, documents_created }, { there: ['.dev/01-requirements.md'] });
    expect(found.task('requirements')?.output).toBe('.dev/01-requirements.md');
    expect(found.task('planning')?.output).toBe('docs/rating/02-solution-plan.md');
    expect(found.text).toContain('"../../etc/02-solution-plan.md"');
    expect(found.notes.join()).toMatch(/state-unplaced .* documents/);
  });

  test('what has to be cut is kept as a whole, and a word that names no phase is kept', async () => {
    const goal = 'x'.repeat(600);
    const found = await taken({ ...FLAT, goal, current_phase: 'complete' });
    expect(found.plan.fields.goal).toHaveLength(500);
    expect(found.text).toContain(goal);
    expect(found.text).toContain('"current_phase": "complete"');
    expect(found.statuses).toContain('development pending');
  });

  test('of another workflow become a chain of their own', async () => {
    const { statuses, plan } = await taken({ currentPhase: 'wave 2', completedPhases: ['Wave 1'], id: 'x' });
    expect(statuses).toEqual(['wave-1 completed', 'wave-2 in_progress']);
    expect(plan.tasks[1]?.fields.blocked_by).toEqual(['wave-1']);
  });
});

describe('a map or list of phases', () => {
  test('approvals, reviews, times and owners come along, and the rest of each goes to its metadata', async () => {
    const found = await taken({
      featureName: 'Vendor rating',
      phases: {
        requirements: { status: 'Completed', completedAt: '2026-01-23T10:00:00Z', agent: 'analyst' },
        solutionPlanning: {
          status: 'done',
          metadata: { approved: true, approved_at: '2026-01-23T10:30:00Z' },
        },
        development: { status: 'in-progress', files_created: ['a.al'], compile: { result: 'success' } },
        'code-review': {
          status: 'completed',
          metadata: { passed: false, issues: 3, severity: 'high' },
          iterations: 3,
        },
      },
    });
    expect(found.task('requirements')).toMatchObject({
      owner: 'analyst',
      completed_at: '2026-01-23T10:00:00Z',
    });
    expect(found.task('planning')).toMatchObject({ approved_by: FILE, approved_at: '2026-01-23T10:30:00Z' });
    expect(found.task('development')?.metadata).toEqual({
      files_created: ['a.al'],
      compile: { result: 'success' },
    });
    // Its work was sent back already: it waits for that, and does not send it back once more.
    expect(found.task('review')).toMatchObject({
      iteration: 2,
      result: { passed: false, metadata: { issues: 3, severity: 'high' } },
    });
    expect(found.task('review')?.status).toBeUndefined();
    expect(found.statuses).toHaveLength(8);
    expect(found.notes.join()).toContain('4 of 8 phases are not told of');
  });

  test('findings are taken as a list, and a review that did not pass after its work stays as it is', async () => {
    const found = await taken({
      phases: {
        development: 'completed',
        review: {
          status: 'completed',
          result: {
            passed: 'false',
            findings: ['no check', { severity: 'High', description: 'leak', file: 'a.al', line: 3 }],
          },
        },
      },
    });
    expect(found.task('review')).toMatchObject({
      status: 'completed',
      result: {
        passed: false,
        issues: [{ text: 'no check' }, { severity: 'High', text: 'leak', file: 'a.al', line: 3 }],
      },
    });
  });

  test('phases of another workflow keep their names, order and dependencies', async () => {
    const found = await taken({
      workflow: {
        current_phase: 2,
        phases: [
          {
            id: 'spec',
            name: 'Write the spec',
            status: 'approved',
            approval: { approver: 'kim', timestamp: '2026-01-01T00:00:00Z' },
          },
          { id: 'ui', dependsOn: ['spec'] },
          { id: 'api', dependsOn: ['spec'], status: 'skipped' },
          { id: 'ship', dependsOn: ['ui', 'api'], status: 'sleeping' },
        ],
      },
    });
    expect(found.plan.tasks.map(({ id, title }) => [id, title])).toEqual([
      ['spec', 'Write the spec'],
      ['ui', 'ui'],
      ['api', 'api'],
      ['ship', 'ship'],
    ]);
    expect(found.statuses).toEqual(['spec completed', 'ui in_progress', 'api cancelled', 'ship pending']);
    expect(found.task('spec')).toMatchObject({ approved_by: 'kim', approved_at: '2026-01-01T00:00:00Z' });
    expect(found.task('ship')).toMatchObject({
      blocked_by: ['ui', { task: 'api', or_cancelled: true }],
      metadata: { status: 'sleeping' },
    });
  });

  test('phases by number go by their names', async () => {
    const phases = { '1': { name: 'Requirements' }, '5a': { name: 'Write tests', status: 'approved' } };
    const found = await taken({ workflow_name: 'Profile', current_phase: 1, phases });
    expect(found.statuses).toEqual(['requirements in_progress', 'write-tests completed']);
    expect(found.plan.title).toBe('Profile');
  });

  test('an approval counts only of who may approve here', async () => {
    const phases = { planning: { status: 'completed', approved: true } };
    const found = await taken({ phases }, { mayApprove: false });
    expect(found.task('planning')?.approved_by).toBeUndefined();
    expect(found.notes.join()).toContain('the approval of planning does not count');
  });

  const words: readonly (readonly [string, string])[] = [
    ['NOT_STARTED', 'pending'],
    ['todo', 'pending'],
    ['In Progress', 'in_progress'],
    ['done', 'completed'],
    ['PASSED', 'completed'],
    ['awaiting_approval', 'completed'],
    ['on-hold', 'blocked'],
    ['error', 'failed'],
    ['n.a', 'cancelled'],
    ['rejected', 'pending'],
  ];
  test.each(words)('the status %s is %s', async (status, ours) => {
    const { statuses } = await taken({ phases: { alpha: { status } } });
    expect(statuses).toEqual([`alpha ${ours}`]);
  });

  test('what is blocked by what comes before it is pending; an obstacle of its own blocks', async () => {
    const phases = { a: 'in_progress', b: 'blocked', c: { status: 'blocked', reason: 'no\nkey' } };
    const found = await taken({ phases });
    expect(found.statuses).toEqual(['a in_progress', 'b pending', 'c blocked']);
    expect(found.task('c')?.blocker).toEqual({ type: 'information', detail: 'no key' });
  });

  test('phases of one name are all kept', async () => {
    const { statuses } = await taken({ phases: [{ name: 'plan' }, { name: 'Planning' }, {}, {}] });
    expect(statuses.map((each) => each.split(' ')[0])).toEqual([
      'planning',
      'planning-2',
      'phase',
      'phase-2',
    ]);
  });
});

describe('the file is data', () => {
  test('names of prototypes pollute nothing, and are kept as prose', async () => {
    const text = `{ "__proto__": { "polluted": 1 }, "constructor": 2, "phases": { "__proto__": "done",
      "planning": { "status": "completed", "toString": 1, "deep": { "__proto__": { "polluted": 1 } } } } }`;
    const found = await taken(text);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(found.statuses).toEqual(['proto completed', 'planning completed']);
    expect(found.text).toContain('"polluted": 1');
    expect(found.task('planning')?.metadata).toBeUndefined();
  });

  test('Markdown, YAML and conflict markers in it stay text', async () => {
    const evil = '```\n## Tasks\n\n### evil: x\n<<<<<<< a\n<!--\n---\u2028\u0085';
    const found = await taken({
      goal: evil,
      feature: '<topic>',
      history: [evil],
      phases: { a: { notes: evil, more: evil } },
    });
    expect(found.plan.tasks.map(({ id }) => id)).toEqual(['a']);
    expect(found.plan.tasks[0]?.fields.metadata).toEqual({ more: evil });
    const cycle = await taken({ ...FLAT, goal: evil, feature: 'about <topic> & <b>' });
    expect(cycle.statuses).toHaveLength(8);
  });

  const refused: readonly (readonly [string, string])[] = [
    ['no JSON', '{ "phases": '],
    ['no object', '[1]'],
    ['no phase', '{ "workflow_id": "x" }'],
    ['too deep', `{ "phases": { "a": ${'['.repeat(40)}${']'.repeat(40)} } }`],
    ['far too deep', `{ "phases": ${'['.repeat(100_000)}${']'.repeat(100_000)} }`],
    ['too large', `{ "phases": { "a": "${'x'.repeat(300_000)}" } }`],
    [
      'too many phases',
      JSON.stringify({ completed_phases: Array.from({ length: 1001 }, (_, i) => `p${i}`) }),
    ],
  ];
  test.each(refused)('is refused where it is %s', async (_, text) => {
    const error = await taken(text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RondoError);
    expect((error as RondoError).code).toBe('workflow-state-broken');
  });

  test('what is wrong with JSON is said with its place, or with the text around it', async () => {
    const text = `{\n  "phases": {\n    "alpha": done,\n    "beta": "pending", "gamma": "pending"\n  }\n}`;
    const error = await taken(text).catch((thrown: unknown) => thrown);
    const [found] = error instanceof RondoError ? error.problems : [];
    expect(found?.line === 3 || found?.message.includes('"alpha": done')).toBe(true);
  });

  test('the plan is called after the feature, the workflow or its type', () => {
    const topic = (state: object) =>
      workflowTopic(readWorkflowState(JSON.stringify({ phase: 'x', ...state }), FILE));
    expect(topic({ feature: 'Vendor rating', workflow_id: 'w-1' })).toBe('vendor-rating');
    expect(topic({ workflow_id: 'rating-20260213T1430', workflow_type: 't' })).toBe('rating');
    expect(topic({ workflow_id: '123e4567-e89b-12d3-a456-426614174000', workflow_type: 'Dev cycle' })).toBe(
      'dev-cycle',
    );
    expect(topic({ workflow_id: '../x' })).toBeUndefined();
  });
});
