/** A round that was killed, and what the user did before the next one came: never completed over a file that is not its own. */
import { describe, expect, it } from 'vitest';
import { type GitSandbox, gitSandbox, orderOf, PLAN } from '../support/git-sandbox.ts';

const lines = (second: string, last = 'end') => ['first', second, ...'abcdefgh', last, ''].join('\n');
const OLD = lines('pending');
const NEW = lines('in_progress');
const STEPS = ['prepared', 'intended', 'checked', `put ${PLAN}`, 'placed', 'indexed', 'swapped', 'looked'];

function killedAt(step: string): GitSandbox {
  const s = gitSandbox();
  s.write(PLAN, OLD);
  s.write('src/a', 'a\n');
  s.commitAll('work');
  s.git('branch', 'other');
  const repo = s.open({
    onStep: (name) => {
      if (name === step) throw new Error('killed');
    },
  });
  expect(() => repo.commit(orderOf(repo, NEW))).toThrow('killed');
  return s;
}

interface Case {
  readonly name: string;
  readonly act: (s: GitSandbox) => void;
  readonly check: (s: GitSandbox, saved: boolean) => void;
}

const text = (s: GitSandbox, rev: string) => s.tryGit(['show', `${rev}:${PLAN}`]).out;

const CASES: readonly Case[] = [
  {
    name: 'nothing',
    act: () => undefined,
    check: (s, saved) => expect(s.read(PLAN)).toBe(saved ? NEW : OLD),
  },
  {
    name: 'commits other work, then edits the plan',
    act: (s) => {
      s.write('src/a', 'b\n');
      s.git('commit', '-q', '-m', 'other work', 'src/a');
      s.write(PLAN, s.read(PLAN).replace('end', 'end, by hand'));
    },
    check: (s) => {
      expect(s.read(PLAN)).toContain('by hand');
      expect(text(s, 'HEAD')).not.toContain('by hand');
      expect(s.git('diff', '--cached', '--name-only')).toBe('');
    },
  },
  {
    name: 'edits the plan',
    act: (s) => s.write(PLAN, s.read(PLAN).replace('end', 'end, by hand')),
    check: (s) => {
      expect(s.read(PLAN)).toContain('by hand');
      expect(s.git('diff', '--cached', '--name-only')).toBe('');
    },
  },
  {
    name: 'commits everything',
    act: (s) => s.commitAll('everything'),
    check: (s) => expect(s.read(PLAN)).toBe(text(s, 'HEAD')),
  },
  {
    name: 'reverts the plan and commits that',
    act: (s) => {
      s.write(PLAN, OLD);
      s.commitAll('back');
    },
    check: (s) => expect(s.read(PLAN)).toBe(text(s, 'HEAD')),
  },
  {
    name: 'resets hard',
    act: (s) => s.git('reset', '-q', '--hard'),
    check: (s) => expect(s.read(PLAN)).toBe(text(s, 'HEAD')),
  },
  {
    name: 'stashes all',
    act: (s) => s.tryGit(['stash', '-q']),
    check: (s) => expect(s.read(PLAN)).toBe(text(s, 'HEAD')),
  },
  {
    name: 'checks out another branch',
    act: (s) => s.git('checkout', '-q', '--force', 'other'),
    check: (s) => {
      expect(s.read(PLAN)).toBe(OLD);
      expect(text(s, 'other')).toBe(OLD);
    },
  },
  {
    name: 'carries it to another branch',
    act: (s) => s.tryGit(['checkout', '-q', 'other']),
    check: (s) => {
      expect(text(s, 'other')).toBe(OLD);
      expect(s.read(PLAN)).toBe(text(s, 'HEAD'));
    },
  },
  {
    name: 'removes the plan',
    act: (s) => s.git('rm', '-q', '-f', PLAN),
    check: (s) => expect(s.tryGit(['ls-files', PLAN]).out).toBe(''),
  },
];

describe.each(CASES)('the user $name', ({ name, act, check }) => {
  it.each(STEPS)('after a kill at step "%s"', (step) => {
    const s = killedAt(step);
    try {
      act(s);
      const work = s.git('status', '--porcelain', '--', 'src');
      s.open().settle();
      const saved = text(s, 'main') === NEW;
      check(s, saved);
      expect(s.git('status', '--porcelain', '--', 'src')).toBe(work);
      if (!name.includes('edits') && !name.includes('removes'))
        expect(s.git('status', '--porcelain')).toBe('');
      expect(s.open().settle()).toEqual([]);
      expect(s.tryGit(['fsck', '--strict']).code).toBe(0);
    } finally {
      s.remove();
    }
  });
});
