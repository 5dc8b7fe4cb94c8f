/** Which plan and task a call means, and what is said where that is not clear, or where it is gone. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RoundDocument } from '../../src/model/documents.ts';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

interface Failure {
  readonly error: { readonly code: string; readonly hint: string };
}

const failure = (line: string) => (JSON.parse(place.sh(`rondo ${line} --json`).out) as Failure).error;

describe('two active plans', () => {
  test.each([
    ['status', 'ambiguous-plan', '`rondo <command> p`'],
    ['add X', 'ambiguous-plan', '--plan p'],
    ['decide X', 'ambiguous-plan', '--plan p'],
    ['reopen both', 'ambiguous-plan', 'p/both'],
    ['claim both', 'ambiguous-plan', 'p/both'],
    ['claim nobodys', 'unknown-task', 'rondo status <plan>'],
  ])('%s: %s, and how to name it: %s', (line, code, hint) => {
    place.sh('rondo new p; rondo new q; rondo add Both --plan p; rondo add Both --plan q');
    const said = failure(line);
    expect(said.code).toBe(code);
    expect(said.hint).toContain(hint);
    // What the hint says works.
    if (hint === '--plan p') expect(place.sh(`rondo ${line} --plan p`).code).toBe(0);
    if (line === 'claim both') expect(place.sh('rondo claim p/both').code).toBe(0);
  });
});

test('what is to be run names its plan beside other plans, and means the same from there', () => {
  place.sh(
    'rondo new p; rondo add Both --plan p; rondo add Stuck --plan p; rondo block stuck --type technical',
  );
  const advised = (): readonly unknown[] => {
    const { needs, remedies } = place.json('status', 'p') as RoundDocument;
    return [...needs, ...remedies].map((each) => ('command' in each ? each.command : each.commands));
  };
  expect(advised()).toEqual(['rondo claim both', ['rondo unblock stuck']]);
  place.sh('rondo new q; rondo add Both --plan q; rondo add Stuck --plan q');
  expect(advised()).toEqual(['rondo claim p/both', ['rondo unblock p/stuck']]);
  expect(place.json('next', 'p')).toMatchObject({ needs: [{ command: 'rondo claim p/both' }] });
  expect(place.json('show', 'p/stuck')).toMatchObject({ remedy: { commands: ['rondo unblock p/stuck'] } });
  const needs = ['both', 'stuck'].map((task) => ({ task, command: `rondo claim p/${task}` }));
  expect(place.json('unblock', 'p/stuck')).toMatchObject({ plan: 'p', needs, remedies: [] });
  expect(place.json('claim', 'p/both')).toMatchObject({ plan: 'p', status: 'awaiting-result' });
});

test('a dry run says of a plan by hand that a round would take it up', () => {
  place.sh("mkdir -p docs; printf -- '---\\nrondo: 1\\n---\\n\\n# P\\n\\n## Tasks\\n' > docs/p-state.md");
  expect(place.rondo('round', '--dry-run').out).toContain('a round would do this: p brought up to date');
  expect(place.rondo('round').out).toMatch(/^p brought up to date {2}\(round 1/);
  expect(place.rondo('round', '--dry-run').out).toContain('a round would change nothing');
});

describe('an archived plan', () => {
  beforeEach(() => {
    place.sh('rondo new p; rondo add One; rondo done one; rondo archive p');
  });

  test('can still be looked at by its name', () => {
    expect(place.json('status', 'p')).toMatchObject({
      file: 'docs/archive/p-state.md',
      status: 'complete',
      round: 4,
    });
    expect(place.json('show', 'p/one')).toMatchObject({ task: { status: 'completed' } });
    expect(place.json('log', 'p')).toMatchObject({
      rounds: expect.arrayContaining([expect.objectContaining({ round: 1 })]),
    });
    expect(place.json('list')).toEqual({ plans: [] });
  });

  test('is named where there is no other, and a plan is to be chosen', () => {
    const said = failure('status');
    expect(said.code).toBe('unknown-plan');
    expect(said.hint).toContain('rondo status p`');
    expect(said.hint).toContain('rondo new');
  });

  test('is not changed, and it is said where it is and how it comes back', () => {
    for (const line of ['add Two --plan p', 'claim p/one', 'run p', 'reopen --plan p']) {
      const said = failure(line);
      expect(said.code, line).toBe('unknown-plan');
      expect(said.hint, line).toContain('git mv docs/archive/p-state.md docs/p-state.md');
    }
    expect(failure('new p').code).toBe('already-exists');
    place.sh('git mv docs/archive/p-state.md docs/p-state.md');
    expect(place.json('restart', 'p')).toMatchObject({ changed: true, status: 'running' });
    expect(place.json('status')).toMatchObject({ file: 'docs/p-state.md', counts: { pending: 1 } });
  });

  test('that was removed leaves its name, and a new plan of that name says whose rounds it goes on', () => {
    place.sh('git rm -q docs/archive/p-state.md; git commit -qm "no more p"');
    expect(place.rondo('new', 'p').out).toContain('from 4');
    expect(place.json('status')).toMatchObject({ round: 5 });
    place.sh('rondo new q');
    expect(place.json('status', 'q')).toMatchObject({ round: 1 });
  });
});

test('a plan with edits that no round has seen is not archived', () => {
  place.sh(`rondo new p; rondo add One; sed -i 's/^status: running/status: complete/' docs/p-state.md`);
  expect(failure('archive p').code).toBe('edit-not-committed');
  expect(place.sh('rondo round; test -e docs/p-state.md').code).toBe(0);
  expect(failure('archive p').code).toBe('illegal-transition');
});

describe('a log that is not there', () => {
  test.each([
    ['never started', '', 'not been started'],
    ['removed', 'rondo run --trust-all; rondo clean p', 'rondo clean'],
    ['done by a person', 'rondo claim one; rondo done one', 'A person'],
  ])('%s', (_, line, hint) => {
    place.sh(`rondo new p; rondo add One --run true; ${line}`);
    const said = failure('logs p/one');
    expect(said.code).toBe('usage');
    expect(said.hint).toContain(hint);
  });

  test('but on another machine', () => {
    place.sh('rondo new p; rondo add One --run true; rondo run --trust-all; git clone -q . ../other');
    expect(failure('-C ../other logs p/one').hint).toMatch(/ran on \S+-[0-9a-f]{4}, /);
  });
});

describe('accept', () => {
  test('ahead of the end says what it will do', () => {
    place.sh('rondo new p; rondo add One');
    expect(place.sh('rondo accept').out).toContain('no criteria left to accept');
    place.sh(`printf '\\n## Success criteria\\n\\n- [ ] It works\\n' >> docs/p-state.md`);
    expect(place.sh('rondo accept').out).toContain('count as accepted');
    expect(place.sh('rondo done one; rondo status').out).toContain('[~] It works (accepted by');
  });
});
