/** Edits that people will see in a diff, byte for byte. */
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import { codec } from '../../src/state-file/codec.ts';
import { editPlan } from '../../src/state-file/edit-plan.ts';

const FILE = 'docs/sample-state.md';
const HEAD = '---\nrondo: 1\n---\n';
const edit = (text: string, ...changes: readonly Change[]) => editPlan(text, FILE, changes, { codec });

function textAfter(text: string, ...changes: readonly Change[]): string {
  const edited = edit(text, ...changes);
  if (edited.kind === 'refused') throw new Error(`${edited.problem.message}\n${edited.problem.excerpt}`);
  return edited.text;
}

const set = (field: string, to: unknown): Change => ({
  kind: 'task-field',
  task: 'a',
  field: field as 'owner',
  from: undefined,
  to,
  reason: 'r',
});
const start: Change = { kind: 'task-status', task: 'a', from: 'pending', to: 'in_progress', reason: 'r' };
const planSet = (field: string, to: unknown): Change => ({
  kind: 'plan-field',
  field: field as 'goal',
  from: undefined,
  to,
  reason: 'r',
});
const block = (body: string) => `${HEAD}## Tasks\n### a: A\n\`\`\`yaml\n${body}\`\`\`\nBrief.\n`;

describe('a value in a block', () => {
  it.each<[string, Change, string]>([
    ['status: pending # why\n', start, 'status: in_progress # why\n'],
    ["status: 'pending'  \n", start, "status: 'in_progress'  \n"],
    ['status: "pending"\r\n', start, 'status: "in_progress"\r\n'],
    ['{ status: pending, owner: x }\n', start, '{ status: in_progress, owner: x }\n'],
    ['{ owner: x }\n', start, '{ owner: x, status: in_progress }\n'],
    ['{}\n', start, '{ status: in_progress }\n'],
    ['', start, 'status: in_progress\n'],
    ['# note\n', start, '# note\nstatus: in_progress\n'],
    ['tags: [a]\n', start, 'tags: [a]\n\nstatus: in_progress\n'],
    ['tags: [a]\n...\n', start, 'tags: [a]\n\nstatus: in_progress\n...\n'],
    ['  tags: [a]\n', start, '  tags: [a]\n\n  status: in_progress\n'],
    ['tags: [a]\n\nstatus: pending\n', set('owner', 'x'), 'tags: [a]\n\nstatus: pending\nowner: x\n'],
    ['tags: [a]\nstatus: pending\n', set('owner', 'x'), 'tags: [a]\nstatus: pending\nowner: x\n'],
    [
      'tags: [a]\n\nstatus: pending\n',
      set('estimate', '45m'),
      'tags: [a]\nestimate: 45m\n\nstatus: pending\n',
    ],
    ['status: pending\n', set('tags', ['a']), 'tags: [a]\n\nstatus: pending\n'],
    ['tags: [a]\n\nowner: x\n', set('owner', undefined), 'tags: [a]\n'],
    ['owner: x # why\nrun: y\n', set('owner', undefined), 'run: y\n'],
    ['{ owner: x, run: y }\n', set('owner', undefined), '{ run: y }\n'],
    ['{ run: y, owner: x }\n', set('owner', undefined), '{ run: y }\n'],
    ['owner:\n', set('owner', 'x'), 'owner: x\n'],
    ['owner:   # who\n', set('owner', 'x'), 'owner: x   # who\n'],
    ['owner: x\n', set('owner', ''), 'owner: ""\n'],
    ['owner: x\n', set('owner', 'two\nlines # no'), 'owner: "two\\nlines # no"\n'],
    ['owner: x\n', set('owner', '1234567e8'), 'owner: 1234567e8\n'],
    ["owner: 'x'\n", set('owner', "it's"), "owner: 'it''s'\n"],
    ["owner: 'x'\n", set('owner', 'a\nb'), 'owner: "a\\nb"\n'],
    [
      'description: |  # long\n  one\n  two\n\nowner: x\n',
      set('description', 'short'),
      'description: short  # long\n\nowner: x\n',
    ],
    ['description: >-\n  one\n  two\n', set('description', undefined), ''],
    ['description: one\n  two\n', set('description', 'x: y'), 'description: "x: y"\n'],
    [
      'attempt:\n  number: 1 # n\n  machine: m\n',
      set('attempt', { number: 2, machine: 'm' }),
      'attempt:\n  number: 2 # n\n  machine: m\n',
    ],
    [
      'attempt:\n    number: 1\n',
      set('attempt', { number: 1, machine: 'm' }),
      'attempt:\n    number: 1\n    machine: m\n',
    ],
    [
      'attempt: { number: 1, machine: m }\n',
      set('attempt', { number: 2, machine: 'm' }),
      'attempt: { number: 2, machine: m }\n',
    ],
    [
      'attempt: { number: 1, machine: m } # c\n',
      set('attempt', { number: 1 }),
      'attempt: { number: 1 } # c\n',
    ],
    ['attempt: {number: 1, odd: x}\n', set('attempt', { number: 2 }), 'attempt: {number: 2, odd: x}\n'],
    ['tags:\n- a # one\n- b\n', set('tags', ['a', 'b', 'c']), 'tags:\n- a # one\n- b\n- c\n'],
    ['tags:\n  - a # one\n  - b\n', set('tags', ['a']), 'tags:\n  - a # one\n'],
    ['tags:\n  - a\n', set('tags', []), 'tags: []\n'],
    ['tags: [ "a" , b ]\n', set('tags', ['a', 'b', 'c, d']), 'tags: [ "a" , b, "c, d" ]\n'],
    ['tags: [a, b, c]\n', set('tags', ['b', 'c']), 'tags: [b, c]\n'],
    [
      'tags: [\n  a, # one\n  b, # two\n]\n',
      set('tags', ['a', 'b', 'c']),
      'tags: [\n  a, # one\n  b, c # two\n]\n',
    ],
    ['tags: a\n', set('tags', ['a', 'b']), 'tags: [a, b]\n'],
    [
      'blocked_by: []\n',
      set('blocked_by', ['x', { task: 'y', or_cancelled: true }]),
      'blocked_by: [x, { task: y, or_cancelled: true }]\n',
    ],
    [
      'metadata: { n: 1 }\n',
      set('metadata', { n: '1', s: 'x', t: true }),
      'metadata: { n: "1", s: x, t: true }\n',
    ],
    ['retries: 1\n', set('retries', 2), 'retries: 2\n'],
    ["milestone: 'no'\n", set('milestone', true), "milestone: 'true'\n"],
  ])('%j', (before, change, after) => {
    expect(textAfter(block(before), change)).toBe(block(after));
  });

  it('refuses to touch an anchor that an alias elsewhere leads to, and names the place', () => {
    const edited = edit(block('owner: &o x\ndescription: *o\n'), set('owner', 'y'));
    expect(edited).toMatchObject({
      kind: 'refused',
      problem: { code: 'ambiguous-edit', file: FILE, line: 7, task: 'a' },
    });
    expect(textAfter(block('description: &o x\nowner: *o\n'), set('owner', 'y'))).toBe(
      block('description: &o x\nowner: y\n'),
    );
    expect(textAfter(block('tags: &t [a]\ninputs: *t\nowner: x\n'), set('owner', 'y'))).toBe(
      block('tags: &t [a]\ninputs: *t\nowner: y\n'),
    );
  });

  it('refuses a broken text with its own problem', () => {
    const edited = edit(block('owner: [\n'), set('owner', 'y'));
    expect(edited).toMatchObject({ kind: 'refused', problem: { code: 'yaml-syntax' } });
  });
});

