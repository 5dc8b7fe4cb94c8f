/** The laws of the file, over random plans in random layouts. RONDO_SEED=<n> repeats a run. */
import fc from 'fast-check';
import { FAILSAFE_SCHEMA, load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { applyChange, applyChanges, type Change } from '../../src/model/change.ts';
import type { Plan } from '../../src/model/plan.ts';
import { sameValue } from '../../src/model/same-value.ts';
import { codec } from '../../src/state-file/codec.ts';
import { editPlan } from '../../src/state-file/edit-plan.ts';
import { findLayout } from '../../src/state-file/find-layout.ts';
import { parsePlan } from '../../src/state-file/parse-plan.ts';
import { printPlan } from '../../src/state-file/print-plan.ts';
import * as any from './arbitraries.ts';

const FILE = 'docs/sample-state.md';
const parse = (text: string) => parsePlan(text, FILE, { codec });

describe('law 1: a printed plan reads back', () => {
  it('parse(print(x)) = x', () => {
    fc.assert(
      fc.property(any.plan, (plan) => {
        const parsed = parse(printPlan(plan));
        expect(parsed.problems).toEqual([]);
        expect(parsed.plan).toEqual(plan);
      }),
      any.runs(300),
    );
  });

  it('reads the same in every layout', () => {
    fc.assert(
      fc.property(any.plan, any.uglyStyle, (plan, ugly) => {
        const { text } = any.uglyText(plan, ugly);
        const parsed = parse(text);
        expect(parsed.problems).toEqual([]);
        expect(parsed.plan).toEqual(plan);
      }),
      any.runs(300),
    );
  });

  it('prints YAML that a second reader reads alike', () => {
    fc.assert(
      fc.property(any.plan, (plan) => {
        const text = printPlan(plan);
        const { tasks, frontmatter } = findLayout(text);
        const bodies = [frontmatter, ...tasks.map((task) => task.block)].flatMap((block) =>
          block === undefined ? [] : [text.slice(block.bodyStart, block.bodyEnd)],
        );
        const fields = [plan.fields, ...plan.tasks.map((task) => task.fields)].filter(
          (f) => Object.keys(f).length > 0,
        );
        const read = bodies
          .filter((body) => body !== '')
          .map((body) => load(body, { schema: FAILSAFE_SCHEMA }));
        expect(read.map((value) => Object.keys(value as object).sort())).toEqual(
          fields.map((f) => Object.keys(f).sort()),
        );
        for (const [i, value] of read.entries()) expect(asTyped(value)).toEqual(asTyped(fields[i]));
      }),
      any.runs(200),
    );
  });
});

/** Every scalar as the text that was typed. */
function asTyped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTyped);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asTyped(item)]));
}

describe('laws 2 and 3: edits', () => {
  it('edits a file of its own layout as it changes the plan', () => {
    fc.assert(
      fc.property(changedPlan(4), ([plan, changes]) => {
        const edited = editPlan(printPlan(plan), FILE, changes, { codec });
        if (edited.kind === 'refused')
          throw new Error(`refused: ${edited.problem.message}\n${edited.problem.excerpt}`);
        expect(parse(edited.text).plan).toEqual(applyChanges(plan, changes));
        expect(edited.plan).toEqual(applyChanges(plan, changes));
      }),
      any.runs(600),
    );
  });

  it('edits any layout, or refuses; and leaves every other field, comment and line alone', () => {
    let refused = 0;
    let total = 0;
    fc.assert(
      fc.property(changedPlan(1), any.uglyStyle, ([plan, changes], ugly) => {
        const { text, chunks } = any.uglyText(plan, ugly);
        const edited = editPlan(text, FILE, changes, { codec });
        total++;
        if (edited.kind === 'refused') {
          refused++;
          expect(edited.problem.code).toBe('ambiguous-edit');
          return;
        }
        expect(parse(edited.text).plan).toEqual(applyChanges(plan, changes));
        for (const change of changes) expectUntouched(text, edited.text, chunks, change);
      }),
      any.runs(1500),
    );
    expect(refused / total).toBeLessThan(0.03);
  });

  it('changes one line at most where one value takes the place of another', () => {
    fc.assert(
      fc.property(changedPlan(1), any.uglyStyle, ([plan, changes], ugly) => {
        const [change] = changes;
        if (change === undefined || !('from' in change) || !isScalarSwap(change)) return;
        const { text, chunks } = any.uglyText(plan, ugly);
        const there = editPlan(text, FILE, [change], { codec });
        if (there.kind === 'refused') return;
        const lines = (chunks.get(touchedBy(change) ?? '') ?? '\n').split('\n').length - 1;
        expect(changedLines(text, there.text)).toBeLessThanOrEqual(lines);
      }),
      any.runs(500),
    );
  });

  it('says the same whether changes come one by one or together', () => {
    fc.assert(
      fc.property(changedPlan(4), ([plan, changes]) => {
        const together = editPlan(printPlan(plan), FILE, changes, { codec });
        let text = printPlan(plan);
        for (const change of changes) {
          const step = editPlan(text, FILE, [change], { codec });
          if (step.kind === 'edited') text = step.text;
        }
        expect(together.kind === 'edited' ? together.text : undefined).toBe(text);
      }),
      any.runs(200),
    );
  });
});

