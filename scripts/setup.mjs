// Makes a clone ready to build, test and run; quick and silent where it is ready already. Plain Node, no packages.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE = [20, 20];
const GIT = [2, 36];

try {
  demand('Node', process.versions.node, NODE);
  demand('git', gitVersion(), GIT);
  installPackages();
  // A process of its own, as esbuild may have been installed only just now.
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: ['ignore', 'ignore', 'pipe'] });
} catch (error) {
  console.error(`set-up: ${error.message}${error.stderr ? `\n${error.stderr}` : ''}`);
  process.exitCode = 1;
}

function demand(what, found, [major, minor]) {
  const [a = 0, b = 0] = found.split('.').map(Number);
  if (a < major || (a === major && b < minor))
    throw new Error(`${what} ${major}.${minor} or newer is needed; this is ${found}`);
}

function gitVersion() {
  const { status, stdout } = spawnSync('git', ['--version'], { encoding: 'utf8' });
  const version = status === 0 ? /\d+\.\d+/.exec(stdout)?.[0] : undefined;
  if (version === undefined) throw new Error('git was not found on the PATH');
  return version;
}

/** `npm ci` takes seconds, so it runs only where the packages are missing or were installed from another lock file. */
function installPackages() {
  const stamp = join(root, 'node_modules/.rondo-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('set-up: npm ci');
  const clean = npm('ci');
  if (clean.status !== 0) {
    if (!lacksOnlyOtherPlatforms(clean.stderr))
      throw new Error(`npm ci ended with ${clean.status}\n${clean.stderr}`);
    console.error('set-up: npm install --no-save, as the registry lacks binaries of other platforms');
    const plain = npm('install', '--no-save');
    if (plain.status !== 0) throw new Error(`npm install ended with ${plain.status}\n${plain.stderr}`);
  }
  writeFileSync(stamp, lock);
}

function npm(...args) {
  const result = spawnSync('npm', args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
  return { status: result.status, stderr: result.error?.message ?? result.stderr };
}

/**
 * A lock file made at a registry that has only this platform's binaries names the others without a version, and `npm ci`
 * then calls it out of step. `npm install` keeps to the same lock file and leaves them out. A lock file that is really out
 * of step has versions in this list.
 */
function lacksOnlyOtherPlatforms(stderr) {
  const complaints = stderr.match(/(Missing|Invalid): .*/g) ?? [];
  return (
    complaints.length > 0 &&
    complaints.every((line) => line.startsWith('Missing: ') && line.endsWith('@ from lock file'))
  );
}