describe('a task without a block', () => {
  it.each([
    ['### a: A\n\nBrief.\n', '### a: A\n\n```yaml\nstatus: in_progress\n```\n\nBrief.\n'],
    ['### a: A\nBrief.\n', '### a: A\n\n```yaml\nstatus: in_progress\n```\nBrief.\n'],
    ['### a: A', '### a: A\n\n```yaml\nstatus: in_progress\n```'],
    [
      '### a: A\r\n\r\n### b: B\r\n',
      '### a: A\r\n\r\n```yaml\r\nstatus: in_progress\r\n```\r\n\r\n### b: B\r\n',
    ],
  ])('%j gets one', (before, after) => {
    const head = `${HEAD}## Tasks\n`;
    expect(textAfter(head + before, start)).toBe(head + after);
  });

  it('gets one for several fields at once', () => {
    expect(textAfter(`${HEAD}## Tasks\n### a: A\n`, start, set('tags', ['x']), set('owner', 'me'))).toBe(
      `${HEAD}## Tasks\n### a: A\n\n\`\`\`yaml\ntags: [x]\n\nstatus: in_progress\nowner: me\n\`\`\`\n`,
    );
  });
});

describe('the frontmatter', () => {
  const file = (yaml: string) => `\ufeff---\nrondo: 1\n${yaml}---\n\n# T\n\n## Tasks\n`;
  it.each<[string, Change, string]>([
    [
      '\nstatus: running\n\nblockers: []\n',
      planSet('blockers', ['a: b']),
      '\nstatus: running\n\nblockers: ["a: b"]\n',
    ],
    ['\nstatus: running\n', planSet('next_action', 'wait'), '\nstatus: running\n\nnext_action: wait\n'],
    [
      'status: running\nblockers: []\n',
      planSet('next_action', 'wait'),
      'status: running\nblockers: []\nnext_action: wait\n',
    ],
    ['', planSet('next_action', 'wait'), '\nnext_action: wait\n'],
    [
      '\nstatus: running\n\nnext_action: x\n\nblockers: []\n',
      planSet('next_action', undefined),
      '\nstatus: running\n\nblockers: []\n',
    ],
    ['\nstatus: running\n', planSet('goal', 'g'), 'goal: g\n\nstatus: running\n'],
  ])('%j', (before, change, after) => {
    expect(textAfter(file(before), change)).toBe(file(after));
  });
});

