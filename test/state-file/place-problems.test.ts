/** Problems of the plan as a value get the line of their field, however the block is laid out. */
import { describe, expect, it } from 'vitest';
import { problem } from '../../src/errors.ts';
import { placeProblems } from '../../src/state-file/place-problems.ts';

const text = (block: string) =>
  `---\nrondo: 1\nsync: { remote: origin, push: auto }\n---\n## Tasks\n### a: A\n### b: B\n\n${block}`;
const fenced = (body: string) => text(`\`\`\`yaml\n${body}\n\`\`\`\n`);
const place = async (from: string, path: readonly (string | number)[], task?: string) => {
  const about = task === undefined ? {} : { task };
  const [placed] = await placeProblems(from, [problem('unknown-blocker', 'x', { ...about, path })]);
  expect(placed).not.toHaveProperty('path');
  return placed?.line === undefined ? undefined : `${placed.line}:${placed.column}`;
};

describe('the place of a value', () => {
  it.each([
    // plain
    ['tags: [x]\nblocked_by: [a, gone]', ['blocked_by', 1], '11:17'],
    ['blocked_by: gone', ['blocked_by', 0], '10:13'],
    ['blocked_by: [a, { task: gone }]', ['blocked_by', 1], '10:17'],
    ['attempt: { number: 1, machine: m }', ['attempt', 'machine'], '10:32'],
    ['attempt: { number: 1 }', ['attempt', 'returns'], '10:10'],
    // not plain
    ['  blocked_by:\n    - a # one\n    - gone', ['blocked_by', 1], '12:7'],
    ['{ blocked_by: ["a", gone] }', ['blocked_by', 1], '10:21'],
    ['"blocked_by": gone', ['blocked_by', 0], '10:15'],
    ['run: |\n  blocked_by: x\nblocked_by:\n- gone', ['blocked_by', 0], '13:3'],
    // a field that is not there: the task
    ['tags: [x]', ['blocked_by', 0], '7:5'],
    ['tags:\n  - x', ['blocked_by', 0], '7:5'],
  ] as const)('%j: %j is at %s', async (body, path, expected) => {
    expect(await place(fenced(body), path, 'b')).toBe(expected);
  });

  it('of a task without a block is its heading, of the plan its frontmatter, of neither nothing', async () => {
    expect(await place(text('Brief.\n'), ['status'], 'b')).toBe('7:5');
    expect(await place(text(''), ['sync', 'push'])).toBe('3:31');
    expect(await place(text(''), ['trust', 'briefs'])).toBeUndefined();
    expect(await place(text(''), ['status'], 'nobody')).toBeUndefined();
  });

  it('is not looked for where there is one, or where no value is named', async () => {
    const known = problem('overrun', 'x', { task: 'b', line: 99, path: ['tags'] });
    const general = problem('overrun', 'x', { task: 'b' });
    const placed = await placeProblems(text(''), [known, general]);
    expect(placed.map((p) => p.line)).toEqual([99, undefined]);
  });
});
