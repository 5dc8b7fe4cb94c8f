/** Attempts that work apart, on real git: made, taken up, merged and removed, with nobody's checkout touched. */
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openRepo } from '../../src/git/open-repo.ts';
import type { Isolation, Repo, WorkLook } from '../../src/ports.ts';
import { type GitSandbox, gitSandbox, PLAN, sandboxAt } from '../support/git-sandbox.ts';
import { codeOf } from './code-of.ts';

const open: GitSandbox[] = [];
afterEach(() => {
  for (const s of open.splice(0)) s.remove();
});

function sandbox(...args: Parameters<typeof gitSandbox>): GitSandbox {
  const made = gitSandbox(...args);
  open.push(made);
  made.write(PLAN, 'the plan\n');
  made.write('both.txt', 'one\n');
  made.commitAll('plan');
  return made;
}

function isolation(task: string, attempt = 1, more: Partial<Isolation> = {}): Isolation {
  return {
    branch: `rondo/work/demo/${task}/${attempt}`,
    into: 'rondo/merged/demo',
    ref: 'refs/heads/main',
    planFile: PLAN,
    ...more,
  };
}

/** An attempt whose worker wrote these files, taken up. */
function attempt(repo: Repo, of: Isolation, files: Readonly<Record<string, string>>): string {
  const { path } = repo.worktrees.prepare(of);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  repo.worktrees.collect(of, 'left', null);
  return path;
}

function land(repo: Repo, of: Isolation): WorkLook {
  repo.worktrees.merge(of, 'merged');
  return repo.worktrees.look(of);
}

function collected(look: WorkLook): Extract<WorkLook, { kind: 'collected' }> {
  if (look.kind !== 'collected') throw new Error('it is not taken up');
  return look;
}

