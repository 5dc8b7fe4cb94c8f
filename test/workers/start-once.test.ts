import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleProgram, mountsAllowed, startProgram, until, withMounts } from '../local/run-program.ts';
import { Checkout, wrapper } from './checkout.ts';

const startRun = bundleProgram(new URL('programs/start-run.ts', import.meta.url));

const COUNT = 'echo x >> ran-$RONDO_ATTEMPT';
const ran = (checkout: Checkout, attempt: number) => {
  try {
    return readFileSync(join(checkout.root, `ran-${attempt}`), 'utf8').length / 2;
  } catch {
    return 0;
  }
};
const go = (checkout: Checkout, attempt: number) => writeFileSync(join(checkout.root, `go${attempt}`), '');

describe('an attempt is run once', () => {
  test('when two coordinators start it at the same moment, 20 times', async () => {
    const checkout = new Checkout();
    const attempts = Array.from({ length: 20 }, (_, n) => n + 1);
    const both = [1, 2].map(() =>
      startProgram([process.execPath, startRun, checkout.gitDir, wrapper, COUNT, attempts.join(',')]),
    );
    for (const program of both) await program.line(/ready/);
    for (const attempt of attempts) {
      checkout.order(COUNT, { attempt });
      go(checkout, attempt);
      for (const program of both) await program.line(new RegExp(`^started ${attempt}$`));
      await checkout.ended(attempt);
    }
    for (const attempt of attempts) expect(ran(checkout, attempt)).toBe(1);
  });

  test('when several wrappers are started for it', async () => {
    const checkout = new Checkout();
    await checkout.finish(COUNT);
    const again = Array.from({ length: 6 }, () =>
      startProgram([process.execPath, wrapper, checkout.workers.directory('p', 't', 1)]),
    );
    for (const program of again) await program.ended;
    checkout.start(COUNT);
    expect(ran(checkout, 1)).toBe(1);
  });

  test('when its coordinator is killed around the start and the next one goes on, 15 times', async () => {
    const checkout = new Checkout();
    const found = new Set<string>();
    for (let attempt = 1; attempt <= 15; attempt++) {
      checkout.order(COUNT, { attempt });
      const program = startProgram([
        process.execPath,
        startRun,
        checkout.gitDir,
        wrapper,
        COUNT,
        String(attempt),
      ]);
      await program.line(/ready/);
      go(checkout, attempt);
      const end = performance.now() + Math.random() * 8;
      while (performance.now() < end);
      program.child.kill('SIGKILL');
      await program.ended;
      const kind = checkout.state(attempt)?.kind ?? 'none';
      found.add(kind);
      expect(kind).not.toBe('lost');
      // The next round starts what it finds announced, and also what has not got as far as a directory.
      checkout.start(COUNT, { attempt });
      await checkout.ended(attempt);
    }
    for (let attempt = 1; attempt <= 15; attempt++) expect(ran(checkout, attempt)).toBe(1);
    expect(found.size).toBeGreaterThan(1);
  });

  test('and goes on to its end when its coordinator is killed', async () => {
    const checkout = new Checkout();
    checkout.order('');
    const command =
      'echo > up; while ! test -e go; do sleep 0.01; done; echo "{\\"summary\\":\\"done alone\\"}" > $RONDO_RESULT';
    const program = startProgram([
      process.execPath,
      startRun,
      checkout.gitDir,
      wrapper,
      `${command}; sleep 0`,
      '1',
    ]);
    await program.line(/ready/);
    go(checkout, 1);
    await until('the command', () => checkout.state()?.kind === 'alive');
    program.child.kill('SIGKILL');
    await program.ended;
    expect(checkout.state()?.kind).toBe('alive');
    writeFileSync(join(checkout.root, 'go'), '');
    expect(await checkout.ended()).toMatchObject({ exitCode: 0, report: { summary: 'done alone' } });
  });

  test('or counts as lost, never as announced, when its wrapper is killed at any moment', async () => {
    const checkout = new Checkout();
    for (let attempt = 1; attempt <= 15; attempt++) {
      checkout.start(`${COUNT}; sleep 1000`, { attempt, graceMs: 100 });
      const state = checkout.state(attempt);
      if (state?.kind !== 'alive') throw new Error('not started');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 90));
      process.kill(state.pid, 'SIGKILL');
      const after = await until('its end', () => {
        const kind = checkout.state(attempt)?.kind;
        return kind !== 'alive' && kind;
      });
      // Killed before its claim it has started nothing.
      if (after === 'announced') expect(ran(checkout, attempt)).toBe(0);
      else expect(after).toBe('lost');
    }
  });
});

describe('a full disk', () => {
  test.runIf(mountsAllowed())('ends no work, and the word of its end is written once there is room', () => {
    // It ends once what makes room is out of its process group, which is ended with it.
    const room = "(setsid sh -c 'echo; exec > /dev/null; sleep 2; rm fill' &) | read ready";
    const command = `cat /dev/zero > fill; ${room}; echo some output; exit 5`;
    const out = withMounts(`
      mount -t tmpfs -o size=256k none /mnt
      mkdir -p /mnt/.git
      touch /mnt/go1
      ${process.execPath} ${startRun} /mnt/.git ${wrapper} "${command}" 1 > /dev/null
      until test -e /mnt/.git/rondo/runs/p/t/1/exit.json; do sleep 0.05; done
      test ! -e /mnt/fill
      cat /mnt/.git/rondo/runs/p/t/1/exit.json`);
    expect(JSON.parse(out ?? '')).toMatchObject({ exitCode: 5, stopped: false });
  });
});
