/** The laws of the file over a corpus of hand-written plans that are hostile and legal. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { applyChanges, type Change } from '../../src/model/change.ts';
import { type Plan, planStatusOf, taskStatusOf } from '../../src/model/plan.ts';
import { sameValue } from '../../src/model/same-value.ts';
import { codec } from '../../src/state-file/codec.ts';
import { editPlan } from '../../src/state-file/edit-plan.ts';
import { parsePlan } from '../../src/state-file/parse-plan.ts';
import { type CorpusEntry, faultOfEdit, listTrials, readAgain, type Trial } from './reference-laws.ts';

const folder = join(import.meta.dirname, '../fixtures/corpus');
const index: Readonly<Record<string, CorpusEntry>> = JSON.parse(
  readFileSync(join(folder, 'index.json'), 'utf8'),
);
const files = Object.entries(index);
const count = { tried: 0, minimal: 0, refused: 0, readAgain: 0 };

const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');
const pathOf = (name: string): string => `docs/${name.replace(/\.md$/, '')}-state.md`;

test('every file of the corpus is in the index', () => {
  const there = readdirSync(folder).filter((name) => name !== 'index.json');
  expect(there.sort()).toEqual(files.map(([name]) => name).sort());
  expect(there.length).toBeGreaterThanOrEqual(48);
});

describe.each(files)('%s', (name, entry) => {
  test(`reads as a person reads it: ${entry.hostile}`, () => {
    const { plan, problems } = parsePlan(textOf(name), pathOf(name), { codec });
    expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
    expect(problems.map((p) => p.code)).toEqual(expect.arrayContaining([...(entry.warnings ?? [])]));
    if (plan === undefined) throw new Error('no plan and no problem');
    expect(plan.tasks.map((task) => task.id)).toEqual(entry.tasks);
    expect(plan.criteria.map((criterion) => criterion.text)).toHaveLength(entry.criteria);
    if (entry.decisions !== undefined) expect(plan.decisions).toHaveLength(entry.decisions);
    if (entry.title !== undefined) expect(plan.title).toBe(entry.title);
    if (entry.checks !== undefined) {
      const checks = plan.criteria.flatMap(({ check }, i) =>
        check === undefined ? [] : [[String(i), check]],
      );
      expect(Object.fromEntries(checks)).toEqual(entry.checks);
    }
    expect(shownOf(plan, entry)).toEqual(entry.values);
  });

  test('takes every single change with its own bytes alone', () => {
    const before = textOf(name);
    const { plan } = parsePlan(before, pathOf(name), { codec });
    if (plan === undefined) throw new Error('no plan');
    const faults = listTrials(plan).flatMap((trial) => {
      const fault = tryChange(name, before, plan, trial, entry);
      return fault === undefined ? [] : [`${trial.subject} (${trial.label}): ${fault}`];
    });
    expect(faults).toEqual([]);
  });

  test('takes all the changes of a round at once', () => {
    const before = textOf(name);
    const { plan } = parsePlan(before, pathOf(name), { codec });
    if (plan === undefined) throw new Error('no plan');
    const changes = roundOf(plan);
    const edit = editPlan(before, pathOf(name), changes, { codec });
    if (edit.kind === 'refused') throw new Error(edit.problem.message);
    expect(edit.plan).toEqual(applyChanges(plan, changes));
    expect(parsePlan(edit.text, pathOf(name), { codec }).plan).toEqual(edit.plan);
    expect(edit.text.split('# keep')).toHaveLength(before.split('# keep').length);
    const spans = Object.values(entry.spans ?? {}).reduce((sum, span) => sum + span, 0);
    expect(countLostLines(before, edit.text)).toBeLessThanOrEqual(changes.length + spans);
  });
});

/** What a round does that starts every pending task and completes every running one. */
function roundOf(plan: Plan): readonly Change[] {
  const reason = 'a round';
  const tasks = plan.tasks.flatMap((task): readonly Change[] => {
    const [id, from] = [task.id, taskStatusOf(task)];
    const set = (field: 'owner' | 'attempt' | 'completed_at', to: unknown): Change => {
      return { kind: 'task-field', task: id, field, from: task.fields[field], to, reason };
    };
    if (from === 'pending') {
      const attempt = {
        number: (task.fields.attempt?.number ?? 0) + 1,
        machine: 'm',
        returns: 'process exit',
      };
      const to = 'in_progress';
      return [
        { kind: 'task-status', task: id, from, to, reason },
        set('owner', 'kim'),
        set('attempt', attempt),
      ];
    }
    if (from !== 'in_progress') return [];
    const ended = set('completed_at', '2026-11-22T09:12:44Z');
    return [{ kind: 'task-status', task: id, from, to: 'completed', reason }, ended];
  });
  const met = plan.criteria.map(({ text, met }): Change => {
    return { kind: 'criterion-met', text, from: met, to: !met, reason };
  });
  const from = planStatusOf(plan);
  const to = from === 'running' ? 'awaiting-result' : 'running';
  return [...tasks, { kind: 'plan-status', from, to, reason }, ...met];
}

