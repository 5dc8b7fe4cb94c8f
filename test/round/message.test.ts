/** What the commit of a round says: what people wrote is named, what goes along with a step is not. */
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import { AUTHORED_TASK_FIELDS, KEPT_TASK_FIELDS } from '../../src/model/fields.ts';
import { roundMessage } from '../../src/round/message.ts';

const reason = 'edited by kim';
const step: Change = { kind: 'task-status', task: 'a', from: 'pending', to: 'completed', reason };
const field = (name: string, task = 'a') =>
  ({ kind: 'task-field', task, field: name, from: undefined, to: 'x', reason }) as Change;
const derived: Change = { kind: 'plan-field', field: 'next_action', from: 'x', to: 'y', reason };
const running: Change = { kind: 'plan-status', from: 'running', to: 'running', reason };

const sentences = (
  changes: readonly Change[],
  more: { adopted?: readonly Change[]; arrival?: string } = {},
) =>
  roundMessage({
    plan: 'demo',
    round: 3,
    status: 'running',
    machine: 'm',
    adopted: [],
    attempts: {},
    ...more,
    changes,
  })
    .split('\n')
    .filter((line) => line.startsWith('- '))
    .map((line) => line.slice(2).split(' ').slice(0, 2).join(' '));

describe('beside a step of its task', () => {
  it.each(AUTHORED_TASK_FIELDS)('%s is named: people wrote it', (name) => {
    expect(sentences([step, field(name)])).toEqual(['a: pending', `a: ${name}`]);
  });

  it.each(KEPT_TASK_FIELDS.filter((name) => name !== 'status'))('%s goes along', (name) => {
    expect(sentences([step, field(name)])).toEqual(['a: pending']);
    // of another task it does not
    expect(sentences([step, field(name, 'b')])).toEqual(['a: pending', `b: ${name}`]);
    expect(sentences([field(name)])).toEqual([`a: ${name}`]);
  });
});

describe('what follows from the tasks', () => {
  it('is said only where nothing else is', () => {
    expect(sentences([step, derived])).toEqual(['a: pending']);
    expect(sentences([derived])).toEqual(['plan: next_action']);
    expect(sentences([derived], { adopted: [step] })).toEqual(['by hand,']);
    expect(sentences([running, derived], { arrival: 'plan added, 2 tasks' })).toEqual(['plan added,']);
  });

  it('a status that was not written down is no change', () => {
    expect(sentences([running, step])).toEqual(['a: pending']);
  });
});
