/** What is a heading, a task, a criterion, and what is prose; what is refused; and what the memo saves. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { excerpt, placeAt } from '../../src/excerpt.ts';
import { codec } from '../../src/state-file/codec.ts';
import type { KnownText } from '../../src/state-file/known-text.ts';
import { parsePlan, readPlan } from '../../src/state-file/parse-plan.ts';

const FILE = 'docs/sample-state.md';
const HEAD = '---\nrondo: 1\n---\n';
const parse = (text: string) => parsePlan(text, FILE, { codec });
const inTasks = (body: string) => parse(`${HEAD}## Tasks\n\n${body}`);
const ids = (body: string) => inTasks(body).plan?.tasks.map((task) => task.id);
const firstCode = (text: string) => {
  const [first] = parse(text).problems;
  return first === undefined ? undefined : `${first.code} ${first.line}:${first.column}`;
};

describe('headings', () => {
  it.each([
    ['### a: A', ['a']],
    ['   ### a: A', ['a']],
    ['###\ta:\tA ###  ', ['a']],
    ['### a: A\n### b: B', ['a', 'b']],
    ['### a: A\n#### b: deeper\n### c: C', ['a', 'c']],
    ['### a: A\n## Other\n### b: B', ['a']],
    ['### a: A\n# Other\n### b: B', ['a']],
    ['### a: A\n\nTitle\n=====\n\n### b: B', ['a', 'b']],
    ['    ### a: A', []],
    ['\t### a: A', []],
    ['- ### a: A', []],
    ['- x\n  ### a: A', []],
    ['- x\n\n  ### a: A', []],
    ['- x\n ### a: A', ['a']],
    ['10. x\n   ### a: A', ['a']],
    ['10. x\n    ### a: A', []],
    ['-\n\n  ### a: A', ['a']],
    ['> ### a: A', []],
    ['> x\n### a: A', ['a']],
    ['```\n### a: A\n```\n### b: B', ['b']],
    ['~~~\n```\n### a: A\n~~~~\n### b: B', ['b']],
    ['````\n```\n### a: A\n````\n### b: B', ['b']],
    ['``` a`b\n### a: A', ['a']],
    ['<!--\n### a: A\n-->\n### b: B', ['b']],
    ['<!-- x -->\n### b: B', ['b']],
    ['<pre>\n\n### a: A\n\n</pre>\n### b: B', ['b']],
    ['<div>\n### a: A\n\n### b: B', ['b']],
    ['<x-y>\n### a: A\n\n### b: B', ['b']],
    ['text\n<x-y>\n### a: A', ['a']],
    ['text\n<div>\n### a: A', []],
    ['<![CDATA[\n### a: A\n]]>\n### b: B', ['b']],
    ['<?php\n### a: A\n?>\n### b: B', ['b']],
    ['* * *\n### a: A', ['a']],
    ['- - x\n    ### a: A', []],
    ['1. x\n\n   ```\n   ### a: A\n   ```\n### b: B', ['b']],
    ['\\### a: A', []],
    ['### a: A\r\n### b: B\r\n', ['a', 'b']],
  ])('%j holds %j', (body, expected) => {
    expect(ids(body)).toEqual(expected);
  });

  it('takes titles as they stand', () => {
    const titles = inTasks('### a: C# ##\n### b: x ### y\n### c: A: b: `c`\n### e: é 🙂').plan?.tasks;
    expect(titles?.map((task) => task.title)).toEqual(['C#', 'x ### y', 'A: b: `c`', 'é 🙂']);
  });
});

describe('blocks', () => {
  it.each([
    ['```yaml\nowner: x\n```', { owner: 'x' }, ''],
    ['\n\n```yml\nowner: x\n```\n\nBrief.\n\n', { owner: 'x' }, 'Brief.'],
    ['~~~~ YAML title\nowner: x\n~~~~~', { owner: 'x' }, ''],
    ['  ```yaml\n  owner: x\n  ```', { owner: 'x' }, ''],
    ['Text.\n\n```yaml\nowner: x\n```', {}, 'Text.\n\n```yaml\nowner: x\n```'],
    ['```json\n{}\n```', {}, '```json\n{}\n```'],
    ['```yaml\n```\n```yaml\nowner: x\n```', {}, '```yaml\nowner: x\n```'],
    ['    ```yaml', {}, '    ```yaml'],
    ['```yaml\r\nowner: x\r\n```\r\n\r\nOne\r\ntwo  \r\n', { owner: 'x' }, 'One\ntwo  '],
  ])('%j', (body, fields, brief) => {
    expect(inTasks(`### a: A\n${body}`).plan?.tasks[0]).toEqual({ id: 'a', title: 'A', fields, brief });
  });
});

describe('criteria and decisions', () => {
  it('reads checklists in every dress', () => {
    const text = `${HEAD}## Success criteria\n\n- [x] One (check: \`npm test\`)\n* [ ] Two\n  goes on\n+ [X] (check: \`\` a \`b\` \`\`) three\n1. [ ] Four (check: \`a\`\`b\`)\n- no box\n   - [ ] nested\n- [] none\n\n- \`\`\`\n  - [ ] code\n  \`\`\`\n\n## Tasks\n`;
    expect(parse(text).plan?.criteria).toEqual([
      { text: 'One', met: true, check: 'npm test' },
      { text: 'Two goes on', met: false },
      { text: 'three', met: true, check: 'a `b`' },
      { text: 'Four', met: false, check: 'a``b' },
      { text: 'nested', met: false },
    ]);
  });

  it('reads the outermost items of Decisions', () => {
    const text = `${HEAD}## Tasks\n## Decisions\nSome prose.\n\n- One\n  two\n  - nested\n- [x] Three\n\n  a paragraph\n`;
    expect(parse(text).plan?.decisions).toEqual(['One two', '[x] Three']);
  });
});

describe('what is refused, and where', () => {
  it.each([
    ['', 'frontmatter-missing 1:1'],
    ['# Title\n', 'frontmatter-missing 1:1'],
    ['\n---\nrondo: 1\n---\n', 'frontmatter-missing 1:1'],
    ['---\nrondo: 1\n', 'frontmatter-unclosed 1:1'],
    ['---\nrondo: 1\n--- x\n---\n', 'frontmatter-unclosed 3:1'],
    ['---js\n---\n', 'frontmatter-code 1:4'],
    [`${HEAD}# T\n`, 'missing-tasks 1:1'],
    [`${HEAD}# T\n## Tasks:\n### a: A\n`, 'missing-tasks 5:1'],
    [`${HEAD}# T\n# Tasks\n### a: A\n`, 'missing-tasks 5:1'],
    [`${HEAD}## Tasks\n## Tasks\n`, 'duplicate-section 5:1'],
    [`${HEAD}## Tasks\n## Decisions\n## decisions\n`, 'duplicate-section 6:1'],
    [`${HEAD}## Tasks\n### A: x\n### a: x\n`, 'duplicate-task 6:5'],
    [`${HEAD}## Tasks\n### just words\n`, 'invalid-heading 5:5'],
    [`${HEAD}## Tasks\n### word\n`, 'invalid-heading 5:5'],
    [`${HEAD}## Tasks\n### a:\n`, 'invalid-heading 5:5'],
    [`${HEAD}## Tasks\n### a:b\n`, 'invalid-heading 5:5'],
    [`${HEAD}## Tasks\n### two words: x\n`, 'invalid-id 5:5'],
    [`${HEAD}## Tasks\n### a..b: x\n`, 'invalid-id 5:5'],
    [`${HEAD}## Tasks\n### -a: x\n`, 'invalid-id 5:5'],
    [`${HEAD}## Tasks\n### ä: x\n`, 'invalid-id 5:5'],
    [`${HEAD}## Tasks\n### a.lock: x\n`, 'invalid-id 5:5'],
    [`${HEAD}## Tasks\n\`\`\`\n### a: A\n`, 'unclosed-fence 5:1'],
    [`${HEAD}## Tasks\n### a: A\n\`\`\`yaml\nowner: x\n\`\`\` x\n`, 'unclosed-fence 6:1'],
    [`${HEAD}## Tasks\n<!-- x\n### a: A\n`, 'unclosed-html 5:1'],
    [`${HEAD}## Tasks\n<pre>\n### a: A\n`, 'unclosed-html 5:1'],
    // a closing line is missing in the middle: the line that opened it is named
    [
      `${HEAD}## Tasks\n### a: A\n\`\`\`yaml\nowner: x\n\nBrief.\n\n### b: B\n\`\`\`yaml\n\`\`\`\n`,
      'unclosed-fence 6:1',
    ],
    [`${HEAD}## Tasks\n### a: A\n~~~yaml\nowner: x\n\n### b: B\n\n~~~yaml\n~~~\n`, 'unclosed-fence 6:1'],
    [
      `${HEAD}## Tasks\n### a: A\n\`\`\`yaml\nowner: x\n### b: B\n\n\`\`\`\ncode\n\`\`\`\n`,
      'unclosed-fence 6:1',
    ],
    [`${HEAD}## Tasks\n### a: A\n\n\`\`\`sh\nls\n\n### b: B\n\n\`\`\`yaml\n\`\`\`\n`, 'unclosed-fence 7:1'],
    [`${HEAD}## Tasks\n- \`\`\`\n### a: A\n\`\`\`\n`, 'unclosed-list-fence 5:1'],
    [`${HEAD}## Tasks\n- x\n  - y\n    \`\`\`\n  z\n`, 'unclosed-list-fence 7:1'],
    [`${HEAD}## Tasks\n<<<<<<< HEAD\n### a: A\n=======\n>>>>>>> b\n`, 'conflict-markers 5:1'],
    [`${HEAD}## Tasks\n### a: A\n\`\`\`yaml\nowner: x\n>>>>>>> b\n\`\`\`\n`, 'conflict-markers 8:1'],
    ['---\nrondo: 1\n<<<<<<< HEAD\ngoal: x\n---\n', 'conflict-markers 3:1'],
    [`${HEAD}## Tasks\n\0`, 'not-text 5:1'],
    ['x'.repeat(9_000_000), 'file-too-large 1:1'],
    ['é'.repeat(4_200_000), 'file-too-large 1:1'],
  ])('%#: %.40j', (text, expected) => {
    expect(parse(text).plan).toBeUndefined();
    expect(firstCode(text)).toBe(expected);
  });

  it.each([
    ['### Write the page', '`### write-the-page: Write the page`'],
    ['### docs:Write it', '`### docs: Write it`'],
    ['### docs:', '`### docs: docs`'],
    ['### Fix it:now', '`### fix-it: now`'],
    ['### 資料', '`### <id>: <title>`'],
    ['### two words: x', '`two-words`'],
  ])('%j is answered with %s', (heading, meant) => {
    expect(parse(`${HEAD}## Tasks\n${heading}\n`).problems[0]?.hint).toContain(meant);
  });

  it.each([
    [`${HEAD}## Tasks\n### a: x\n### b: y\n### A: z\n`, 'duplicate-task', 7, 'first at line 5'],
    [`${HEAD}## Tasks\n\n## Tasks\n`, 'duplicate-section', 6, 'first at line 4'],
    [`${HEAD}## Tasks\n### a: x\n\`\`\`yaml\n\n\`\`\`yaml\n`, 'unclosed-fence', 6, 'opens at line 8'],
  ])('%#: names both places of two', (text, code, line, other) => {
    expect(parse(text).problems[0]).toMatchObject({ code, line, message: expect.stringContaining(other) });
  });

  it.each([
    // a longer fence shows a task as an example; a comment of YAML looks like a heading; other marks open nothing
    ['### a: A\n\n````md\n### x: X\n\n```yaml\n```\n````\n### b: B', ['a', 'b']],
    ['### a: A\n```yaml\n### odd: comment\nowner: x\n```\n### b: B', ['a', 'b']],
    ['### a: A\n~~~yaml\nrun: |\n  ```js\n  ```\n~~~\n### b: B', ['a', 'b']],
    ['### a: A\n\n```md\n### x: X\n\n~~~yaml\n~~~\n```\n### b: B', ['a', 'b']],
  ])('%j lacks no closing line', (body, expected) => {
    expect(ids(body)).toEqual(expected);
  });

  it('refuses more tasks than it handles', () => {
    const many = Array.from({ length: 200_001 }, (_, i) => `### t${i}: T\n`).join('');
    expect(inTasks(many).problems.map((p) => p.code)).toContain('too-many-tasks');
  });

  it.each([
    ['Title\n---\n', 'setext-heading'],
    ['Of two\nlines\n---\n', 'setext-heading'],
    ['###a: A\n', 'heading-hint'],
    ['    ### a: A\n', 'heading-hint'],
  ])('warns of %j', (body, code) => {
    const parsed = inTasks(body);
    expect(parsed.plan).toBeDefined();
    expect(parsed.problems).toMatchObject([{ code, severity: 'warning', line: 6 }]);
  });

  it.each(['Tasks\n-----\n', 'tasks  \n=\n', 'Success criteria\n---\n', 'Decisions\n---\n'])(
    'warns of %j before the tasks, too',
    (title) => {
      const parsed = parse(`${HEAD}# T\n\n${title}\n## Tasks\n### a: A\n`);
      expect(parsed.plan?.tasks.map((task) => task.id)).toEqual(['a']);
      expect(parsed.problems).toMatchObject([{ code: 'setext-heading', severity: 'warning', line: 6 }]);
      const alone = parse(`${HEAD}# T\n\n${title}\n### a: A\n`);
      expect(alone.problems.map((p) => p.code).sort()).toEqual(['missing-tasks', 'setext-heading']);
    },
  );

  it.each(['Text\n=======\nmore', '```\n<<<<<<< HEAD\n```', '<<<<<<<< eight', '<<<<<<<x'])(
    'takes %j for prose',
    (body) => {
      expect(inTasks(body).problems.filter((p) => p.code === 'conflict-markers')).toEqual([]);
    },
  );

  it('answers about thousands of faults as quickly as about one', () => {
    const headings = inTasks('### nothing\n'.repeat(100_000));
    expect(headings.plan).toBeUndefined();
    expect(headings.problems.length).toBeLessThanOrEqual(60);
  });
});

describe('a file cut at every byte', () => {
  const sample = `---\nrondo: 1\ngoal: g\n\nstatus: running\n---\n\n# T\n\n## Success criteria\n\n- [ ] One (check: \`x\`)\n\n## Tasks\n\n### one: One\n\n\`\`\`yaml\ntags: [a]\n\nstatus: completed\nowner: x\n\`\`\`\n\nBrief.\n\n### two: Two words\n\n\`\`\`yaml\nblocked_by: [one]\n\nstatus: in_progress\nattempt: { number: 3 }\n\`\`\`\n`;

  it('is refused, or says of every task with a block exactly what the whole file says', () => {
    const whole = parse(sample).plan;
    let valid = 0;
    for (let end = 0; end < sample.length; end++) {
      const { plan, problems } = parse(sample.slice(0, end));
      if (plan === undefined) {
        expect(problems.some((p) => p.severity === 'error')).toBe(true);
        continue;
      }
      valid++;
      expect(plan.fields).toEqual(whole?.fields);
      for (const [i, task] of plan.tasks.entries()) {
        const full = whole?.tasks[i];
        expect(full?.title.startsWith(task.title)).toBe(true);
        expect(task.id).toBe(full?.id);
        // a cut between a heading and its block leaves a heading, which is a task; nothing in the text tells them apart
        expect([full?.fields, {}]).toContainEqual(task.fields);
        if (Object.keys(task.fields).length === 0) expect(i).toBe(plan.tasks.length - 1);
      }
    }
    expect(valid).toBeGreaterThan(20);
    expect(valid).toBeLessThan(sample.length / 4);
  });
});

describe('a text that is known', () => {
  const said = `${HEAD}## Tasks\n### a: A\n\`\`\`yaml\nowner: x\nodd: 1\n\`\`\`\n### b: B\n\`\`\`yaml\nowner: y\n\`\`\`\n`;
  const knownAs = (text: string): KnownText => {
    const { plan, problems, places } = parse(text);
    if (plan === undefined) throw new Error(`not a plan: ${JSON.stringify(problems)}`);
    return JSON.parse(JSON.stringify({ text, plan, problems, places }));
  };

  it('is decoded only where a section changed, or was warned of', () => {
    // indented, so that it takes the codec
    const text = said.replace(/^(?=owner|odd)/gm, ' ').replace('odd: 1', 'tags: [q]');
    const decode = vi.fn(codec.decodeBlock);
    const counting = { ...codec, decodeBlock: decode };
    const first = parsePlan(text, FILE, { codec: counting });
    expect(decode).toHaveBeenCalledTimes(2);
    const known = knownAs(text);
    expect(parsePlan(text, FILE, { codec: counting, known })).toEqual(first);
    expect(decode).toHaveBeenCalledTimes(2);
    const moved = text.replace('### b', '### new: New\n### b').replace('owner: y', 'owner: z');
    const edited = parsePlan(moved, FILE, { codec: counting, known });
    expect(decode).toHaveBeenCalledTimes(3);
    expect(edited.plan?.tasks.map((task) => task.fields)).toEqual([
      { owner: 'x', tags: ['q'] },
      {},
      { owner: 'z' },
    ]);
    expect(edited).toEqual(parse(moved));
  });

  it('survives being saved as JSON; what it warned of is warned of again, at its new place', async () => {
    const moved = `${HEAD}\nProse.\n${said.slice(HEAD.length)}`;
    const again = await readPlan(moved, FILE, knownAs(said));
    expect(again).toEqual(parse(moved));
    expect(again.problems).toMatchObject([{ code: 'unknown-field', task: 'a' }]);
  });

  it('reads without yaml, zod or gray-matter where every piece is known', () => {
    const reached = new Set<string>();
    const walk = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      const source = readFileSync(file, 'utf8').replace(/^(?:import|export) type [^;]*;/gms, '');
      for (const [, from] of source.matchAll(/^(?:import|export) [^;]*?from '([^']+)'/gms)) {
        expect(['yaml', 'zod', 'zod/mini', 'gray-matter']).not.toContain(from);
        if (from?.startsWith('.') === true && !isTypeOnly(source, from)) walk(join(dirname(file), from));
      }
    };
    for (const entry of ['parse-plan', 'edit-plan', 'print-plan']) {
      walk(join(import.meta.dirname, `../../src/state-file/${entry}.ts`));
    }
    expect([...reached].some((file) => file.endsWith('layout.ts'))).toBe(true);
    expect([...reached].some((file) => file.endsWith('codec.ts') || file.endsWith('scalars.ts'))).toBe(false);
  });
});

function isTypeOnly(source: string, from: string): boolean {
  const names = new RegExp(`import \\{([^}]*)\\} from '${from.replaceAll('.', '\\.')}'`).exec(source)?.[1];
  return names?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false;
}

describe('excerpts', () => {
  it('puts the caret under the place', () => {
    expect(placeAt('a\nbcd\ne', 4)).toEqual({ line: 2, column: 3, excerpt: 'bcd\n  ^' });
    expect(placeAt('a\r\nb', 1)).toEqual({ line: 1, column: 2, excerpt: 'a\n ^' });
    expect(placeAt('', 0)).toEqual({ line: 1, column: 1, excerpt: '\n^' });
    expect(excerpt('\ta\tb', 3)).toBe('\ta\tb\n\t \t^');
  });

  it('cuts long lines around the place and lets nothing through that a terminal obeys', () => {
    const [line, caret] = excerpt(`${'x'.repeat(500)}!${'y'.repeat(500)}`, 500).split('\n');
    expect(line?.[caret?.indexOf('^') ?? -1]).toBe('!');
    expect(line?.length).toBeLessThan(110);
    expect(excerpt('a\u001b[31m\u202e', 0)).not.toMatch(/[\u001b\u202e]/);
  });
});
