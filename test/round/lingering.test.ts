/** A worker that is over but for something it started: the wait for that is explained, and what lives is named. */
import { execSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { identify } from '../../src/local/process-identity.ts';
import { diagnose } from '../../src/query/doctor.ts';
import { runPlan, waitForChange } from '../../src/round/run.ts';
import { until } from '../local/run-program.ts';
import { type Checkout, newCheckout, TARGET, untilEnded, untilFile } from './checkout.ts';

const open: Checkout[] = [];
afterEach(() => {
  for (const checkout of open.splice(0)) checkout.remove();
});

/** Takes no SIGTERM once it has said that it is up, and ends once it may, or the checkout is gone. */
const STUBBORN = `sh -c 'trap "" TERM; echo > up; while [ -e docs ] && [ ! -e go ]; do sleep 0.05; done'`;

/** Leaves it in the command's group and ends. It has to be up by then: else it would end with the SIGTERM to the group. */
const LEAVES_STUBBORN = `${STUBBORN} & while [ ! -e up ]; do sleep 0.01; done; exit 0`;

function working(command: string): Checkout {
  const made = newCheckout(`### a: A\n\n\`\`\`yaml\nrun: ${command}\n\`\`\`\n`);
  made.write('rondo.yaml', 'grace: 1h\n');
  open.push(made);
  return made;
}

const runDir = (c: Checkout) => c.outside.workers.directory('demo', 'a', 1);

const workersOf = async (c: Checkout) =>
  (await diagnose(c.outside)).checks.filter((check) => check.name === 'workers');

/** The processes that a text tells to kill. */
const killedBy = (text: string | null) =>
  /kill -9 ([\d ]+)$/
    .exec(text ?? '')?.[1]
    ?.split(' ')
    .map(Number) ?? [];

describe('doctor', () => {
  test('names what lives of a worker whose wrapper was killed, and says what ends it', async () => {
    const c = working(STUBBORN);
    await c.round();
    await untilFile(c.dir, 'up');
    const wrapper = Number(/"pid":(\d+)/.exec(readFileSync(join(runDir(c), 'pid.json'), 'utf8'))?.[1]);
    process.kill(wrapper, 'SIGKILL');
    await until('the end of the wrapper', () => identify(wrapper) === null);

    const [left] = await workersOf(c);
    expect(left).toMatchObject({
      state: 'warning',
      hint: expect.stringContaining('rondo round demo; at once'),
    });
    const named = killedBy(left?.hint ?? null);
    expect(named).not.toContain(wrapper);
    expect(named.length).toBeGreaterThan(0);
    expect(left?.message).toContain(`${named[0]} (`);
    expect(left?.message).toContain('trap "" TERM');
    expect(identify(named[0] ?? 0)).not.toBeNull();

    await c.round();
    const [asked] = await workersOf(c);
    expect(asked).toMatchObject({ state: 'warning', hint: expect.stringContaining('within 1h; at once') });
    c.write('go', '');
    await untilFile(runDir(c), 'lost');
    expect(await workersOf(c)).toMatchObject([{ state: 'ok', message: 'none running' }]);
  });

  test('names what a command left in its group, and not the wrapper that ends it', async () => {
    const c = working(LEAVES_STUBBORN);
    await c.round();
    await untilFile(runDir(c), 'lingering');
    const [left] = await workersOf(c);
    expect(left).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('demo/a is over but for'),
    });
    execSync(`${/kill -9 .*$/.exec(left?.hint ?? '')?.[0]} 2>&1 || true`);
    await untilEnded(c, 'a', 1);
    expect((await c.round()).status).toBe('complete');
  });
});

test('a wait ends with the end of the attempt, not with that of its command', async () => {
  const c = working(LEAVES_STUBBORN);
  await c.round();
  const signal = new AbortController().signal;
  const waited = waitForChange(c.outside, TARGET, { timeoutMs: null, signal }).then((changed) => [
    changed,
    existsSync(join(runDir(c), 'exit.json')),
  ]);
  await untilFile(runDir(c), 'lingering');
  // Whoever is woken by the mark has looked by the time that a process has come and gone.
  execSync('true');
  await new Promise((resolve) => setImmediate(resolve));
  c.write('go', '');
  expect(await waited).toEqual([true, true]);
});

test('a run is told why it waits for a worker that has ended, and goes on with its end', async () => {
  const c = working(LEAVES_STUBBORN);
  const told: string[] = [];
  const document = await runPlan(c.outside, TARGET, {
    takeOver: false,
    wait: true,
    signal: new AbortController().signal,
    onRound: () => undefined,
    onWait: (_until, _plan, _needs, lingering) => {
      told.push(...lingering.map(({ message, hint }) => `${message}. ${hint}`));
      if (lingering.length > 0) c.write('go', '');
    },
  });
  expect(told[0]).toMatch(
    /^demo\/a is over but for process.* still runs?\. Rondo ends (it|them) within 1h; at once: kill -9 \d+/,
  );
  expect(document.status).toBe('complete');
});
