/**
 * Runs once before all tests: bundles the program, and gives every test the same bare surroundings, whoever runs it and
 * wherever. What is set here reaches the test files' processes, and from there git and Rondo.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAll } from '../../scripts/build.mjs';

export async function setup(): Promise<() => void> {
  const home = mkdtempSync(join(tmpdir(), 'rondo-test-home-'));
  makeBare(process.env, home);
  // A broken room must not keep the tests of the others from running; those that need the bundle will miss it.
  const { missing, problems } = await buildAll();
  for (const line of [...missing, ...problems]) process.stderr.write(`${line}\n`);
  return () => rmSync(home, { recursive: true, force: true, maxRetries: 3 });
}

function makeBare(env: NodeJS.ProcessEnv, home: string): void {
  for (const name of Object.keys(env)) if (LEAKS.test(name)) delete env[name];
  for (const [name, folder] of Object.entries(FOLDERS)) {
    env[name] = join(home, folder);
    mkdirSync(env[name], { recursive: true });
  }
  env.LC_ALL = 'C.UTF-8';
  env.TZ = 'UTC';
  env.GIT_CONFIG_NOSYSTEM = '1';
  writeFileSync(join(home, '.gitconfig'), GIT_CONFIG);
}

/** NODE_EXTRA_CA_CERTS alone costs 100 ms for each start of Node 20; colours would be in what tests compare; the seed of properties is for them. */
const LEAKS =
  /^(GIT_|RONDO_(?!SEED$)|XDG_|NODE_EXTRA_CA_CERTS$|NODE_OPTIONS$|NO_COLOR$|FORCE_COLOR$|EDITOR$|VISUAL$|CI$)/;

const FOLDERS = {
  HOME: '.',
  XDG_CACHE_HOME: '.cache',
  XDG_CONFIG_HOME: '.config',
  XDG_DATA_HOME: '.local/share',
  XDG_STATE_HOME: '.local/state',
};

const GIT_CONFIG = `[user]
	name = Test
	email = test@example.org
[init]
	defaultBranch = main
[advice]
	detachedHead = false
`;
