// Repositories to be tortured: a plan, and beside it work of the user's that must stay as it is.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const rondo = join(root, 'dist', 'rondo.cjs');
export const scratch = mkdtempSync(join(tmpdir(), 'rondo-torture-'));
export const env = hermetic();

function hermetic() {
  const out = {
    ...process.env,
    HOME: scratch,
    XDG_STATE_HOME: join(scratch, 'state'),
    XDG_CACHE_HOME: join(scratch, 'cache'),
    GIT_CONFIG_NOSYSTEM: '1',
    RONDO_TRUST: 'all',
    NO_COLOR: '1',
  };
  for (const name of Object.keys(out))
    if (
      /^(GIT_DIR|GIT_INDEX_FILE|GIT_WORK_TREE|RONDO_(?!TRUST).*|NODE_OPTIONS|NODE_EXTRA_CA_CERTS)$/.test(name)
    )
      delete out[name];
  return out;
}

export function git(dir, ...args) {
  return execFileSync('git', args, { cwd: dir, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

export function rondoJson(dir, ...args) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [rondo, ...args, '--json'], {
    cwd: dir,
    env,
    encoding: 'utf8',
  });
  let document;
  try {
    document = JSON.parse(stdout);
  } catch {
    throw new Error(`rondo ${args.join(' ')} printed no document (exit ${status}): ${stdout}${stderr}`);
  }
  return { status, document };
}

let made = 0;

/** A repository with a plan `p` of the given tasks, committed, and staged, half-staged, unstaged and untracked work of the user's. */
export function makeSandbox(tasks) {
  const dir = join(scratch, `repo-${made++}`);
  mkdirSync(join(dir, 'docs'), { recursive: true });
  git(dir, 'init', '--quiet', '-b', 'main');
  git(dir, 'config', 'user.name', 'Tess');
  git(dir, 'config', 'user.email', 'tess@example.org');
  git(dir, 'config', 'gc.auto', '0');
  writeFileSync(
    join(dir, 'docs', 'p-state.md'),
    `---\nrondo: 1\ngoal: Survive\n\nstatus: running\n---\n\n# P\n\n## Tasks\n${tasks}`,
  );
  for (const name of ['staged', 'half', 'unstaged', 'deleted'])
    writeFileSync(join(dir, `${name}.txt`), `${name}\n`);
  git(dir, 'add', '.');
  git(dir, 'commit', '--quiet', '-m', 'start');
  writeFileSync(join(dir, 'staged.txt'), 'staged, changed\n');
  writeFileSync(join(dir, 'half.txt'), 'half, staged\n');
  git(dir, 'add', 'staged.txt', 'half.txt');
  git(dir, 'rm', '--quiet', '--cached', 'deleted.txt');
  writeFileSync(join(dir, 'intended.txt'), 'intended\n');
  git(dir, 'add', '--intent-to-add', 'intended.txt');
  appendFileSync(join(dir, 'half.txt'), 'half, not staged\n');
  writeFileSync(join(dir, 'unstaged.txt'), 'unstaged, changed\n');
  writeFileSync(join(dir, 'untracked.txt'), 'untracked\n');
  return dir;
}

const PLAN = 'docs/p-state.md';

export function planText(dir) {
  return readFileSync(join(dir, PLAN), 'utf8');
}

export function committedPlan(dir) {
  return git(dir, 'show', `HEAD:${PLAN}`);
}

/** What of the user's must not change: index entries and bytes of every path but the plan. */
export function usersWork(dir) {
  const index = git(dir, 'ls-files', '--stage', '--debug', '--', ':!docs').replace(
    /^\s+(ctime|mtime|dev|uid).*$/gm,
    '',
  );
  const bytes = ['staged', 'half', 'unstaged', 'deleted', 'intended', 'untracked'].map((name) =>
    readFileSync(join(dir, `${name}.txt`), 'utf8'),
  );
  return JSON.stringify([
    index,
    bytes,
    git(dir, 'diff', '--cached', '--', ':!docs'),
    git(dir, 'diff', '--', ':!docs'),
  ]);
}

/** Lock files of git's that would stop the user. */
export function locksLeft(dir) {
  return readdirSync(join(dir, '.git'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.lock') && !name.startsWith('rondo'));
}

export function fsck(dir) {
  const { status, stdout, stderr } = spawnSync('git', ['fsck', '--strict', '--no-dangling'], {
    cwd: dir,
    env,
    encoding: 'utf8',
  });
  return status === 0 && !/missing|corrupt|error|broken/.test(stdout + stderr)
    ? undefined
    : `${stdout}${stderr}`;
}

export function removeScratch() {
  if (existsSync(scratch)) rmSync(scratch, { recursive: true, force: true });
}
