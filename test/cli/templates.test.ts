/** Starting plans from templates and outlines, as a person or a script does. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DOCUMENTS, type TemplatesDocument } from '../../src/model/documents.ts';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

function own(name: string, text: string): void {
  mkdirSync(join(place.dir, '.rondo/templates'), { recursive: true });
  writeFileSync(join(place.dir, '.rondo/templates', name), text);
}

const templates = () => DOCUMENTS.templates.parse(place.json('templates')) as TemplatesDocument;
const show = (file: string) => place.sh(`git show HEAD:${file}`).out;

describe('templates', () => {
  test('are listed as one document of their own shape', () => {
    const { templates: found, problems } = templates();
    expect(problems).toEqual([]);
    expect(found.map(({ name }) => name)).toContain('dev-cycle');
    expect(found.find(({ name }) => name === 'quick')).toMatchObject({
      source: 'package',
      fields: [
        { name: 'goal', default: null },
        { name: 'area', default: 'backend' },
      ],
      picture: ['planning', 'development', 'review ↺ development'],
      tasks: [
        { id: 'planning', blocked_by: [] },
        { id: 'development', blocked_by: ['planning'] },
        { id: 'review', blocked_by: ['development'] },
      ],
    });
  });

  test('of the repository win, and a broken one holds up no other', () => {
    own(
      'quick.md',
      '---\n# Ours.\n# <who>: who\nrondo: 1\ngoal: for <who>\n---\n\n## Tasks\n\n### only: Ours\n',
    );
    own('broken.md', 'no plan');
    const listed = place.rondo('templates', '--json');
    expect(listed.code).toBe(3);
    const { templates: found, problems } = templates();
    expect(problems).toMatchObject([{ code: 'frontmatter-missing', file: '.rondo/templates/broken.md' }]);
    expect(found.find(({ name }) => name === 'quick')).toMatchObject({
      source: 'repository',
      file: '.rondo/templates/quick.md',
      description: 'Ours.',
      picture: ['only'],
    });
    expect(found.map(({ name }) => name)).toContain('build-task');
    expect(place.rondo('new', 'a', '--template', 'broken').code).toBe(3);
    expect(place.rondo('new', 'a', '--template', 'quick', '--set', 'who=us').code).toBe(0);
    expect(show('docs/a-state.md')).toContain('goal: for us\n');
  });

  test('a broken template of the repository is not replaced in silence by the one it hides', () => {
    own('quick.md', 'no plan');
    const { code, err } = place.rondo('new', 'a', '--template', 'quick', '--goal', 'x');
    expect({ code, err }).toMatchObject({ code: 3, err: expect.stringContaining('frontmatter-missing') });
  });

  const refused: readonly (readonly [string, readonly string[], string])[] = [
    ['a template that is not there', ['--template', 'quik'], 'Did you mean quick?'],
    ['a field that is not given', ['--template', 'quick'], '--goal "..."'],
    [
      'a field it does not have',
      ['--template', 'quick', '--goal', 'x', '--set', 'aera=x'],
      'Did you mean area?',
    ],
    ['a field without a template', ['--set', 'a=b'], 'Add --template'],
    ['an outline that is not there', ['--from', 'none.md'], 'Name a Markdown file'],
    ['an outline without items', ['--from', 'words.md'], 'An outline is a list'],
  ];
  test.each(refused)('%s is refused with the next step, and nothing is written', (_, args, hint) => {
    writeFileSync(join(place.dir, 'words.md'), 'only words\n');
    const { code, err } = place.rondo('new', 'a', ...args);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining(hint) });
    expect(place.sh('git log').code).not.toBe(0);
  });

  test('each gives a plan in which nothing is wrong', () => {
    for (const { name, fields } of templates().templates) {
      const goal = fields.some((field) => field.name === 'goal') ? ['--goal', 'Sign in'] : [];
      expect(place.rondo('new', `a-${name}`, '--template', name, ...goal).code, name).toBe(0);
    }
    const { files, problems } = DOCUMENTS.check.parse(place.json('check'));
    expect(files).toHaveLength(templates().templates.length);
    expect(problems).toEqual([]);
  });

  test('are offered by completion', () => {
    own('ours.md', '---\nrondo: 1\n---\n\n## Tasks\n');
    const { out } = place.rondo('complete', '--', 'new', 'x', '--template', '');
    expect(out).toMatch(/^dev-cycle\t/m);
    expect(out).toMatch(/^ours\b/m);
  });

  test('one commit holds the filled plan, with its id and its start', () => {
    expect(place.rondo('new', 'keys', '--template', 'build-task', '--goal', 'It: # works').code).toBe(0);
    expect(place.sh('git log --format=%s').out).toBe('rondo(keys): round 1, running\n');
    const text = show('docs/keys-state.md');
    expect(text).toMatch(/^goal: "It: # works"$/m);
    expect(text).toMatch(/^workflow_id: build-task-\d{8}T\d{4}$/m);
    expect(text).toMatch(/^started_at: \d{4}-\d\d-\d\dT/m);
    expect(place.json('check')).toMatchObject({ problems: [] });
    expect(place.json('next', 'keys')).toMatchObject({ ready: [{ id: 'workspace' }] });
  });
});

describe('an outline', () => {
  test('becomes a plan; what has no place is said', () => {
    writeFileSync(
      join(place.dir, 'o.md'),
      '# Launch\n\nWhy.\n\n1. [x] Schema ~30m\n2. API #backend\n   Mind the tokens.\n3. Pages (after: Nowhere)\n',
    );
    const { code, out } = place.rondo('new', 'l', '--from', 'o.md', '--goal', 'Up', '--json');
    expect(code).toBe(0);
    expect(DOCUMENTS.round.parse(JSON.parse(out))).toMatchObject({
      problems: [{ code: 'outline-unplaced', file: 'o.md', line: 8 }],
    });
    expect(place.json('status')).toMatchObject({
      goal: 'Up',
      counts: { total: 3, completed: 1 },
      tasks: [
        { id: 'schema', status: 'completed' },
        { id: 'api', ready: true, tags: ['backend'] },
        { id: 'pages', blocked_by: ['api'] },
      ],
    });
    expect(show('docs/l-state.md')).toContain('# Launch\n\nWhy.\n\n## Tasks\n');
  });

  test('comes from standard input, and into a template', () => {
    const { code } = place.sh(
      `printf '1. One\\n2. Two\\n' | rondo new l --from - --template run-blueprint --goal x`,
    );
    expect(code).toBe(0);
    expect(place.json('batches')).toMatchObject({
      batches: ['load', 'create-tasks', 'one', 'two', 'close'].map((id) => ({ tasks: [id] })),
    });
  });
});

describe('outside of a repository', () => {
  test('the templates that come with Rondo are listed all the same', () => {
    const outside = place.sh('cd .. && rondo templates --json');
    const { templates: found } = DOCUMENTS.templates.parse(JSON.parse(outside.out)) as TemplatesDocument;
    expect(outside).toMatchObject({ code: 0, err: '' });
    expect(found).toEqual(templates().templates);
    expect(place.sh('cd .. && rondo templates').out).toBe(place.rondo('templates').out);
  });

  test('a folder that is not there is no place at all', () => {
    const { error } = place.json('-C', 'nowhere', 'templates') as { error: object };
    expect(error).toMatchObject({ code: 'not-a-repository', hint: expect.stringContaining('-C') });
  });
});

describe('an outline that cannot be read', () => {
  const refused = (from: string) =>
    (place.json('new', 'p', '--from', from) as { error: Record<string, unknown> }).error;

  test('is named as it was typed, with what may have been meant', () => {
    writeFileSync(join(place.dir, 'launch.md'), '- One\n');
    const { message, ...rest } = refused('lunch.md');
    expect(rest).toMatchObject({
      code: 'usage',
      file: 'lunch.md',
      hint: 'Name a Markdown file, or - for standard input; in that folder: launch.md.',
    });
    expect(message).toBe(`there is no file lunch.md (looked for ${join(place.dir, 'lunch.md')})`);
    expect(refused('.')).toMatchObject({ code: 'usage', message: '. is a folder, not an outline' });
    expect(refused('none/x.md')).toMatchObject({ hint: 'Name a Markdown file, or - for standard input.' });
  });

  test('is no text', () => {
    writeFileSync(join(place.dir, 'scan.md'), new Uint8Array([0xff, 0xfe, 0x2d]));
    expect(refused('scan.md')).toMatchObject({ code: 'not-text', file: 'scan.md' });
  });
});

test('a plan of an outline with ticks is one that check finds nothing against', () => {
  writeFileSync(join(place.dir, 'launch.md'), '- [x] Book the room\n- [ ] Give it\n');
  expect(place.rondo('new', 'p', '--from', 'launch.md').code).toBe(0);
  expect(place.json('check')).toMatchObject({ problems: [] });
});

describe('what is said to do next', () => {
  test('means the plan that was just started, also beside others', () => {
    writeFileSync(join(place.dir, 'launch.md'), '- One\n');
    const next = (...args: string[]) => /^next: (.*)$/m.exec(place.rondo('new', ...args).out)?.[1];
    expect(next('a', '--from', 'launch.md')).toBe('rondo next');
    expect(next('b', '--from', 'launch.md')).toBe('rondo next b');
    expect(place.rondo('next', 'b').code).toBe(0);
    expect(next('c')).toBe('rondo add "<title>" --plan c, or write tasks into the file');
  });
});

test('a task is added with the names that its fields have in the file, too', () => {
  place.sh('rondo new p; rondo add One --id one; rondo add Two --id two');
  place.rondo(
    'add',
    'Three',
    '--id',
    'three',
    '--tags',
    'a,b',
    '--tag',
    'c',
    '--blocked-by',
    'two',
    '--after',
    'one',
  );
  expect(place.json('show', 'three')).toMatchObject({
    fields: { tags: ['c', 'a', 'b'], blocked_by: ['one', 'two'] },
  });
  expect(place.rondo('add', '--help').out).not.toMatch(/--tags|--blocked-by/);
});
