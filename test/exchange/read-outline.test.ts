/** Outlines as tasks: what waits for what, what is read from a line, and that nothing of the text is lost. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readWords } from '../../src/exchange/item-words.ts';
import { type Outline, readOutline } from '../../src/exchange/read-outline.ts';
import { dependencyId } from '../../src/model/dependency.ts';
import { findCycle } from '../../src/plan/graph.ts';
import { printStart } from '../../src/round/fill-template.ts';
import { plan } from '../support/plans.ts';

const read = (text: string) => readOutline(text, 'o.md');

/** `a < b, c` for a task that waits for others. */
function edges({ tasks }: Outline): readonly string[] {
  return tasks.map(({ id, fields }) => {
    const on = (fields.blocked_by ?? []).map(dependencyId);
    return on.length === 0 ? id : `${id} < ${on.join(', ')}`;
  });
}

describe('the order of an outline', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['bullets are parallel', '- A\n- B\n* C\n', ['a', 'b', 'c']],
    ['numbers are a sequence', '1. A\n2. B\n3) C\n', ['a', 'b < a', 'c < b']],
    ['a parent waits for its children', '- A\n  - B\n  - C\n', ['b', 'c', 'a < b, c']],
    ['of numbered children for the last', '- A\n  1. B\n  2. C\n', ['b', 'c < b', 'a < c']],
    [
      'children of a numbered item come after the one before',
      '1. A\n2. B\n   - C\n   - D\n3. E\n',
      ['a', 'c < a', 'd < a', 'b < c, d', 'e < b'],
    ],
    ['nested by two blanks under a number', '1. A\n  - B\n2. C\n', ['b', 'a < b', 'c < a']],
    ['nested by a tab', '- A\n\t- B\n', ['b', 'a < b']],
    ['nested by eight blanks', '- A\n        - B\n', ['b', 'a < b']],
    ['an item in an item', '- - A\n', ['a', 'line-1 < a']],
    ['bullets and numbers beside each other', '- A\n1. B\n2. C\n', ['a', 'b', 'c < b']],
    ['headings without items are tasks', '## A\n\n## B\n', ['a', 'b']],
    ['numbered headings are a sequence', '## 1. A\n- X\n- Y\n## 2. B\n- Z\n', ['x', 'y', 'z < x, y']],
    ['and those that say phase', '## Phase 1: A\n1. X\n2. Y\n## Phase 2: B\n- Z\n', ['x', 'y < x', 'z < y']],
    ['underlined headings', 'A\n---\n- X\n\nB\n---\n- Y\n', ['x', 'y']],
    ['after an item', '- A (after: B)\n- B\n', ['a < b', 'b']],
    [
      'after several, by title or id',
      '- A (after: The B, c-c)\n- the b\n- C c\n',
      ['a < the-b, c-c', 'the-b', 'c-c'],
    ],
    ['after a heading with items', '## X\n- A\n- B\n## Y (after: X)\n- C\n', ['a', 'b', 'c < a, b']],
    ['a parent that comes after: its children do', '- A (after: B)\n  - C\n- B\n', ['c < b', 'a < c', 'b']],
    ['code is no outline', '```\n- A\n```\n- B\n  ```\n  - C\n  ```\n', ['b']],
    ['comments are none', '<!--\n- A\n-->\n- B\n', ['b']],
    ['titles twice', '- A\n- A\n', ['a', 'a-2']],
    ['CRLF and a byte order mark', '\ufeff1. A\r\n2. B\r\n', ['a', 'b < a']],
    ['nothing', '\n', []],
  ];
  test.each(cases)('%s', (_, text, expected) => {
    const outline = read(text);
    expect(edges(outline)).toEqual(expected);
    expect(outline.problems).toEqual([]);
  });

  test('ids that are taken are left alone', () => {
    expect(readOutline('- A\n', 'o.md', ['a']).tasks.map((task) => task.id)).toEqual(['a-2']);
  });
});

describe('what a line says beside its title', () => {
  const cases: readonly (readonly [string, ReturnType<typeof readWords>])[] = [
    ['Build it', { title: 'Build it', after: [], tags: [], estimate: undefined }],
    [
      'Build #backend it ~30m (after: a, b c) #api.',
      { title: 'Build it .', after: ['a', 'b c'], tags: ['backend', 'api'], estimate: '30m' },
    ],
    ['~1h30m Build', { title: 'Build', after: [], tags: [], estimate: '1h30m' }],
    ['~2 h Build', { title: 'Build', after: [], tags: [], estimate: '2h' }],
    [
      'see #12, C#, ~x and `#a ~3m`',
      { title: 'see #12, C#, ~x and `#a ~3m`', after: [], tags: [], estimate: undefined },
    ],
    ['~1m ~2m', { title: '~2m', after: [], tags: [], estimate: '1m' }],
  ];
  test.each(cases)('%s', (line, expected) => expect(readWords(line)).toEqual(expected));

  test('ticked boxes are completed, and tags of a heading hold below it', () => {
    const { tasks } = read('## Server #backend\n- [x] A #api\n- [ ] B\n- [X] C ~5m\n');
    const result = { summary: 'ticked in the outline' };
    expect(tasks.map((task) => task.fields)).toEqual([
      { tags: ['backend', 'api'], phase: 'Server', status: 'completed', result },
      { tags: ['backend'], phase: 'Server' },
      { tags: ['backend'], phase: 'Server', estimate: '5m', status: 'completed', result },
    ]);
  });
});

