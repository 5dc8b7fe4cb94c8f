// Writes scripts/bundle-parts.json: which sources `status` loads, and which a round loads beyond them. It builds the bundle
// with every source saying when it is loaded, runs the commands in a scratch repository, and builds the bundle again.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeRepository, openScratch } from '../bench/repositories.mjs';
import { buildAll } from './build.mjs';

const root = join(import.meta.dirname, '..');
const scratch = openScratch();
try {
  process.env.RONDO_TRACE_SOURCES = '1';
  report(await buildAll());
  const main = loadedBy([
    ['status', 'bench'],
    ['status', 'bench', '--json'],
    ['status', '--brief'],
  ]);
  const round = loadedBy([
    ['round', 'bench'],
    ['block', 't5', '--type', 'external'],
    ['unblock', 't5'],
    ['claim', 't0'],
    ['done', 't0'],
    adoptHandEdit,
  ]).filter((source) => !main.includes(source));
  const lists = { 'main.cjs': main, 'round.cjs': round };
  writeFileSync(join(import.meta.dirname, 'bundle-parts.json'), `${JSON.stringify(lists, null, 2)}\n`);
  console.log(`main.cjs ${main.length} sources, round.cjs ${round.length}`);
} finally {
  delete process.env.RONDO_TRACE_SOURCES;
  report(await buildAll());
  rmSync(scratch.home, { recursive: true, force: true });
}

function report({ problems }) {
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** Each step is a command line, or something to do in the repository that returns one. */
function loadedBy(steps) {
  const list = join(scratch.home, 'sources');
  const hook = join(scratch.home, 'hook.cjs');
  writeFileSync(
    hook,
    `globalThis.__sources = []; process.on('exit', () => require('node:fs').appendFileSync(${JSON.stringify(list)}, globalThis.__sources.map((source) => source + '\\n').join('')));`,
  );
  rmSync(list, { force: true });
  const repository = join(scratch.home, 'work');
  const place = existsSync(repository)
    ? { dir: repository, plan: 'docs/bench-state.md' }
    : makeRepository(scratch, 'work', { tasks: 10, files: 10, commits: 1 });
  for (const step of steps) {
    const args = typeof step === 'function' ? step(place) : step;
    const command = ['--require', hook, join(root, 'dist/rondo.cjs'), ...args];
    const { status, stderr } = spawnSync(process.execPath, command, { cwd: place.dir, env: scratch.env });
    if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  }
  return [...new Set(readFileSync(list, 'utf8').trim().split('\n'))].sort();
}

function adoptHandEdit({ dir, plan }) {
  appendFileSync(join(dir, plan), '\n- [ ] a line by hand\n');
  return ['round', 'bench'];
}
