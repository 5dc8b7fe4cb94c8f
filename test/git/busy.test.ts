/** Git is busy: locks, open commits, a plan staged otherwise. Nothing is written, nobody's lock is removed, the round goes on later. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isCommit } from '../../src/git/live-commits.ts';
import { until } from '../local/run-program.ts';
import { type GitSandbox, gitSandbox, orderOf, PLAN, sandboxAt } from '../support/git-sandbox.ts';
import { codeOf } from './code-of.ts';

let s: GitSandbox;
beforeEach(() => {
  s = gitSandbox();
  s.write(PLAN, 'one\n');
  s.write('src/a', 'a\n');
  s.commitAll('plan');
});
afterEach(() => s.remove());

const commit = (text = 'two\n') => {
  const repo = s.open();
  return repo.commit(orderOf(repo, text));
};
const inGit = (name: string) => join(s.dir, '.git', name);

function expectNothingWritten(): void {
  expect(s.read(PLAN)).toBe('one\n');
  expect(s.git('log', '-1', '--format=%s')).toBe('plan');
  expect(existsSync(inGit('rondo/intent.json'))).toBe(false);
}

describe('a lock of somebody else', () => {
  it('on the index defers the round, and stays', () => {
    writeFileSync(inGit('index.lock'), '');
    expect(commit()).toMatchObject({
      kind: 'deferred',
      problem: { code: 'deferred', file: inGit('index.lock') },
    });
    expectNothingWritten();
    expect(existsSync(inGit('index.lock'))).toBe(true);
    rmSync(inGit('index.lock'));
    expect(commit().kind).toBe('committed');
  });

  it('on the index is waited for', async () => {
    writeFileSync(inGit('index.lock'), '');
    const remover = spawn('sh', ['-c', `sleep 0.2; rm ${inGit('index.lock')}`]);
    const repo = s.open({ waitMs: 20_000 });
    expect(repo.commit(orderOf(repo, 'two\n')).kind).toBe('committed');
    remover.kill();
  });

  it.each(['refs/heads/main.lock', 'HEAD.lock'])(
    '%s keeps the file saved, to be committed by the next round',
    (lock) => {
      writeFileSync(inGit(lock), '');
      expect(commit()).toMatchObject({ kind: 'deferred', problem: { code: 'deferred' } });
      expect(existsSync(inGit(lock))).toBe(true);
      expect(codeOf(() => s.open().settle())).toBe('deferred');
      rmSync(inGit(lock));
      expect(s.open().settle()).toMatchObject([{ code: 'round-recovered' }]);
      expect(s.git('log', '-1', '--format=%s')).toBe('rondo(demo): round 1, running');
      expect(s.git('status', '--porcelain')).toBe('');
      expect(commit('three\n').kind).toBe('committed');
    },
  );

  it.each(['config.lock', 'packed-refs.lock', 'shallow.lock'])('%s does not concern a round', (lock) => {
    writeFileSync(inGit(lock), '');
    expect(commit().kind).toBe('committed');
    expect(existsSync(inGit(lock))).toBe(true);
  });

  it('is a fact', async () => {
    writeFileSync(inGit('refs/heads/main.lock'), '');
    writeFileSync(inGit('index.lock'), '');
    const { locks } = await s.open().facts();
    expect(locks.map(({ file }) => file).sort()).toEqual([
      inGit('index.lock'),
      inGit('refs/heads/main.lock'),
    ]);
    expect(locks.every(({ ageMs }) => ageMs >= 0 && ageMs < 60_000)).toBe(true);
  });

  it.each(['checked', 'placed', 'indexed'])('that comes at step "%s" loses nothing', (step) => {
    const repo = s.open({ onStep: (name) => name === step && writeFileSync(inGit('index.lock'), '') });
    const outcome = repo.commit(orderOf(repo, 'two\n'));
    expect(existsSync(inGit('index.lock'))).toBe(true);
    rmSync(inGit('index.lock'));
    expect(outcome.kind).toBe('deferred');
    expect(s.open().settle()).toMatchObject([{ code: 'round-recovered' }]);
    expect(s.git('show', `HEAD:${PLAN}`)).toBe('two');
    expect(s.git('status', '--porcelain')).toBe('');
  });
});

describe('a commit of the user with its editor open', () => {
  let editing: ChildProcess | undefined;
  const go = () => join(s.base, 'go');
  beforeEach(() => {
    const editor = join(s.base, 'editor');
    writeFileSync(
      editor,
      `#!/bin/sh\ntouch ${join(s.base, 'open')}\nwhile [ ! -e ${go()} ]; do sleep 0.02; done\necho "the user's" > "$1"\n`,
    );
    chmodSync(editor, 0o755);
  });
  afterEach(() => {
    writeFileSync(go(), '');
    editing?.kill();
  });

  const start = async (args: readonly string[], cwd = s.dir) => {
    const child = spawn('git', ['commit', '-q', ...args], {
      cwd,
      env: { ...s.env, GIT_EDITOR: join(s.base, 'editor') },
      stdio: 'ignore',
    });
    editing = child;
    await until('the editor', () => existsSync(join(s.base, 'open')));
    return { ended: new Promise<number | null>((resolve) => child.on('close', resolve)) };
  };

  it.each([[['src/a']], [['-a']], [[]]])(
    'git commit %j succeeds, and the round comes after it',
    async (args) => {
      s.write('src/a', 'a, anew\n');
      s.git('add', 'src/a');
      const { ended } = await start(args);
      expect(commit()).toMatchObject({ kind: 'deferred', problem: { code: 'deferred' } });
      expectNothingWritten();
      writeFileSync(go(), '');
      expect(await ended).toBe(0);
      expect(commit().kind).toBe('committed');
      expect(s.git('log', '-2', '--format=%s')).toBe("rondo(demo): round 1, running\nthe user's");
      expect(s.git('status', '--porcelain')).toBe('');
    },
  );

  it('in a subfolder, and by -C, counts; in another work tree it does not', async () => {
    s.write('src/a', 'a, anew\n');
    s.git('add', 'src/a');
    s.git('worktree', 'add', '-q', '-b', 'linked', '../linked');
    const { ended } = await start([], join(s.dir, 'src'));
    expect(commit().kind).toBe('deferred');
    const linked = sandboxAt(s.base, join(s.base, 'linked'), s.env).open();
    expect(linked.commit(orderOf(linked, 'two\n')).kind).toBe('committed');
    writeFileSync(go(), '');
    expect(await ended).toBe(0);
  });

  it.each(['placed', 'indexed'])('opened at step "%s" succeeds as well', async (step) => {
    s.write('src/a', 'a, anew\n');
    s.git('add', 'src/a');
    const steps: string[] = [];
    const repo = s.open({
      onStep: (name) => {
        steps.push(name);
        if (name !== step) return;
        const child = spawn('git', ['commit', '-q'], {
          cwd: s.dir,
          env: { ...s.env, GIT_EDITOR: join(s.base, 'editor') },
          stdio: 'ignore',
        });
        editing = child;
        const end = performance.now() + 10_000;
        while (!existsSync(join(s.base, 'open')) && performance.now() < end)
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      },
    });
    const outcome = repo.commit(orderOf(repo, 'two\n'));
    const ended = new Promise<number | null>((resolve) => editing?.on('close', resolve));
    writeFileSync(go(), '');
    expect(await ended).toBe(0);
    expect(outcome.kind).toBe('deferred');
    s.open().settle();
    expect(s.git('show', `HEAD:${PLAN}`)).toBe('two');
    expect(s.git('show', 'HEAD:src/a')).toBe('a, anew');
    expect(s.git('status', '--porcelain')).toBe('');
  });

  it('is told from other commands by its arguments', () => {
    const yes = [
      ['git', 'commit'],
      ['/usr/bin/git', '-C', 'commit', 'commit', '-m', 'x'],
      ['git', '-c', 'a=b', '--no-pager', 'commit'],
      ['git', '--git-dir', 'x', 'commit'],
    ];
    const no = [
      ['git'],
      ['git', 'log', 'commit'],
      ['git', 'commit-tree'],
      ['git', '-C', 'commit', 'status'],
      ['git', '-c', 'commit'],
    ];
    expect(yes.map(isCommit)).toEqual(yes.map(() => true));
    expect(no.map(isCommit)).toEqual(no.map(() => false));
  });
});

describe('the plan staged', () => {
  it('as something else defers the round and stays staged', () => {
    s.write(PLAN, 'staged\n');
    s.git('add', PLAN);
    s.write(PLAN, 'one\n');
    expect(commit()).toMatchObject({ kind: 'deferred', problem: { file: PLAN } });
    expect(s.git('show', `:${PLAN}`)).toBe('staged');
    expectNothingWritten();
  });

  it('as removed defers the round', () => {
    s.git('rm', '-q', '--cached', PLAN);
    expect(commit().kind).toBe('deferred');
    expect(s.git('status', '--porcelain')).toBe(`D  ${PLAN}\n?? docs/`);
  });

  it('as it stands in the work tree is taken along', () => {
    s.write(PLAN, 'by hand\n');
    s.git('add', PLAN);
    expect(commit('by hand\ntwo\n').kind).toBe('committed');
    expect(s.git('status', '--porcelain')).toBe('');
  });

  it('for the first time, or with intent to add, is taken along', () => {
    for (const flags of [[], ['-N']]) {
      const file = `docs/new${flags.length}-state.md`;
      s.write(file, 'x\n');
      s.git('add', ...flags, file);
      const repo = s.open();
      const order = { ...orderOf(repo, ''), files: [{ file, before: 'x\n', after: 'y\n' }] };
      expect(repo.commit(order).kind).toBe('committed');
      expect(s.git('status', '--porcelain')).toBe('');
    }
  });

  it('with stages of a conflict defers the round', () => {
    const [blob] = s.git('ls-files', '-s', PLAN).split(' ').slice(1);
    s.tryGit(['update-index', '--index-info'], {
      input: `0 ${'0'.repeat(40)}\t${PLAN}\n100644 ${blob} 1\t${PLAN}\n100644 ${blob} 2\t${PLAN}\n`,
    });
    expect(commit().kind).toBe('deferred');
    expectNothingWritten();
  });

  it.each([
    ['--assume-unchanged', 'h'],
    ['--skip-worktree', 'S'],
  ])('keeps its own flag %s', (flag, tag) => {
    s.git('update-index', flag, PLAN);
    s.git('update-index', flag, 'src/a');
    expect(commit().kind).toBe('committed');
    expect(commit('three\n').kind).toBe('committed');
    expect(s.git('ls-files', '-v')).toContain(`${tag} ${PLAN}`);
    expect(s.git('ls-files', '-v')).toContain(`${tag} src/a`);
    s.git('update-index', flag.replace('--', '--no-'), PLAN);
    expect(s.git('status', '--porcelain')).toBe('');
  });

  it('keeps both flags', () => {
    s.git('update-index', '--assume-unchanged', PLAN);
    s.git('update-index', '--skip-worktree', PLAN);
    expect(commit().kind).toBe('committed');
    expect(s.git('ls-files', '-v', PLAN)).toBe(`s ${PLAN}`);
  });
});

it('a hand edit saved just before the file is put in place starts the round again', () => {
  for (const step of ['quiet', 'built', 'intended', 'checked']) {
    s.write(PLAN, 'one\n');
    const repo = s.open({ onStep: (name) => name === step && s.write(PLAN, `one, by hand at ${step}\n`) });
    const order = orderOf(repo, 'two\n');
    const outcome = repo.commit(order);
    if (step === 'checked') continue; // the last look is behind it
    expect(outcome, step).toEqual({ kind: 'moved' });
    expect(s.read(PLAN)).toBe(`one, by hand at ${step}\n`);
    expect(existsSync(inGit('rondo/intent.json'))).toBe(false);
  }
});

it('a hand edit saved right after the file was put in place stays, unstaged', () => {
  for (const step of ['placed', 'indexed', 'swapped', 'looked']) {
    const before = s.read(PLAN);
    const repo = s.open({ onStep: (name) => name === step && s.write(PLAN, `by hand at ${step}\n`) });
    expect(repo.commit(orderOf(repo, `${before}two\n`)).kind, step).toBe('committed');
    expect(s.git('show', `HEAD:${PLAN}`), step).toBe(`${before}two`);
    expect(s.read(PLAN), step).toBe(`by hand at ${step}\n`);
    expect(s.git('status', '--porcelain'), step).toBe(` M ${PLAN}`);
    expect(repo.look(PLAN).edited).toBe(true);
  }
});

it('makes the folders that a plan needs', () => {
  const repo = s.open();
  const file = 'work/deep/er/x-state.md';
  expect(repo.commit({ ...orderOf(repo, ''), files: [{ file, before: null, after: 'x\n' }] }).kind).toBe(
    'committed',
  );
  expect(s.read(file)).toBe('x\n');
  mkdirSync(dirname(join(s.dir, file)), { recursive: true });
  expect(s.git('status', '--porcelain')).toBe('');
});

describe('a plan that the user commits at the last moment', () => {
  const commitAt = (step: string, act: () => void) => {
    const repo = s.open({ onStep: (name) => name === step && act() });
    return repo.commit(orderOf(repo, `${s.read(PLAN)}two\n`));
  };

  it('as READ saw it: the round comes on top', () => {
    s.write(PLAN, 'one\nby hand\n');
    expect(commitAt('checked', () => s.git('commit', '-q', '-a', '-m', 'mine'))).toMatchObject({
      kind: 'committed',
      byUser: false,
    });
    expect(s.git('log', '-2', '--format=%s')).toBe('rondo(demo): round 1, running\nmine');
    expect(s.git('show', `HEAD:${PLAN}`)).toBe('one\nby hand\ntwo');
    expect(s.git('status', '--porcelain')).toBe('');
  });

  it.each(['checked', 'placed', 'indexed'])('otherwise, at step "%s": the round is taken back', (step) => {
    const mine = () => {
      s.write(PLAN, 'mine\n');
      s.git('commit', '-q', '-a', '-m', 'mine');
    };
    expect(commitAt(step, mine)).toEqual({ kind: 'moved' });
    expect(s.read(PLAN)).toBe('mine\n');
    expect(s.git('status', '--porcelain')).toBe('');
    expect(s.git('log', '-1', '--format=%s')).toBe('mine');
  });

  it.each(['placed', 'indexed'])('a soft reset over it, at step "%s", keeps what was there', (step) => {
    s.write(PLAN, 'one, later\n');
    s.commitAll('later');
    expect(commitAt(step, () => s.git('reset', '-q', '--soft', 'HEAD~1'))).toEqual({ kind: 'moved' });
    expect(s.read(PLAN)).toBe('one, later\n');
    expect(s.git('status', '--porcelain')).toBe(`M  ${PLAN}`);
  });
});