describe('a worktree of an attempt', () => {
  test('is made once, on its branch, from the integration branch', () => {
    const s = sandbox();
    const repo = s.open();
    const of = isolation('a');
    const { path, problems } = repo.worktrees.prepare(of);
    expect(problems).toEqual([]);
    expect(path).toBe(join(s.dir, '.git/rondo/worktrees/demo/a/1'));
    expect(s.git('-C', path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/rondo/work/demo/a/1');
    expect(s.git('rev-parse', of.branch, 'rondo/merged/demo')).toBe(s.git('rev-parse', 'main', 'main'));
    writeFileSync(join(path, 'mine.txt'), '');
    expect(s.open().worktrees.prepare(of).path).toBe(path);
    expect(existsSync(join(path, 'mine.txt'))).toBe(true);
  });

  test('that a killed coordinator left half made is made anew', () => {
    const s = sandbox();
    const of = isolation('a');
    const path = join(s.dir, '.git/rondo/worktrees/demo/a/1');
    s.git('worktree', 'add', '-q', '-b', of.branch, path);
    s.git('worktree', 'lock', '--reason', 'initializing', path);
    rmSync(join(path, 'both.txt'));
    s.open().worktrees.prepare(of);
    expect(s.git('-C', path, 'status', '--porcelain')).toBe('');
  });

  test('whose folder was removed goes on from the commits of its branch', () => {
    const s = sandbox();
    const repo = s.open();
    const of = isolation('a');
    const path = attempt(repo, of, { 'a.txt': 'a' });
    rmSync(path, { recursive: true });
    repo.worktrees.prepare(of);
    expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('a');
  });

  test('belongs to the checkout that made it: whoever works there means its plans', () => {
    const s = sandbox();
    const { path } = s.open().worktrees.prepare(isolation('a'));
    expect(openRepo(path, { env: s.env }).root).toBe(s.dir);
    expect(openRepo(join(path, 'docs'), { env: s.env }).gitDir).toBe(join(s.dir, '.git'));
  });

  test('has what was merged before, and what people committed to the branch of the plan since', () => {
    const s = sandbox();
    const repo = s.open();
    attempt(repo, isolation('a'), { 'a.txt': 'a' });
    land(repo, isolation('a'));
    s.write(PLAN, 'a round\n');
    s.commitAll('round');
    const rounds = repo.worktrees.prepare(isolation('b'));
    expect(s.git('rev-parse', 'rondo/work/demo/b/1')).toBe(s.git('rev-parse', 'rondo/merged/demo'));
    expect(existsSync(join(rounds.path, 'a.txt'))).toBe(true);
    s.write('by-hand.txt', 'x');
    s.commitAll('by hand');
    const { path, problems } = repo.worktrees.prepare(isolation('c'));
    expect(problems).toEqual([]);
    expect(['a.txt', 'by-hand.txt'].map((file) => existsSync(join(path, file)))).toEqual([true, true]);
    expect(readFileSync(join(path, PLAN), 'utf8')).toBe('a round\n');
  });

  test('brings the plan no merge for the ledger that rounds write beside it', () => {
    const s = sandbox();
    const repo = s.open();
    const ledger = '.agents/workflow-ledger.yml';
    attempt(repo, isolation('a'), { 'a.txt': 'a' });
    land(repo, isolation('a'));
    const before = s.git('rev-parse', 'rondo/merged/demo');
    s.write(PLAN, 'a round\n');
    s.write(ledger, 'status: in_progress\n');
    s.commitAll('round');
    repo.worktrees.prepare(isolation('b', 1, { ledger }));
    expect(s.git('rev-parse', 'rondo/merged/demo')).toBe(before);
    // Where no ledger is on, it is a file like any other.
    repo.worktrees.prepare(isolation('c'));
    expect(s.git('show', `rondo/merged/demo:${ledger}`)).toBe('status: in_progress');
  });

  test('starts without what conflicts on the branch of the plan, and that is said', () => {
    const s = sandbox();
    const repo = s.open();
    attempt(repo, isolation('a'), { 'both.txt': 'by the worker\n' });
    land(repo, isolation('a'));
    s.write('both.txt', 'by hand\n');
    s.commitAll('by hand');
    const { path, problems } = repo.worktrees.prepare(isolation('b'));
    expect(problems.map((p) => [p.code, p.severity])).toEqual([['integration-behind', 'warning']]);
    expect(readFileSync(join(path, 'both.txt'), 'utf8')).toBe('by the worker\n');
  });

  test('has what landed before, where the integration branch was removed or another clone merged it', () => {
    const s = sandbox();
    const repo = s.open();
    const landed = ['a', 'b'].map((name) => {
      const of = isolation(name);
      attempt(repo, of, { [`${name}.txt`]: name, [PLAN]: `by ${name}\n` });
      land(repo, of);
      return { task: name, commit: s.git('rev-parse', '--short=12', of.branch) };
    });
    s.git('branch', '-D', 'rondo/merged/demo');
    s.write(PLAN, 'a round\n');
    s.commitAll('round');
    const { path, problems } = repo.worktrees.prepare(isolation('c', 1, { landed }));
    expect(problems).toEqual([]);
    expect(['a.txt', 'b.txt'].map((file) => existsSync(join(path, file)))).toEqual([true, true]);
    expect(readFileSync(join(path, PLAN), 'utf8')).toBe('a round\n');
    const tip = s.git('rev-parse', 'rondo/merged/demo');
    repo.worktrees.prepare(isolation('d', 1, { landed }));
    expect(s.git('rev-parse', 'rondo/merged/demo')).toBe(tip);
    // Another clone completed more, and somebody fetched it here.
    s.git('update-ref', '-d', 'refs/heads/rondo/work/demo/b/1');
    s.git('branch', '-f', 'rondo/merged/demo', landed[0]?.commit ?? '');
    const { path: later } = repo.worktrees.prepare(isolation('e', 1, { landed }));
    expect(existsSync(join(later, 'b.txt'))).toBe(true);
  });

  test('says of a new integration branch what it lacks, and starts without', () => {
    const s = sandbox();
    const repo = s.open();
    const of = isolation('a');
    attempt(repo, of, { 'both.txt': 'by the worker\n' });
    s.write('both.txt', 'by hand\n');
    s.commitAll('by hand');
    s.git('branch', '-D', 'rondo/merged/demo');
    const landed = [
      { task: 'a', commit: s.git('rev-parse', '--short=12', of.branch) },
      { task: 'far', commit: '0123456789ab' },
    ];
    const { path, problems } = repo.worktrees.prepare(isolation('b', 1, { landed }));
    expect(problems.map((p) => [p.code, p.severity, p.message.replace(/\w{12}/, '…')])).toEqual([
      ['integration-behind', 'warning', 'rondo/merged/demo lacks the work of a (…): conflicts in both.txt'],
      [
        'integration-behind',
        'warning',
        'rondo/merged/demo lacks the work of far (…): this clone does not have it',
      ],
    ]);
    expect(readFileSync(join(path, 'both.txt'), 'utf8')).toBe('by hand\n');
    // Once it is there, what nobody has here may have been merged as one commit of another history.
    const again = repo.worktrees.prepare(isolation('c', 1, { landed: landed.slice(1) }));
    expect(again.problems).toEqual([]);
  });

  test('starts from the branch of the plan where work is left for pull requests', () => {
    const s = sandbox();
    const repo = s.open();
    const of = isolation('a', 1, { into: null });
    attempt(repo, of, { 'a.txt': 'a' });
    expect(s.tryGit(['rev-parse', '--verify', 'rondo/merged/demo']).code).not.toBe(0);
    expect(collected(repo.worktrees.look(of)).changed).toEqual(['a.txt']);
  });
});

describe('what a worker left', () => {
  test('is committed: changed, new, removed and staged, and an output that git ignores', () => {
    const s = sandbox();
    s.write('.gitignore', 'out/\n*.log\n');
    s.write('gone.txt', '');
    s.commitAll();
    const repo = s.open();
    const of = isolation('a');
    const { path } = repo.worktrees.prepare(of);
    expect(repo.worktrees.look(of)).toEqual({ kind: 'open' });
    writeFileSync(join(path, 'both.txt'), 'changed\n');
    writeFileSync(join(path, 'staged.txt'), 'staged\n');
    s.git('-C', path, 'add', 'staged.txt');
    rmSync(join(path, 'gone.txt'));
    mkdirSync(join(path, 'out'));
    writeFileSync(join(path, 'out/report.md'), 'r\n');
    writeFileSync(join(path, 'x.log'), 'l\n');
    repo.worktrees.collect(of, 'left behind', 'out/report.md');
    const look = collected(repo.worktrees.look(of));
    expect(look.changed).toEqual(['both.txt', 'gone.txt', 'out/report.md', 'staged.txt']);
    expect(look).toMatchObject({ merged: false, refused: null, tip: s.git('rev-parse', of.branch) });
    expect(s.git('log', '--format=%s', '-1', of.branch)).toBe('left behind');
    expect(s.git('-C', path, 'status', '--porcelain')).toBe('');
    repo.worktrees.collect(of, 'left behind', 'out/report.md');
    expect(s.git('rev-parse', of.branch)).toBe(look.tip);
  });

  test('is taken up where a file changed in the second of its checkout, and kept its size', () => {
    const s = sandbox();
    const repo = s.open();
    // What a quick worker does within a second, whatever the clock says.
    s.git('config', 'core.trustctime', 'false');
    const of = isolation('a');
    const { path } = repo.worktrees.prepare(of);
    const file = join(path, 'both.txt');
    const index = s.git('-C', path, 'rev-parse', '--path-format=absolute', '--git-path', 'index');
    const second = 1_700_000_000;
    utimesSync(file, second, second);
    s.git('-C', path, 'update-index', '--refresh');
    utimesSync(index, second, second);
    writeFileSync(file, 'two\n');
    utimesSync(file, second, second);
    repo.worktrees.collect(of, 'left', null);
    expect(s.git('show', `${of.branch}:both.txt`)).toBe('two');
  });

  test('is taken up although a killed git left its lock there', () => {
    const s = sandbox();
    const repo = s.open();
    const of = isolation('a');
    const { path } = repo.worktrees.prepare(of);
    const lock = s.git('-C', path, 'rev-parse', '--path-format=absolute', '--git-path', 'index.lock');
    writeFileSync(lock, '');
    writeFileSync(join(path, 'a.txt'), 'a');
    repo.worktrees.collect(of, 'left', null);
    expect(s.git('show', `${of.branch}:a.txt`)).toBe('a');
    expect(existsSync(lock)).toBe(true);
  });

  test.each([
    ['on no branch', ['checkout', '-q', '--detach']],
    ['on another branch', ['checkout', '-q', '-b', 'mine']],
  ])('belongs to the attempt where its worker went %s', (_, go) => {
    const s = sandbox();
    const repo = s.open();
    const of = isolation('a');
    const { path } = repo.worktrees.prepare(of);
    s.git('-C', path, ...go);
    writeFileSync(join(path, 'one.txt'), '1');
    s.git('-C', path, 'add', '.');
    s.git('-C', path, 'commit', '-q', '-m', 'mine');
    writeFileSync(join(path, 'two.txt'), '2');
    repo.worktrees.collect(of, 'left', null);
    expect(collected(repo.worktrees.look(of)).changed).toEqual(['one.txt', 'two.txt']);
  });

  test('is kept and named where its worker went back behind its own branch', () => {
    const s = sandbox();
    const repo = s.open();
    const of = isolation('a');
    const path = attempt(repo, of, { 'a.txt': 'a' });
    s.git('-C', path, 'checkout', '-q', '--detach', 'HEAD~1');
    writeFileSync(join(path, 'b.txt'), 'b');
    repo.worktrees.collect(of, 'left', null);
    expect(collected(repo.worktrees.look(of)).refused?.why).toContain('on no branch');
    expect(s.git('show', 'refs/rondo/left/demo/a/1:b.txt')).toBe('b');
  });

  test('is looked at again where somebody went on there', () => {
    const s = sandbox();
    const repo = s.open();
    const of = isolation('a');
    const path = attempt(repo, of, { 'a.txt': 'a' });
    s.git('-C', path, 'commit', '-q', '--allow-empty', '-m', 'more');
    expect(repo.worktrees.look(of)).toEqual({ kind: 'open' });
  });

  test('is not there any more where its branch was removed, and that is said', () => {
    const s = sandbox();
    const repo = s.open();
    const of = isolation('a');
    const { path } = repo.worktrees.prepare(of);
    s.git('worktree', 'remove', '--force', path);
    s.git('branch', '-D', of.branch);
    repo.worktrees.collect(of, 'left', null);
    expect(collected(repo.worktrees.look(of)).refused?.why).toContain('is gone');
  });
});

describe('a merge', () => {
  test('leaves the checkout, its index, its stash and its branch as they are', () => {
    const s = sandbox();
    s.write('both.txt', 'stashed\n');
    s.git('stash');
    s.write('staged.txt', 's');
    s.git('add', 'staged.txt');
    s.write('both.txt', 'half done\n');
    const state = () =>
      [
        ['status', '--porcelain=v2', '--branch'],
        ['stash', 'list'],
        ['diff'],
        ['diff', '--cached'],
        ['rev-parse', 'HEAD'],
      ]
        .map((args) => s.git(...args))
        .join('\n');
    const before = state();
    const repo = s.open();
    const of = isolation('a');
    attempt(repo, of, { 'a.txt': 'a', 'both.txt': 'by the worker\n' });
    expect(collected(land(repo, of))).toMatchObject({ merged: true, refused: null });
    expect(state()).toBe(before);
    expect(s.git('show', 'rondo/merged/demo:both.txt')).toBe('by the worker');
    expect(s.git('log', '--format=%s', '-1', 'rondo/merged/demo')).toBe('merged');
    expect(s.git('rev-parse', 'rondo/merged/demo^2')).toBe(s.git('rev-parse', of.branch));
  });

  test('is made once', () => {
    const s = sandbox();
    const repo = s.open();
    attempt(repo, isolation('a'), { 'a.txt': 'a' });
    land(repo, isolation('a'));
    const tip = s.git('rev-parse', 'rondo/merged/demo');
    land(s.open(), isolation('a'));
    expect(s.git('rev-parse', 'rondo/merged/demo')).toBe(tip);
  });

  test('needs no commit for work that changed nothing', () => {
    const s = sandbox();
    const repo = s.open();
    attempt(repo, isolation('a'), {});
    expect(collected(land(repo, isolation('a')))).toMatchObject({ merged: true, changed: [] });
    expect(s.git('rev-parse', 'rondo/merged/demo')).toBe(s.git('rev-parse', 'main'));
  });

  test('is recognised where people merged the branch themselves, into their own', () => {
    const s = sandbox();
    const repo = s.open();
    const of = isolation('a');
    attempt(repo, of, { 'a.txt': 'a' });
    s.git('merge', '-q', '--no-ff', '-m', 'by hand', of.branch);
    s.git('branch', '-D', 'rondo/merged/demo');
    expect(collected(repo.worktrees.look(of)).merged).toBe(true);
  });

  test('never takes what became of the plan file in a worktree, not even where it conflicts', () => {
    const s = sandbox();
    const repo = s.open();
    attempt(repo, isolation('a'), { [PLAN]: 'by one worker\n', 'a.txt': 'a' });
    attempt(repo, isolation('b'), { [PLAN]: 'by another\n', 'b.txt': 'b' });
    for (const of of [isolation('a'), isolation('b')]) expect(collected(land(repo, of)).merged).toBe(true);
    expect(s.git('show', `rondo/merged/demo:${PLAN}`)).toBe('the plan');
    expect(s.git('ls-tree', '-r', '--name-only', 'rondo/merged/demo')).toContain('b.txt');
  });

  test('that conflicts is not made, names the files, and is tried again once one side has moved', () => {
    const s = sandbox();
    const repo = s.open();
    attempt(repo, isolation('a'), { 'both.txt': 'a\n' });
    const path = attempt(repo, isolation('b'), { 'both.txt': 'b\n' });
    land(repo, isolation('a'));
    const look = collected(land(repo, isolation('b')));
    expect(look).toMatchObject({ merged: false, refused: { files: ['both.txt'] } });
    // A person resolves it and forgets to commit.
    expect(s.tryGit(['merge', '-q', 'rondo/merged/demo'], { cwd: path }).code).toBe(1);
    repo.worktrees.collect(isolation('b'), 'left', null);
    expect(collected(repo.worktrees.look(isolation('b'))).refused?.files).toEqual(['both.txt']);
    writeFileSync(join(path, 'both.txt'), 'a\nb\n');
    s.git('-C', path, 'add', '.');
    repo.worktrees.collect(isolation('b'), 'left', null);
    expect(collected(land(repo, isolation('b'))).merged).toBe(true);
    expect(s.git('show', 'rondo/merged/demo:both.txt')).toBe('a\nb');
    expect(s.git('-C', path, 'status', '--porcelain')).toBe('');
    expect(
      existsSync(s.git('-C', path, 'rev-parse', '--path-format=absolute', '--git-path', 'MERGE_HEAD')),
    ).toBe(false);
  });

  test('moves no integration branch that somebody has checked out', () => {
    const s = sandbox();
    const repo = s.open();
    attempt(repo, isolation('a'), { 'a.txt': 'a' });
    s.git('worktree', 'add', '-q', '../look', 'rondo/merged/demo');
    const tip = s.git('rev-parse', 'rondo/merged/demo');
    expect(collected(land(repo, isolation('a'))).refused?.why).toContain('checked out at');
    expect(s.git('rev-parse', 'rondo/merged/demo')).toBe(tip);
    s.git('worktree', 'remove', '../look');
    repo.worktrees.collect(isolation('a'), 'left', null);
    expect(collected(land(repo, isolation('a'))).merged).toBe(true);
  });

  test('runs no hook of the repository', () => {
    const s = sandbox();
    for (const hook of [
      'pre-commit',
      'post-checkout',
      'pre-merge-commit',
      'reference-transaction',
      'post-commit',
    ]) {
      const file = join(s.dir, '.git/hooks', hook);
      writeFileSync(file, `#!/bin/sh\ntouch ${join(s.base, 'ran')}\nexit 1\n`);
      chmodSync(file, 0o755);
    }
    const repo = s.open();
    attempt(repo, isolation('a'), { 'a.txt': 'a' });
    expect(collected(land(repo, isolation('a'))).merged).toBe(true);
    expect(existsSync(join(s.base, 'ran'))).toBe(false);
  });
});

describe('git before 2.38', () => {
  /** A git that does not know how `merge-tree` merges. */
  function oldGit(s: GitSandbox): Repo {
    const bin = join(s.base, 'bin');
    mkdirSync(bin);
    const real = s.tryGit(['--exec-path']).out.trim();
    writeFileSync(
      join(bin, 'git'),
      `#!/bin/sh\nfor a; do test "$a" = --write-tree && { echo 'usage: git merge-tree <base-tree> <branch1> <branch2>' >&2; exit 129; }; done\nexec ${real}/git "$@"\n`,
    );
    chmodSync(join(bin, 'git'), 0o755);
    return s.open({ env: { ...s.env, PATH: `${bin}:${s.env.PATH}` } });
  }

  test('merges in a worktree made for it, and leaves none behind', () => {
    const s = sandbox();
    const repo = oldGit(s);
    attempt(repo, isolation('a'), { 'both.txt': 'a\n', [PLAN]: 'by a worker\n' });
    attempt(repo, isolation('b'), { 'b.txt': 'b', [PLAN]: 'by another\n' });
    attempt(repo, isolation('c'), { 'both.txt': 'c\n' });
    const looks = ['a', 'b', 'c'].map((task) => collected(land(repo, isolation(task))));
    expect(looks.map((look) => look.merged)).toEqual([true, true, false]);
    expect(looks[2]?.refused?.files).toEqual(['both.txt']);
    expect(s.git('show', `rondo/merged/demo:${PLAN}`)).toBe('the plan');
    expect(s.git('show', 'rondo/merged/demo:b.txt')).toBe('b');
    expect(s.git('worktree', 'list', '--porcelain')).not.toContain('.merge');
  });
});

describe('shapes of repositories', () => {
  const cycle = (repo: Repo, ref = 'refs/heads/main') => {
    const of = isolation('a', 1, { ref });
    attempt(repo, of, { 'a.txt': 'a' });
    const look = collected(land(repo, of));
    for (const fact of repo.worktrees.list()) repo.worktrees.remove(fact);
    return [look.merged, look.changed, repo.worktrees.list()];
  };
  const WELL = [true, ['a.txt'], []];

  test('a linked worktree keeps its attempts to itself', () => {
    const s = sandbox();
    s.git('worktree', 'add', '-q', '-b', 'linked', '../linked');
    const linked = sandboxAt(s.base, join(s.base, 'linked'), s.env).open();
    const { path } = linked.worktrees.prepare(isolation('x', 1, { ref: 'refs/heads/linked' }));
    expect(path).toContain('.git/worktrees/linked/rondo/worktrees/demo/x/1');
    expect(s.open().worktrees.list()).toEqual([]);
    expect(openRepo(path, { env: s.env }).root).toBe(join(s.base, 'linked'));
    expect(linked.worktrees.list().map((fact) => fact.branch)).toEqual(['rondo/work/demo/x/1']);
  });

  test('a submodule', () => {
    const s = sandbox();
    const outer = gitSandbox();
    open.push(outer);
    outer.git('submodule', 'add', '-q', s.dir, 'sub');
    const sub = sandboxAt(outer.base, join(outer.dir, 'sub'), outer.env);
    expect(cycle(sub.open())).toEqual(WELL);
  });

  test('a sparse checkout', () => {
    const s = sandbox();
    s.write('far/away.txt', 'x');
    s.commitAll();
    s.git('sparse-checkout', 'set', 'docs');
    expect(cycle(s.open())).toEqual(WELL);
    expect(s.git('show', 'rondo/merged/demo:far/away.txt')).toBe('x');
  });

  test('a shallow clone', () => {
    const s = sandbox();
    s.git('clone', '-q', '--depth=1', `file://${s.dir}`, join(s.base, 'shallow'));
    expect(cycle(sandboxAt(s.base, join(s.base, 'shallow'), s.env).open())).toEqual(WELL);
  });

  test('sha256 object ids', () => {
    const s = sandbox({ init: ['--object-format=sha256'] });
    expect(cycle(s.open())).toEqual(WELL);
  });

  test('a branch that stands where the names of Rondo would go is named', () => {
    const s = sandbox();
    s.git('branch', 'rondo');
    expect(codeOf(() => s.open().worktrees.prepare(isolation('a')))).toBe('git-failed');
  });
});

describe('cleaning', () => {
  test('removes what is merged, and never what is not', () => {
    const s = sandbox();
    const repo = s.open();
    for (const task of ['a', 'b', 'c']) attempt(repo, isolation(task), { [`${task}.txt`]: task });
    land(repo, isolation('a'));
    land(repo, isolation('c'));
    appendFileSync(join(s.dir, '.git/rondo/worktrees/demo/c/1/c.txt'), 'more');
    const facts = repo.worktrees.list();
    expect(facts.map(({ task, merged, dirty }) => [task, merged, dirty])).toEqual([
      ['a', true, false],
      ['b', false, false],
      ['c', true, true],
    ]);
    expect(facts.map((fact) => codeOf(() => repo.worktrees.remove(fact)))).toEqual([
      undefined,
      'work-not-merged',
      'work-not-merged',
    ]);
    expect(s.git('branch', '--list', 'rondo/*', '--format=%(refname:short)').split('\n')).toEqual([
      'rondo/merged/demo',
      'rondo/work/demo/b/1',
      'rondo/work/demo/c/1',
    ]);
    expect(existsSync(join(s.dir, '.git/rondo/worktrees/demo/a/1'))).toBe(false);
  });

  test('removes the integration branch once the branch that is checked out has all of it', () => {
    const s = sandbox();
    const repo = s.open();
    attempt(repo, isolation('a'), { 'a.txt': 'a' });
    land(repo, isolation('a'));
    expect(repo.worktrees.removeIntegration('demo')).toBe(false);
    s.git('merge', '-q', '--ff-only', 'rondo/merged/demo');
    expect(repo.worktrees.removeIntegration('demo')).toBe(true);
    expect(repo.worktrees.removeIntegration('demo')).toBe(false);
  });
});
