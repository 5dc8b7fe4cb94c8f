// The main job on real input: the release plan of this very repository, on a scratch clone. In the middle the
// coordinator is killed, and a second clone goes on from what was pushed, as another machine would after `git pull`.
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const rondo = join(root, 'dist', 'rondo.cjs');
const scratch = mkdtempSync(join(tmpdir(), 'rondo-release-'));
const env = scratchEnvironment();
const began = Date.now();

main().catch((error) => {
  console.error(`\n${error.message}\nThe scratch repositories are in ${scratch}`);
  process.exitCode = 1;
});

async function main() {
  const origin = join(scratch, 'origin.git');
  say(`A scratch copy of this repository, shared by two machines, in ${scratch}`);
  git(root, 'clone', '--quiet', '--bare', '--no-hardlinks', '.', origin);
  const first = cloneFor('first-machine', origin);
  if (rondoJson(first, 'status', 'release').status === 'complete') rondoSays(first, 'restart', 'release');

  say('First machine: rondo run release');
  await runAndKill(first, 'release');
  say('The coordinator was killed with SIGKILL. What the first machine had committed is pushed:');
  git(first, 'push', '--quiet', 'origin', 'HEAD');
  rondoSays(first, 'status', 'release');

  say('Second machine: git pull, then rondo run release --take-over');
  const second = cloneFor('second-machine', origin);
  git(second, 'pull', '--quiet');
  const code = await stream(second, ['run', 'release', '--take-over']);
  if (code !== 0) throw new Error(`the run on the second machine ended with ${code}`);
  git(second, 'push', '--quiet', 'origin', 'HEAD');

  say('First machine again: git pull, then one look. Its late workers are stopped, their results fenced off');
  git(first, 'pull', '--quiet', '--ff-only');
  rondoSays(first, 'round', 'release');

  const status = rondoJson(second, 'status', 'release');
  if (status.status !== 'complete') throw new Error(`the plan ended ${status.status}`);
  say('The commits, newest first');
  console.log(git(second, 'log', '--format=%h %s', `-${status.round}`, '--', 'docs/release-state.md'));
  say('One state change as a reviewer sees it');
  console.log(
    git(
      second,
      'log',
      '-1',
      '--format=%h %s%n%n%b',
      '-p',
      '--unified=1',
      '--grep=build: in_progress -> completed',
      '--',
      'docs/release-state.md',
    ),
  );
  say(`complete in ${Math.round((Date.now() - began) / 1000)} s, ${status.round} rounds. Look around:`);
  console.log(`  cd ${second}\n  node ${rondo} status release\n  node ${rondo} log release`);
}

/** Runs until two tasks are done, then kills the coordinator; its workers live on. */
async function runAndKill(cwd, plan) {
  const child = spawn(process.execPath, [rondo, 'run', plan], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let seen = '';
  const enough = () => rondoJson(cwd, 'status', plan).counts.completed >= 2;
  await new Promise((resolve, reject) => {
    const onData = (chunk) => {
      process.stdout.write(chunk);
      seen += chunk;
      if (/completed/.test(String(chunk)) && enough()) child.kill('SIGKILL');
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.on('exit', (code, signal) =>
      signal === 'SIGKILL'
        ? resolve()
        : reject(new Error(`the run ended with ${code} before it was killed:\n${seen}`)),
    );
  });
}

function stream(cwd, args) {
  const child = spawn(process.execPath, [rondo, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve) => child.on('exit', (code) => resolve(code)));
}

/** A clone with an identity, and with the packages of this checkout, so that no network is needed. */
function cloneFor(name, origin) {
  const dir = join(scratch, name);
  git(scratch, 'clone', '--quiet', origin, dir);
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  appendFileSync(join(dir, '.git', 'info', 'exclude'), 'node_modules\n');
  if (spawnSync('git', ['config', 'user.email'], { cwd: dir, env }).status !== 0) {
    git(dir, 'config', 'user.name', 'Rondo');
    git(dir, 'config', 'user.email', 'rondo@example.org');
  }
  rondoSays(dir, 'trust', '--all');
  return dir;
}

/** Approvals of the scratch clones stay in the scratch folder, and nothing of an outer plan leaks in. */
function scratchEnvironment() {
  const out = { ...process.env, XDG_STATE_HOME: join(scratch, 'state') };
  for (const name of Object.keys(out)) if (/^(RONDO_|GIT_)/.test(name)) delete out[name];
  mkdirSync(out.XDG_STATE_HOME);
  return out;
}

function git(cwd, ...args) {
  return checked(spawnSync('git', args, { cwd, env, encoding: 'utf8' }), `git ${args.join(' ')}`);
}

function rondoSays(cwd, ...args) {
  const result = spawnSync(process.execPath, [rondo, ...args], { cwd, env, encoding: 'utf8' });
  process.stdout.write(checked(result, `rondo ${args.join(' ')}`));
  process.stdout.write(result.stderr);
}

function rondoJson(cwd, ...args) {
  return JSON.parse(
    checked(
      spawnSync(process.execPath, [rondo, ...args, '--json'], { cwd, env, encoding: 'utf8' }),
      `rondo ${args.join(' ')}`,
    ),
  );
}

function checked(result, what) {
  if (result.status !== 0)
    throw new Error(`${what} ended with ${result.status}:\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

function say(text) {
  console.log(`\n== ${text}`);
}
