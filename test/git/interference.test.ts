/** The user's own git commands between every two steps of a commit: nothing saved is reverted, nothing of theirs is lost. */
import { describe, expect, it } from 'vitest';
import type { CommitOutcome } from '../../src/ports.ts';
import { type GitSandbox, gitSandbox, orderOf, PLAN } from '../support/git-sandbox.ts';

const lines = (second: string, last = 'end') => ['first', second, ...'abcdefgh', last, ''].join('\n');
const OLD = lines('pending');

const STEPS = [
  'quiet',
  'built',
  'prepared',
  'intended',
  'checked',
  `put ${PLAN}`,
  'placed',
  'indexed',
  'swapped',
  'looked',
  'dropped',
];

interface Action {
  readonly name: string;
  readonly act: (s: GitSandbox) => void;
  /** Run afterwards on the branch of the plan; says what became of the user's work. */
  readonly check: (s: GitSandbox) => void;
}

const isIn = (s: GitSandbox, rev: string, file: string, text: string) =>
  expect(s.git('show', `${rev}:${file}`)).toBe(text);
const isInTree = (s: GitSandbox, file: string, text: string) => expect(s.read(file).trimEnd()).toBe(text);

const ACTIONS: readonly Action[] = [
  {
    name: 'commit',
    act: (s) => s.git('commit', '-q', '-m', "the user's"),
    check: (s) => {
      isIn(s, 'main', 'src/staged', 'staged anew');
      isIn(s, 'main', 'src/edited', 'edited');
      isInTree(s, 'src/edited', 'edited anew');
    },
  },
  {
    name: 'commit -a',
    act: (s) => s.git('commit', '-q', '-a', '-m', "the user's"),
    check: (s) => {
      isIn(s, 'main', 'src/staged', 'staged anew');
      isIn(s, 'main', 'src/edited', 'edited anew');
    },
  },
  {
    name: 'commit --amend',
    act: (s) => s.git('commit', '-q', '--amend', '-m', 'amended'),
    check: (s) => isIn(s, 'main', 'src/staged', 'staged anew'),
  },
  {
    name: 'stash',
    act: (s) => s.git('stash', '-q'),
    check: (s) => {
      isInTree(s, 'src/staged', 'staged');
      s.git('stash', 'pop', '-q');
      isInTree(s, 'src/staged', 'staged anew');
      isInTree(s, 'src/edited', 'edited anew');
    },
  },
  {
    name: 'reset --hard',
    act: (s) => s.git('reset', '-q', '--hard'),
    check: (s) => {
      expect(s.git('status', '--porcelain')).toBe('');
      isInTree(s, 'src/edited', 'edited');
    },
  },
  {
    name: 'checkout other',
    act: (s) => s.git('checkout', '-q', 'other'),
    check: (s) => {
      isInTree(s, 'src/staged', 'staged anew');
      isInTree(s, 'src/edited', 'edited anew');
    },
  },
  {
    name: 'checkout -b new',
    act: (s) => s.git('checkout', '-q', '-b', 'new'),
    check: (s) => isInTree(s, 'src/edited', 'edited anew'),
  },
];

function prepare(handEdit: boolean): GitSandbox {
  const s = gitSandbox();
  s.write(PLAN, OLD);
  s.write('src/staged', 'staged\n');
  s.write('src/edited', 'edited\n');
  s.commitAll('work');
  s.git('checkout', '-q', '-b', 'other');
  s.write('src/other', 'other\n');
  s.commitAll('on other');
  s.git('checkout', '-q', 'main');
  s.write('src/staged', 'staged anew\n');
  s.git('add', 'src/staged');
  s.write('src/edited', 'edited anew\n');
  if (handEdit) s.write(PLAN, lines('pending', 'end, by hand'));
  return s;
}

