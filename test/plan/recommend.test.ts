import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import type { SettingsFile } from '../../src/model/settings.ts';
import { recommendFor } from '../../src/plan/recommend.ts';
import { specialistProblems } from '../../src/plan/rules/specialists.ts';
import { claimed, completed, move, personTask, plan, see, settings, taskOf } from '../support/plans.ts';

const specialists: NonNullable<SettingsFile['specialists']> = {
  implementation: { command: 'build', tags: ['backend', 'frontend', 'testing'] },
  senior: { command: 'fix', tags: ['bug', 'backend'] },
  lab: { command: 'lab' },
  dana: { person: true, tags: ['decision'] },
};
const byDefault = { fallback_behavior: 'use_default', default_specialist: 'implementation' } as const;

describe('recommendFor', () => {
  const of = (fields: TaskFields, more: SettingsFile = {}) =>
    recommendFor(personTask('t', fields), settings({ specialists, ...more }));
  const table: readonly [
    what: string,
    TaskFields,
    SettingsFile,
    expected: object,
    whyNot: Record<string, RegExp>,
  ][] = [
    [
      'most tags',
      { tags: ['bug', 'backend'] },
      {},
      { specialist: 'senior', by: 'tags', matched: ['bug', 'backend'], command: 'fix', suggestions: [] },
      { implementation: /has its tag backend only/, lab: /no tags/, dana: /none of its tags \(decision\)/ },
    ],
    [
      'as many tags, the first',
      { tags: ['backend'] },
      {},
      { specialist: 'implementation', by: 'tags', reason: expect.stringContaining('first of 2') },
      { senior: /comes later/ },
    ],
    [
      'a tag given twice counts once',
      { tags: ['frontend', 'frontend', 'bug', 'backend'] },
      {},
      { specialist: 'implementation', matched: ['frontend', 'backend'] },
      {},
    ],
    [
      'a name before any tag',
      { specialist: 'lab', tags: ['bug'] },
      {},
      { specialist: 'lab', by: 'specialist', suggestions: [] },
      { senior: /has its tag bug, and the task names another/ },
    ],
    ['its own command', { run: 'make', tags: ['bug'] }, {}, { by: 'command', command: 'make' }, {}],
    [
      'the default',
      { tags: ['optimization'] },
      { specialist_routing: byDefault },
      { specialist: 'implementation', by: 'default', matched: [] },
      { senior: /none of its tags/ },
    ],
    [
      'nobody, with the tag that was meant first',
      { tags: ['test'] },
      { specialist_routing: { fallback_behavior: 'ask_user' } },
      {
        specialist: null,
        by: 'nobody',
        kind: 'person',
        command: null,
        suggestions: [
          { specialist: 'implementation', tags: ['testing', 'backend', 'frontend'] },
          { specialist: 'senior', tags: ['bug', 'backend'] },
          { specialist: 'dana', tags: ['decision'] },
        ],
      },
      {},
    ],
  ];
  it.each(table)('%s', (_, fields, more, expected, whyNot) => {
    const found = of(fields, more);
    expect(found).toMatchObject(expected);
    const reasons = new Map(found.alternatives.map((a) => [a.specialist, a.reason]));
    expect(reasons.has(found.specialist ?? '')).toBe(false);
    for (const [name, reason] of Object.entries(whyNot)) expect(reasons.get(name)).toMatch(reason);
  });
});

describe('assign', () => {
  const s = settings({ specialists });
  const assign = (fields: TaskFields, specialist: string, more = s) =>
    move(see(plan([personTask('t', fields)]), { settings: more }), { kind: 'assign', task: 't', specialist });

  it('sets one field', () => {
    const moved = assign({}, 'senior');
    expect(taskOf(moved.plan, 't').fields).toEqual({ specialist: 'senior' });
    expect(moved.draft.changes.filter((c) => 'task' in c)).toHaveLength(1);
  });

  it('answers the question of ask_user, and no other obstacle', () => {
    const asking = settings({ specialists, specialist_routing: { fallback_behavior: 'ask_user' } });
    const blocked = move(see(plan([personTask('t')]), { settings: asking })).plan;
    const question = taskOf(blocked, 't').fields;
    expect(question.status).toBe('blocked');
    const answered = assign(question, 'dana', asking).plan;
    expect(taskOf(answered, 't').fields).toEqual({ status: 'pending', specialist: 'dana' });
    const other: TaskFields = {
      status: 'blocked',
      blocker: { type: 'information', detail: 'which colour?' },
    };
    expect(taskOf(assign(other, 'dana', asking).plan, 't').fields).toMatchObject(other);
  });

  it.each([
    ['an unknown name, with the one that was meant', {}, 'seniro', 'unknown-specialist', /senior/],
    ['no name of a map', {}, 'constructor', 'unknown-specialist', /implementation, senior/],
    ['what is under way', claimed(), 'senior', 'illegal-transition', /release/],
    ['what is done', completed, 'senior', 'illegal-transition', /reopen/],
  ] as const)('refuses %s', (_, fields, name, code, hint) => {
    const { decision } = assign(fields, name);
    if (decision.kind !== 'refused') throw new Error('not refused');
    expect(decision.problem.code).toBe(code);
    expect(decision.problem.hint).toMatch(hint);
  });
});

describe('specialistProblems', () => {
  const of = (fields: TaskFields, more: SettingsFile = { specialists }) =>
    specialistProblems(plan([personTask('t', fields)]), settings(more)).map((p) => [p.severity, p.hint]);

  it('warns of a name that the settings do not have, once they have any', () => {
    expect(of({ specialist: 'senoir' })).toEqual([
      ['warning', expect.stringContaining('Did you mean senior?')],
    ]);
    expect(of({ specialist: 'senior' })).toEqual([]);
    expect(of({ specialist: 'senoir', ...completed })).toEqual([]);
    expect(of({ specialist: 'kim' }, {})).toEqual([]);
    expect(of({}, { specialists, specialist_routing: { default_specialist: 'nobody' } })).toHaveLength(1);
  });
});
