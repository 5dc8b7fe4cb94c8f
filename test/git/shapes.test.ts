/** Repositories of every shape: a round works there, or is refused with the reason. */
import { chownSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRepo } from '../../src/git/open-repo.ts';
import { type GitSandbox, gitSandbox, orderOf, PLAN, sandboxAt } from '../support/git-sandbox.ts';
import { codeOf } from './code-of.ts';

let s: GitSandbox;
beforeEach(() => {
  s = gitSandbox();
  s.write(PLAN, 'one\n');
  s.commitAll('plan');
});
afterEach(() => s.remove());

const elsewhere = (name: string) => sandboxAt(s.base, join(s.base, name), s.env);

/** Two rounds, so that the second goes by what the first left. */
function expectRounds(at: GitSandbox): void {
  for (const text of ['two\n', 'three\n']) {
    const repo = at.open();
    expect(repo.commitObstacle(PLAN)).toBeUndefined();
    expect(repo.commit(orderOf(repo, text))).toMatchObject({ kind: 'committed', byUser: false });
    expect(at.git('show', `HEAD:${PLAN}`)).toBe(text.trim());
    expect(at.git('status', '--porcelain')).toBe('');
  }
  expect(at.open().history('demo', PLAN).round).toBe(2);
  expect(at.git('log', '-2', '--format=%an <%ae> %cn')).toBe(
    'Test <test@example.org> Test\nTest <test@example.org> Test',
  );
  expect(at.tryGit(['fsck', '--strict']).code).toBe(0);
}

