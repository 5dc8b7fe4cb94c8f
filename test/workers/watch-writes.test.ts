/** What a worker changed outside its `writes`, as git tells it: real repositories, real workers. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Checkout, codesOf, newCheckout, untilEnded, untilFile } from '../round/checkout.ts';

const open: Checkout[] = [];
afterEach(() => {
  for (const checkout of open.splice(0)) checkout.remove();
});

const task = (id: string, run: string, more = 'writes: [src/**]\n') =>
  `### ${id}: Task ${id}\n\n\`\`\`yaml\n${more}run: ${JSON.stringify(run)}\n\`\`\`\n\n`;
const ENFORCED = 'specialists: { strict: { command: "false", enforce_writes: true } }\n';
const STRICT = 'specialist: strict\nwrites: [src/**]\n';

async function endOf(run: string, options: { strict?: boolean; before?: (c: Checkout) => void } = {}) {
  const c = newCheckout(task('a', run, options.strict === true ? STRICT : undefined), {
    head: options.strict === true ? ENFORCED : '',
  });
  open.push(c);
  c.write('src/x', 'x');
  c.write('docs/y', 'y');
  c.commitAll('files');
  options.before?.(c);
  await c.round();
  await untilEnded(c, 'a', 1);
  const document = await c.round();
  const said = document.problems
    .filter(({ code }) => code === 'outside-writes')
    .map(({ message }) => message);
  return { c, document, said };
}

describe('what was changed outside the `writes` of a task', () => {
  test.each([
    ['an edit', 'echo z > docs/y', 'docs/y'],
    [
      'new files, deep and with odd names',
      'mkdir -p "o d/ü" && echo z > "o d/ü/n" && echo z > src/x',
      'o d/ü/n',
    ],
    ['a removal', 'rm docs/y', 'docs/y'],
    [
      'a commit',
      'echo z > docs/y && git add -A && git -c user.name=w -c user.email=w@x commit -qm w',
      'docs/y',
    ],
    ['more than can be told', 'for i in 1 2 3 4 5 6 7; do echo z > f$i; done', 'f1, f2, f3, f4, f5 and more'],
  ])('%s is reported, and the task is completed', async (_, run, paths) => {
    const { said, document } = await endOf(run);
    expect(said).toEqual([`changed outside the \`writes\` of a: ${paths}`]);
    expect(document.status).toBe('complete');
  });

  test('is nothing where it changed what it may, or nothing at all', async () => {
    const { said } = await endOf('echo z > src/x; mkdir -p src/deep; echo z > src/deep/n');
    expect(said).toEqual([]);
  });

  test('is nothing of what was changed before it began and is as it was', async () => {
    const before = (c: Checkout) => writeFileSync(join(c.dir, 'docs/y'), 'by hand\n');
    expect((await endOf('echo z > src/x', { before })).said).toEqual([]);
    expect((await endOf('echo more >> docs/y', { before })).said).toHaveLength(1);
  });

  test('blocks the task where its specialist enforces them, until it is unblocked', async () => {
    const { c, document } = await endOf('echo z > docs/y', { strict: true });
    expect([document.status, codesOf(document)]).toEqual(['blocked', ['outside-writes']]);
    expect(c.committed()).toContain('docs/y');
    c.git('checkout', '-q', '--', 'docs/y');
    const again = await c.round({ kind: 'unblock', task: 'a' });
    expect(again.status).toBe('running');
  });

  test('is looked at in the worktree, where the worker has one of its own, committed or not', async () => {
    const run = 'echo z > docs/y; git add -A; git commit -qm w; echo z > src/x; echo z > odd';
    const c = newCheckout(
      task('a', run, 'specialist: own\nwrites: [src/**]\n') + task('b', 'true', 'writes: [src/**]\n'),
      {
        head: 'specialists: { own: { command: "false", isolation: worktree, enforce_writes: true } }\n',
      },
    );
    open.push(c);
    c.write('docs/y', 'y');
    c.write('src/x', 'x');
    c.commitAll('files');
    const first = await c.round();
    expect(first.effects.filter(({ kind }) => kind === 'start')).toHaveLength(2);
    await Promise.all(['a', 'b'].map((id) => untilEnded(c, id, 1)));
    const { problems } = await c.round();
    expect(problems.filter(({ code }) => code === 'outside-writes').map(({ message }) => message)).toEqual([
      'changed outside the `writes` of a: docs/y, odd',
    ]);
    expect(c.committed()).toContain('type: conflict');
  });

  test('may be the doing of another task that ran here at the same time, which is said; what that one writes is its own', async () => {
    const waits = (then: string) =>
      `touch begun-$RONDO_TASK; while ! test -e go; do sleep 0.05; done; ${then}`;
    const c = newCheckout(
      task('a', waits('echo z > docs/y; echo z > odd'), 'writes: [src/**, begun-*]\n') +
        task('b', waits('true'), 'writes: [docs/**, go]\n'),
    );
    open.push(c);
    await c.round();
    await Promise.all([untilFile(c.dir, 'begun-a'), untilFile(c.dir, 'begun-b')]);
    c.write('go', '');
    await Promise.all([untilEnded(c, 'a', 1), untilEnded(c, 'b', 1)]);
    const { problems } = await c.round();
    const ofA = problems.filter(({ code, task: of }) => code === 'outside-writes' && of === 'a');
    expect(ofA.map(({ message }) => message)).toEqual([
      'changed outside the `writes` of a: odd; it may have been another: b ran here at the same time',
    ]);
  });
});