/** How many lines of the one text are not in the other. */
function countLostLines(before: string, after: string): number {
  const left = new Map<string, number>();
  for (const line of after.split('\n')) left.set(line, (left.get(line) ?? 0) + 1);
  return before.split('\n').filter((line) => {
    const n = left.get(line) ?? 0;
    left.set(line, n - 1);
    return n <= 0;
  }).length;
}

/** What the plan says where the index says something. */
function shownOf(plan: Plan, entry: CorpusEntry): unknown {
  const shown = Object.entries(entry.values).map(([owner, values]) => {
    const task = plan.tasks.find(({ id }) => id === owner);
    const fields: Readonly<Record<string, unknown>> = owner === 'plan' ? plan.fields : (task?.fields ?? {});
    const pairs = Object.entries(values).map(([key, value]) => {
      if (key === '$title') return [key, task?.title];
      if (key === '$absent' && Array.isArray(value)) return [key, value.filter((name) => !(name in fields))];
      if (key !== '$briefHas' || !Array.isArray(value)) return [key, fields[key]];
      return [key, value.map((part) => (task?.brief.includes(part) ? part : task?.brief))];
    });
    return [owner, Object.fromEntries(pairs)];
  });
  return Object.fromEntries(shown);
}

function tryChange(
  name: string,
  before: string,
  plan: Plan,
  trial: Trial,
  entry: CorpusEntry,
): string | undefined {
  count.tried++;
  const edit = editPlan(before, pathOf(name), [trial.change], { codec });
  if (edit.kind === 'refused') {
    count.refused++;
    const listed = entry.refusable?.includes(trial.subject) ?? false;
    return listed && edit.problem.code === 'ambiguous-edit' ? undefined : `refused: ${edit.problem.message}`;
  }
  const fault = faultOfEdit(before, edit.text, trial, entry.spans?.[trial.subject] ?? 1);
  if (fault !== undefined) return `${fault}\n${edit.text}`;
  count.minimal++;
  return faultOfState(name, plan, edit, trial) ?? faultOfSecondReading(before, edit, trial);
}

function faultOfState(
  name: string,
  plan: Plan,
  edit: { readonly text: string; readonly plan: Plan },
  trial: Trial,
): string | undefined {
  const expected = applyChanges(plan, [trial.change]);
  const read = parsePlan(edit.text, pathOf(name), { codec });
  if (read.plan === undefined) return `the result cannot be read: ${read.problems[0]?.message}`;
  if (!sameValue(read.plan, expected)) return 'the result says something else';
  return sameValue(edit.plan, expected) ? undefined : 'the editor returned another plan';
}

const TEXTS = ['status', 'owner', 'description', 'completed_at', 'goal', 'next_action', 'current_step'];

/** js-yaml finds the same keys, and the same text in fields of text. */
function faultOfSecondReading(
  before: string,
  edit: { readonly text: string; readonly plan: Plan },
  trial: Trial,
): string | undefined {
  const { block } = trial;
  if (block === undefined) return undefined;
  const fields: Readonly<Record<string, unknown>> | undefined =
    block === 'plan' ? edit.plan.fields : edit.plan.tasks.find(({ id }) => id === block)?.fields;
  const again = readAgain(edit.text, block);
  if (again === undefined) {
    const wasReadable = readAgain(before, block) !== undefined;
    return wasReadable ? `js-yaml no longer reads it\n${edit.text}` : undefined;
  }
  count.readAgain++;
  const keys = Object.keys(fields ?? {});
  // a key with nothing behind it is as good as no key
  const found = Object.keys(again).filter((key) => again[key] !== '' || keys.includes(key));
  if (!sameValue(found.sort(), keys.sort())) return `js-yaml finds ${Object.keys(again)}, not ${keys}`;
  const odd = TEXTS.find((key) => keys.includes(key) && (again[key] ?? '') !== fields?.[key]);
  return odd === undefined ? undefined : `js-yaml reads ${odd} as ${JSON.stringify(again[odd])}`;
}

afterAll(() => {
  const n = (value: number) => value.toLocaleString('en');
  process.stdout.write(
    `corpus: ${files.length} files, ${n(count.tried)} changes tried, ${n(count.minimal)} minimal, ` +
      `${n(count.refused)} refused; ${n(count.readAgain)} read again by js-yaml\n`,
  );
});
