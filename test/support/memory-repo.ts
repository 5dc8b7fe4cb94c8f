/** A repository in memory that keeps the contract of `Repo`, for tests of what stands above it. */
import { createHash } from 'node:crypto';
import { fail, type Problem } from '../../src/errors.ts';
import { fingerprint, readListing } from '../../src/local/fingerprint.ts';
import type { CommitOrder, CommitOutcome, Head, LogEntry, PlanHistory, Repo } from '../../src/ports.ts';

interface MemoryCommit {
  readonly id: string;
  readonly parent: string | null;
  readonly files: ReadonlyMap<string, string>;
  readonly message: string;
  readonly at: number;
}

export interface MemoryRepo extends Repo {
  /** Writes a file of the work tree as a person would; null removes it. */
  write(file: string, text: string | null): void;
  /** Commits the whole work tree as a person would; returns the commit. */
  commitAll(message: string): string;
  /** Moves branch and work tree to a commit, as `git reset --hard` would. */
  resetHard(commit: string): void;
  /** Checks out a commit, no branch. */
  detach(): void;
  /** What `commitObstacle` says from now on. */
  setObstacle(problem: Problem | undefined): void;
  /** What the next `commit` answers instead of committing; or what happens just before it does. */
  beforeCommit(act: (order: CommitOrder) => CommitOutcome | undefined): void;
  readonly commits: readonly MemoryCommit[];
}

