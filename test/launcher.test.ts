/** The launcher around a small program of its own: with a cache, without one, and with one that must not be used. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const source = readFileSync(join(import.meta.dirname, '../src/launcher.cjs'), 'utf8');
const PROGRAM = `console.log('one', process.argv.slice(2).join(' '), typeof require('node:fs').statSync, __filename);`;
let folder: string;
let cache: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-launcher-'));
  cache = join(folder, 'cache', 'rondo');
  install('one', PROGRAM);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function install(hash: string, program: string): void {
  writeFileSync(
    join(folder, 'main.cjs'),
    `(function (exports, require, module, __filename, __dirname) {${program}})`,
  );
  writeFileSync(
    join(folder, 'rondo.cjs'),
    source.replace('BUNDLE_HASHES', JSON.stringify({ 'main.cjs': hash })),
  );
}

interface Ran {
  readonly code: number | null;
  readonly said: string;
  /** Whether V8 took the cache; `none` where it was not given one. */
  readonly cache: 'taken' | 'refused' | 'none';
}

/** What V8 thought of the cache is read off the script that the launcher made. */
function launch(args: readonly string[], env: NodeJS.ProcessEnv = {}): Ran {
  const spy = join(folder, 'spy.cjs');
  writeFileSync(
    spy,
    `const vm = require('node:vm'); const { Script } = vm;
     if (process.env.DICE) Math.random = () => Number(process.env.DICE);
     vm.Script = class extends Script { constructor(...all) { super(...all);
       const seen = { undefined: 'none', true: 'refused', false: 'taken' }[this.cachedDataRejected];
       process.on('exit', () => process.stderr.write('cache ' + seen)); } };`,
  );
  const all = { ...process.env, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), ...env };
  const command = ['-r', spy, join(folder, 'rondo.cjs'), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', env: all });
  const seen = /cache (taken|refused|none)$/.exec(stderr)?.[1];
  if (seen !== 'taken' && seen !== 'refused' && seen !== 'none') throw new Error(stderr);
  return { code: status, said: stdout, cache: seen };
}

function cacheFiles(): readonly string[] {
  try {
    return readdirSync(cache).map((name) => join(cache, name));
  } catch {
    return [];
  }
}

function onlyCacheFile(): string {
  const [file, ...more] = cacheFiles();
  if (file === undefined || more.length > 0) throw new Error(`${more.length + 1} files`);
  return file;
}

test('the first run makes a cache that nobody else can write, and the second takes it', () => {
  expect(launch(['status', 'x'])).toMatchObject({ code: 0, cache: 'none' });
  expect(statSync(onlyCacheFile()).mode & 0o777).toBe(0o600);
  expect(statSync(cache).mode & 0o777).toBe(0o700);
  const second = launch(['status', 'x']);
  expect(second).toMatchObject({ code: 0, cache: 'taken' });
  expect(second.said).toBe(`one status x function ${join(folder, 'main.cjs')}\n`);
});

test('each command has its own', () => {
  launch(['status']);
  expect(launch(['-C', 'somewhere', 'list']).cache).toBe('none');
  expect(launch(['list', '--json']).cache).toBe('none');
  expect(launch(['list']).cache).toBe('taken');
  expect(cacheFiles().length).toBe(3);
});

test('a run that does more than the cached one adds to the cache when it looks, and only then', () => {
  const more = Array.from({ length: 200 }, (_, i) => `function f${i}() { return [${i}, 'x', { a: ${i} }]; }`);
  const calls = Array.from({ length: 200 }, (_, i) => `f${i}();`);
  install('more', `${more.join('\n')}\nif (process.argv[3]) { ${calls.join('')} }`);
  launch(['round']);
  const poor = statSync(onlyCacheFile()).size;
  launch(['round', 'x'], { DICE: '0.9' });
  expect(statSync(onlyCacheFile()).size).toBe(poor);
  launch(['round', 'x'], { DICE: '0' });
  const rich = statSync(onlyCacheFile());
  expect(rich.size).toBeGreaterThan(poor);
  launch(['round', 'x'], { DICE: '0' });
  expect(statSync(onlyCacheFile()).mtimeMs).toBe(rich.mtimeMs);
});

