/** Ledgers as text: read however they are written, edited in place, printed anew only where that must be. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Checkpoint, Ledger } from '../../src/model/ledger.ts';
import { editLedger, parseLedger } from '../../src/state-file/ledger-text.ts';
import { printLedger } from '../../src/state-file/print-ledger.ts';

/** The example of the document that asks for it. */
const DOCUMENTED = `version: 1
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
    data: {}
`;
const read = (text: string): Ledger => {
  const { ledger, problems } = parseLedger(text, 'l.yml');
  if (ledger === undefined) throw new Error(JSON.stringify(problems));
  return ledger;
};
const receipt = (step: number, more: Partial<Checkpoint> = {}): Checkpoint => ({
  step,
  name: `Step ${step}`,
  status: 'completed',
  completed_at: '2026-02-13T15:00:00Z',
  data: { task: `t${step}` },
  ...more,
});

test('the documented ledger is read, and printed as it stands', () => {
  const ledger = read(DOCUMENTED);
  expect(ledger).toMatchObject({ version: 1, current_step: 4, status: 'in_progress' });
  expect(ledger.checkpoints).toEqual([
    { step: 1, name: 'Workspace setup', status: 'completed', completed_at: '2026-02-13T14:31:00Z', data: {} },
  ]);
  expect(printLedger(ledger)).toBe(DOCUMENTED.replace(/ # .*/, ''));
});

test('what is printed is read back, whatever its strings are', () => {
  const line = fc.string({ maxLength: 20, unit: 'grapheme' });
  const arbitrary = fc.array(
    fc.record({
      step: fc.integer({ min: -5, max: 99 }),
      name: line,
      status: fc.constantFrom('completed', 'failed'),
    }),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(line, arbitrary, line, (workflow_id, steps, data) => {
      const checkpoints = steps.map((each) => ({ ...each, data: { note: data } }) as Checkpoint);
      const ledger: Ledger = { version: 1, workflow_id, current_step: 2, status: 'failed', checkpoints };
      expect(read(printLedger(ledger))).toEqual(ledger);
    }),
  );
});

describe.each([
  ['block', DOCUMENTED],
  ['not indented', DOCUMENTED.replace(/^ {2}/gm, '')],
  ['windows', DOCUMENTED.replaceAll('\n', '\r\n')],
  ['no final line end', DOCUMENTED.trimEnd()],
  ['a comment at the end', `${DOCUMENTED}# the end\n`],
  ['other keys and blank lines', DOCUMENTED.replace('status:', 'host: ci # kept\n\nstatus:')],
  ['plain strings', DOCUMENTED.replaceAll('"', '')],
])('an edit in place: %s', (_, text) => {
  test('a receipt more and a new status leave every other byte', () => {
    const from = read(text);
    const to: Ledger = {
      ...from,
      status: 'failed',
      current_step: 5,
      last_checkpoint: '2026-02-13T15:00:00Z',
      checkpoints: [...from.checkpoints, receipt(5)],
    };
    const edited = editLedger(text, from, to);
    expect(edited.rewritten).toBe(false);
    expect(read(edited.text)).toEqual(to);
    const kept = (of: string) =>
      of.split(/\r?\n/).filter((line) => line !== '' && !/^(status|current_step|last_checkpoint)/.test(line));
    const lines = kept(edited.text);
    expect(kept(text).filter((line) => !lines.includes(line))).toEqual([]);
    expect(lines.length).toBe(kept(text).length + 5);
    expect(edited.text.includes('\r')).toBe(text.includes('\r'));
    // Undone, it is the text as it was.
    const back = editLedger(edited.text, to, from);
    expect(back.rewritten).toBe(false);
    expect(back.text.trimEnd()).toBe(text.trimEnd());
  });
});

test('a receipt that goes takes no comment of a person along unsaid', () => {
  const text = DOCUMENTED.replace('data: {}', 'data: {} # looked at it');
  const from = read(text);
  const edited = editLedger(text, from, { ...from, checkpoints: [receipt(1)] });
  expect(edited).toEqual({ text: printLedger({ ...from, checkpoints: [receipt(1)] }), rewritten: true });
  const own = printLedger(from);
  expect(editLedger(own, from, { ...from, checkpoints: [receipt(2)] }).rewritten).toBe(false);
});

test.each([
  ['[1, 2]', 1, 1],
  ['version: 2\nworkflow_id: x\ncurrent_step: 1\nstatus: in_progress\ncheckpoints: []\n', 1, 10],
  ['version: 1\nworkflow_id: x\ncurrent_step: one\nstatus: in_progress\ncheckpoints: []\n', 3, 15],
  ['version: 1\nworkflow_id: x\ncurrent_step: 1\nstatus: done\ncheckpoints: []\n', 4, 9],
  ['version: 1\nworkflow_id: x\ncurrent_step: 1\nstatus: failed\ncheckpoints:\n  - name: x\n', 6, 5],
  ['version: 1\n  status: [', 2, undefined],
  ['version: !!js/function 1\n', 1, undefined],
  ['\0', 1, 1],
])('an unreadable one is shown at its place: %j', (text, line, column) => {
  const { ledger, problems } = parseLedger(text, 'l.yml');
  expect(ledger).toBeUndefined();
  expect(problems[0]).toMatchObject({
    code: 'ledger-broken',
    file: 'l.yml',
    line,
    ...(column === undefined ? {} : { column }),
  });
});
