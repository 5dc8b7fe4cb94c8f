import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLocal } from '../../src/local/open-local.ts';
import type { Clock } from '../../src/ports.ts';
import { makeFolder } from './run-program.ts';

function makeClock(): Clock & { at: number; wall: number } {
  const clock = { at: 1000, wall: 0, now: () => clock.wall, monotonic: () => clock.at };
  return clock;
}

describe('since when a value stands still', () => {
  test('from its first sight on, over processes and whatever the wall clock says', () => {
    const gitDir = makeFolder();
    const clock = makeClock();
    expect(openLocal(gitDir, { clock }).observedSince('p/t', 'a')).toBe(1000);
    clock.at = 5000;
    clock.wall = 315_360_000_000;
    expect(openLocal(gitDir, { clock }).observedSince('p/t', 'a')).toBe(1000);
    expect(openLocal(gitDir, { clock }).observedSince('p/u', 'a')).toBe(5000);
  });

  test('starts again when the value changes, also when it changes back', () => {
    const gitDir = makeFolder();
    const clock = makeClock();
    const local = openLocal(gitDir, { clock });
    local.observedSince('p/t', 'a');
    clock.at = 2000;
    expect(local.observedSince('p/t', 'b')).toBe(2000);
    clock.at = 3000;
    expect(local.observedSince('p/t', 'a')).toBe(3000);
  });

  test('starts again when the machine has', () => {
    const gitDir = makeFolder();
    const clock = makeClock();
    openLocal(gitDir, { clock }).observedSince('p/t', 'a');
    const file = join(gitDir, 'rondo', 'observed.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"boot":"[^"]*"/, '"boot":"another"'));
    clock.at = 9000;
    expect(openLocal(gitDir, { clock }).observedSince('p/t', 'a')).toBe(9000);
  });

  test('is never in the future', () => {
    const gitDir = makeFolder();
    const clock = makeClock();
    openLocal(gitDir, { clock }).observedSince('p/t', 'a');
    clock.at = 10;
    expect(openLocal(gitDir, { clock }).observedSince('p/t', 'a')).toBe(10);
  });

  test('what one process has seen is not lost to another that began earlier', () => {
    const gitDir = makeFolder();
    const clock = makeClock();
    const [one, two] = [openLocal(gitDir, { clock }), openLocal(gitDir, { clock })];
    one.observedSince('p/a', 'x');
    two.observedSince('p/b', 'x');
    clock.at = 2000;
    one.observedSince('p/c', 'x');
    expect(openLocal(gitDir, { clock }).observedSince('p/b', 'x')).toBe(1000);
    expect(two.observedSince('p/c', 'x')).toBe(2000);
  });

  test.each(['', '[]', '{"boot":1}', '{"observed":[[]]}'])('a file with %j says nothing', (content) => {
    const gitDir = makeFolder();
    mkdirSync(join(gitDir, 'rondo'));
    writeFileSync(join(gitDir, 'rondo', 'observed.json'), content);
    expect(openLocal(gitDir, { clock: makeClock() }).observedSince('__proto__', 'a')).toBe(1000);
    expect(openLocal(gitDir, { clock: makeClock() }).observedSince('__proto__', 'a')).toBe(1000);
  });
});
