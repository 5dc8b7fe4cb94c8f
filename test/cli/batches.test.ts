/** How batches, queues and the critical path read. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { queueLines, summariseChanges } from '../../src/cli/print/print-round.ts';
import { batchLine } from '../../src/cli/print/words.ts';
import type { ProgressDocument, RoundDocument } from '../../src/model/documents.ts';
import { newPlace } from './rondo-process.ts';

const batch = (more: Partial<ProgressDocument>): ProgressDocument => ({
  number: 2,
  done: 0,
  total: 5,
  in_progress: 0,
  blocked: 0,
  failed: 0,
  ...more,
});

test.each<[Partial<ProgressDocument> | null, string]>([
  [{ done: 3, in_progress: 2 }, 'Batch 2: 3/5 tasks complete (60%)'],
  [{ total: 1, blocked: 1 }, 'Batch 2: 0/1 (blocked)'],
  [{ done: 1, total: 3, blocked: 1, failed: 1 }, 'Batch 2: 1/3 (failed, blocked)'],
  [{ done: 1, blocked: 1, in_progress: 3 }, 'Batch 2: 1/5 tasks complete (20%), 1 blocked'],
  [{ total: 1, in_progress: 1 }, ''],
  [null, ''],
])('%j reads %j', (of, line) => {
  expect(batchLine(of === null ? null : batch(of))).toBe(line);
});

test.each<[Partial<RoundDocument>, readonly string[]]>([
  [{ busy: 5, most_at_once: 5, queued: ['a', 'b'] }, ['5 in progress (most at once). Queued: 2 (a, b)']],
  [{ busy: 1, most_at_once: 5, queued: ['a'] }, ['Queued: 1 (a)']],
  [
    { busy: 1, most_at_once: 5, queued: ['a', 'b'], overlaps: [{ task: 'b', with: 'x' }] },
    ['Queued: 1 (a)', 'b waits for x: both may change the same files'],
  ],
  [{ busy: 5, most_at_once: 5, queued: [] }, []],
])('%j reads %j', (of, lines) => {
  expect(queueLines(of)).toEqual(lines);
});

test('a review that sends work back is said not to have passed', () => {
  const step = (task: string, from: string, to: string) => ({
    kind: 'task-status' as const,
    task,
    field: null,
    from,
    to,
    reason: '',
  });
  const result = { kind: 'task-field' as const, task: 'review', field: 'result', from: null, reason: '' };
  const sent = [
    step('review', 'in_progress', 'completed'),
    { ...result, to: { passed: false } },
    step('build', 'completed', 'pending'),
    step('review', 'completed', 'pending'),
  ];
  const summary = 'review did not pass, build back to pending, review back to pending';
  expect(summariseChanges({ changes: sent, effects: [] })).toBe(summary);
  const start = { kind: 'start' as const, id: 'p/build/2', task: 'build', attempt: 2, reason: 'ready' };
  const summary2 = 'review did not pass, review back to pending, build started again (attempt 2)';
  const again = [...sent, step('build', 'pending', 'in_progress')];
  expect(summariseChanges({ changes: again, effects: [start] })).toBe(summary2);
  const passed = [step('review', 'in_progress', 'completed'), { ...result, to: { passed: true } }];
  expect(summariseChanges({ changes: passed, effects: [] })).toBe('review completed');
});

test.each([
  [{ overrun_reported_at: '2026-11-21T10:45:00Z' }, 'a past its estimate'],
  [{ lease_until: '2026-11-21T12:00:00Z' }, 'a goes on, its lease is extended'],
])('that %j is noted of an attempt reads %j', (noted, text) => {
  const from = { number: 1, lease_until: '2026-11-21T11:00:00Z' };
  const change = {
    kind: 'task-field' as const,
    task: 'a',
    field: 'attempt',
    from,
    to: { ...from, ...noted },
  };
  expect(summariseChanges({ changes: [{ ...change, reason: '' }], effects: [] })).toBe(text);
});

test('a restart is said in words, not by the fields that it renews', () => {
  const renewed = (field: string) => ({
    kind: 'plan-field' as const,
    task: null,
    field,
    from: 'old',
    to: 'new',
    reason: '',
  });
  const changes = ['workflow_id', 'started_at', 'next_action'].map(renewed);
  expect(summariseChanges({ changes, effects: [] })).toBe('a new run begins');
});

describe('a plan with estimates', () => {
  const outline = [
    'new demo',
    'add A --id a --run "true"',
    'add B --id b --run "true"',
    'add C --id c --run "true"',
    'add D --id d --run "true" --after a,b',
    'add E --id e --run "true" --after d,a',
    'edit a estimate=30m',
    'edit b estimate=10m',
    'edit c estimate=10m',
    'edit d estimate=20m',
  ];

  test('is told by its batches, what they should take, and its critical path', () => {
    const place = newPlace();
    try {
      writeFileSync(join(place.dir, 'rondo.yaml'), 'parallelism: { max_parallel_tasks: 2 }\n');
      for (const line of outline) expect(place.sh(`rondo ${line}`).code, line).toBe(0);
      expect(place.sh('rondo batches').out).toBe(
        [
          'Batch 1a  together  a, b',
          'Batch 1b  then      c (batch 1: 30m)',
          'Batch 2   alone     d (20m)',
          'Batch 3   alone     e',
          'estimated 1h10m one by one, 50m with 2 at once: saves 20m (29%); not counted: 1 task without an estimate',
          '',
        ].join('\n'),
      );
      expect(place.sh('rondo graph --critical').out).toBe(
        [
          'a (pending, critical)',
          'b (pending, slack 20m)',
          'd (pending, critical) <- a, b',
          'e (pending, slack 0s) <- d, a',
          'c (pending, slack 40m)',
          'critical path: a -> d (50m)',
          'adds nothing: e <- a, since d waits for it',
          '',
        ].join('\n'),
      );
      const mermaid = place.sh('rondo graph --critical --format mermaid').out;
      for (const line of ['  t0 ==> t2', '  t1 --> t2', '  t0 -.-> t3', '  class t0,t2 critical'])
        expect(mermaid.split('\n')).toContain(line);
      const dot = place.sh('rondo graph --critical --format dot').out;
      expect(dot).toContain('"a" -> "d" [penwidth=3];');
      expect(dot).toContain('"a" -> "e" [style=dashed];');
      expect(place.sh('rondo graph --format dot').out).not.toMatch(/penwidth|dashed/);
    } finally {
      place.remove();
    }
  });
});