describe('a branch switch inside the last look', () => {
  it.each([1, 2, 3])(
    'is followed, back and forth %i times: the branch that is there at the end has its own bytes',
    (times) => {
      const s = gitSandbox();
      s.write(PLAN, OLD);
      s.commitAll('plan');
      s.git('branch', 'side');
      const switches: string[] = [];
      const repo = s.open({
        onStep: (name) => {
          // Bytes of the round are carried along to a branch whose plan is as it was before.
          if (name === 'indexed') s.git('symbolic-ref', 'HEAD', 'refs/heads/side');
          if (name !== `giving back ${PLAN}`) return;
          // The user comes back between the look at HEAD and what is done for it, and may leave once more.
          switches.push('main');
          s.git('checkout', '-q', '-f', 'main');
          if (switches.length < times) {
            s.git('symbolic-ref', 'HEAD', 'refs/heads/side');
          }
        },
      });
      const after = OLD.replace('pending', 'in_progress');
      expect(repo.commit(orderOf(repo, after)).kind).toBe('committed');
      expect(switches.length).toBeGreaterThan(0);
      expect(s.git('branch', '--show-current')).toBe(switches.length < times ? 'side' : 'main');
      expect(s.git('status', '--porcelain')).toBe('');
      expect(s.git('show', `main:${PLAN}`)).toBe(after.trimEnd());
      expect(s.read(PLAN)).toBe(s.git('branch', '--show-current') === 'main' ? after : OLD);
    },
  );
});

/** Rounds until one is saved, as the round room does it, on the branch of the plan. */
function roundsUntilSaved(s: GitSandbox, step: string, act: (s: GitSandbox) => void): CommitOutcome {
  let acted = false;
  for (let i = 0; ; i++) {
    const repo = s.open({
      onStep: (name) => {
        if (name !== step || acted) return;
        acted = true;
        act(s);
      },
    });
    repo.settle();
    const { text } = repo.look(PLAN);
    const outcome = repo.commit(orderOf(repo, (text ?? '').replace('pending', 'in_progress')));
    expect(outcome.kind).not.toBe('deferred');
    if (outcome.kind === 'committed') {
      expect(acted).toBe(true);
      return outcome;
    }
    expect(i).toBeLessThan(3);
    if (s.git('branch', '--show-current') !== 'main') s.git('checkout', '-q', 'main');
  }
}

/** No commit of the branch has the old state where one before it had the new. */
function expectNothingReverted(s: GitSandbox): void {
  const states = s
    .git('log', '--reverse', '--format=%H', 'main')
    .split('\n')
    .map((id) => s.tryGit(['show', `${id}:${PLAN}`]).out)
    .filter((text) => text !== '')
    .map((text) => text.includes('in_progress'));
  expect(states).toContain(true);
  expect(states.slice(states.indexOf(true))).not.toContain(false);
}

describe.each(ACTIONS)('git $name', ({ act, check }) => {
  describe.each([false, true])('with the plan edited by hand: %s', (handEdit) => {
    it.each(STEPS)('at step "%s"', (step) => {
      const s = prepare(handEdit);
      try {
        const outcome = roundsUntilSaved(s, step, act);
        expectNothingReverted(s);
        expect(s.git('show', `main:${PLAN}`)).toContain('in_progress');
        if (outcome.kind === 'committed')
          expect(
            s.tryGit(['merge-base', '--is-ancestor', outcome.commit, 'main']).code === 0 ||
              s.git('log', '-1', '--format=%s', 'main') === 'amended',
          ).toBe(true);
        // Nothing of the round on another branch, and a clean file on each.
        const branch = s.git('branch', '--show-current');
        if (branch !== 'main') expect(s.read(PLAN)).toBe(`${s.git('show', `${branch}:${PLAN}`)}\n`);
        expect(s.git('status', '--porcelain', '--', 'docs')).toBe('');
        expect(s.git('show', `other:${PLAN}`)).toBe(OLD.trimEnd());
        if (branch !== 'main') s.git('checkout', '-q', 'main');
        expect(s.read(PLAN)).toContain('in_progress');
        expect(s.git('status', '--porcelain', '--', 'docs')).toBe('');
        check(s);
        expect(s.read(PLAN)).toContain('in_progress');
        // The next round goes on.
        const repo = s.open();
        expect(repo.settle()).toEqual([]);
        if (repo.commit(orderOf(repo, s.read(PLAN).replace('in_progress', 'completed'))).kind !== 'committed')
          throw new Error('the next round does not go on');
        expect(s.tryGit(['fsck', '--strict']).code).toBe(0);
      } finally {
        s.remove();
      }
    });
  });
});