/** `files` stand in the work tree and in the first commit; without them the branch is unborn. */
export function memoryRepo(
  files: Readonly<Record<string, string>> = {},
  now: () => number = () => 0,
): MemoryRepo {
  const work = new Map(Object.entries(files));
  const commits = new Map<string, MemoryCommit>();
  const marks = new Map<string, Map<string, number>>();
  let head: Head = { kind: 'branch', ref: 'refs/heads/main', commit: null };
  let obstacle: Problem | undefined;
  let interfere: ((order: CommitOrder) => CommitOutcome | undefined) | undefined;

  const put = (parent: string | null, tree: ReadonlyMap<string, string>, message: string): string => {
    const body = JSON.stringify([parent, [...tree].sort(), message, commits.size]);
    const id = createHash('sha1').update(body).digest('hex');
    commits.set(id, { id, parent, files: new Map(tree), message, at: now() });
    return id;
  };
  const treeOf = (commit: string | null) =>
    commit === null ? new Map<string, string>() : (commits.get(commit)?.files ?? new Map<string, string>());
  const line = (commit: string | null): readonly MemoryCommit[] => {
    const found: MemoryCommit[] = [];
    for (
      let at = commit === null ? undefined : commits.get(commit);
      at !== undefined;
      at = at.parent === null ? undefined : commits.get(at.parent)
    )
      found.push(at);
    return found;
  };
  const rounds = (plan: string, commit: string | null) =>
    line(commit).filter((c) => trailers(c.message, 'Plan').includes(plan));

  if (work.size > 0) head = { ...head, commit: put(null, work, 'first') };

  const history = (plan: string, commit: string | null): PlanHistory => {
    const attempts: Record<string, number> = Object.create(null);
    for (const [task, n] of marks.get(plan) ?? []) attempts[task] = n;
    let round = 0;
    for (const { message } of rounds(plan, commit)) {
      round = Math.max(round, ...trailers(message, 'Round').map(Number));
      for (const value of trailers(message, 'Attempt')) {
        const [task = '', n] = value.split(' ');
        attempts[task] = Math.max(attempts[task] ?? 0, Number(n));
      }
    }
    return { round, attempts };
  };

  const commit = (order: CommitOrder): CommitOutcome => {
    const act = interfere;
    interfere = undefined;
    const answer = act?.(order);
    if (answer !== undefined) return answer;
    if (head.kind !== 'branch' || head.ref !== order.ref || head.commit !== order.tip)
      return { kind: 'moved' };
    if (order.files.some(({ file, before }) => (work.get(file) ?? null) !== before)) return { kind: 'moved' };
    const tree = new Map(treeOf(order.tip));
    for (const { file, after } of order.files) {
      if (after === null) {
        work.delete(file);
        tree.delete(file);
      } else {
        work.set(file, after);
        tree.set(file, after);
      }
    }
    const seen = marks.get(order.plan) ?? new Map<string, number>();
    marks.set(order.plan, seen);
    for (const [task, n] of Object.entries(order.attempts)) seen.set(task, Math.max(seen.get(task) ?? 0, n));
    const id = put(order.tip, tree, order.message);
    head = { ...head, commit: id };
    return { kind: 'committed', commit: id, byUser: false, notes: [] };
  };

  return {
    root: '/memory',
    gitDir: '/memory/.git',
    get commits() {
      return line(head.commit);
    },
    write: (file, text) => {
      if (text === null) work.delete(file);
      else work.set(file, text);
    },
    commitAll: (message) => {
      const id = put(head.commit, work, message);
      head = { ...head, commit: id };
      return id;
    },
    resetHard: (to) => {
      work.clear();
      for (const [file, text] of treeOf(to)) work.set(file, text);
      head = { ...head, commit: to };
    },
    detach: () => {
      head = { kind: 'detached', commit: head.commit ?? fail('unknown-revision', 'there is no commit yet') };
    },
    setObstacle: (problem) => {
      obstacle = problem;
    },
    beforeCommit: (act) => {
      interfere = act;
    },
    findFiles: (globs) => {
      const patterns = globs.map(
        (glob) =>
          new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '(?!\\.)[^/]*')}$`),
      );
      return [...work.keys()].filter((file) => patterns.some((pattern) => pattern.test(file))).sort();
    },
    readFile: (file) => work.get(file) ?? null,
    fileExists: (file) => work.has(file),
    writeNewFile: (file, text) => {
      if (work.has(file)) fail('already-exists', `${file} is there already`, { file });
      work.set(file, text);
    },
    head: () => head,
    look: (file) => {
      const text = work.get(file) ?? null;
      const committed = treeOf(head.commit).get(file) ?? null;
      return { head, text, edited: text !== committed, headText: () => committed };
    },
    commitObstacle: () => obstacle,
    history: (plan) => history(plan, head.commit),
    roundAt: (plan, at) =>
      Math.max(0, ...rounds(plan, at).flatMap((c) => trailers(c.message, 'Round').map(Number))),
    lastRounds: (plan, file) => {
      const [last] = rounds(plan, head.commit);
      const isSame = last?.files.get(file) === treeOf(head.commit).get(file);
      return last === undefined || isSame ? [] : [last.id];
    },
    log: async (plan, { limit }) => rounds(plan, head.commit).slice(0, limit).map(entryOf),
    resolve: (revision) => {
      const found =
        revision === 'HEAD'
          ? head.commit
          : [...commits.keys()].find((id) => revision.length >= 4 && id.startsWith(revision));
      return found ?? fail('unknown-revision', `git knows no commit ${JSON.stringify(revision)}`);
    },
    readAt: (at, file) => treeOf(at).get(file) ?? null,
    lastGood: async (file, good) => {
      const touched = line(head.commit).filter((c) => c.files.get(file) !== treeOf(c.parent).get(file));
      return (
        touched.slice(0, 50).find((c) => {
          const text = c.files.get(file);
          return text !== undefined && good(text);
        })?.id ?? null
      );
    },
    broughtBy: async (wanted) =>
      wanted.map(({ file, holds }) => {
        const has = (tree: ReadonlyMap<string, string>) => (tree.get(file) ?? '').split('\n').some(holds);
        if (!has(treeOf(head.commit))) return null;
        return (
          line(head.commit)
            .find((c) => !has(treeOf(c.parent)))
            ?.id.slice(0, 7) ?? null
        );
      }),
    changedSince: async (since, to) =>
      since.map((start) => {
        const id = [...commits.keys()].find((each) => start.length >= 4 && each.startsWith(start));
        if (id === undefined) return null;
        const [before, after] = [treeOf(id), treeOf(to)];
        const files = new Set([...before.keys(), ...after.keys()]);
        return [...files].filter((file) => before.get(file) !== after.get(file)).sort();
      }),
    fingerprints: async (at, covered) => {
      const blob = (text: string) => createHash('sha1').update(text).digest('hex');
      const names = (path: string) => Buffer.from(path).toString('latin1');
      const listing = [...treeOf(at)].map(([path, text]) => `100644 blob ${blob(text)}\t${names(path)}`);
      return covered.map((each) => fingerprint(readListing(listing.join('\0')), each));
    },
    onlyBelow: async (asked, prefix) =>
      asked.map((id) => 'main'.startsWith(prefix) || !line(head.commit).some((c) => c.id.startsWith(id))),
    forkedAt: async (since, to) => {
      const within = new Set(line(to).map((c) => c.id));
      return since.map((start) => {
        const id = [...commits.keys()].find((each) => start.length >= 4 && each.startsWith(start));
        if (id === undefined || within.has(id)) return [];
        return line(id)
          .flatMap((c) => (within.has(c.id) ? [c.id] : []))
          .slice(0, 1);
      });
    },
    identity: () => ({ name: 'Test', email: 'test@example.org' }),
    whereIs: (file, ref) => {
      if (work.has(file)) return 'here';
      if (head.kind !== 'branch' || head.ref !== ref) return 'unknown';
      return treeOf(head.commit).has(file) ? 'missing' : 'gone';
    },
    settle: () => [],
    commit,
    facts: async () => ({
      gitVersion: '2.39.5',
      linkedWorktree: false,
      shallow: false,
      operation: null,
      locks: [],
      remotes: [],
    }),
    get worktrees(): never {
      return fail('internal', 'a repository in memory has no worktrees');
    },
  };
}

function trailers(message: string, key: string): readonly string[] {
  return message
    .split('\n')
    .flatMap((line) => (line.startsWith(`Rondo-${key}: `) ? [line.slice(key.length + 8).trim()] : []));
}

function entryOf({ id, message, at }: MemoryCommit): LogEntry {
  const [subject = '', , ...rest] = message.split('\n');
  return {
    commit: id,
    at: new Date(at).toISOString(),
    author: 'Test',
    subject,
    body: rest
      .filter((line) => !line.startsWith('Rondo-'))
      .join('\n')
      .trimEnd(),
    round: Number(trailers(message, 'Round')[0] ?? 0),
    status: trailers(message, 'Status')[0] ?? '',
    machine: trailers(message, 'Machine')[0] ?? '',
    changes: trailers(message, 'Change'),
  };
}