describe('where the rest goes', () => {
  test('the only heading of the first level is the title, and what stands under it is prose', () => {
    expect(read('# Launch\n\nWhy.\n\n- A\n')).toMatchObject({
      title: 'Launch',
      preface: 'Why.',
      tasks: [{ id: 'a' }],
    });
    expect(read('Launch\n===\n- A\n')).toMatchObject({ title: 'Launch', preface: '' });
    expect(read('# A\n# B\n')).toMatchObject({ title: '', tasks: [{ id: 'a' }, { id: 'b' }] });
  });

  test('frontmatter is kept as code', () => {
    expect(read('---\na: 1\n---\n- A\n').preface).toBe('```yaml\na: 1\n```');
  });

  test('success criteria are criteria', () => {
    const { criteria, tasks } = read(
      '## Acceptance criteria\n- [x] Works (check: `make t`)\n- Fast\n  - 2 s\n\n## Do\n- A\n',
    );
    expect(criteria).toEqual([
      { text: 'Works', met: true, check: 'make t' },
      { text: 'Fast', met: false },
      { text: '2 s', met: false },
    ]);
    expect(tasks.map((task) => task.id)).toEqual(['a']);
  });

  test('what stands under an item is its brief; under a heading, that of the items right below it', () => {
    const { tasks } = read('## H\n\nMind.\n\n- A\n  more\n\n  ```sh\n  x\n  ```\n  # no heading\n  - B\n');
    expect(tasks.map((task) => [task.id, task.brief])).toEqual([
      ['b', ''],
      ['a', 'Mind.\n\nmore\n\n```sh\nx\n```\n\\# no heading'],
    ]);
  });

  test('a paragraph broken to fit a width is one title; what is too long for one is cut and kept whole', () => {
    const line = 'This item is so long that an editor breaks it at its width,';
    expect(read(`- ${line} and\n  goes on\n`).tasks[0]?.title).toBe(`${line} and goes on`);
    const long = read(`- ${line} ${line}\n  ${line}\n`).tasks[0];
    expect(long?.title).toMatch(/^This item .{50,90}…$/);
    expect(long?.brief).toBe(`${line} ${line} ${line}`);
  });

  test('a fence that its item leaves open is closed', () => {
    expect(read('- A\n  ~~~\n  x\n- B\n').tasks.map((task) => task.brief)).toEqual(['~~~\nx\n~~~', '']);
  });

  const unplaced: readonly (readonly [string, string, number, string])[] = [
    ['a name that nothing has', '- A (after: x)\n', 1, '(after: x)'],
    ['a name that several have', '- A (after: b)\n- B\n- b\n', 1, '(after: b)'],
    ['itself', '- B\n- A (after: a)\n', 2, '(after: a)'],
    ['a circle', '- A (after: b)\n- B (after: a)\n', 2, '(after: a)'],
    ['what comes after it by its number', '1. A (after: b)\n2. B\n', 1, '(after: b)'],
    ['an estimate of a group', '## A ~3d\n- B\n', 1, 'A ~3d'],
  ];
  test.each(unplaced)('is said, and kept in a brief: %s', (_, text, line, kept) => {
    const outline = read(text);
    expect(outline.problems).toMatchObject([{ code: 'outline-unplaced', severity: 'warning', line }]);
    expect(outline.tasks.map((task) => task.brief).join('\n')).toContain(kept);
    expect(findCycle(plan(outline.tasks))).toBeUndefined();
  });

  test('a tick over what is open is said', () => {
    const { problems, tasks } = read('- [x] A\n  - [ ] B\n');
    expect(problems).toMatchObject([{ code: 'outline-unplaced', line: 1 }]);
    expect(tasks.map((task) => task.fields.status)).toEqual([undefined, 'completed']);
  });
});

describe('any outline', () => {
  const words = fc.stringMatching(/^[a-z]{3,8}$/);
  const line = fc
    .tuple(
      fc.constantFrom(
        '- ',
        '1. ',
        '- [ ] ',
        '- [x] ',
        '* ',
        '# ',
        '## ',
        '### ',
        '',
        '',
        '> ',
        '---\n',
        '```\n',
        '| ',
        '\\# ',
      ),
      fc.constantFrom('', '', '', '  ', '    ', '\t', '      ', '   '),
      fc.array(words, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('', '', '', ' #tagged', ' ~30m', ' (after: one)', ' ###', '\n', '\n\n'),
    )
    .map(([mark, indent, said, end]) => `${indent}${mark}${said.join(' ')}${end}`);

  test('loses no word, has no cycle, and prints as a plan that reads back', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 25 }), (lines) => {
        const text = lines.join('\n');
        const outline = read(text);
        const whole = plan(outline.tasks, {
          title: outline.title,
          criteria: outline.criteria,
          fields: { rondo: 1 },
        });
        const { text: printed } = printStart(whole, outline.preface);
        expect(findCycle(whole)).toBeUndefined();
        for (const word of text.replaceAll('(after: one)', '').match(/[a-z]{3,}/g) ?? [])
          expect(printed).toContain(word);
      }),
      { numRuns: 400 },
    );
  });
});
