/**
 * What people ask now and then: the log, the last good commit, facts. Loaded when needed, never by a round.
 * simple-git, since it parses git's porcelain, queues processes and has a deadline; its traps are dealt with here.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type SimpleGit, simpleGit } from 'simple-git';
import { fail } from '../errors.ts';
import type { LogEntry, RepoFacts, Wanted } from '../ports.ts';
import { findBringers } from './brought-by.ts';
import { textOfBlob } from './conversion.ts';
import type { Ground } from './ground.ts';
import { operationUnderWay } from './obstacles.ts';
import { readHead } from './refs.ts';
import { findInCommit } from './trees.ts';

export interface Porcelain {
  log(plan: string, options: { readonly limit?: number }): Promise<readonly LogEntry[]>;
  lastGood(file: string, good: (text: string) => boolean): Promise<string | null>;
  broughtBy(wanted: readonly Wanted[]): Promise<readonly (string | null)[]>;
  facts(): Promise<RepoFacts>;
}

export function openPorcelain(ground: Ground): Porcelain {
  return {
    log: (plan, { limit }) => readLog(ground, plan, limit),
    lastGood: (file, good) => findLastGood(ground, file, good),
    broughtBy: async (wanted) => findBringers(ground, wanted),
    facts: () => readFacts(ground),
  };
}

/** Silence, not duration, is what simple-git's timeout counts; a log that is written is not silent. */
const MOST_SILENCE = 60_000;

/** Variables that name a program to run: simple-git refuses to start with them, and nothing here needs one. */
const PROGRAMS = /^(EDITOR|VISUAL|PAGER|PREFIX|SSH_ASKPASS|GIT_(EDITOR|ASKPASS|SSH.*|PROXY_COMMAND))$/;

/** A fresh instance each time: one whose deadline fired is of no further use. */
function open({ root, git }: Ground): SimpleGit {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(git.env))
    if (value !== undefined && !PROGRAMS.test(name)) env[name] = value;
  // Its guard refuses settings that reach git by environment. Here they are what scrubbing left, and `.env` replaces
  // the whole environment, so that nothing else gets through.
  const allowEnvironment = Object.keys(env);
  const unsafe = { allowUnsafeConfigPaths: true, allowUnsafeConfigEnvCount: true, allowUnsafeExec: true };
  const options = {
    baseDir: root,
    timeout: { block: MOST_SILENCE },
    trimmed: false,
    allowEnvironment,
    unsafe,
  };
  return simpleGit(options).env(env);
}

async function run(ground: Ground, args: readonly string[]): Promise<string> {
  try {
    return await open(ground).raw([...args]);
  } catch (error) {
    const said = error instanceof Error ? error.message.trim() : String(error);
    return fail('git-failed', `git ${args[0] ?? ''} failed: ${said}`);
  }
}

// ---------------------------------------------------------------- log

const FIELDS = [
  '%H',
  '%aI',
  '%an',
  '%s',
  '%b',
  '%(trailers:key=Rondo-Plan,valueonly)',
  '%(trailers:key=Rondo-Round,valueonly)',
  '%(trailers:key=Rondo-Status,valueonly)',
  '%(trailers:key=Rondo-Machine,valueonly)',
  '%(trailers:key=Rondo-Change,valueonly)',
];

async function readLog(
  ground: Ground,
  plan: string,
  limit: number | undefined,
): Promise<readonly LogEntry[]> {
  const { commit } = readHead(ground);
  if (commit === null) return [];
  const args = [
    'log',
    '--no-show-signature',
    `--format=${FIELDS.join('%x00')}%x00%x01`,
    '--fixed-strings',
    `--grep=Rondo-Plan: ${plan}`,
    commit,
    '--',
  ];
  const entries = (await run(ground, args)).split('\u0001\n').flatMap((record) => entryOf(record, plan));
  return limit === undefined ? entries : entries.slice(0, limit);
}

function entryOf(record: string, plan: string): readonly LogEntry[] {
  const [commit, at, author, subject, body, plans, round, status, machine, changes] = record.split('\0');
  if (commit === undefined || at === undefined || !lines(plans).includes(plan)) return [];
  return [
    {
      commit,
      at: new Date(at).toISOString(),
      author: author ?? '',
      subject: subject ?? '',
      body: withoutTrailers(body ?? ''),
      round: Number(lines(round)[0] ?? 0),
      status: lines(status)[0] ?? '',
      machine: lines(machine)[0] ?? '',
      changes: lines(changes),
    },
  ];
}

/** The sentences of a round; its trailers are fields of the entry. */
function withoutTrailers(body: string): string {
  return body.replace(/(?:^Rondo-[A-Z][a-z]+: .*\n?)+\s*$/m, '').trimEnd();
}

function lines(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

// ---------------------------------------------------------------- what was good

const MOST_COMMITS = 50;

async function findLastGood(
  ground: Ground,
  file: string,
  good: (text: string) => boolean,
): Promise<string | null> {
  const { commit } = readHead(ground);
  if (commit === null) return null;
  const most = `--max-count=${MOST_COMMITS}`;
  const listed = await run(ground, ['log', '--no-show-signature', most, '--format=%H', commit, '--', file]);
  for (const id of lines(listed)) {
    const entry = findInCommit(ground.objects, id, file);
    if (entry !== undefined && good(textOfBlob(ground, file, entry.id))) return id;
  }
  return null;
}

// ---------------------------------------------------------------- facts

async function readFacts(ground: Ground): Promise<RepoFacts> {
  const { major, minor, patch } = await open(ground).version();
  return {
    gitVersion: `${major}.${minor}.${patch}`,
    linkedWorktree: ground.linked,
    shallow: ageOf(join(ground.commonDir, 'shallow')) !== null,
    operation: operationUnderWay(ground)?.name ?? null,
    locks: findLocks(ground),
    remotes: lines(await run(ground, ['remote'])),
  };
}

/** The lock files that commands of git leave or hold: beside the index, HEAD, the settings and the refs. */
function findLocks({ gitDir, commonDir }: Ground): RepoFacts['locks'] {
  const top = [...new Set([gitDir, commonDir])].flatMap((dir) =>
    namesIn(dir, false).map((name) => join(dir, name)),
  );
  const refs = namesIn(join(commonDir, 'refs'), true).map((name) => join(commonDir, 'refs', name));
  return [...top, ...refs]
    .filter((path) => path.endsWith('.lock'))
    .flatMap((file) => {
      const ageMs = ageOf(file);
      return ageMs === null ? [] : [{ file, ageMs }];
    });
}

function namesIn(dir: string, deep: boolean): readonly string[] {
  try {
    return readdirSync(dir, { recursive: deep, encoding: 'utf8' });
  } catch {
    return [];
  }
}

function ageOf(path: string): number | null {
  try {
    return Math.max(0, Date.now() - statSync(path).mtimeMs);
  } catch {
    return null;
  }
}