test('another program of the same length does not run from the cache of the first', () => {
  launch(['status']);
  install('two', PROGRAM.replace("'one'", "'two'"));
  const ran = launch(['status']);
  expect(ran).toMatchObject({ code: 0, cache: 'none' });
  expect(ran.said).toMatch(/^two /);
});

test('a part that an update has replaced under a long run is not run', () => {
  const part = (says: string) =>
    `(function (exports, require, module) {module.exports = [() => console.log('${says}')]})`;
  const late = join(folder, 'late.cjs');
  const started = (before: string) => {
    const main = `(function (exports, require) {process.uptime = () => 3600; ${before} require('late.cjs#0');})`;
    writeFileSync(join(folder, 'main.cjs'), main);
    writeFileSync(late, part('ours'));
    const hash = createHash('sha256').update(part('ours')).digest('hex').slice(0, 16);
    const hashes = JSON.stringify({ 'main.cjs': 'main', 'late.cjs': hash });
    writeFileSync(join(folder, 'rondo.cjs'), source.replace('BUNDLE_HASHES', hashes));
    return launch(['run']);
  };
  expect(started('')).toMatchObject({ code: 0, said: 'ours\n' });
  const replace = `require('node:fs').writeFileSync(${JSON.stringify(late)}, ${JSON.stringify(part('else'))});`;
  expect(started(replace)).toMatchObject({ code: 5, said: '' });
});

test.each([
  ['cut in the middle', (file: string) => truncateSync(file, 100)],
  ['empty', (file: string) => truncateSync(file, 0)],
  ['not a cache at all', (file: string) => writeFileSync(file, 'x'.repeat(5000))],
])('a cache that is %s is refused, and replaced', (_name, spoil) => {
  launch(['status']);
  spoil(onlyCacheFile());
  const ran = launch(['status']);
  expect(ran).toMatchObject({ code: 0, cache: 'refused' });
  expect(ran.said).toMatch(/^one status/);
  expect(launch(['status']).cache).toBe('taken');
});

test('a cache that others may write is not used', () => {
  launch(['status']);
  chmodSync(onlyCacheFile(), 0o620);
  expect(launch(['status'])).toMatchObject({ code: 0, cache: 'none' });
});

test('where nothing can be written it runs without', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(launch(['status'], { XDG_CACHE_HOME: join(folder, 'file') })).toMatchObject({
    code: 0,
    cache: 'none',
  });
});

test('without a home it runs without, and leaves nothing in the working directory', () => {
  const before = readdirSync(folder).length;
  expect(launch(['status'], { HOME: '', XDG_CACHE_HOME: 'relative' })).toMatchObject({
    code: 0,
    cache: 'none',
  });
  expect(readdirSync(folder).length).toBe(before + 1); // The spy.
});

test.each([[1], [2]])('a run that ends with %i leaves no cache', (code) => {
  install('exit', `process.exit(${code});`);
  expect(launch(['status'])).toMatchObject({ code, cache: 'none' });
  expect(cacheFiles()).toEqual([]);
});

test('the exit code is that of the program, also when it ends itself', () => {
  install('exit', 'process.exit(12);');
  expect(launch(['run']).code).toBe(12);
  expect(launch(['run'])).toMatchObject({ code: 12, cache: 'taken' });
});

test('files of versions long gone go', () => {
  mkdirSync(cache, { recursive: true });
  for (let i = 0; i < 150; i++) writeFileSync(join(cache, `old-${i}.v8`), '');
  launch(['status']);
  expect(cacheFiles().length).toBe(128);
  expect(launch(['status']).cache).toBe('taken');
});