describe('works', () => {
  it('before the first commit', () => {
    const unborn = gitSandbox({ unborn: true });
    const repo = unborn.open();
    expect(repo.head()).toEqual({ kind: 'branch', ref: 'refs/heads/main', commit: null });
    expect(repo.history('demo', PLAN)).toEqual({ round: 0, attempts: {} });
    expectRounds(unborn);
    expect(unborn.git('rev-list', '--count', 'HEAD')).toBe('2');
    unborn.remove();
  });

  it('before the first commit, with other files staged', () => {
    const unborn = gitSandbox({ unborn: true });
    unborn.write('src/a', 'a\n');
    unborn.git('add', 'src/a');
    const repo = unborn.open();
    expect(repo.commit(orderOf(repo, 'one\n')).kind).toBe('committed');
    expect(unborn.git('ls-tree', '-r', '--name-only', 'HEAD')).toBe(PLAN);
    expect(unborn.git('status', '--porcelain')).toBe('A  src/a');
    unborn.remove();
  });

  it('in a linked work tree', () => {
    s.git('worktree', 'add', '-q', '-b', 'linked', '../linked');
    const linked = elsewhere('linked');
    expect(linked.open().gitDir).toBe(join(s.dir, '.git', 'worktrees', 'linked'));
    expectRounds(linked);
    expect(s.git('status', '--porcelain')).toBe('');
    expect(s.open().history('demo', PLAN).round).toBe(0);
  });

  it('in a linked work tree of a bare repository', () => {
    s.git('clone', '-q', '--bare', '.', '../bare.git');
    s.tryGit(['worktree', 'add', '-q', '-b', 'linked', '../linked'], { cwd: join(s.base, 'bare.git') });
    expectRounds(elsewhere('linked'));
  });

  it('in a submodule', () => {
    const outer = elsewhere('outer');
    mkdirSync(outer.dir);
    outer.git('init', '-q');
    outer.git('submodule', '--quiet', 'add', s.dir, 'inner');
    outer.commitAll('with submodule');
    const inner = elsewhere('outer/inner');
    expect(inner.open().root).toBe(inner.dir);
    expectRounds(inner);
    expect(outer.git('status', '--porcelain')).toBe(' M inner');
    expect(codeOf(() => outer.open().readFile(`inner/${PLAN}`))).toBe('unsafe-path');
  });

  it('in a shallow clone', () => {
    s.git('clone', '-q', '--depth=1', `file://${s.dir}`, '../shallow');
    expectRounds(elsewhere('shallow'));
  });

  it('in a partial clone that has no trees but those checked out', () => {
    s.git('config', 'uploadpack.allowFilter', 'true');
    s.git('clone', '-q', '--filter=tree:0', `file://${s.dir}`, '../partial');
    expectRounds(elsewhere('partial'));
  });

  it('in a sparse checkout, with a sparse index', () => {
    s.write('big/file', 'x\n');
    s.write('big/deep/file', 'x\n');
    s.commitAll('more');
    s.git('sparse-checkout', 'set', '--cone', '--sparse-index', 'docs');
    expectRounds(s);
    expect(s.git('ls-tree', '-r', '--name-only', 'HEAD')).toContain('big/deep/file');
  });

  it('in a clone that borrows objects', () => {
    s.git('clone', '-q', '--shared', '.', '../borrows');
    expectRounds(elsewhere('borrows'));
  });

  it('on a branch with slashes and letters beyond ASCII, and a plan in a folder of such letters', () => {
    s.git('checkout', '-q', '-b', 'täsk/ünï');
    s.write('docs/ä/ö.md', 'ö\n');
    s.write('docs-b/x', 'x\n');
    s.commitAll('more');
    expectRounds(s);
    const repo = s.open();
    expect(repo.readAt(repo.resolve('HEAD'), 'docs/ä/ö.md')).toBe('ö\n');
  });

  it('where the common settings name another work tree', () => {
    const away = join(s.base, 'away');
    cpSync(join(s.dir, 'docs'), join(away, 'docs'), { recursive: true });
    s.git('config', 'core.worktree', away);
    const repo = s.open();
    expect(repo.root).toBe(away);
    expect(repo.commit(orderOf(repo, 'two\n')).kind).toBe('committed');
    expect(readFileSync(join(away, PLAN), 'utf8')).toBe('two\n');
  });

  it('with a folder that git sorts between files', () => {
    const odd = gitSandbox();
    for (const name of ['docs-x', 'docs.txt', 'docs0', 'doc/x', 'docsx/y']) odd.write(name, `${name}\n`);
    odd.commitAll('neighbours');
    expectRounds(odd);
    odd.remove();
  });

  it('when it starts inside a hook of another repository', () => {
    const other = elsewhere('other');
    mkdirSync(other.dir);
    other.git('init', '-q');
    const inherited = {
      GIT_DIR: join(other.dir, '.git'),
      GIT_INDEX_FILE: join(other.dir, '.git/index'),
      GIT_WORK_TREE: other.dir,
      GIT_PREFIX: 'x/',
      GIT_OBJECT_DIRECTORY: join(other.dir, '.git/objects'),
      GIT_NAMESPACE: 'n',
      GIT_GLOB_PATHSPECS: '1',
    };
    const repo = s.open({ env: { ...s.env, ...inherited } });
    expect(repo.root).toBe(s.dir);
    expect(repo.commit(orderOf(repo, 'two\r\n')).kind).toBe('committed');
    expect(s.git('log', '-1', '--format=%s')).toBe('rondo(demo): round 1, running');
    expect(other.tryGit(['count-objects']).out).toMatch(/^0 objects/);
  });

  it('with the author of the environment, and its date', () => {
    const env = {
      ...s.env,
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.org',
      GIT_AUTHOR_DATE: '2026-01-02T03:04:05+0200',
    };
    const repo = s.open({ env });
    repo.commit(orderOf(repo, 'two\n'));
    expect(s.git('log', '-1', '--format=%an %ae %aI %cn')).toBe(
      'Ada ada@example.org 2026-01-02T03:04:05+02:00 Test',
    );
  });
});

