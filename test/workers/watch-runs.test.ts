import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { watchRuns } from '../../src/workers/watch-runs.ts';
import { until } from '../local/run-program.ts';
import { Checkout } from './checkout.ts';

function watch(checkout: Checkout, lookEveryMs?: number): { readonly calls: number; stop: () => void } {
  const seen = { calls: 0 };
  const stop = watchRuns(
    checkout.gitDir,
    'p',
    () => {
      seen.calls++;
    },
    lookEveryMs,
  );
  return Object.assign(seen, { stop });
}

describe('watching runs', () => {
  test('wakes once for each end, with the end there to be read', async () => {
    const checkout = new Checkout();
    const states: (string | undefined)[] = [];
    let attempt = 1;
    const stop = watchRuns(checkout.gitDir, 'p', () => states.push(checkout.state(attempt)?.kind));
    for (; attempt <= 5; attempt++) {
      checkout.start('true', { attempt });
      await until('a call', () => states.length === attempt);
    }
    stop();
    expect(states).toEqual(Array(5).fill('ended'));
  });

  test('says nothing of what had ended before', async () => {
    const checkout = new Checkout();
    await checkout.finish('true', { attempt: 1 });
    const watching = watch(checkout);
    await checkout.finish('true', { attempt: 2 });
    await until('a call', () => watching.calls > 0);
    expect(watching.calls).toBe(1);
    watching.stop();
  });

  test('wakes when a killed wrapper is noticed', async () => {
    const checkout = new Checkout();
    checkout.start('echo > up; sleep 1000', { graceMs: 100 });
    await until('the command', () => existsSync(join(checkout.root, 'up')));
    const watching = watch(checkout, 100);
    process.kill(await checkout.claimed(), 'SIGKILL');
    await until('a call', () => watching.calls > 0);
    await until('the loss', () => checkout.state()?.kind === 'lost');
    watching.stop();
  });

  test('lives through the removal of its folder, and says nothing after its end', async () => {
    const checkout = new Checkout();
    const watching = watch(checkout);
    rmSync(join(checkout.gitDir, 'rondo'), { recursive: true });
    watching.stop();
    await checkout.finish('true');
    writeFileSync(join(checkout.gitDir, 'rondo', 'runs', 'p', 'x'), '');
    expect(watching.calls).toBe(0);
  });
});
