/** The repository of a folder, as `Repo` of `ports.ts` asks for it. */
import { fail } from '../errors.ts';
import type { Repo, Worktrees } from '../ports.ts';
import { commitOrder } from './commit-protocol.ts';
import { openConfig } from './config.ts';
import { blobOfFile, textOfBlob } from './conversion.ts';
import { discover } from './discover.ts';
import { type FileAtTip, fileAtTip, keepFileAtTip } from './file-at-tip.ts';
import type { Ground } from './ground.ts';
import { readHistory, roundAt } from './history.ts';
import { readIdentity } from './identity.ts';
import { lastRounds } from './last-rounds.ts';
import { openObjects } from './objects.ts';
import { findObstacle } from './obstacles.ts';
import type { Porcelain } from './porcelain.ts';
import { readHead } from './refs.ts';
import { type Environment, gitAt, scrubEnvironment } from './run-git.ts';
import { settleIntent } from './settle-intent.ts';
import { findInCommit } from './trees.ts';
import { whereIs } from './where-is.ts';
import {
  findWorkFiles,
  readWorkBytes,
  readWorkFile,
  safePath,
  textOfBytes,
  workFileExists,
  writeNewWorkFile,
} from './work-file.ts';
import { openWorktrees } from './worktrees.ts';

export interface OpenOptions {
  /** The environment git runs in, scrubbed; that of this process where it is left out. */
  readonly env?: Environment;
  /** The deadline of each git command, in milliseconds. */
  readonly commandTimeoutMs?: number;
  /** How long a commit waits for git to be free, in milliseconds. */
  readonly waitMs?: number;
  /** Called between the steps of a commit, for tests. */
  readonly onStep?: (step: string) => void;
}

/** Opens the repository that a folder lies in. Throws `not-a-repository`, `bare-repository`, `dubious-ownership` or `damaged-repository`. */
export function openRepo(startDir: string, options: OpenOptions = {}): Repo {
  const ground = openGround(startDir, options);
  let worktrees: Worktrees | undefined;
  const porcelain = () =>
    import('./porcelain.ts').then(({ openPorcelain }): Porcelain => openPorcelain(ground));
  return {
    root: ground.root,
    gitDir: ground.gitDir,
    findFiles: (globs) => findWorkFiles(ground.root, globs),
    readFile: (file) => readWorkFile(ground.root, file),
    fileExists: (file) => workFileExists(ground.root, file),
    writeNewFile: (file, text) => writeNewWorkFile(ground.root, file, text),
    head: () => readHead(ground),
    look: (file) => look(ground, file),
    commitObstacle: (file) => findObstacle(ground, file),
    history: (plan) => readHistory(ground, plan, readHead(ground).commit),
    roundAt: (plan, commit) => roundAt(ground, plan, commit),
    lastRounds: (plan, file) => lastRounds(ground, plan, file, readHead(ground).commit),
    log: async (plan, limits) => (await porcelain()).log(plan, limits),
    resolve: (revision) => resolveRevision(ground, revision),
    readAt: (commit, file) => readAt(ground, commit, file),
    lastGood: async (file, good) => (await porcelain()).lastGood(file, good),
    broughtBy: async (wanted) => (await porcelain()).broughtBy(wanted),
    changedSince: async (commits, to) =>
      (await import('./changed-since.ts')).changedSince(ground, commits, to),
    fingerprints: async (commit, covered) =>
      (await import('./fingerprints.ts')).fingerprints(ground, commit, covered),
    forkedAt: async (commits, to) => (await import('./fingerprints.ts')).forkedAt(ground, commits, to),
    onlyBelow: async (commits, prefix) =>
      (await import('./fingerprints.ts')).onlyBelow(ground, commits, prefix),
    identity: () => readIdentity(ground, 'committer'),
    settle: () => settleIntent(ground),
    commit: (order) => {
      settleIntent(ground);
      return commitOrder(ground, order);
    },
    whereIs: (file, ref) => whereIs(ground, file, ref),
    facts: async () => (await porcelain()).facts(),
    get worktrees() {
      worktrees ??= openWorktrees(ground);
      return worktrees;
    },
  };
}

const COMMAND_TIMEOUT = 60_000;
const WAIT = 3000;

function openGround(startDir: string, options: OpenOptions): Ground {
  const env = options.env ?? process.env;
  const timeoutMs = options.commandTimeoutMs ?? COMMAND_TIMEOUT;
  const place = discover(startDir, env, timeoutMs);
  const named = place.explicit ? { GIT_DIR: place.gitDir, GIT_WORK_TREE: place.root } : {};
  const git = gitAt(place.root, () => ({ ...scrubEnvironment(env), ...named }), timeoutMs);
  const config = openConfig(place.commonDir, place.gitDir, env, git);
  const shared = () => !/^(umask|false|0|)$/i.test(config.get('core.sharedrepository') ?? '');
  const objects = openObjects({ commonDir: place.commonDir, algorithm: place.algorithm, git, shared });
  return {
    ...place,
    git,
    config,
    objects,
    waitMs: options.waitMs ?? WAIT,
    onStep: options.onStep ?? (() => undefined),
  };
}

function look(ground: Ground, file: string): ReturnType<Repo['look']> {
  const head = readHead(ground);
  const bytes = readWorkBytes(ground.root, file);
  const tip = head.commit === null ? undefined : fileAtTip(ground, head.commit, file);
  const blob = tip?.blob ?? null;
  return {
    head,
    text: bytes === null ? null : textOfBytes(bytes, file),
    edited: bytes === null ? blob !== null : isEdited(ground, file, bytes, tip),
    headText: () => (blob === null ? null : textOfBlob(ground, file, blob)),
  };
}

function isEdited(ground: Ground, file: string, bytes: Buffer, tip: FileAtTip | undefined): boolean {
  if (tip === undefined || tip.blob === null) return true;
  if (tip.bytes?.equals(bytes) === true) return false;
  if (blobOfFile(ground, file, [tip.blob], tip.blob) !== tip.blob) return true;
  keepFileAtTip(ground, { ...tip, bytes });
  return false;
}

function readAt(ground: Ground, commit: string, file: string): string | null {
  safePath(ground.root, file);
  const entry = findInCommit(ground.objects, commit, file);
  return entry === undefined || !entry.mode.startsWith('100') ? null : textOfBlob(ground, file, entry.id);
}

/** A revision that a person typed never reaches git as an option. */
function resolveRevision(ground: Ground, revision: string): string {
  if (revision === '' || revision.startsWith('-') || revision.includes('\0') || revision.includes('\n'))
    fail('unknown-revision', `${JSON.stringify(revision)} is not a revision`);
  const found = ground.git.run([
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${revision}^{commit}`,
  ]);
  if (found.code !== 0) fail('unknown-revision', `git knows no commit ${JSON.stringify(revision)}`);
  return found.stdout.toString('latin1').trim();
}
