/** `ledger`, `export --to ledger`, `import --from ledger`; and what the ledger says where the plan cannot be read. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DOCUMENTS } from '../../src/model/documents.ts';
import { newPlace, type Place } from './rondo-process.ts';

const LEDGER = '.agents/workflow-ledger.yml';
let place: Place;
beforeEach(() => {
  place = newPlace();
  writeFileSync(join(place.dir, 'rondo.yaml'), 'task_tracking: { ledger: true }\n');
  place.sh(
    'rondo new ship-it && rondo add "Set up" --id setup && rondo add Build --id build && rondo add Quality --id quality',
  );
  place.sh('for t in setup build quality; do rondo edit $t milestone=true; done');
});
afterEach(() => place.remove());

const read = (file: string) => readFileSync(join(place.dir, file), 'utf8');
const loseThePlan = () => place.sh('git rm -q docs/ship-it-state.md && git commit -qm gone');

function shown(): Record<string, unknown> {
  const document = place.json('ledger') as Record<string, unknown>;
  expect(DOCUMENTS.ledger.safeParse(document).error?.issues ?? []).toEqual([]);
  return document;
}

test('the states of the recovery decision table are shown, with what each leads to', () => {
  expect(shown()).toMatchObject({ state: 'none', resume: 'fresh', ledger: null, on: true });
  place.sh('rondo step setup -- true');
  expect(shown()).toMatchObject({ state: 'in_progress', resume: 'from-last-checkpoint', current: true });
  place.sh('rondo step build -- false');
  expect(shown()).toMatchObject({ state: 'failed', resume: 'from-failed-step', ledger: { current_step: 2 } });
  expect(place.rondo('ledger').out).toContain('2  Build  failed');
  writeFileSync(join(place.dir, LEDGER), 'version: [');
  expect(shown()).toMatchObject({ state: 'unreadable', resume: 'stop-or-fresh' });
  expect(place.rondo('ledger')).toMatchObject({ code: 3, err: expect.stringContaining('ledger-broken') });
  place.sh(`git checkout -q -- ${LEDGER}; rondo step build -- true; rondo step quality -- true`);
  expect(shown()).toMatchObject({ state: 'completed', resume: 'fresh' });
});

test('a workflow whose plan is gone goes on from its ledger: completed steps are completed, the failed one is next', () => {
  place.sh('rondo step setup -- true; rondo done build --summary "two files"; rondo step quality -- false');
  const id = /workflow_id: "(.*)"/.exec(read(LEDGER))?.[1];
  expect(loseThePlan().code).toBe(0);
  // Without any plan it is still shown.
  expect(shown()).toMatchObject({ plan: null, state: 'failed', current: null });
  const { code, err, out } = place.rondo('import', '--from', 'ledger');
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('2 of 3 known steps completed') });
  expect(err).toContain('git has the plan docs/ship-it-state.md itself');
  expect(place.json('status')).toMatchObject({
    plan: 'ship-it',
    status: 'running',
    tasks: [
      { id: 'setup', status: 'completed' },
      { id: 'build', status: 'completed', summary: 'two files' },
      { id: 'quality', status: 'pending', ready: true },
    ],
  });
  expect(read('docs/ship-it-state.md')).toContain(`workflow_id: ${id}`);
  place.sh('rondo step quality -- true');
  expect(shown()).toMatchObject({ state: 'completed', ledger: { workflow_id: id }, current: true });
});

test('a ledger of another tool is taken over, with the step that was under way', () => {
  const text = `version: 1
workflow_id: "build-task-20260213T1430"
workflow_type: "build-task"
started_at: "2026-02-13T14:30:00Z"
last_checkpoint: "2026-02-13T14:35:00Z"
current_step: 4
status: "in_progress" # in_progress | completed | failed
checkpoints:
  - step: 1
    name: "Workspace setup"
    status: "completed"
    completed_at: "2026-02-13T14:31:00Z"
    data: { branch: "main" }
`;
  writeFileSync(join(place.dir, 'theirs.yml'), text);
  expect(place.rondo('import', 'theirs.yml', '--from', 'ledger').code).toBe(0);
  expect(place.json('status', 'build-task')).toMatchObject({
    tasks: [
      { id: 'workspace-setup', status: 'completed' },
      { id: 'step-4', status: 'pending' },
    ],
  });
  expect(read('docs/build-task-state.md')).toContain('completed_at: 2026-02-13T14:31:00Z');
  expect(read('docs/build-task-state.md')).toContain('branch: main');
});

test('what is exported is what a round writes', () => {
  place.sh('rondo step setup -- true');
  expect(place.rondo('export', '--to', 'ledger').out).toBe(read(LEDGER));
  const document = place.json('export', 'ship-it', '--to', 'ledger');
  expect(DOCUMENTS.export.safeParse(document).success).toBe(true);
});

describe('there is nothing to import', () => {
  test.each([
    ['without a ledger', 'true', 2, 'usage'],
    [
      'of a run that is over',
      'rondo done setup; rondo done build; rondo done quality; git rm -q docs/*; git commit -qm x',
      4,
      'illegal-transition',
    ],
    ['while the plan is there', 'rondo done setup', 4, 'already-exists'],
    ['while the plan is committed', 'rondo done setup; rm docs/ship-it-state.md', 4, 'already-exists'],
    ['that can be read', `mkdir -p .agents; echo "status: [" > ${LEDGER}`, 3, 'ledger-broken'],
  ])('%s', (_, before, exit, code) => {
    place.sh(before);
    const head = place.sh('git rev-parse HEAD').out;
    const ended = place.sh('rondo import --from ledger --json');
    expect(ended.code).toBe(exit);
    expect(JSON.parse(ended.out)).toMatchObject({ error: { code } });
    expect(place.sh('git rev-parse HEAD').out).toBe(head);
  });

  test('an unreadable one is a fresh start where the settings say so', () => {
    appendFileSync(join(place.dir, 'rondo.yaml'), 'on_broken_ledger: fresh\n');
    place.sh(`mkdir -p .agents; echo "status: [" > ${LEDGER}`);
    const { code, err } = place.rondo('import', '--from', 'ledger', '--as', 'again');
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('warning[ledger-broken]') });
    expect(place.json('status', 'again')).toMatchObject({ counts: { total: 0 } });
  });
});

describe('a status that cannot be read', () => {
  beforeEach(() => {
    place.sh('rondo step setup -- true');
    appendFileSync(join(place.dir, 'docs/ship-it-state.md'), '\n## Tasks\n');
  });

  test('is told by the ledger, which is said', () => {
    const { code, err } = place.rondo('status', 'ship-it');
    expect(code).toBe(3);
    expect(err).toMatch(
      /the ledger says: ship-it-\S+ is in_progress at step 1, last checkpoint \S+ \(\.agents/,
    );
    expect(err).toContain('duplicate-section');
  });

  test('leaves out the steps that the ledger has as completed, and runs the others', () => {
    const first = place.sh('rondo step ship-it/setup --skip-completed -- echo ran');
    expect(first).toMatchObject({
      out: '',
      code: 0,
      err: expect.stringContaining('completed by the ledger'),
    });
    const second = place.sh('rondo step ship-it/build --skip-completed -- echo ran');
    expect(second).toMatchObject({ out: 'ran\n', code: 0 });
  });
});
