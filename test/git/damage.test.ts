/** Damage of refs and objects is told, with where a good value may be found; it is never taken for a fresh start. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RondoError } from '../../src/errors.ts';
import { bundleProgram, mountsAllowed, withMounts } from '../local/run-program.ts';
import { type GitSandbox, gitSandbox, orderOf, PLAN } from '../support/git-sandbox.ts';
import { codeOf } from './code-of.ts';

let s: GitSandbox;
let tip: string;
beforeEach(() => {
  s = gitSandbox();
  s.write(PLAN, 'one\n');
  tip = s.commitAll('plan');
});
afterEach(() => s.remove());

const inGit = (name: string) => join(s.dir, '.git', name);
const problemOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    if (error instanceof RondoError) return error.problems[0];
    throw error;
  }
  return undefined;
};

describe('a branch', () => {
  it.each([
    ['empty', ''],
    ['full of NUL', '\0'.repeat(41)],
    ['garbled', 'zzzz\n'],
    ['cut', 'abc123\n'],
  ])('that is %s', (_, bytes) => {
    s.git('update-ref', 'refs/remotes/origin/main', tip);
    writeFileSync(inGit('refs/heads/main'), bytes);
    const problem = problemOf(() => s.open().look(PLAN));
    expect(problem?.code).toBe('damaged-repository');
    expect(problem?.message).toContain(`reflog last named ${tip}`);
    expect(problem?.message).toContain(`origin/main is ${tip}`);
    expect(problem?.hint).toContain(tip);
    expect(codeOf(() => s.open().head())).toBe('damaged-repository');
    expect(codeOf(() => s.open().history('demo', PLAN))).toBe('damaged-repository');
    expect(codeOf(() => s.open().commit({ ...orderOfGood(), tip: null }))).toBe('damaged-repository');
    expect(s.read(PLAN)).toBe('one\n');
  });

  it('that is mended by what the hint says', () => {
    writeFileSync(inGit('refs/heads/main'), '');
    const command = /: (rm .*)$/.exec(problemOf(() => s.open().head())?.hint ?? '')?.[1] ?? '';
    expect(command).toContain('update-ref');
    for (const part of command.split(' && ')) {
      const [program, ...args] = part.split(' ');
      if (program === 'rm') rmSync(args[1] ?? '');
      else s.git(...args);
    }
    expect(s.open().head()).toEqual({ kind: 'branch', ref: 'refs/heads/main', commit: tip });
  });

  it('that is gone while its reflog is there', () => {
    rmSync(inGit('refs/heads/main'));
    expect(codeOf(() => s.open().head())).toBe('damaged-repository');
  });

  it('packed without an id', () => {
    s.git('pack-refs', '--all');
    writeFileSync(
      inGit('packed-refs'),
      readFileSync(inGit('packed-refs'), 'utf8').replaceAll(tip, 'x'.repeat(40)),
    );
    expect(codeOf(() => s.open().head())).toBe('damaged-repository');
  });

  it('that has no commit yet is none of this', () => {
    s.git('checkout', '-q', '--orphan', 'fresh');
    expect(s.open().head()).toEqual({ kind: 'branch', ref: 'refs/heads/fresh', commit: null });
  });

  const orderOfGood = () => ({ ...GOOD, files: [{ file: PLAN, before: 'one\n', after: 'two\n' }] });
  const GOOD = {
    plan: 'demo',
    ref: 'refs/heads/main',
    message: 'x\n',
    round: 1,
    attempts: {},
    settings: { hooks: false, sign: false, timeoutMs: 1000 },
  };
});

describe('HEAD', () => {
  it.each(['', '\0\0\0', 'ref: \n', 'what\n'])('with the bytes %j', (bytes) => {
    writeFileSync(inGit('HEAD'), bytes);
    expect(codeOf(() => s.open().look(PLAN))).toBe('damaged-repository');
  });
});

describe('an object', () => {
  const objectFile = (id: string) => inGit(`objects/${id.slice(0, 2)}/${id.slice(2)}`);
  const rewrite = (id: string, act: (path: string) => void) => {
    chmodSync(objectFile(id), 0o644);
    act(objectFile(id));
  };

  it.each(['HEAD', 'HEAD^{tree}', 'HEAD:docs'])('%s that is empty, cut or gone', (name) => {
    const id = s.git('rev-parse', name);
    const whole = readFileSync(objectFile(id));
    for (const damage of [
      (p: string) => truncateSync(p),
      (p: string) => writeFileSync(p, whole.subarray(0, 20)),
      (p: string) => rmSync(p),
    ]) {
      rewrite(id, damage);
      expect(codeOf(() => s.open().look(PLAN))).toBe('damaged-repository');
      expect(s.read(PLAN)).toBe('one\n');
      writeFileSync(objectFile(id), whole, { mode: 0o644 });
    }
    expect(codeOf(() => s.open().look(PLAN))).toBeUndefined();
  });

  it('that is empty, where a pack has it whole', () => {
    s.git('repack', '-q', '-a');
    rewrite(tip, (path) => truncateSync(path));
    expect(s.open().look(PLAN).edited).toBe(false);
  });

  it('of the round itself that a crash left empty is written again', () => {
    const repo = s.open();
    const order = orderOf(repo, 'two\n');
    const id = s.tryGit(['hash-object', '-w', '--stdin'], { input: 'two\n' }).out.trim();
    rewrite(id, (path) => truncateSync(path));
    expect(repo.commit(order).kind).toBe('committed');
    expect(s.tryGit(['fsck', '--strict']).code).toBe(0);
  });
});

it('git gc --prune=now at any step of a round leaves the committed tree whole', () => {
  let text = 'one\n';
  for (const step of ['built', 'intended', 'checked', 'placed', 'indexed', 'swapped', 'looked', 'dropped']) {
    const repo = s.open({ onStep: (name) => name === step && s.git('gc', '-q', '--prune=now') });
    text += `${step}\n`;
    const outcome = repo.commit(orderOf(repo, text));
    if (outcome.kind !== 'committed') throw new Error(`${step}: ${JSON.stringify(outcome)}`);
    expect(s.tryGit(['fsck', '--strict', '--full']).code, step).toBe(0);
    expect(s.open().readAt(outcome.commit, PLAN), step).toBe(text);
    expect(s.git('status', '--porcelain'), step).toBe('');
  }
});

/** A task file for the program that commits once. */
function taskFile(name: string, dir: string, after: string): string {
  const file = join(s.base, name);
  writeFileSync(file, JSON.stringify({ dir, order: orderOf(s.open(), after), at: 0, fault: 'kill' }));
  return file;
}

