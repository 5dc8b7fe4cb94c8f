import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLocal } from '../../src/local/open-local.ts';
import { bundleProgram, makeFolder, startProgram } from './run-program.ts';

const printMachine = bundleProgram(new URL('programs/print-machine.ts', import.meta.url));

function makeCheckout(): string {
  const root = join(makeFolder(), 'checkout');
  execFileSync('git', ['init', '-q', root]);
  return root;
}

const machineOf = (root: string, hostname = 'kestrel') =>
  openLocal(join(root, '.git'), { hostname }).machine();

async function askManyTimes(root: string): Promise<ReadonlySet<string>> {
  const programs = Array.from({ length: 8 }, () =>
    startProgram([process.execPath, printMachine, join(root, '.git')]),
  );
  const ends = await Promise.all(programs.map((program) => program.ended));
  return new Set(ends.map((end) => end.out));
}

describe('the machine of a checkout', () => {
  test('is a short name that stays', () => {
    const root = makeCheckout();
    const name = machineOf(root);
    expect(name).toMatch(/^kestrel-[0-9a-f]{4}$/);
    expect(machineOf(root, 'renamed')).toBe(name);
  });

  test.each([
    ['Kestrel.Local', 'kestrel'],
    ['Jane Döe’s Mac_Book', 'jane-d-e-s-mac-book'],
    ['', 'machine'],
    ['-', 'machine'],
    ['\n..', 'machine'],
    ['a'.repeat(300), 'a'.repeat(20)],
  ])('keeps of the host name %j what fits a ref and a line', (hostname, shown) => {
    expect(machineOf(makeCheckout(), hostname)).toMatch(new RegExp(`^${shown}-[0-9a-f]{4}$`));
  });

  test('of a copy is another one, and the first keeps its own', () => {
    const root = makeCheckout();
    const id = readId(root, machineOf(root));
    cpSync(root, `${root}-copy`, { recursive: true, preserveTimestamps: true });
    expect(readId(`${root}-copy`, machineOf(`${root}-copy`))).not.toBe(id);
    expect(readId(root, machineOf(root))).toBe(id);
    expect(machineOf(`${root}-copy`)).toBe(machineOf(`${root}-copy`));
  });

  test('moves with the checkout', () => {
    const root = makeCheckout();
    const name = machineOf(root);
    renameSync(root, `${root}-moved`);
    expect(machineOf(`${root}-moved`)).toBe(name);
  });

  test('is agreed on by processes that ask first at once', async () => {
    for (let round = 0; round < 5; round++) expect((await askManyTimes(makeCheckout())).size).toBe(1);
  });

  test('is agreed on in a fresh copy, too', async () => {
    for (let round = 0; round < 5; round++) {
      const root = makeCheckout();
      machineOf(root);
      cpSync(root, `${root}-copy`, { recursive: true });
      const names = await askManyTimes(`${root}-copy`);
      expect(names).toEqual(new Set([`${machineOf(`${root}-copy`)}\n`]));
    }
  });

  test('is made anew where its file is broken', () => {
    for (const content of ['', '{', '{"id":"../../x","label":"x","directory":{"inode":"1","birth":""}}']) {
      const root = makeCheckout();
      const name = machineOf(root);
      writeFileSync(join(root, '.git', 'rondo', 'machine.json'), content);
      const next = machineOf(root);
      expect(readId(root, next)).toMatch(/^[0-9a-f]{32}$/);
      expect([name, next]).toContain(machineOf(root));
    }
  });

  test('leaves nothing in the work tree', () => {
    const root = makeCheckout();
    machineOf(root);
    expect(execFileSync('git', ['-C', root, 'status', '--porcelain'], { encoding: 'utf8' })).toBe('');
    expect(existsSync(join(root, '.git', 'rondo', 'machine.json.lock'))).toBe(false);
  });
});

function readId(root: string, label: string): unknown {
  const stored: unknown = JSON.parse(readFileSync(join(root, '.git', 'rondo', 'machine.json'), 'utf8'));
  expect(stored).toMatchObject({ label });
  return typeof stored === 'object' && stored !== null && 'id' in stored ? stored.id : undefined;
}
