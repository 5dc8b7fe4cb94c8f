/** Looking at an outside job: one attempt that runs its command until the job is over. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../local/run-program.ts';
import { Checkout } from './checkout.ts';

const SOON = { poll: { everyMs: 20, timeoutMs: 20_000 } };
const LATER = { poll: { everyMs: 600_000, timeoutMs: 20_000 } };
const looks = (checkout: Checkout) => readFileSync(join(checkout.root, 'looks'), 'utf8').length;

describe('an outside job', () => {
  test('is looked at until its command ends with 0, and each look says so in the log', async () => {
    const checkout = new Checkout();
    const end = await checkout.finish('printf x >> looks; [ "$(wc -c < looks)" -ge 3 ] || exit 4', SOON);
    expect(end).toMatchObject({ exitCode: 0, timedOut: false, stopped: false });
    expect(looks(checkout)).toBe(3);
    expect(checkout.log().match(/not yet \(exit code 4\)/g)).toHaveLength(2);
  });

  test('ends with the result that a look leaves, whatever its exit code', async () => {
    const checkout = new Checkout();
    const end = await checkout.finish(
      `printf x >> looks; echo '{"status": "failed", "summary": "the job broke"}' > "$RONDO_RESULT"; exit 1`,
      LATER,
    );
    expect(end).toMatchObject({ exitCode: 1, report: { status: 'failed', summary: 'the job broke' } });
    expect(looks(checkout)).toBe(1);
  });

  test('is not waited for where its command cannot be run', async () => {
    const checkout = new Checkout();
    expect(await checkout.finish('no-such-command-here', LATER)).toMatchObject({ exitCode: 127 });
  });

  test('a look that hangs is ended and counts as not yet', async () => {
    const checkout = new Checkout();
    const end = await checkout.finish('printf x >> looks; [ "$(wc -c < looks)" -ge 2 ] || sleep 600', {
      poll: { everyMs: 20, timeoutMs: 300 },
    });
    expect(end).toMatchObject({ exitCode: 0, timedOut: false });
    expect(checkout.log()).toContain('not yet (it took too long)');
  });

  test('is given up at the timeout of the task', async () => {
    const checkout = new Checkout();
    const end = await checkout.finish('exit 1', { ...LATER, timeoutMs: 300 });
    expect(end).toMatchObject({ timedOut: true, stopped: false });
  });

  test('stopped between two looks ends at once, and looks no more', async () => {
    const checkout = new Checkout();
    checkout.start('printf x >> looks; exit 1', LATER);
    await until(
      'the first look',
      () => existsSync(join(checkout.root, 'looks')) && /next look/.test(checkout.log()),
    );
    checkout.workers.stop('p', 't', 1);
    expect(await checkout.ended()).toMatchObject({ stopped: true });
    expect(looks(checkout)).toBe(1);
  });

  test('a long pause costs no look: nothing is polled in between', async () => {
    const checkout = new Checkout();
    checkout.start('printf x >> looks; [ -e go ] || exit 1', LATER);
    await until('the first look', () => /next look is in 10m/.test(checkout.log()));
    writeFileSync(join(checkout.root, 'go'), '');
    expect(checkout.state()?.kind).toBe('alive');
    expect(looks(checkout)).toBe(1);
  });
});
