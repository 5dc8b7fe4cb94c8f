/** History is read from commits; what is kept beside them may be missing, broken or unwritable. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GitSandbox, gitSandbox, orderOf, PLAN } from '../support/git-sandbox.ts';

let s: GitSandbox;
beforeEach(() => {
  s = gitSandbox();
  s.write(PLAN, 'one\n');
  s.commitAll('plan');
});
afterEach(() => s.remove());

let count = 0;
const round = (attempts: Readonly<Record<string, number>> = {}) => {
  const repo = s.open();
  count += 1;
  const outcome = repo.commit(orderOf(repo, `${count}\n`, { attempts }));
  if (outcome.kind !== 'committed') throw new Error(JSON.stringify(outcome));
  return outcome;
};
const history = () => {
  const { round: last, attempts } = s.open().history('demo', PLAN);
  return [last, { ...attempts }];
};
const kept = (name: string) => join(s.dir, '.git', 'rondo', name);
const CACHE = 'cache/history-demo.json';

describe('the cache', () => {
  it('is done without where it is missing, broken, of another kind or no file', () => {
    round({ one: 1 });
    round({ one: 2 });
    const whole = readFileSync(kept(CACHE), 'utf8');
    for (const bytes of [
      '',
      '{',
      'null',
      '[]',
      '{"tip":1}',
      '{"tip":"x","round":"y"}',
      whole.slice(0, -4),
      '\0\0',
    ]) {
      writeFileSync(kept(CACHE), bytes);
      expect(history(), bytes).toEqual([2, { one: 2 }]);
    }
    rmSync(kept('.'), { recursive: true });
    expect(history()).toEqual([2, { one: 2 }]);
    rmSync(kept('.'), { recursive: true });
    writeFileSync(kept('.').replace(/\/$/, ''), 'a file where the folder should be');
    expect(history()).toEqual([2, { one: 2 }]);
    rmSync(kept('.').replace(/\/$/, ''));
    mkdirSync(kept(CACHE), { recursive: true });
    expect(history()).toEqual([2, { one: 2 }]);
  });

  it('is extended over commits of the user, merges and packs', () => {
    round({ one: 1 });
    s.git('checkout', '-q', '-b', 'side');
    round({ two: 1 });
    s.git('checkout', '-q', 'main');
    s.write('src/a', 'a\n');
    s.commitAll('on main');
    expect(history()).toEqual([1, { one: 1, two: 1 }]);
    s.git('merge', '-q', '--no-edit', 'side');
    expect(history()).toEqual([2, { one: 1, two: 1 }]);
    s.git('gc', '-q');
    s.write('src/a', 'b\n');
    s.commitAll('more');
    expect(history()).toEqual([2, { one: 1, two: 1 }]);
    round({ one: 2 });
    expect(history()).toEqual([3, { one: 2, two: 1 }]);
  });

  it('follows the branch back after a reset, attempts never', () => {
    round({ one: 1 });
    round({ one: 2 });
    s.git('reset', '-q', '--hard', 'HEAD~1');
    expect(history()).toEqual([1, { one: 2 }]);
    rmSync(kept(CACHE));
    expect(history()).toEqual([1, { one: 2 }]);
  });
});

it('reads rounds out of a squashed merge', () => {
  s.git(
    'commit',
    '-q',
    '--allow-empty',
    '-m',
    'A pull request\n\n* rondo(demo): round 1\n\n- x\n\nRondo-Plan: demo\nRondo-Round: 4\nRondo-Attempt: one 3\n\n* rondo(other): round 9\n\nRondo-Plan: other\nRondo-Round: 9\nRondo-Attempt: one 8\n\n* bye',
  );
  expect(history()).toEqual([4, { one: 3 }]);
  expect(s.open().history('other', '').round).toBe(9);
  expect(s.open().roundAt('other', s.git('rev-parse', 'HEAD'))).toBe(9);
});

describe('the last rounds below commits by hand', () => {
  const head = () => s.git('rev-parse', 'HEAD');
  const last = () => s.open().lastRounds('demo', PLAN);
  const byHand = (text: string) => {
    s.write(PLAN, text);
    s.commitAll('by hand');
  };

  it('are those of each line of history that was merged', () => {
    const first = round().commit;
    s.git('checkout', '-q', '-b', 'side');
    byHand('1\nside\n');
    s.commitAll('and more');
    s.git('checkout', '-q', 'main');
    const second = round().commit;
    s.git('merge', '-q', '--no-commit', '-s', 'ours', 'side');
    byHand('both\n');
    expect(s.git('rev-list', '--count', '--merges', 'HEAD')).toBe('1');
    expect([...last()].sort()).toEqual([first, second].sort());
    // What one of the lines says is as a round left it.
    s.write(PLAN, s.git('show', `${first}:${PLAN}`).concat('\n'));
    s.commitAll('as on the side');
    expect(last()).toEqual([]);
  });

  it('are found in packs, over many commits, and in a clone that knows only the newest', () => {
    const only = round().commit;
    for (let i = 0; i < 70; i++) s.git('commit', '-q', '--allow-empty', '-m', `${i}`);
    byHand('x\n');
    expect(last()).toEqual([only]);
    s.git('gc', '-q');
    expect(last()).toEqual([only]);
    const near = round().commit;
    byHand('y\n');
    s.git('gc', '-q');
    byHand('z\n');
    expect(last()).toEqual([near]);
    // Rounds of a plan whose name only begins like this one's stand before it.
    for (let i = 0; i < 70; i++)
      s.git('commit', '-q', '--allow-empty', '-m', `${i}\n\nRondo-Plan: demo${i}\nRondo-Plan: dem`);
    expect(last()).toEqual([near]);
    writeFileSync(kept('../shallow'), `${s.git('rev-parse', 'HEAD~1')}\n`);
    expect(last()).toEqual([]);
  });

  it("do not leave out a round that the user's own commit took along", () => {
    const repo = s.open({
      onStep: (name) => name === 'placed' && s.git('commit', '-q', '-a', '-m', "the user's"),
    });
    repo.commit(orderOf(repo, 'x\n'));
    const round = head();
    expect(last()).toEqual([]);
    byHand('y\n');
    expect(last()).toEqual([round]);
  });
});

it("repeats the trailers of a round that the user's own commit took along", async () => {
  const repo = s.open({
    onStep: (name) => name === 'placed' && s.git('commit', '-q', '-a', '-m', "the user's"),
  });
  const outcome = repo.commit(orderOf(repo, 'x\n', { attempts: { one: 1 } }));
  expect(outcome).toMatchObject({ kind: 'committed', byUser: true, commit: s.git('rev-parse', 'HEAD') });
  expect(history()).toEqual([1, { one: 1 }]);
  round({ two: 1 });
  expect(history()).toEqual([2, { one: 1, two: 1 }]);
  expect(s.git('log', '-1', '--format=%(trailers:key=Rondo-Attempt,valueonly,separator=%x2c)')).toBe(
    'two 1,one 1',
  );
  round();
  expect(s.git('log', '-1', '--format=%(trailers:key=Rondo-Attempt,valueonly)')).toBe('');
  expect((await s.open().log('demo', {})).map((e) => e.round)).toEqual([3, 2]);
});

it('keeps a message of any characters as it is', async () => {
  const repo = s.open();
  const order = orderOf(repo, 'x\n');
  repo.commit({
    ...order,
    message: order.message.replace('- one: started', '- „ü" \u0001 # not a comment\n\n\n- two\r'),
  });
  const [entry] = await s.open().log('demo', {});
  expect(entry?.body).toBe('- „ü" \u0001 # not a comment\n\n\n- two\r'.trimEnd());
});

it('asks git for nothing in a settled repository', () => {
  round({ one: 1 });
  const env = { ...s.env, PATH: '/nowhere' };
  const repo = s.open({ env });
  const look = repo.look(PLAN);
  expect(look.edited).toBe(false);
  expect(look.headText()).toBe(look.text);
  expect(repo.history('demo', PLAN).round).toBe(1);
  expect(repo.identity().name).toBe('Test');
  expect(repo.readAt(look.head.commit ?? '', PLAN)).toBe(look.text);
  expect(repo.commitObstacle(PLAN)).toBeUndefined();
  expect(repo.settle()).toEqual([]);
  expect(() => repo.resolve('HEAD')).toThrow();
});