it('a full disk is told, and leaves the old state', ({ skip }) => {
  if (!mountsAllowed()) return skip('mounts are not allowed here');
  const program = bundleProgram(new URL('./programs/commit-once.ts', import.meta.url));
  const disk = join(s.base, 'disk');
  const large = taskFile('large', `${disk}/repo`, `${'x'.repeat(200_000)}\n`);
  const small = taskFile('small', `${disk}/repo`, 'two\n');
  const run = (task: string) => `'${process.execPath}' '${program}' '${task}' 2>/dev/null; echo`;
  const script = `
    export HOME=${s.env.HOME} GIT_CONFIG_NOSYSTEM=1
    mkdir ${disk}; mount -t tmpfs -o size=1m none ${disk}; cp -r ${s.dir} ${disk}/repo; cd ${disk}/repo
    head -c 2000000 /dev/zero > filler 2>/dev/null || true
    ${run(large)}
    cat ${PLAN}; git log -1 --format=%s
    rm filler; git fsck --strict 2>/dev/null; git status --porcelain; ls .git | grep -c lock || true
    ${run(small)}`;
  const printed = (withMounts(script) ?? '').trim().split('\n');
  expect(JSON.parse(printed[0] ?? '')).toEqual({ kind: 'error', code: 'cannot-write' });
  expect(printed.slice(1, 4)).toEqual(['one', 'plan', '0']);
  expect(JSON.parse(printed[4] ?? '')).toMatchObject({ kind: 'committed' });
});

it('a git directory that cannot be written is told, while looking still works', ({ skip }) => {
  if (!mountsAllowed()) return skip('mounts are not allowed here');
  const program = bundleProgram(new URL('./programs/commit-once.ts', import.meta.url));
  const task = taskFile('task', s.dir, 'two\n');
  const script = `export HOME=${s.env.HOME}; mount --bind ${s.dir} ${s.dir}; mount -o remount,ro,bind ${s.dir}; '${process.execPath}' '${program}' '${task}' 2>/dev/null`;
  expect(JSON.parse(withMounts(script) ?? '')).toEqual({ kind: 'error', code: 'cannot-write' });
  expect(readdirSync(inGit('.')).filter((name) => name.endsWith('.lock'))).toEqual([]);
  expect(s.open().look(PLAN).edited).toBe(false);
});

it('a round killed before its swap, whose objects a prune took, is saved all the same', () => {
  for (const step of ['placed', 'indexed']) {
    const before = s.read(PLAN);
    const repo = s.open({
      onStep: (name) => {
        if (name === step) throw new Error('killed');
      },
    });
    expect(() => repo.commit(orderOf(repo, `${before}${step}\n`))).toThrow('killed');
    s.git('gc', '-q', '--prune=now');
    expect(s.open().settle()).toMatchObject([{ code: 'round-recovered' }]);
    expect(s.git('show', `HEAD:${PLAN}`)).toBe(`${before}${step}`);
    expect(s.git('log', '-1', '--format=%s')).toMatch(/^rondo\(demo\)/);
    expect(s.tryGit(['fsck', '--strict', '--full']).code).toBe(0);
    expect(s.git('status', '--porcelain')).toBe('');
  }
});

describe('a git that cannot write', () => {
  const without = (command: string) => {
    const bin = join(s.base, 'bin');
    mkdirSync(bin, { recursive: true });
    const real = s.tryGit(['--exec-path']).out.trim();
    writeFileSync(
      join(bin, 'git'),
      `#!/bin/sh\nfor arg; do case "$arg" in ${command}) echo "fatal: unable to write: No space left on device" >&2; exit 128;; esac; done\nexec "${real}/git" "$@"\n`,
    );
    chmodSync(join(bin, 'git'), 0o755);
    return { ...s.env, PATH: `${bin}:${s.env.PATH}` };
  };

  it.each(['update-index', 'update-ref'])('at %s leaves the old state', (command) => {
    for (const before of ['one\n', 'one, by hand\n']) {
      s.write(PLAN, before);
      const status = s.git('status', '--porcelain');
      const repo = s.open({ env: without(command) });
      expect(codeOf(() => repo.commit(orderOf(repo, `${before}two\n`)))).toBe('cannot-write');
      expect(s.read(PLAN)).toBe(before);
      if (command === 'update-index') expect(s.git('status', '--porcelain')).toBe(status);
      expect(s.open().settle()).toEqual([]);
      expect(s.git('rev-parse', 'HEAD')).toBe(tip);
    }
    const repo = s.open();
    expect(repo.commit(orderOf(repo, 'two\n')).kind).toBe('committed');
    expect(s.git('status', '--porcelain')).toBe('');
  });
});