describe('is refused', () => {
  it('outside a repository, and in a bare one', () => {
    expect(codeOf(() => openRepo(s.base, { env: s.env }))).toBe('not-a-repository');
    expect(codeOf(() => openRepo(join(s.base, 'nowhere'), { env: s.env }))).toBe('not-a-repository');
    s.git('clone', '-q', '--bare', '.', '../bare.git');
    expect(codeOf(() => openRepo(join(s.base, 'bare.git'), { env: s.env }))).toBe('bare-repository');
    s.git('config', 'core.bare', 'true');
    expect(codeOf(() => s.open())).toBe('bare-repository');
  });

  it.each(['rondo/merged/p', 'rondo/work/p/a/1'])('on %s, a branch of its own', (branch) => {
    s.git('switch', '-q', '-c', branch);
    expect(s.open().commitObstacle(PLAN)?.code).toBe('work-branch');
    s.git('switch', '-q', '-c', 'rondo/plan/p');
    expect(s.open().commitObstacle(PLAN)).toBeUndefined();
  });

  it('on a detached head', () => {
    s.git('checkout', '-q', '--detach');
    expect(s.open().commitObstacle(PLAN)?.code).toBe('detached-head');
    expect(s.open().head().kind).toBe('detached');
  });

  it('where somebody else owns the repository', () => {
    if (process.getuid?.() !== 0) return;
    for (const path of ['.', '.git']) chownSync(join(s.dir, path), 12_345, 12_345);
    expect(codeOf(() => s.open())).toBe('dubious-ownership');
    s.tryGit(['config', '--global', '--add', 'safe.directory', s.dir]);
    expect(codeOf(() => s.open().look(PLAN))).toBeUndefined();
  });

  it('where git ignores the plan, unless it is tracked', () => {
    s.write('.gitignore', 'docs/\n');
    expect(s.open().commitObstacle(PLAN)).toBeUndefined();
    expect(s.open().commitObstacle('docs/new-state.md')?.code).toBe('ignored-plan');
    s.write('docs/new-state.md', 'x\n');
    s.git('add', '-f', 'docs/new-state.md');
    expect(s.open().commitObstacle('docs/new-state.md')).toBeUndefined();
  });

  it('without a name and address, which it asks for by their commands', () => {
    writeFileSync(join(s.base, 'home', '.gitconfig'), '[user]\n\tuseConfigOnly = true\n');
    const repo = s.open();
    expect(codeOf(() => repo.identity())).toBe('identity-missing');
    expect(codeOf(() => repo.commit(orderOf(repo, 'two\n')))).toBe('identity-missing');
    expect(s.read(PLAN)).toBe('one\n');
    expect(s.open().settle()).toEqual([]);
    s.git('config', 'user.name', 'Here');
    s.git('config', 'user.email', 'here@example.org');
    expect(s.open().identity()).toEqual({ name: 'Here', email: 'here@example.org' });
  });

  it('with settings by includes and by environment, read by git itself', () => {
    writeFileSync(join(s.base, 'home', 'more'), '[user]\n\tname = Included\n');
    writeFileSync(
      join(s.base, 'home', '.gitconfig'),
      '[user]\n\tname = "Quo\\"ted"\n\temail = q@example.org ; a comment\n',
    );
    expect(s.open().identity()).toEqual({ name: 'Quo"ted'.replace(/"$/, ''), email: 'q@example.org' });
    writeFileSync(
      join(s.base, 'home', '.gitconfig'),
      '[user]\n\tname = Outer\n\temail = o@example.org\n[include]\n\tpath = more\n',
    );
    expect(s.open().identity().name).toBe('Included');
    const env = {
      ...s.env,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'user.name',
      GIT_CONFIG_VALUE_0: 'By environment',
    };
    expect(s.open({ env }).identity().name).toBe('By environment');
  });
});

describe('waits for an operation of the user to end', () => {
  beforeEach(() => {
    s.git('checkout', '-q', '-b', 'side');
    s.write('README.md', 'side\n');
    s.commitAll('side');
    s.git('checkout', '-q', 'main');
    s.write('README.md', 'main\n');
    s.commitAll('main');
  });

  it.each([
    ['merge', ['merge', 'side'], ['merge', '--abort']],
    ['rebase', ['rebase', 'side'], ['rebase', '--abort']],
    ['rebase', ['rebase', '--apply', 'side'], ['rebase', '--abort']],
    ['cherry-pick', ['cherry-pick', 'side'], ['cherry-pick', '--abort']],
    ['revert', ['revert', '--no-edit', 'HEAD~2'], ['revert', '--abort']],
    ['bisect', ['bisect', 'start'], ['bisect', 'reset']],
  ])('%s by git %j', async (name, start, end) => {
    s.tryGit(start);
    const refusal = s.open().commitObstacle(PLAN);
    expect(refusal?.code).toBe('operation-in-progress');
    expect(refusal?.message).toContain(name);
    expect((await s.open().facts()).operation).toBe(name);
    s.git(...end);
    expect(s.open().commitObstacle(PLAN)).toBeUndefined();
    expectRounds(s);
  });

  it('am', () => {
    const patch = s.git('format-patch', '-1', '--stdout', 'side');
    s.tryGit(['am'], { input: `${patch}\n` });
    expect(s.open().commitObstacle(PLAN)).toMatchObject({
      code: 'operation-in-progress',
      message: 'a am is under way',
    });
    s.git('am', '--abort');
    expect(s.open().commitObstacle(PLAN)).toBeUndefined();
  });

  it('a merge that waits for its commit message', () => {
    s.tryGit(['merge', '-s', 'ours', '--no-commit', 'side']);
    expect(s.open().commitObstacle(PLAN)?.code).toBe('operation-in-progress');
    s.git('commit', '-q', '--no-edit');
    expectRounds(s);
  });
});