function changedPlan(count: number): fc.Arbitrary<readonly [Plan, readonly Change[]]> {
  return any.plan.chain((plan) => changesOf(plan, count).map((changes) => [plan, changes] as const));
}

function changesOf(plan: Plan, count: number): fc.Arbitrary<readonly Change[]> {
  if (count === 0) return fc.constant([]);
  return any
    .changeOf(plan)
    .chain((change) => changesOf(applyChange(plan, change), count - 1).map((rest) => [change, ...rest]));
}

/** Every field but the one that changed stands there in its own bytes, and in the same order. */
function expectUntouched(
  before: string,
  after: string,
  chunks: ReadonlyMap<string, string>,
  change: Change,
): void {
  const gone = change.kind === 'task-removed' ? `${change.task}/` : undefined;
  const touched = touchedBy(change);
  let at = 0;
  for (const [key, chunk] of chunks) {
    if (key === touched || (gone !== undefined && key.startsWith(gone))) continue;
    const found = after.indexOf(chunk, change.kind === 'task-order' ? 0 : at);
    expect(found, `${key} after ${change.kind}`).toBeGreaterThanOrEqual(0);
    at = found + chunk.length;
  }
  const kept = comments(before).filter(
    (comment) => touched === undefined || !comment.endsWith(`about ${nameOf(touched)}`),
  );
  if (gone === undefined)
    for (const comment of kept) if (!comment.endsWith('# first')) expect(after).toContain(comment);
  expect(after.startsWith('\ufeff')).toBe(before.startsWith('\ufeff'));
  if (before.includes('\r\n')) expect(/[^\r]\n/.test(after)).toBe(false);
}

function touchedBy(change: Change): string | undefined {
  switch (change.kind) {
    case 'task-status':
      return `${change.task}/status`;
    case 'task-field':
      return `${change.task}/${change.field}`;
    case 'plan-status':
      return '/status';
    case 'plan-field':
      return `/${change.field}`;
    default:
      return undefined;
  }
}

const nameOf = (key: string): string => key.slice(key.indexOf('/') + 1);
const comments = (text: string): readonly string[] => text.match(/# (?:about|above) [a-z_]+/g) ?? [];

function isScalarSwap(change: Change): boolean {
  if (!('from' in change) || change.kind === 'task-brief') return false;
  const { from, to } = change;
  return (
    typeof from === typeof to &&
    from !== undefined &&
    typeof from !== 'object' &&
    !sameValue(from, to) &&
    !String(from).includes('\n')
  );
}

function changedLines(before: string, after: string): number {
  const a = before.split('\n');
  const b = after.split('\n');
  if (a.length !== b.length) return Math.abs(a.length - b.length) + 1;
  return a.filter((line, i) => line !== b[i]).length;
}
