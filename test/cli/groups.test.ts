/** `show --group`: what came of a parallel group, by how its members ended. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeAll(() => {
  place = newPlace();
  place.rondo('new', 'p');
  const member = (id: string, fields: string) =>
    `### ${id}: Do ${id}\n\n\`\`\`yaml\nparallel_group: checks\n${fields}\`\`\`\n\n`;
  writeFileSync(
    join(place.dir, 'docs/p-state.md'),
    `---\nrondo: 1\n---\n\n## Tasks\n\n${[
      member('lint', 'status: completed\nresult: { summary: "no\\e[31m warnings" }\n'),
      member('unit', 'status: failed\nresult: { summary: exit code 1 }\n'),
      member('review', 'status: completed\nresult: { passed: false, summary: two holes }\n'),
      member('e2e', 'status: blocked\nblocker: { type: external, detail: the browsers }\n'),
      member('load', 'status: cancelled\n'),
      member('size', ''),
    ].join('')}### other: Not one of them\n`,
  );
});
afterAll(() => place.remove());

test('aggregates completed, failed and open members', () => {
  const ids = (tasks: readonly { readonly id: string }[]) => tasks.map((task) => task.id);
  const document = place.json('show', '--group', 'checks') as Record<string, { readonly id: string }[]>;
  expect(
    Object.fromEntries(['completed', 'failed', 'open', 'cancelled'].map((k) => [k, ids(document[k] ?? [])])),
  ).toEqual({
    completed: ['lint'],
    failed: ['unit', 'review'],
    open: ['e2e', 'size'],
    cancelled: ['load'],
  });
  expect(document.counts).toMatchObject({ total: 6, completed: 2, failed: 1 });
});

test('says it in a line each, inert', () => {
  const { out, code } = place.rondo('show', '--group', 'p/checks');
  expect(code).toBe(0);
  expect(out).not.toContain('\u001b');
  for (const part of [
    'did not pass: two holes',
    'external: the browsers',
    'exit code 1',
    '2 of 6 tasks completed',
  ])
    expect(out).toContain(part);
  expect(out).not.toContain('other');
});

test('a group that is not there is refused with a suggestion, and a call must name one thing', () => {
  const unknown = place.rondo('show', '--group', 'chekcs');
  expect(unknown.code).toBe(2);
  expect(unknown.err).toContain('Did you mean checks?');
  const both = place.rondo('show', 'lint', '--group', 'checks');
  expect(both.code).toBe(2);
  expect(both.err).toContain('--group <plan>/<group>');
  expect(place.rondo('show').code).toBe(2);
});