describe('sections', () => {
  const text = `${HEAD}# T\n\n## Success criteria\n\n- [ ] One\n- [x] Two (check: \`x\`)\n\n## Tasks\n\n### a: A\n\nBrief.\n\n### b: B ##\n`;

  it('ticks and clears a box by one character', () => {
    const tick: Change = { kind: 'criterion-met', text: 'One', from: false, to: true, reason: 'r' };
    const clear: Change = { kind: 'criterion-met', text: 'Two', from: true, to: false, reason: 'r' };
    expect(textAfter(text, tick, clear)).toBe(
      text.replace('[ ] One', '[x] One').replace('[x] Two', '[ ] Two'),
    );
  });

  it('adds a decision where they are, or a section at the end', () => {
    const decide: Change = { kind: 'decision-added', text: 'Go.', reason: 'r' };
    expect(textAfter(text, decide)).toBe(`${text}\n## Decisions\n\n- Go.\n`);
    expect(textAfter(`${HEAD}## Decisions\n\n* One\n  two\n\nProse.\n\n## Tasks\n`, decide)).toBe(
      `${HEAD}## Decisions\n\n* One\n  two\n* Go.\n\nProse.\n\n## Tasks\n`,
    );
    expect(textAfter(`${HEAD}## Tasks\n## Decisions\n\n9. One`, decide)).toBe(
      `${HEAD}## Tasks\n## Decisions\n\n9. One\n10. Go.`,
    );
    expect(textAfter(`${HEAD}## Tasks\n## Decisions\n`, decide)).toBe(
      `${HEAD}## Tasks\n## Decisions\n\n- Go.\n`,
    );
    expect(textAfter(`${HEAD}## Tasks`, decide)).toBe(`${HEAD}## Tasks\n\n## Decisions\n\n- Go.`);
  });

  it('adds, removes and retitles a task', () => {
    const added = (after: string | null): Change => ({
      kind: 'task-added',
      task: 'n',
      title: 'New',
      fields: { tags: ['x'] },
      brief: 'Do.',
      after,
      reason: 'r',
    });
    const section = '### n: New\n\n```yaml\ntags: [x]\n```\n\nDo.\n';
    expect(textAfter(text, added('a'))).toBe(text.replace('### b', `${section}\n### b`));
    expect(textAfter(text, added(''))).toBe(text.replace('### a', `${section}\n### a`));
    expect(textAfter(text, added(null))).toBe(`${text}\n${section}`);
    expect(textAfter(text, { kind: 'task-removed', task: 'a', reason: 'r' })).toBe(
      text.replace('### a: A\n\nBrief.\n\n', ''),
    );
    expect(textAfter(text, { kind: 'task-title', task: 'b', from: 'B', to: 'Be #', reason: 'r' })).toBe(
      text.replace('b: B ##', 'b: Be # ##'),
    );
  });

  it.each(['## Evil', '### evil: E', '<!-- x', '```', '- [ ] x\n## Tasks'])(
    'refuses a brief that would be more than prose: %j',
    (brief) => {
      const change: Change = {
        kind: 'task-added',
        task: 'n',
        title: 'N',
        fields: {},
        brief,
        after: 'a',
        reason: 'r',
      };
      expect(edit(text, change)).toMatchObject({ kind: 'refused', problem: { code: 'ambiguous-edit' } });
    },
  );
});

describe('what a worker says', () => {
  const EVIL = [
    '```\n\n### evil: Task\n\n```yaml\nstatus: completed',
    '---\nstatus: complete\n---\n## Tasks',
    '<!-- x\n-->',
    '<<<<<<< ours\n=======\n>>>>>>> theirs',
    '", owner: "evil", x: "',
    "' }, owner: evil #",
    '\r\n... \n--- \n\u2028status: failed\u0085x',
    '\u001b]0;x\u0007\ud800\udfff\ufeff\u202e',
    '[{[{[{'.repeat(100),
  ];
  it.each(EVIL)('stays one value on one line: %j', (said) => {
    const result = {
      summary: said,
      issues: [{ severity: said, text: said }],
      metadata: { [said.slice(0, 80)]: said, list: [said, { a: said }] },
    };
    const before = block('owner: x\n');
    const edited = edit(before, set('result', result), planSet('next_action', said));
    if (edited.kind === 'refused') throw new Error(edited.problem.message);
    expect(edited.plan.tasks).toEqual([
      { id: 'a', title: 'A', fields: { owner: 'x', result }, brief: 'Brief.' },
    ]);
    expect(edited.plan.fields).toEqual({ rondo: 1, next_action: said });
    expect(edited.text.split(/\r\n|[\n\r\u0085\u2028\u2029]/).length).toBe(before.split('\n').length + 3);
    expect(edited.text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e\ud800-\udbff](?![\udc00-\udfff])/);
  });
});
