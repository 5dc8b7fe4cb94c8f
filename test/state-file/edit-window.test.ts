/** An edit within its window gives the very bytes that an edit of the whole text gives. RONDO_SEED=<n> repeats a run. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChanges, type Change } from '../../src/model/change.ts';
import { codec } from '../../src/state-file/codec.ts';
import { editPlan } from '../../src/state-file/edit-plan.ts';
import { openWindow } from '../../src/state-file/edit-window.ts';
import type { KnownText } from '../../src/state-file/known-text.ts';
import { parsePlan } from '../../src/state-file/parse-plan.ts';
import * as any from './arbitraries.ts';

const FILE = 'docs/sample-state.md';

function knownAs(text: string): KnownText | undefined {
  const { plan, problems, places } = parsePlan(text, FILE, { codec });
  return plan === undefined ? undefined : { text, plan, problems, places };
}

/** Both ways, which must agree in every byte; says whether there was a window. */
function compare(known: KnownText, changes: readonly Change[]): boolean {
  const whole = editPlan(known.text, FILE, changes, { codec });
  const within = editPlan(known.text, FILE, changes, { codec, known });
  if (whole.kind === 'refused') expect(within).toEqual(whole);
  else {
    expect(within.kind === 'edited' ? within.text : within).toBe(whole.text);
    expect(within).toEqual(whole);
    const fresh = parsePlan(whole.text, FILE, { codec });
    expect(within.kind === 'edited' ? within.parsed.places : undefined).toEqual(fresh.places);
    expect(fresh.plan).toEqual(applyChanges(known.plan, changes));
  }
  return openWindow(known, changes) !== undefined;
}

const status = (task: string): Change => ({
  kind: 'task-status',
  task,
  from: 'pending',
  to: 'in_progress',
  reason: 'r',
});
const field = (task: string, name: 'owner' | 'description' | 'tags', to: unknown): Change => ({
  kind: 'task-field',
  task,
  field: name,
  from: undefined,
  to,
  reason: 'r',
});
const next: Change = { kind: 'plan-field', field: 'next_action', from: undefined, to: 'go on', reason: 'r' };

describe('an edit within its window', () => {
  it('is the edit of the whole, over random plans in random layouts', () => {
    let windows = 0;
    fc.assert(
      fc.property(any.plan, any.uglyStyle, fc.nat(), fc.boolean(), (plan, ugly, pick, both) => {
        const known = knownAs(any.uglyText(plan, ugly).text);
        if (known === undefined || plan.tasks.length < 2) return;
        const id = plan.tasks[pick % plan.tasks.length]?.id ?? '';
        const changes = [
          status(id),
          ...(both ? [next, field(id, 'owner', 'me'), field(id, 'tags', ['x'])] : []),
        ];
        if (compare(known, changes)) windows++;
      }),
      any.runs(800),
    );
    expect(windows).toBeGreaterThan(60);
  });

  it('is the edit of the whole on every file of the corpus, task by task and two at a time', () => {
    const folder = join(import.meta.dirname, '../fixtures/corpus');
    let windows = 0;
    for (const name of readdirSync(folder)) {
      const known = knownAs(readFileSync(join(folder, name), 'utf8'));
      if (known === undefined) continue;
      const ids = known.plan.tasks.map(({ id }) => id);
      for (const [i, id] of ids.entries()) {
        const other = ids[(i + 2) % ids.length] ?? id;
        for (const changes of [
          [status(id)],
          [field(id, 'description', 'a: #b')],
          [next, status(id), field(other, 'owner', 'x')],
        ])
          if (compare(known, changes)) windows++;
      }
      compare(known, [next]);
    }
    expect(windows).toBeGreaterThan(100);
  });

  const task = (id: string, body = '') => `### ${id}: T\n\n\`\`\`yaml\nowner: x\n\`\`\`\n\nBrief.\n${body}\n`;
  const text = (...tasks: readonly string[]) => `---\nrondo: 1\n---\n## Tasks\n\n${tasks.join('')}`;
  it.each<[string, string, boolean]>([
    ['a plain file', text(task('a'), task('b'), task('c')), true],
    ['an open list before the next heading', text(task('a', '- x\n\n  - y'), task('b'), task('c')), true],
    ['an indented heading behind', text(task('a'), ` ${task('b')}`, task('c')), false],
    ['an indented heading', text(` ${task('a')}`, task('b'), task('c')), false],
    ['another section behind', `${text(task('b'), task('c'), task('a'))}## Decisions\n\n- x\n`, true],
    ['no line end at the end', text(task('b'), task('c'), task('a')).trimEnd(), true],
    [
      'derived text',
      text(task('a'), task('b', '<!-- rondo:progress -->\n<!-- /rondo:progress -->'), task('c')),
      false,
    ],
    ['a warning', text(task('a'), task('b').replace('owner', 'ownr'), task('c')), false],
    ['most of the plan', text(task('a')), false],
  ])('%s', (_, said, hasWindow) => {
    const known = knownAs(said);
    if (known === undefined) throw new Error(said);
    expect(compare(known, [status('a'), field('a', 'description', 'd')])).toBe(hasWindow);
  });

  it('takes nothing from a text that is another', () => {
    const known = knownAs(text(task('a'), task('b'), task('c')));
    const other = text(task('b'), task('a'), task('c'));
    if (known === undefined) throw new Error();
    expect(editPlan(other, FILE, [status('a')], { codec, known })).toEqual(
      editPlan(other, FILE, [status('a')], { codec }),
    );
  });

  it('does not believe a known text whose plan or places are not its own', () => {
    const known = knownAs(text(task('a'), task('b'), task('c')));
    if (known === undefined) throw new Error();
    const whole = editPlan(known.text, FILE, [status('b')], { codec });
    const starts = known.places.starts.map((at, i) => (i === 1 ? at + 4 : at));
    const wrong = { ...known, places: { ...known.places, starts } };
    expect(editPlan(known.text, FILE, [status('b')], { codec, known: wrong })).toEqual(whole);
  });
});
