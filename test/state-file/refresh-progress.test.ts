/** The text between the progress markers: what it says, and that nothing else ever changes by it. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { applyChanges } from '../../src/model/change.ts';
import type { Plan } from '../../src/model/plan.ts';
import { codec } from '../../src/state-file/codec.ts';
import { editPlan } from '../../src/state-file/edit-plan.ts';
import { findLayout } from '../../src/state-file/find-layout.ts';
import { parsePlan } from '../../src/state-file/parse-plan.ts';
import { refreshProgress } from '../../src/state-file/refresh-progress.ts';
import * as any from './arbitraries.ts';

const FILE = 'docs/sample-state.md';
const OPEN = '<!-- rondo:progress -->';
const CLOSE = '<!-- /rondo:progress -->';
const parse = (text: string) => parsePlan(text, FILE, { codec });

function planOf(text: string): Plan {
  const { plan, problems } = parse(text);
  if (plan === undefined) throw new Error(`${problems[0]?.code}\n${problems[0]?.excerpt}\n${text}`);
  return plan;
}

const refreshed = (text: string) => refreshProgress(text, planOf(text));
const codes = (text: string) => parse(text).problems.map(({ code, severity }) => `${severity} ${code}`);
const withHead = (body: string) => `---\nrondo: 1\n---\n\n${body}`;

function between(text: string): string {
  const { progress } = findLayout(text);
  if (progress === undefined || progress === 'unclear') throw new Error(`${progress} pair in\n${text}`);
  return text.slice(progress.bodyStart, progress.bodyEnd);
}

describe('what stands between the markers', () => {
  const TASKS = `## Tasks

### design: Draw it

\`\`\`yaml
status: completed
\`\`\`

### build: Build it

\`\`\`yaml
blocked_by: [design, elsewhere]
status: in_progress
owner: dana
\`\`\`

### ship: Ship it

\`\`\`yaml
blocked_by: [{ task: build, or_cancelled: true }]
\`\`\`
`;

  test('is a graph and a line for each task', () => {
    expect(refreshed(withHead(`# P\n\n${OPEN}\n${CLOSE}\n\n${TASKS}`))).toBe(
      withHead(`# P

${OPEN}

\`\`\`mermaid
graph TD
  t0["design: Draw it"]:::completed
  t1["build: Build it"]:::in_progress
  t2["ship: Ship it"]:::pending
  t0 --> t1
  t1 --> t2
  classDef completed fill:#d3f2dc,stroke:#2a8a4a,color:#111
  classDef in_progress fill:#d6e6ff,stroke:#2b62c4,color:#111
  classDef blocked fill:#ffe9c7,stroke:#b57614,color:#111
  classDef failed fill:#ffd6d6,stroke:#c42b2b,color:#111
  classDef cancelled fill:#eee,stroke:#999,color:#666
\`\`\`

- [x] design: Draw it (completed)
- [ ] build: Build it (in_progress, dana)
- [ ] ship: Ship it (pending)

${CLOSE}

${TASKS}`),
    );
  });

  test('has the line ends of its neighbours', () => {
    const text = withHead(`${OPEN}\n${CLOSE}\n\n${TASKS}`).replaceAll('\n', '\r\n');
    expect(refreshed(text)).not.toMatch(/[^\r]\n/);
    expect(between(refreshed(text))).toContain('\r\n');
  });

  test('is nothing where there is no task', () => {
    const text = withHead(`${OPEN}\nold\n${CLOSE}\n\n## Tasks\n`);
    expect(between(refreshed(text))).toBe('');
  });

  test('never makes a file that is too large to be read', () => {
    const text = withHead(`${OPEN}\n${CLOSE}\n\n${TASKS}\n${'x'.repeat(8 * 1024 * 1024 - 600)}\n`);
    expect(parse(text).plan).toBeDefined();
    expect(refreshed(text)).toBe(text);
  });
});

describe('what is hostile stays text', () => {
  const HOSTILE = [
    '```',
    '"]; click t0 "javascript:alert(1)"',
    '%%{init: {"theme":"x"}}%%',
    '<script>alert(1)</script>',
    CLOSE,
    `x --> ${OPEN}`,
    '<!--',
    '`a` $$b$$ *c* _d_ [e](f) ![g](h) <b>',
    'a\rb\u2028c\u202ed\u0007e\u000bf\u0085g',
    '\\',
    'a &amp; b #quot; c',
  ];

  test.each(HOSTILE)('%j as a title and an owner', (said) => {
    const owner = JSON.stringify(`${said}\n\n${CLOSE}\n### z: Z\n\n\`\`\``);
    const text = withHead(
      `${OPEN}\n${CLOSE}\n\n## Tasks\n\n### a: ${said}\n\n\`\`\`yaml\nstatus: in_progress\nowner: ${owner}\n\`\`\`\n`,
    );
    const before = planOf(text);
    const after = refreshed(text);
    expect(planOf(after)).toEqual(before);
    const lines = between(after).split(/\r\n|[\n\r\u0085\u2028\u2029\u000b\u000c]/);
    expect(lines.filter((line) => line.startsWith('```'))).toEqual(['```mermaid', '```']);
    const [node = ''] = lines.filter((line) => line.includes('t0['));
    expect(node).toMatch(/^ {2}t0\["a: (?:[^"#<>&%{}$`\\]|#\d+;)*"\]:::in_progress$/);
    const [item = ''] = lines.filter((line) => line.startsWith('- ['));
    expect(item).toMatch(/^- \[ \] a: (?:[^\\`*[\]~|$&<>]|\\[\\`*[\]~|$_]|&#\d+;)*$/);
    expect(lines).toHaveLength(14);
    expect(between(after)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u0080-\u009f\u2028\u2029\u202a-\u202e]/);
  });
});

describe('markers', () => {
  const TASK = '## Tasks\n\n### a: First\n';

  test.each([
    ['never closed', `${OPEN}\n\n${TASK}`, 1],
    ['closed and never opened', `${CLOSE}\n\n${TASK}`, 1],
    ['closed before opened', `${CLOSE}\n${OPEN}\n\n${TASK}`, 2],
    ['in two pairs', `${OPEN}\n${CLOSE}\n\n${TASK}\n${OPEN}\n${CLOSE}\n`, 1],
    ['opened twice', `${OPEN}\n${OPEN}\n${CLOSE}\n\n${TASK}`, 1],
    ['in a list', `- x\n\n  ${OPEN}\n  ${CLOSE}\n\n${TASK}`, 2],
    ['closed in a fence only', `${OPEN}\n\n\`\`\`\n${CLOSE}\n\`\`\`\n\n${TASK}`, 1],
  ])('%s are a warning, and nothing is written', (_, body, count) => {
    const text = withHead(body);
    expect(codes(text)).toEqual(Array(count).fill('warning progress-markers'));
    expect(planOf(text).tasks.map((task) => task.id)).toEqual(['a']);
    expect(refreshed(text)).toBe(text);
  });

  test.each([
    ['in a fence', `\`\`\`\n${OPEN}\n${CLOSE}\n\`\`\`\n`],
    ['in another comment', `<!--\n${OPEN.replace('-->', '')}\n${CLOSE.replace('-->', '')}\n-->\n`],
    ['indented as code', `x\n\n    ${OPEN}\n    ${CLOSE}\n`],
    ['in a quote', `> ${OPEN}\n> ${CLOSE}\n`],
    ['in a sentence', `See ${OPEN} and ${CLOSE}.\n`],
    ['in <pre>', `<pre>\n${OPEN}\n${CLOSE}\n</pre>\n`],
  ])('%s are prose', (_, prose) => {
    const text = withHead(`${prose}\n${TASK}`);
    expect(codes(text)).toEqual([]);
    expect(refreshed(text)).toBe(text);
  });

  test('are markers in a <details>, whose first blank line gives the page back to Markdown', () => {
    const text = withHead(`<details>\n${OPEN}\n${CLOSE}\n</details>\n\n${TASK}`);
    expect(codes(text)).toEqual([]);
    expect(between(refreshed(text))).toContain('graph TD');
    expect(planOf(refreshed(text))).toEqual(planOf(text));
  });

  test('take everything between them out of the plan', () => {
    const fake = [
      '# Title',
      '## Tasks',
      '### b: Not\n\n```yaml\nstatus: [\n```',
      '## Decisions\n\n- no',
      '## Success criteria\n\n- [x] no',
    ].join('\n\n');
    const text = withHead(
      `${OPEN}\n${fake}\n${CLOSE}\n\n# T\n\n## Success criteria\n\n- [ ] yes\n\n${TASK}\n\n## Decisions\n\n- yes\n`,
    );
    expect(codes(text)).toEqual([]);
    const { title, criteria, tasks, decisions } = planOf(text);
    expect({ title, criteria, tasks: tasks.map((task) => task.id), decisions }).toEqual({
      title: 'T',
      criteria: [{ text: 'yes', met: false }],
      tasks: ['a'],
      decisions: ['yes'],
    });
  });

  test('in a brief leave the brief the same however the text between them goes', () => {
    const text = withHead(`${TASK}\nBefore.\n\n${OPEN}\n${CLOSE}\n\nAfter.\n`);
    expect(planOf(text).tasks[0]?.brief).toBe(`Before.\n\n${OPEN}\n${CLOSE}\n\nAfter.`);
    expect(planOf(refreshed(text))).toEqual(planOf(text));
    expect(between(refreshed(text))).not.toBe('');
  });

  test('in a section without items have its first item below them', () => {
    const text = refreshed(withHead(`${TASK}\n## Decisions\n\n${OPEN}\n${CLOSE}\n`));
    const outcome = editPlan(text, FILE, [{ kind: 'decision-added', text: 'Yes.', reason: '' }], { codec });
    expect(outcome.kind === 'edited' && outcome.text).toBe(`${text}\n- Yes.\n`);
  });

  test('hide no conflict', () => {
    expect(codes(withHead(`${OPEN}\n<<<<<<< ours\n${CLOSE}\n\n${TASK}`))).toEqual(['error conflict-markers']);
  });

  test('by the thousand cost one pass', () => {
    const hostile = `${OPEN}\n\n<pre>\n~~~\n</pre>\n\n`.repeat(50_000);
    expect(findLayout(withHead(`${hostile}${TASK}`)).progress).toBe('unclear');
  });
});

describe('for any plan, in any layout, with the markers on any line', () => {
  const marked = fc
    .tuple(any.plan, any.uglyStyle, fc.nat(), fc.constantFrom('', 'old\n', '### no: Task\n', '- [x] no\n'))
    .map(([plan, ugly, at, old]) => {
      const { text } = any.uglyText(plan, ugly);
      const eol = ugly.crlf ? '\r\n' : '\n';
      const starts = [...text.matchAll(/\n/g)].map((newline) => newline.index + 1);
      const start = starts[at % starts.length] ?? 0;
      const pair = `${OPEN}\n${old}${CLOSE}\n`.replaceAll('\n', eol);
      return text.slice(0, start) + pair + text.slice(start);
    });

  it('only the lines between change, and the plan stays', () => {
    let filled = 0;
    fc.assert(
      fc.property(marked, (text) => {
        const { plan } = parse(text);
        if (plan === undefined) return;
        const { progress } = findLayout(text);
        const fresh = refreshProgress(text, plan);
        if (progress === undefined || progress === 'unclear') {
          expect(fresh).toBe(text);
          return;
        }
        filled++;
        const after = text.length - progress.bodyEnd;
        expect(fresh.slice(0, progress.bodyStart)).toBe(text.slice(0, progress.bodyStart));
        expect(fresh.slice(fresh.length - after)).toBe(text.slice(progress.bodyEnd));
        expect(fresh.slice(progress.bodyStart, fresh.length - after)).toBe(between(fresh));
        expect(parse(fresh).problems.map((p) => p.code)).toEqual(parse(text).problems.map((p) => p.code));
        expect(planOf(fresh)).toEqual(plan);
        expect(refreshProgress(fresh, plan)).toBe(fresh);
        if (text.includes('\r\n')) expect(fresh).not.toMatch(/[^\r]\n/);
      }),
      any.runs(600),
    );
    expect(filled).toBeGreaterThan(100);
  });

  it('an edit gives the plan that it would give (law 3), and the text is refreshed to it', () => {
    let edits = 0;
    const edited = marked.chain((text) => {
      const usable = typeof findLayout(text).progress === 'object' && parse(text).plan !== undefined;
      if (!usable) return fc.constant(undefined);
      const filled = refreshed(text);
      return any.changeOf(planOf(filled)).map((change) => ({ text: filled, change }));
    });
    fc.assert(
      fc.property(edited, (given) => {
        if (given === undefined) return;
        const { text, change } = given;
        const outcome = editPlan(text, FILE, [change], { codec });
        if (outcome.kind === 'refused') return;
        edits++;
        const wanted = applyChanges(planOf(text), [change]);
        expect(outcome.plan).toEqual(wanted);
        const fresh = refreshProgress(outcome.text, outcome.plan);
        expect(planOf(fresh)).toEqual(wanted);
      }),
      any.runs(600),
    );
    expect(edits).toBeGreaterThan(100);
  });
});
