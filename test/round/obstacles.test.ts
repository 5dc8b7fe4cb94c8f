/** What a person does in the work tree for a while: rounds keep away, and a waiting run lives through it. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { RondoError } from '../../src/errors.ts';
import { choosePlan } from '../../src/round/find-plans.ts';
import { runPlan } from '../../src/round/run.ts';
import { type Checkout, FILE, newCheckout, TARGET, untilFile } from './checkout.ts';

const open: Checkout[] = [];
afterEach(() => {
  for (const checkout of open.splice(0)) {
    checkout.write('go', '');
    checkout.remove();
  }
});

// Also over when the checkout is gone, so that a test leaves no worker behind.
const UNTIL_GO = 'touch started; while ! test -e go && test -e .git; do sleep 0.05; done';
const TASK = `### a: First\n\n\`\`\`yaml\nrun: ${UNTIL_GO}\n\`\`\`\n`;

/** A worker is at work, and the commit before it, whose plan has its task pending, would be as good as it is. */
async function working(): Promise<Checkout> {
  const c = newCheckout(TASK);
  open.push(c);
  await c.round({ kind: 'watchdog' });
  await c.round();
  await untilFile(c.dir, 'started');
  return c;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof RondoError) return error.code;
    throw error;
  }
  return 'none';
}

describe('a look at an old commit stops no worker', () => {
  test.each([
    ['with a detached head', (c: Checkout) => c.git('checkout', '-q', '--detach', 'HEAD~1'), 'detached-head'],
    [
      'within a rebase',
      (c: Checkout) =>
        c.tryGit(['rebase', '-q', '-i', 'HEAD~2'], {
          env: { GIT_SEQUENCE_EDITOR: "sed -i '1s/^pick/edit/'" },
        }),
      'operation-in-progress',
    ],
  ])('%s', async (_, prepare, code) => {
    const c = await working();
    prepare(c);
    expect(c.plan()).not.toContain('in_progress');
    for (const request of [{ kind: 'watchdog' }, { kind: 'tick', takeOver: false, recheck: false }] as const)
      expect(await codeOf(c.round(request))).toBe(code);
    expect(existsSync(join(c.outside.workers.directory('demo', 'a', 1), 'stop'))).toBe(false);
    expect(c.reopen().workers.alive()).toHaveLength(1);
  });
});

/** Starts `run`; `acts` are called one after the other, each when it has to wait once more, with the hindrances so far. */
function run(c: Checkout, acts: readonly (() => void)[] = []) {
  const hindrances: string[] = [];
  const left = [...acts];
  const act = () => left.shift()?.();
  const ended = runPlan(c.reopen(), TARGET, {
    takeOver: false,
    wait: true,
    signal: new AbortController().signal,
    onRound: () => undefined,
    onWait: act,
    onHindrance: ({ code }) => {
      hindrances.push(code);
      act();
    },
  });
  return { ended, hindrances };
}

describe('a waiting run', () => {
  test.each([
    [
      'a detached head',
      (c: Checkout) => c.git('checkout', '-q', '--detach'),
      (c: Checkout) => c.git('checkout', '-q', 'main'),
      'detached-head',
    ],
    [
      'a merge',
      (c: Checkout) => writeFileSync(join(c.dir, '.git/MERGE_HEAD'), `${c.git('rev-parse', 'HEAD')}\n`),
      (c: Checkout) => c.git('merge', '--quit'),
      'operation-in-progress',
    ],
  ])('lives through %s, once it has made a good round', async (_, begin, end, code) => {
    const c = await working();
    const begun = () => {
      begin(c);
      c.write('go', '');
    };
    const { ended, hindrances } = run(c, [begun, () => end(c)]);
    expect((await ended).status).toBe('complete');
    expect(hindrances).toEqual([code]);
    const fresh = await working();
    begin(fresh);
    const first = run(fresh);
    expect(await codeOf(first.ended)).toBe(code);
    expect(first.hindrances).toEqual([]);
  });

  test.each([
    ['before the plan was begun', 'side', 'HEAD~1', 'another-branch'],
    ['without the plan', 'side', ':/^first', 'another-branch'],
    ['of Rondo’s own', 'rondo/merged/demo', 'HEAD~1', 'work-branch'],
  ])('leaves its workers alone while a branch %s is checked out', async (_, branch, at, code) => {
    const c = await working();
    const leave = () => c.git('checkout', '-q', '-b', branch, at);
    let living: number | undefined;
    const back = () => {
      living = c.reopen().workers.alive().length;
      c.git('checkout', '-q', 'main');
      c.write('go', '');
    };
    const { ended, hindrances } = run(c, [leave, back]);
    expect((await ended).status).toBe('complete');
    expect([new Set(hindrances), living]).toEqual([new Set([code]), 1]);
    expect(c.plan()).toContain('number: 1');
    expect(c.git('log', '--format=%s', `main..${branch}`)).toBe('');
  });

  test('waits for a plan that is not in the work tree, and ends once a commit has taken it away', async () => {
    const c = await working();
    const away = () => c.git('rm', '-q', FILE);
    const back = () => {
      c.git('checkout', '-q', 'HEAD', '--', FILE);
      c.write('go', '');
    };
    const first = run(c, [away, back]);
    expect((await first.ended).status).toBe('complete');
    expect(first.hindrances).toEqual(['unknown-plan']);
    const other = await working();
    const second = run(other, [() => other.git('rm', '-q', FILE), () => other.git('commit', '-qm', 'gone')]);
    expect(await codeOf(second.ended)).toBe('unknown-plan');
    expect(second.hindrances).toEqual(['unknown-plan']);
  });

  test('goes on where a branch is begun from the plan as it is', async () => {
    const c = await working();
    const leave = () => {
      c.git('checkout', '-q', '-b', 'side');
      c.write('go', '');
    };
    const { ended, hindrances } = run(c, [leave]);
    expect((await ended).status).toBe('complete');
    expect([hindrances, c.git('symbolic-ref', '--short', 'HEAD')]).toEqual([[], 'side']);
  });

  test('ends on an edit that cannot be made, which no waiting mends', async () => {
    const c = await working();
    const anchored = () => {
      writeFileSync(
        join(c.dir, FILE),
        c.plan().replace('status: in_progress', 'status: &s in_progress\ndescription: *s'),
      );
      c.write('go', '');
    };
    const { ended, hindrances } = run(c, [anchored]);
    expect(await codeOf(ended)).toBe('ambiguous-edit');
    expect(hindrances).toEqual([]);
  });
});

test.each([
  ['a folder', 'mkdir docs/bad-state.md'],
  ['a pipe', 'mkfifo docs/bad-state.md'],
  ['a link', 'ln -s demo-state.md docs/bad-state.md'],
  ['bytes that are no text', "printf 'a\\0b' > docs/bad-state.md"],
  ['no plan', 'echo nothing > docs/bad-state.md'],
])('a plan that is %s holds up no other: the one that can be read need not be named', async (_, make) => {
  const c = newCheckout('### a: First\n');
  open.push(c);
  expect(spawnSync('/bin/sh', ['-c', make], { cwd: c.dir }).status).toBe(0);
  expect(await choosePlan(c.reopen(), undefined)).toEqual({ ...TARGET, beside: true });
});
