/** A round killed before every call that writes: the old state or the new one, and the next round goes on. */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommitOrder } from '../../src/ports.ts';
import { bundleProgram } from '../local/run-program.ts';
import { type GitSandbox, gitSandbox, orderOf, PLAN, sandboxAt } from '../support/git-sandbox.ts';

const OLD = 'one\ntwo\n';
const NEW = 'one\nTWO\n';
const ARCHIVE = 'docs/archive/demo-state.md';

let program: string;
beforeAll(() => {
  program = bundleProgram(new URL('./programs/commit-once.ts', import.meta.url));
});

interface Scene {
  readonly name: string;
  readonly prepare: (sandbox: GitSandbox) => void;
  readonly order: (sandbox: GitSandbox) => CommitOrder;
  /** Whether the plan is edited before the round. */
  readonly edited: boolean;
  /** What the plan file may be after the kill and the recovery; null for not there. */
  readonly states: readonly (string | null)[];
}

const SCENES: readonly Scene[] = [
  {
    name: 'one changed line',
    edited: false,
    prepare: () => undefined,
    order: (s) => orderOf(s.open(), NEW, { attempts: { one: 1 } }),
    states: [OLD, NEW],
  },
  {
    name: 'a hand edit that is adopted',
    edited: true,
    prepare: (s) => s.write(PLAN, 'one\ntwo\nby hand\n'),
    order: (s) => orderOf(s.open(), `${NEW}by hand\n`),
    states: ['one\ntwo\nby hand\n', `${NEW}by hand\n`],
  },
  {
    name: 'an archived plan',
    edited: false,
    prepare: () => undefined,
    order: (s) => orderOf(s.open(), null, { extra: [{ file: ARCHIVE, before: null, after: OLD }] }),
    states: [OLD, null],
  },
];

/** Work of the user's that no round may touch: staged, partly staged, removed, intended, not tracked. */
function prepareUser(s: GitSandbox): void {
  s.write(PLAN, OLD);
  for (const name of ['staged', 'partly', 'removed', 'edited']) s.write(`src/${name}`, `${name}\n`);
  s.commitAll('work');
  s.write('src/staged', 'staged anew\n');
  s.write('src/partly', 'partly, staged\n');
  s.git('add', 'src/staged', 'src/partly');
  s.write('src/partly', 'partly, not staged\n');
  s.git('rm', '-q', 'src/removed');
  s.write('src/edited', 'edited\n');
  s.write('src/intended', 'intended\n');
  s.git('add', '-N', 'src/intended');
  s.write('src/untracked', 'untracked\n');
}

/** All of the user's work, as git sees it; the plan's files left out. */
function workOf(s: GitSandbox): string {
  const but = [':(exclude)docs', '.'];
  return [
    s.git('diff', '--cached', '--', ...but),
    s.git('diff', '--', ...but),
    s.git('status', '--porcelain', '--untracked-files=all', '--', ...but),
    s.git('ls-files', '--stage', '--', ...but),
  ].join('\n----\n');
}

function locksIn(dir: string): readonly string[] {
  return readdirSync(join(dir, '.git'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.lock'),
  );
}

function checkAfterKill(s: GitSandbox, scene: Scene, work: string, point: string): void {
  expect(locksIn(s.dir), point).toEqual([]);
  expect(workOf(s), point).toBe(work);
  expect(s.tryGit(['fsck', '--strict']).code, point).toBe(0);

  const repo = s.open();
  repo.settle();
  const { text, edited } = repo.look(PLAN);
  expect(scene.states, point).toContain(text);
  expect(edited, point).toBe(scene.edited && text === scene.states[0]);
  const planFile = text === null ? ARCHIVE : PLAN;
  expect(repo.readFile(ARCHIVE) === null, point).toBe(text !== null);

  const next =
    text === null
      ? { ...orderOf(repo, null), files: [{ file: planFile, before: OLD, after: 'next\n' }] }
      : orderOf(repo, `${text}next\n`);
  const outcome = repo.commit(next);
  expect(outcome.kind, point).toBe('committed');
  expect(s.git('status', '--porcelain', '--', 'docs'), point).toBe('');
  expect(s.git('show', `HEAD:${planFile}`), point).toBe(text === null ? 'next' : `${text}next`);
  expect(workOf(s), point).toBe(work);
  expect(s.tryGit(['fsck', '--strict']).code, point).toBe(0);
  expect(readdirSync(join(s.dir, '.git', 'rondo', 'tmp')), point).toEqual([]);
  expect(locksIn(s.dir), point).toEqual([]);
}

describe.each(SCENES)('killed while it commits $name', (scene) => {
  let template: GitSandbox;
  let work: string;
  let order: CommitOrder;
  beforeAll(() => {
    template = gitSandbox();
    prepareUser(template);
    scene.prepare(template);
    work = workOf(template);
    order = scene.order(template);
  });
  afterAll(() => template.remove());

  /** Runs the program in a fresh copy; returns the copy and how often it wrote. */
  const runAt = (at: number, fault: string) => {
    const dir = join(template.base, `copy-${fault}-${at}`);
    cpSync(template.dir, dir, { recursive: true, preserveTimestamps: true });
    const task = join(template.base, 'task.json');
    writeFileSync(task, JSON.stringify({ dir, order, at, fault }));
    const run = spawnSync(process.execPath, [program, task], { env: template.env, encoding: 'utf8' });
    return { copy: sandboxAt(template.base, dir, template.env), run, calls: Number(run.stderr) };
  };

  it('leaves the old state or the new one at every point', () => {
    const { copy, run, calls } = runAt(0, 'kill');
    expect(JSON.parse(run.stdout)).toMatchObject({ kind: 'committed' });
    expect(calls).toBeGreaterThan(20);
    checkAfterKill(copy, scene, work, 'not killed');
    // How often it writes differs by a folder or two, with the names that the objects happen to get.
    for (let at = 1; ; at++) {
      const killed = runAt(at, 'kill');
      checkAfterKill(killed.copy, scene, work, `killed at call ${at} of about ${calls}`);
      rmSync(killed.copy.dir, { recursive: true });
      if (killed.run.signal === 'SIGKILL') continue;
      expect(killed.run.status, killed.run.stderr).toBe(0);
      expect(at).toBeGreaterThan(20);
      break;
    }
  }, 300_000);

  it('says that it cannot write, or gets by, at every call that the disk refuses', () => {
    const { calls } = runAt(0, 'ENOSPC');
    expect(calls).toBeGreaterThan(15);
    const told: string[] = [];
    for (let at = 1; at <= calls; at++) {
      const { copy, run } = runAt(at, (['ENOSPC', 'EROFS', 'EACCES'] as const)[at % 3] ?? 'ENOSPC');
      expect(run.status, `call ${at}: ${run.stderr}`).toBe(0);
      const outcome = JSON.parse(run.stdout);
      told.push(outcome.code ?? outcome.kind);
      if (outcome.kind === 'error') {
        expect(outcome.code).toBe('cannot-write');
        expect(copy.tryGit(['diff', '--quiet', 'HEAD', '--', 'docs']).code, `call ${at}`).toBe(
          scene.name.startsWith('a hand') ? 1 : 0,
        );
      } else expect(outcome.kind, `call ${at}`).toBe('committed');
      checkAfterKill(copy, scene, work, `refused at call ${at} of ${calls}`);
      rmSync(copy.dir, { recursive: true });
    }
    expect(told).toContain('cannot-write');
  }, 300_000);
});
