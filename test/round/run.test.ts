import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { RunDocument } from '../../src/model/documents.ts';
import { runPlan, waitForChange } from '../../src/round/run.ts';
import { type Checkout, FILE, newCheckout, TARGET, untilFile } from './checkout.ts';

const PROGRAM = join(import.meta.dirname, '../../dist/rondo.cjs');

const open: Checkout[] = [];
afterEach(() => {
  for (const checkout of open.splice(0)) checkout.remove();
});

function checkout(...args: Parameters<typeof newCheckout>): Checkout {
  const made = newCheckout(...args);
  open.push(made);
  return made;
}

const task = (id: string, command: string, more = '') =>
  `### ${id}: Task ${id}\n\n\`\`\`yaml\n${more}run: ${JSON.stringify(command)}\n\`\`\`\n\n`;
const UNTIL_GO = 'while ! test -e go; do sleep 0.05; done';

interface Watched {
  readonly ended: Promise<RunDocument>;
  readonly abort: () => void;
  readonly hindrances: string[];
  /** Ends before the n-th wait. */
  waiting(n: number): Promise<void>;
}

function run(c: Checkout): Watched {
  const controller = new AbortController();
  const hindrances: string[] = [];
  let waits = 0;
  const listeners = new Set<() => void>();
  const ended = runPlan(c.outside, TARGET, {
    takeOver: false,
    wait: true,
    signal: controller.signal,
    onRound: () => undefined,
    onWait: () => {
      waits += 1;
      for (const listener of listeners) listener();
    },
    onHindrance: (problem) => {
      hindrances.push(problem.code);
      for (const listener of listeners) listener();
    },
  });
  return {
    ended,
    abort: () => controller.abort(),
    hindrances,
    waiting: (n) =>
      new Promise((resolve) => {
        const look = () => {
          if (waits < n && hindrances.length === 0) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
  };
}

describe('run', () => {
  test('goes through a chain of tasks to the end, woken by each worker', async () => {
    const c = checkout(
      task('a', 'true') + task('b', 'true', 'blocked_by: [a]\n') + task('c', 'true', 'blocked_by: [b]\n'),
    );
    const document = await run(c).ended;
    expect(document.status).toBe('complete');
    expect(document.rounds).toBe(4);
    expect(document.counts.completed).toBe(3);
  });

  test('takes up a task that is added by hand while it waits', async () => {
    const c = checkout(task('a', UNTIL_GO));
    const running = run(c);
    await running.waiting(1);
    writeFileSync(join(c.dir, FILE), `${c.plan()}\n${task('b', 'touch b-ran')}`);
    await untilFile(c.dir, 'b-ran');
    c.write('go', '');
    expect((await running.ended).counts.completed).toBe(2);
  });

  test('waits while the plan is broken by hand, and goes on once it is mended', async () => {
    const c = checkout(task('a', UNTIL_GO));
    const running = run(c);
    await running.waiting(1);
    const good = c.plan();
    writeFileSync(join(c.dir, FILE), good.replace('status: in_progress', 'status: in_progres'));
    await running.waiting(Number.POSITIVE_INFINITY);
    expect(running.hindrances).toEqual(['invalid-value']);
    c.write('go', '');
    writeFileSync(join(c.dir, FILE), good);
    expect((await running.ended).status).toBe('complete');
  });

  test('ends where it is told to, and leaves its workers running', async () => {
    const c = checkout(task('a', `${UNTIL_GO}; touch done`));
    const running = run(c);
    await running.waiting(1);
    running.abort();
    expect((await running.ended).status).toBe('awaiting-result');
    expect(existsSync(join(c.dir, 'done'))).toBe(false);
    c.write('go', '');
    await untilFile(c.dir, 'done');
    expect((await run(c).ended).status).toBe('complete');
  });

  test('notices a worker that is killed outright, and tries it again as often as the task says', async () => {
    const c = checkout(task('a', 'test -e second && exit 0; touch second; sleep 600', 'retries: 1\n'));
    const running = run(c);
    await untilFile(c.dir, 'second');
    const [alive] = c.outside.workers.alive();
    if (alive === undefined) throw new Error('no worker is alive');
    process.kill(alive.pid, 'SIGKILL');
    const document = await running.ended;
    expect(document.status).toBe('complete');
    expect(c.plan()).toContain('number: 2');
  });

  test('makes no round at a timeout, only at the end that follows', async () => {
    const c = checkout(task('a', 'sleep 600', 'timeout: 2s\n'));
    const document = await run(c).ended;
    expect(document.remedies).toMatchObject([{ task: 'a', cause: 'timeout' }]);
    expect(document.rounds).toBe(2);
  });

  test('uses no processor time while it waits', async () => {
    if (!existsSync('/proc/self/stat')) throw new Error('this test reads /proc');
    const c = checkout(task('a', `touch began; ${UNTIL_GO}`));
    const child = spawn(process.execPath, [PROGRAM, 'run', 'demo', '--trust-all'], {
      cwd: c.dir,
      env: c.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await untilFile(c.dir, 'began');
    await untilIdle(child.pid ?? 0);
    const before = ticks(child.pid ?? 0);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    // In 3 seconds a wait that polls every 10 ms would take some 30 ticks of 10 ms; waiting on events takes none.
    expect(ticks(child.pid ?? 0) - before).toBeLessThanOrEqual(2);
    c.write('go', '');
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(0);
  });
});

describe('wait', () => {
  test('ends with a change of the plan, and says so where none came', async () => {
    const c = checkout('### a: First\n');
    const signal = new AbortController().signal;
    const changed = waitForChange(c.outside, TARGET, { timeoutMs: 60_000, signal });
    writeFileSync(join(c.dir, FILE), c.plan().replace('First', 'Second'));
    expect(await changed).toBe(true);
    expect(await waitForChange(c.outside, TARGET, { timeoutMs: 50, signal })).toBe(false);
  });
});

/** Processor time of a process so far, in ticks of 10 ms. */
function ticks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Ends once a process has used no time for half a second: it has made its rounds and waits. */
async function untilIdle(pid: number): Promise<void> {
  for (let before = -1; before !== ticks(pid); ) {
    before = ticks(pid);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
