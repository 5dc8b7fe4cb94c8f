// Everything that must hold, one line a check: what `npm test` runs. Nothing stops at the first failure. The last line
// is `N passed, N failed`: the tests one by one, and each other check as one.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inCi = process.env.CI !== undefined && !['', '0', 'false'].includes(process.env.CI);
const scratch = mkdtempSync(join(tmpdir(), 'rondo-verify-'));
const env = checkEnvironment();
const began = Date.now();
const MOST_LINES = 100;
const total = { passed: 0, failed: 0 };

try {
  await inPairs([
    () => check('types', 'tsc', ['--noEmit']),
    () => check('style', 'biome', ['check', '.']),
    () => check('unused code and packages', 'knip', []),
    () => check('docs in step', 'node', ['scripts/docs.mjs', '--check']),
    () => checkPackage(),
  ]);
  await runTests();
  if (existsSync(join(root, 'test/torture/run.mjs')))
    await check('torture, short', 'node', ['test/torture/run.mjs', '--short']);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`in ${Math.round((Date.now() - began) / 1000)} s`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** Two at a time: these are small, and most machines have two cores. */
async function inPairs(checks) {
  const queue = [...checks];
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next();
  };
  await Promise.all([lane(), lane()]);
}

async function check(name, command, args, options = {}) {
  const start = Date.now();
  const { code, output } = await run(command, args, options);
  settle(name, code === 0, Date.now() - start, output);
  return code === 0;
}

function settle(name, ok, ms, output) {
  total[ok ? 'passed' : 'failed'] += 1;
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name} (${(ms / 1000).toFixed(1)} s)`);
  if (!ok) console.log(excerpt(output));
}

/** The first lines say what is wrong; what follows is mostly more of the same. */
function excerpt(output) {
  const lines = output.trimEnd().split('\n');
  const shown = lines.slice(0, MOST_LINES);
  if (lines.length > shown.length) shown.push(`… and ${lines.length - shown.length} lines more`);
  return shown.map((line) => `      ${line}`).join('\n');
}

/** Packs as for a release, then lets the tools that know how packages are consumed look at the file. */
async function checkPackage() {
  const folder = join(scratch, 'package');
  mkdirSync(folder);
  if (!(await check('package is built', 'npm', ['pack', '--pack-destination', folder]))) return;
  const file = join(folder, readdirSync(folder)[0]);
  await check('package: publint', 'publint', [file, '--strict']);
  await check('package: types resolve (attw)', 'attw', [
    file,
    '--profile',
    'esm-only',
    '--no-color',
    '--no-emoji',
  ]);
  await check('package: types are whole', 'node', ['scripts/check-package-types.mjs', file]);
  await check('package: its templates give plans', 'node', ['scripts/check-package-runs.mjs', file]);
}

/** The tests say their own lines; the reporter beside this file counts them. */
async function runTests() {
  const start = Date.now();
  const report = join(scratch, 'tests.json');
  const { code } = await run(
    'vitest',
    ['run', '--reporter=default', '--reporter=./scripts/count-tests.mjs'],
    {
      inherit: true,
      env: { ...env, TEST_COUNTS_FILE: report },
    },
  );
  if (!existsSync(report)) {
    settle('tests', false, Date.now() - start, `vitest ended with ${code} and counted nothing`);
    return;
  }
  const { passed, failed, skipped } = JSON.parse(readFileSync(report, 'utf8'));
  for (const { name, reason } of skipped) console.log(`skip  ${name}: ${reason}`);
  total.passed += passed;
  total.failed += failed + (inCi ? skipped.length : 0);
  if (code !== 0 && failed === 0)
    settle('tests end cleanly', false, Date.now() - start, `vitest ended with ${code}`);
  if (passed + failed === 0) settle('there are tests', false, 0, 'vitest found none');
  console.log(
    `      tests: ${passed} passed, ${failed} failed, ${skipped.length} skipped (${((Date.now() - start) / 1000).toFixed(1)} s)`,
  );
}

function run(command, args, { inherit = false, env: its = env } = {}) {
  return new Promise((resolve) => {
    const stdio = ['ignore', inherit ? 'inherit' : 'pipe', inherit ? 'inherit' : 'pipe'];
    const child = spawn(command, args, { cwd: root, env: its, stdio, shell: process.platform === 'win32' });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

/** The project's own tools come first, and an outer git or plan does not leak in. */
function checkEnvironment() {
  const out = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}` };
  for (const name of Object.keys(out)) if (/^(RONDO_|GIT_)/.test(name)) delete out[name];
  return out;
}
