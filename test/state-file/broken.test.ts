/** Broken files: each is refused (or warned of) with its code and at its place, and never edited. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ERRORS, type ErrorCode } from '../../src/errors.ts';
import { codec } from '../../src/state-file/codec.ts';
import { editPlan } from '../../src/state-file/edit-plan.ts';
import { parsePlan } from '../../src/state-file/parse-plan.ts';

interface BrokenEntry {
  readonly broken: string;
  readonly code: ErrorCode;
  readonly line: number;
  readonly column: number;
  readonly severity?: 'warning';
  readonly task?: string;
  /** Where the grammar leaves open what is blamed. */
  readonly anyColumn?: true;
  readonly anyPlace?: true;
  readonly codes?: readonly ErrorCode[];
}

const folder = join(import.meta.dirname, '../fixtures/broken');
const index: Readonly<Record<string, BrokenEntry>> = JSON.parse(
  readFileSync(join(folder, 'index.json'), 'utf8'),
);
const files = Object.entries(index);

test('every broken file is in the index', () => {
  const there = readdirSync(folder).filter((name) => name !== 'index.json');
  expect(there.sort()).toEqual(files.map(([name]) => name).sort());
  expect(there.length).toBeGreaterThanOrEqual(25);
});

test.each(files)('%s', (name, entry) => {
  const file = `docs/${name.replace(/\.md$/, '')}-state.md`;
  const text = readFileSync(join(folder, name), 'utf8');
  const { plan, problems } = parsePlan(text, file, { codec });
  const severity = entry.severity ?? 'error';
  const first = problems.find((p) => p.severity === severity);
  const codes = entry.codes ?? [entry.code];
  expect(codes).toContain(first?.code);
  if (entry.anyPlace === undefined) expect(first?.line).toBe(entry.line);
  if (entry.anyPlace === undefined && entry.anyColumn === undefined) expect(first?.column).toBe(entry.column);
  expect(first).toMatchObject({
    file,
    message: expect.stringMatching(/\S/),
    hint: expect.stringMatching(/\S/),
  });
  expect(first?.excerpt).toMatch(/\^$/);
  if (entry.task !== undefined) expect(first?.task).toBe(entry.task);
  if (severity === 'warning') {
    expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
    expect(plan).toBeDefined();
    return;
  }
  expect(plan).toBeUndefined();
  const change = { kind: 'decision-added', text: 'x', reason: 'tried' } as const;
  const edit = editPlan(text, file, [change], { codec });
  expect(edit.kind).toBe('refused');
  if (edit.kind === 'refused') expect(codes).toContain(edit.problem.code);
});

test('the codes of a file are all covered', () => {
  const seen = new Set(files.map(([, entry]) => entry.code));
  const ofFiles: readonly ErrorCode[] = [
    'frontmatter-missing',
    'frontmatter-unclosed',
    'frontmatter-code',
    'yaml-syntax',
    'yaml-unsafe',
    'duplicate-key',
    'duplicate-task',
    'invalid-id',
    'invalid-heading',
    'invalid-value',
    'unknown-field',
    'unsupported-version',
    'unclosed-fence',
    'unclosed-html',
    'unclosed-list-fence',
    'conflict-markers',
    'setext-heading',
    'heading-hint',
    'missing-tasks',
    'duplicate-section',
    'not-text',
    'unsafe-path',
    'config-invalid',
  ];
  expect(ofFiles.filter((code) => !seen.has(code) || !(code in ERRORS))).toEqual([]);
});

test('a nesting bomb read many times leaves the process alive', () => {
  const text = readFileSync(join(folder, 'yaml-nesting-bomb.md'), 'utf8');
  for (let i = 0; i < 50; i++) {
    expect(parsePlan(text, 'docs/x-state.md', { codec }).problems[0]?.code).toBe('yaml-unsafe');
  }
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});

test('a file beyond the bounds is refused unread', () => {
  const head = '---\nrondo: 1\n---\n## Tasks\n\n';
  const huge = `${head}${'x'.repeat(100)}\n`.padEnd(9 * 1024 * 1024, 'prose\n');
  expect(parsePlan(huge, 'docs/x-state.md', { codec }).problems[0]?.code).toBe('file-too-large');
  const many = Array.from({ length: 200_001 }, (_, i) => `### t${i}: T\n`).join('');
  expect(parsePlan(head + many, 'docs/x-state.md', { codec }).problems[0]?.code).toBe('too-many-tasks');
});

test('a bare value that is read as a list of one is shown as it was typed', () => {
  const text = readFileSync(join(folder, 'writes-negated.md'), 'utf8');
  const { problems } = parsePlan(text, 'docs/x-state.md', { codec });
  expect(problems[0]?.message).toMatch(/found "!src\/\*\*"$/);
});
