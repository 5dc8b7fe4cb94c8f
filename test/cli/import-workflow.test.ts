/** `import --from workflow-state`, as a person would use it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

const STATE = '.dev/workflow-state.json';
let place: Place;
beforeEach(() => {
  place = newPlace();
  mkdirSync(join(place.dir, '.dev'));
  write({
    feature: 'Vendor rating',
    phases: {
      requirements: { status: 'completed', output: '.dev/01-requirements.md' },
      planning: { status: 'completed', metadata: { approved: true, approved_at: '2026-01-23T10:30:00Z' } },
      development: { status: 'in_progress', agent: 'al-developer' },
    },
    last_updated: 'today',
  });
});
afterEach(() => place.remove());

const write = (state: unknown) => writeFileSync(join(place.dir, STATE), JSON.stringify(state));
const importIt = (...more: string[]) => place.rondo('import', '--from', 'workflow-state', ...more);

test('the plan goes on where the workflow stood, and the file stays', () => {
  const before = readFileSync(join(place.dir, STATE), 'utf8');
  const { code, out, err } = importIt();
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('2 of 8 phases completed') });
  expect(err).toContain('warning[state-unplaced]');
  expect(readFileSync(join(place.dir, STATE), 'utf8')).toBe(before);
  expect(place.json('status')).toMatchObject({
    plan: 'vendor-rating',
    status: 'awaiting-result',
    tasks: [
      { id: 'requirements', status: 'completed' },
      { id: 'planning', status: 'completed' },
      { id: 'development', status: 'in_progress', owner: 'al-developer' },
      { id: 'review', waiting_on: ['development'] },
      ...Array.from({ length: 4 }, () => ({ status: 'pending' })),
    ],
  });
  expect(place.rondo('check').code).toBe(0);
  // What it wrote is a plan like any other: the review comes next, and sends work back.
  expect(place.rondo('done', 'development', '--summary', 'built').code).toBe(0);
  writeFileSync(join(place.dir, '.dev/review.md'), 'leak');
  place.sh('rondo edit review output=.dev/review.md; rondo claim review');
  place.rondo('done', 'review', '--failed-check', '--meta', 'severity=high');
  place.rondo('round');
  expect(place.json('status')).toMatchObject({
    tasks: [
      {},
      {},
      { id: 'development', status: 'pending', ready: true },
      { id: 'review', status: 'pending' },
      {},
      {},
      {},
      {},
    ],
  });
});

test('with --json the document says what has no place', () => {
  const document = place.json('import', '--from', 'workflow-state', '--as', 'other');
  expect(document).toMatchObject({ plan: 'other' });
  expect((document as { problems: { code: string }[] }).problems.map(({ code }) => code)).toContain(
    'state-unplaced',
  );
});

test.each([
  ['without the file', `rm ${STATE}`, 2, 'usage'],
  ['from a file that is broken', `echo '{' > ${STATE}`, 3, 'workflow-state-broken'],
  [
    'from a link',
    `mv ${STATE} s.json; ln -s ../s.json ${STATE}; ln -sf /etc/passwd ${STATE}`,
    3,
    'not-a-file',
  ],
  ['over a plan that is there', 'rondo new vendor-rating', 4, 'already-exists'],
  ['over a plan that is committed', 'rondo new vendor-rating; rm docs/*', 4, 'already-exists'],
  ['without a name', `echo '{"phase":"x"}' > ${STATE}`, 2, 'usage'],
])('nothing is imported %s', (_, before, exit, code) => {
  place.sh(before);
  const head = place.sh('git rev-parse -q --verify HEAD').out;
  const ended = place.rondo('--json', 'import', '--from', 'workflow-state');
  expect({ exit: ended.code, code: JSON.parse(ended.out).error.code }).toEqual({ exit, code });
  expect(place.sh('git rev-parse -q --verify HEAD').out).toBe(head);
});

test('a worker cannot take over approvals, and who is no approver takes over none', () => {
  const env = { RONDO_PLAN: 'p', RONDO_TASK: 't', RONDO_ATTEMPT: '1' };
  const refused = place.sh('rondo --json import --from workflow-state', env);
  expect(JSON.parse(refused.out)).toMatchObject({ error: { code: 'called-by-worker' } });
  writeFileSync(join(place.dir, 'rondo.yaml'), 'approvers: [boss@example.org]\n');
  expect(importIt().err).toContain('the approval of planning does not count');
  expect(place.json('show', 'planning')).not.toMatchObject({ fields: { approved_by: expect.anything() } });
});
