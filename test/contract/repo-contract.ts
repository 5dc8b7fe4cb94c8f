/** What every `Repo` promises, run on the one in memory and on real git. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RondoError } from '../../src/errors.ts';
import type { Repo } from '../../src/ports.ts';
import { orderOf, PLAN } from '../support/git-sandbox.ts';

export interface RepoFixture {
  readonly repo: Repo;
  write(file: string, text: string | null): void;
  commitAll(message: string): string;
  resetHard(commit: string): void;
  detach(): void;
  remove(): void;
}

/** `make` gives a repository whose first commit holds these files. */
export function repoContract(
  name: string,
  make: (files: Readonly<Record<string, string>>) => RepoFixture,
): void {
  describe(`the contract of Repo, ${name}`, () => {
    let at: RepoFixture;
    beforeEach(() => {
      at = make({ [PLAN]: 'one\ntwo\n', 'README.md': 'hello\n' });
    });
    afterEach(() => at.remove());
    const codeOf = (act: () => unknown) => {
      try {
        act();
      } catch (error) {
        if (error instanceof RondoError) return error.code;
        throw error;
      }
      return undefined;
    };
    const commit = (after: string, more: Parameters<typeof orderOf>[2] = {}) =>
      at.repo.commit(orderOf(at.repo, after, more));
    const committed = (after: string, more: Parameters<typeof orderOf>[2] = {}) => {
      const outcome = commit(after, more);
      if (outcome.kind !== 'committed') throw new Error(JSON.stringify(outcome));
      return outcome.commit;
    };

    it('says what has changed since commits, by their net difference', async () => {
      const first = at.repo.head().commit ?? '';
      at.write('new.txt', 'new\n');
      at.write('README.md', 'else\n');
      const second = at.commitAll('two files');
      at.write('README.md', 'hello\n');
      at.write('odd\nname "é".txt', 'x\n');
      const third = at.commitAll('back again');
      const since = [first.slice(0, 12), second, third, 'f'.repeat(40), 'HEAD', '--all', ''];
      expect(await at.repo.changedSince(since, third)).toEqual([
        ['new.txt', 'odd\nname "é".txt'],
        ['README.md', 'odd\nname "é".txt'],
        [],
        null,
        null,
        null,
        null,
      ]);
      expect(await at.repo.changedSince([], third)).toEqual([]);
      expect(await at.repo.changedSince([second], first)).toEqual([['README.md', 'new.txt']]);
    });

    it('tells files of commits apart by path and content, and nothing else', async () => {
      const one = at.commitAll('one');
      const src = { paths: ['src/**', 'é.txt'], except: 'src/plan.md' };
      const of = async (commit: string) => (await at.repo.fingerprints(commit, [src]))[0];
      const seen = [await of(one)];
      const next = async (file: string, text: string | null) => {
        at.write(file, text);
        seen.push(await of(at.commitAll(file)));
      };
      await next('README.md', 'else\n');
      await next('src/plan.md', 'round\n');
      expect(new Set(seen).size).toBe(1);
      await next('src/a', 'one\n');
      await next('src/a', 'two\n');
      await next('é.txt', 'one\n');
      await next('src/b', 'two\n');
      await next('src/a', null);
      expect(new Set(seen).size).toBe(6);
      await next('src/a', 'two\n');
      expect(seen.at(-1)).toBe(seen.at(-3));
      expect(seen[0]).toMatch(/^[0-9a-f]{12}$/);
      const all = { paths: ['**'], except: '' };
      expect(await at.repo.fingerprints(one, [src, all, src])).toEqual([
        seen[0],
        expect.any(String),
        seen[0],
      ]);
      expect(await at.repo.fingerprints(one, [])).toEqual([]);
    });

    it('says where histories part', async () => {
      const first = at.repo.head().commit ?? '';
      at.write('one', '1\n');
      const aside = at.commitAll('aside');
      at.write('one', '2\n');
      const further = at.commitAll('further');
      at.resetHard(first);
      at.write('two', '2\n');
      const here = at.commitAll('here');
      const asked = [further.slice(0, 12), aside, first, here, 'f'.repeat(40), '--all'];
      expect(await at.repo.forkedAt(asked, here)).toEqual([[first], [first], [], [], [], []]);
      expect(await at.repo.forkedAt([here], further)).toEqual([[first]]);
      expect(await at.repo.forkedAt(['--all'], further)).toEqual([[]]);
    });

    it('looks at a file that is as committed', () => {
      const look = at.repo.look(PLAN);
      expect(look).toMatchObject({
        text: 'one\ntwo\n',
        edited: false,
        head: { kind: 'branch', ref: 'refs/heads/main' },
      });
      expect(look.headText()).toBe('one\ntwo\n');
    });

    it('tells where a file is that is not in the work tree', () => {
      const where = (ref = 'refs/heads/main') => at.repo.whereIs(PLAN, ref);
      expect([where(), where('refs/heads/none')]).toEqual(['here', 'here']);
      at.write(PLAN, null);
      expect([where(), where('refs/heads/none')]).toEqual(['missing', 'unknown']);
      at.commitAll('without it');
      expect(where()).toBe('gone');
    });

    it('tells a hand edit, a removal and a new file', () => {
      at.write(PLAN, 'one\n2\n');
      expect(at.repo.look(PLAN)).toMatchObject({ text: 'one\n2\n', edited: true });
      expect(at.repo.look(PLAN).headText()).toBe('one\ntwo\n');
      at.write(PLAN, null);
      expect(at.repo.look(PLAN)).toMatchObject({ text: null, edited: true });
      at.write('docs/other-state.md', 'x\n');
      const other = at.repo.look('docs/other-state.md');
      expect(other).toMatchObject({ text: 'x\n', edited: true });
      expect(other.headText()).toBeNull();
      expect(at.repo.look('docs/none-state.md')).toMatchObject({ text: null, edited: false });
    });

    it('commits a round, and reads it back', () => {
      const tip = at.repo.head().commit;
      const id = committed('one\nTWO\n');
      expect(at.repo.head().commit).toBe(id);
      expect(at.repo.readAt(id, PLAN)).toBe('one\nTWO\n');
      expect(at.repo.readAt(id, 'README.md')).toBe('hello\n');
      expect(tip === null ? null : at.repo.readAt(tip, PLAN)).toBe('one\ntwo\n');
      expect(at.repo.look(PLAN)).toMatchObject({ text: 'one\nTWO\n', edited: false });
      expect(at.repo.readAt(id, 'docs/none.md')).toBeNull();
    });

    it('refuses a round on a tip or a text that is no more', () => {
      const order = orderOf(at.repo, 'one\nTWO\n');
      at.write('README.md', 'changed\n');
      at.commitAll('meanwhile');
      expect(at.repo.commit(order)).toEqual({ kind: 'moved' });
      const again = orderOf(at.repo, 'one\nTWO\n');
      at.write(PLAN, 'one\nby hand\n');
      expect(at.repo.commit(again)).toEqual({ kind: 'moved' });
      expect(at.repo.readFile(PLAN)).toBe('one\nby hand\n');
      const third = orderOf(at.repo, 'one\nTWO\n');
      at.detach();
      expect(at.repo.commit(third)).toEqual({ kind: 'moved' });
    });

    it('moves a file to the archive in one commit', () => {
      const archived = 'docs/archive/demo-state.md';
      const outcome = at.repo.commit(
        orderOf(at.repo, null, { extra: [{ file: archived, before: null, after: 'one\ntwo\n' }] }),
      );
      if (outcome.kind !== 'committed') throw new Error(JSON.stringify(outcome));
      expect(at.repo.readAt(outcome.commit, PLAN)).toBeNull();
      expect(at.repo.readAt(outcome.commit, archived)).toBe('one\ntwo\n');
      expect(at.repo.readFile(PLAN)).toBeNull();
      expect(at.repo.look(archived)).toMatchObject({ text: 'one\ntwo\n', edited: false });
    });

    it('counts rounds and attempts, of each plan alone', () => {
      expect(at.repo.history('demo', PLAN)).toEqual({ round: 0, attempts: {} });
      committed('a\n', { attempts: { one: 1 } });
      const second = committed('b\n', { attempts: { two: 3 } });
      committed('c\n', { attempts: { one: 2 } });
      expect(at.repo.history('demo', PLAN)).toEqual({ round: 3, attempts: { one: 2, two: 3 } });
      expect(at.repo.history('dem', PLAN)).toEqual({ round: 0, attempts: {} });
      expect(at.repo.history('demo2', PLAN)).toEqual({ round: 0, attempts: {} });
      expect(at.repo.roundAt('demo', second)).toBe(2);
    });

    it('says which commits are on no branch but some', async () => {
      const first = at.repo.head().commit ?? '';
      const second = at.commitAll('second');
      const asked = [first, second.slice(0, 12)];
      expect(await at.repo.onlyBelow(asked, 'rondo/work/')).toEqual([false, false]);
      expect(await at.repo.onlyBelow(asked, 'ma')).toEqual([true, true]);
      at.resetHard(first);
      const gone = [first, second, 'f'.repeat(40), '--all'];
      expect(await at.repo.onlyBelow(gone, 'rondo/work/')).toEqual([false, true, true, true]);
      expect(await at.repo.onlyBelow([], '')).toEqual([]);
    });

    it('finds the last round below what was committed by hand, and none where that left the plan alone', () => {
      const last = () => at.repo.lastRounds('demo', PLAN);
      at.write(PLAN, 'by hand\n');
      at.commitAll('before any round');
      expect(last()).toEqual([]);
      const round = committed('a\n');
      expect(last()).toEqual([]);
      at.write('README.md', 'else\n');
      at.commitAll('another file');
      expect(last()).toEqual([]);
      at.write(PLAN, 'b\n');
      at.commitAll('by hand');
      at.write(PLAN, 'c\n');
      at.commitAll('by hand again');
      expect(last()).toEqual([round]);
      expect(at.repo.lastRounds('dem', PLAN)).toEqual([]);
      expect(at.repo.lastRounds('demo', 'README.md')).toEqual([round]);
      at.write(PLAN, 'a\n');
      at.commitAll('as it was');
      expect(last()).toEqual([]);
      committed('d\n');
      expect(last()).toEqual([]);
    });

    it('never counts attempts down, whatever is reset away', () => {
      const first = at.repo.head().commit ?? '';
      committed('a\n', { attempts: { one: 1 } });
      committed('b\n', { attempts: { one: 2, constructor: 1 } });
      at.resetHard(first);
      const history = at.repo.history('demo', PLAN);
      expect(history.round).toBe(0);
      expect({ ...history.attempts }).toEqual({ one: 2, constructor: 1 });
    });

    it('keeps counting through commits of people', () => {
      committed('a\n');
      for (let i = 0; i < 3; i++) {
        at.write('README.md', `${i}\n`);
        at.commitAll(`by hand ${i}`);
      }
      expect(at.repo.history('demo', PLAN).round).toBe(1);
      committed('b\n');
      expect(at.repo.history('demo', PLAN).round).toBe(2);
    });

    it('logs rounds newest first', async () => {
      const first = committed('a\n');
      at.write('README.md', 'x\n');
      at.commitAll('by hand');
      const second = committed('b\n');
      const log = await at.repo.log('demo', {});
      expect(log.map((e) => [e.commit, e.round])).toEqual([
        [second, 2],
        [first, 1],
      ]);
      expect(log[0]).toMatchObject({
        subject: 'rondo(demo): round 2, running',
        body: '- one: started',
        status: 'running',
        machine: 'here-0001',
        changes: ['one pending -> in_progress'],
      });
      expect(await at.repo.log('demo', { limit: 1 })).toHaveLength(1);
      expect(await at.repo.log('other', {})).toEqual([]);
    });

    it('finds the last commit at which a file was good', async () => {
      const good = committed('good\n');
      at.write(PLAN, 'bad\n');
      at.commitAll('broken');
      at.write('README.md', 'x\n');
      at.commitAll('elsewhere');
      expect(await at.repo.lastGood(PLAN, (text) => text.includes('good'))).toBe(good);
      expect(await at.repo.lastGood(PLAN, () => false)).toBeNull();
    });

    it('finds since which commit a line has been there', async () => {
      const commits: string[] = [];
      const put = (text: string) => {
        at.write('rondo.yaml', text);
        commits.push(at.commitAll(`number ${commits.length}`));
      };
      put('prose: x\n');
      put('prose: x\nrun: a\n');
      put('prose: x\nrun: b\nrun: a\n');
      put('run: b\n');
      put('run: b\nrun: a\n-- run: --upload-pack=x\n');
      put('# more\nrun: b\nrun: a\n-- run: --upload-pack=x\n');
      at.write('README.md', 'run: b\n');
      at.commitAll('elsewhere');
      at.write('rondo.yaml', 'run: b\nrun: new\n');
      const wanted = ['run: a', 'run: b', '-- run: --upload-pack=x', '# more', 'prose: x', 'run: new'];
      const found = await at.repo.broughtBy(
        wanted.map((text) => ({ file: 'rondo.yaml', holds: (line) => line === text })),
      );
      const places = found.map((id) => id && commits.findIndex((commit) => commit.startsWith(id)));
      expect(places).toEqual([4, 2, 4, 5, null, null]);
      expect(await at.repo.broughtBy([])).toEqual([]);
    });

    it('resolves revisions, and refuses what is none', () => {
      const tip = at.repo.head().commit ?? '';
      expect(at.repo.resolve('HEAD')).toBe(tip);
      expect(at.repo.resolve(tip.slice(0, 10))).toBe(tip);
      for (const wrong of ['', '--all', '-n1', 'no-such-branch', 'HEAD\n', 'HEAD\0'])
        expect(
          codeOf(() => at.repo.resolve(wrong)),
          JSON.stringify(wrong),
        ).toBe('unknown-revision');
    });

    it('finds files by glob within one folder, sorted', () => {
      at.write('docs/b-state.md', '');
      at.write('docs/a-state.md', '');
      at.write('docs/.hidden-state.md', '');
      at.write('docs/deep/c-state.md', '');
      at.write('docs/notes.md', '');
      expect(at.repo.findFiles(['docs/*-state.md', 'docs/a*'])).toEqual([
        'docs/a-state.md',
        'docs/b-state.md',
        PLAN,
      ]);
      expect(at.repo.findFiles(['worklog/*-state.md'])).toEqual([]);
    });

    it('writes new files only', () => {
      at.repo.writeNewFile('rondo.yaml', 'x: 1\n');
      expect(at.repo.readFile('rondo.yaml')).toBe('x: 1\n');
      expect(at.repo.fileExists('rondo.yaml')).toBe(true);
      expect(at.repo.fileExists('none.yaml')).toBe(false);
      expect(codeOf(() => at.repo.writeNewFile('rondo.yaml', 'y'))).toBe('already-exists');
      expect(at.repo.readFile('rondo.yaml')).toBe('x: 1\n');
    });

    it('knows who the user is', () => {
      expect(at.repo.identity()).toEqual({ name: 'Test', email: 'test@example.org' });
    });
  });
}
