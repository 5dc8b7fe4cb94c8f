/** What is read often costs little: how many bytes it prints, however large the plan. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOCUMENTS } from '../../src/model/documents.ts';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeAll(() => {
  place = newPlace();
  mkdirSync(join(place.dir, 'docs'));
});
afterAll(() => place.remove());

/** Layers of twenty, each task after one of the layer before; the first layer is done where `done`. */
function planOf(tasks: number, fields = ''): string {
  const sections = Array.from({ length: tasks }, (_, i) => {
    const blocked = i < 20 ? '' : `blocked_by: [task-${i - 20}]\n`;
    return `### task-${i}: Task number ${i} of this plan\n\n\`\`\`yaml\n${blocked}run: work ${i}\ntags: [backend]\n${fields}\`\`\`\n`;
  });
  return `---\nrondo: 1\ngoal: Measure what is printed\n---\n\n# Plan\n\n## Tasks\n\n${sections.join('\n')}`;
}

const write = (name: string, text: string) => writeFileSync(join(place.dir, `docs/${name}-state.md`), text);

describe.each([10, 100, 1000])('a plan of %d tasks', (tasks) => {
  beforeAll(() => write('demo', planOf(tasks)));

  test.each([
    ['status --brief', 200],
    ['status --brief --json', 400],
    ['status --brief demo', 200],
    ['next', 1500],
    ['next demo --json', 5000],
    ['list', 200],
    ['list --json', 600],
  ])('`rondo %s` prints at most %d bytes', (line, most) => {
    const { out, code } = place.sh(`rondo ${line}`);
    expect(code).toBe(0);
    expect(Buffer.byteLength(out)).toBeGreaterThan(15);
    expect(Buffer.byteLength(out)).toBeLessThanOrEqual(most);
  });
});

test('`next` says how many more there are, and lists them with --all', () => {
  write('demo', planOf(100));
  const few = DOCUMENTS.next.parse(place.json('next'));
  expect(few).toMatchObject({ waiting: [], more: { ready: 0, queued: 5, waiting: 80, needs: 10 } });
  expect([few.ready, few.queued, few.needs].map((list) => list.length)).toEqual([5, 10, 10]);
  const all = DOCUMENTS.next.parse(place.json('next', '--all'));
  expect(all).toMatchObject({ more: { ready: 0, queued: 0, waiting: 0, needs: 0 } });
  expect([all.ready, all.queued, all.waiting].map((list) => list.length)).toEqual([5, 15, 80]);
});

test('`list` tells a few of many problems, and how many more there are', () => {
  write('demo', planOf(100, 'nonsense: 1\n'));
  const [listed] = DOCUMENTS.list.parse(place.json('list')).plans;
  expect([listed?.problems.length, listed?.more_problems]).toEqual([3, 47]);
  expect(Buffer.byteLength(place.sh('rondo list --json').out)).toBeLessThan(2500);
});

test('`status --brief` shows every plan, a broken one with what is wrong, and takes no other look', () => {
  write('demo', planOf(10));
  write('broken', '---\nrondo: 1\nstatus: [\n---\n');
  expect(place.json('status', '--brief')).toMatchObject({
    plans: [
      { plan: 'broken', status: null, next: expect.any(String) },
      { plan: 'demo', status: 'running', completed: 0, total: 10 },
    ],
  });
  expect(place.json('status', '--brief', 'demo')).toMatchObject({ plans: [{ plan: 'demo' }] });
  expect(place.sh('rondo status --brief --at HEAD').code).toBe(2);
});
