/** What the ledger of a plan says: it follows from the plan alone. */
import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../../src/model/fields.ts';
import type { Ledger } from '../../src/model/ledger.ts';
import { isStamped, workflowId, workflowName } from '../../src/model/workflow-id.ts';
import { hasReceipts, isLedgerOf, ledgerOf } from '../../src/plan/ledger.ts';
import { completed, HOUR, move, NOW, personTask, plan, see, settings, TICK } from '../support/plans.ts';

const reached = (at: string, more: TaskFields = {}): TaskFields => ({
  ...completed,
  milestone: true,
  completed_at: at,
  ...more,
});
const ID = 'demo-20261121T1000';

describe('ledgerOf', () => {
  it('has a receipt of each completed milestone, in the order of their ends, by their steps or places', () => {
    const of = plan(
      [
        personTask('late', reached('2026-11-21T09:30:00Z', { step: 7 })),
        personTask('plain', completed),
        personTask('early', reached('2026-11-21T09:00:00Z', { result: { summary: 'well\nmade' } })),
        personTask('open', { milestone: true }),
      ],
      { fields: { workflow_id: ID, started_at: '2026-11-21T08:00:00Z' } },
    );
    expect(ledgerOf(of, undefined, NOW)).toEqual({
      version: 1,
      workflow_id: ID,
      workflow_type: 'demo',
      started_at: '2026-11-21T08:00:00Z',
      last_checkpoint: '2026-11-21T10:00:00Z',
      current_step: 7,
      status: 'in_progress',
      checkpoints: [
        {
          step: 3,
          name: 'Do early',
          status: 'completed',
          completed_at: '2026-11-21T09:00:00Z',
          data: { task: 'early', summary: 'well made' },
        },
        {
          step: 7,
          name: 'Do late',
          status: 'completed',
          completed_at: '2026-11-21T09:30:00Z',
          data: { task: 'late' },
        },
      ],
    });
  });

  it.each<[string, TaskFields, 'complete' | 'running', Ledger['status'], number]>([
    ['under way', { status: 'in_progress' }, 'running', 'in_progress', 1],
    ['failed, milestone or not', { status: 'failed' }, 'running', 'failed', 2],
    ['over', completed, 'complete', 'completed', 1],
  ])('%s', (_, fields, status, expected, step) => {
    const tasks = [personTask('a', reached('2026-11-21T09:00:00Z')), personTask('b', fields)];
    const ledger = ledgerOf(plan(tasks, { fields: { status } }), undefined, NOW);
    expect(ledger).toMatchObject({ status: expected, current_step: step });
  });

  it('changes its time only where something else changes, and keeps receipts as they are', () => {
    const of = plan(
      [personTask('a', reached('2026-11-21T09:00:00Z')), personTask('b', { milestone: true })],
      {
        fields: { workflow_id: ID },
      },
    );
    const first = ledgerOf(of, undefined, NOW);
    expect(ledgerOf(of, first, NOW + HOUR)).toBe(first);
    const noted = { ...first, checkpoints: first.checkpoints.map((c) => ({ ...c, data: { mine: 'yes' } })) };
    expect(ledgerOf(of, noted, NOW + HOUR)).toBe(noted);
    const tasks = [...of.tasks.slice(0, 1), personTask('b', reached('2026-11-21T10:30:00Z'))];
    const second = ledgerOf({ ...of, tasks }, noted, NOW + HOUR);
    expect(second).toMatchObject({ last_checkpoint: '2026-11-21T11:00:00Z', current_step: 2 });
    expect(second.checkpoints[0]?.data).toEqual({ mine: 'yes' });
  });

  it('is worth writing once there is a receipt, a failure or an end', () => {
    const worth = (fields: TaskFields) =>
      hasReceipts(ledgerOf(plan([personTask('a', { milestone: true, ...fields })]), undefined, NOW));
    expect(worth({})).toBe(false);
    expect(worth({ status: 'in_progress' })).toBe(false);
    expect(worth(completed)).toBe(true);
    expect(worth({ status: 'failed' })).toBe(true);
  });
});

it('a ledger is of this run, of an earlier one of the same workflow, or of another', () => {
  const of = plan([], { fields: { workflow_id: ID } });
  const ledger = (workflow_id: string) => ({ ...ledgerOf(of, undefined, NOW), workflow_id });
  expect(isLedgerOf(of, ledger(ID))).toBe('this run');
  expect(isLedgerOf(of, ledger('demo-20260101T0000'))).toBe('an earlier run');
  expect(isLedgerOf(of, ledger('demo-more-20260101T0000'))).toBe('another workflow');
  expect(isLedgerOf(plan([]), ledger(ID))).toBe('an earlier run');
});

describe('the id of a run', () => {
  const on = settings({ task_tracking: { ledger: true } });

  it('is <name>-<timestamp>', () => {
    expect(workflowId('build-task', NOW)).toBe('build-task-20261121T1000');
    expect(workflowName('build-task-20261121T1000')).toBe('build-task');
    expect([isStamped('build-task-20261121T1000'), isStamped('build-task')]).toEqual([true, false]);
  });

  it('is given once work begins, where a ledger is kept, and only there', () => {
    const tasks = [personTask('a', completed), personTask('b')];
    expect(move(see(plan(tasks), { settings: on })).plan.fields).toMatchObject({
      workflow_id: ID,
      started_at: '2026-11-21T10:00:00Z',
    });
    expect(move(see(plan([personTask('a')]), { settings: on })).plan.fields.workflow_id).toBeUndefined();
    expect(move(see(plan(tasks))).plan.fields.workflow_id).toBeUndefined();
    const named = plan(tasks, { fields: { workflow_id: 'mine' } });
    expect(move(see(named, { settings: on })).plan.fields).toMatchObject({ workflow_id: 'mine' });
  });

  it('is another one after a restart, unless a person chose it', () => {
    const restarted = (id: string) =>
      move(see(plan([personTask('a', completed)], { fields: { workflow_id: id } }), { settings: on }), {
        kind: 'restart',
      }).plan.fields.workflow_id;
    expect(restarted('demo-20260101T0000')).toBeUndefined();
    expect(restarted('mine')).toBe('mine');
    expect(
      move(see(plan([personTask('a')]), { settings: on }), TICK).plan.fields.workflow_id,
    ).toBeUndefined();
  });
});
