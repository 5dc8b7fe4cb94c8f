// Builds dist/: the command line in one CommonJS file behind a launcher, the wrapper of workers, the library, and with
// `--types` its declarations. Files are replaced only where their bytes differ, so a build with nothing to do changes
// nothing, and two builds at once do no harm. `buildAll` is also what the test runner's global set-up calls.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { buildTypes } from './build-types.mjs';
import { collectLicenses } from './collect-licenses.mjs';
import { LATE_BUILTINS, LATE_SOURCES } from './late-modules.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const ENTRIES = [
  { from: 'src/bin.ts', to: 'dist/main.cjs', format: 'cjs' },
  { from: 'src/workers/wrapper.ts', to: 'dist/wrapper.cjs', format: 'cjs' },
  { from: 'src/index.ts', to: 'dist/index.mjs', format: 'esm' },
];

/** Builds the entries that exist. Where one is missing or broken it says so, and removes the old output. */
export async function buildAll() {
  mkdirSync(dist, { recursive: true });
  const missing = [];
  const problems = [];
  const sizes = [];
  const inputs = new Set();
  for (const entry of ENTRIES) {
    if (!existsSync(join(root, entry.from))) {
      missing.push(`not built: ${entry.to}, because ${entry.from} is not there`);
      removeOutput(entry.to);
      continue;
    }
    try {
      const result = await bundle(entry);
      for (const input of Object.keys(result.metafile.inputs)) inputs.add(input);
      for (const file of result.outputFiles) writeIfChanged(file.path, file.contents);
      sizes.push(`${entry.to} ${Math.round(statSync(join(root, entry.to)).size / 1024)} kB`);
    } catch (error) {
      problems.push(`not built: ${entry.to}, because ${error.message}`);
      removeOutput(entry.to);
    }
  }
  for (const name of Object.keys(LIBRARIES)) {
    const result = await bundleLibraries(name);
    for (const input of Object.keys(result.metafile.inputs)) inputs.add(input);
    for (const file of result.outputFiles) writeIfChanged(file.path, file.contents);
  }
  if (existsSync(join(dist, 'main.cjs'))) await writeLauncher();
  writeIfChanged(join(dist, 'THIRD-PARTY-LICENSES.txt'), collectLicenses(root, inputs));
  return { missing, problems, sizes };
}

/**
 * Libraries that stand in files of their own beside `main.cjs`: a command that does not use them reads 400 kB less. The
 * launcher loads them, from a code cache like its own.
 */
const LIBRARIES = {
  'lib-file.cjs': ['zod/mini', 'yaml', 'gray-matter'],
  'lib-git.cjs': ['simple-git'],
  'lib-terminal.cjs': ['@clack/prompts', '@bomb.sh/tab/commander'],
};

/** ES modules of which the default export is meant; to the bundle they look like CommonJS, which has no other. */
const BY_DEFAULT = new Set(['@bomb.sh/tab/commander']);

const libraryFiles = {
  name: 'library-files',
  setup(build) {
    const fileOf = new Map(
      Object.entries(LIBRARIES).flatMap(([file, names]) => names.map((name) => [name, file])),
    );
    build.onResolve({ filter: /^[a-z@]/ }, ({ path }) =>
      fileOf.has(path) ? { path, namespace: 'library' } : undefined,
    );
    build.onResolve({ filter: /^\.\/lib-/, namespace: 'library' }, ({ path }) => ({ path, external: true }));
    build.onLoad({ filter: /.*/, namespace: 'library' }, ({ path }) => ({
      contents: `module.exports = require('./${fileOf.get(path)}')[${JSON.stringify(path)}];`,
      loader: 'js',
    }));
  },
};

/** One file with several libraries, each made when it is asked for. */
function bundleLibraries(name) {
  const getters = LIBRARIES[name].map(
    (library) =>
      `get '${library}'() { return require('${library}')${BY_DEFAULT.has(library) ? '.default' : ''}; }`,
  );
  return esbuild.build({
    ...bundleOptions('cjs'),
    stdin: { contents: `module.exports = { ${getters.join(', ')} };`, resolveDir: root, loader: 'js' },
    outfile: join(dist, name),
    plugins: [leaveOut, sealZod],
  });
}

function bundle({ from, to, format }) {
  return esbuild.build({
    ...bundleOptions(format),
    entryPoints: [from],
    outfile: to,
    plugins: format === 'cjs' ? [leaveOut, libraryFiles, lateModules, sealSources] : [leaveOut],
  });
}

function bundleOptions(format) {
  return {
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    format,
    platform: 'node',
    target: 'node20',
    // Names cost 0.5 ms a start. The map stays out of the package: a stack trace of a release is read by building its tag.
    minify: true,
    sourcemap: 'external',
    legalComments: 'none',
    charset: 'ascii',
    logLevel: 'silent',
    define: { RONDO_VERSION: JSON.stringify(version), ...(format === 'cjs' ? CJS_META : {}) },
    // gray-matter is CommonJS and asks for `fs` by `require`, which an ES module has to bring along.
    banner:
      format === 'esm'
        ? { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" }
        : {},
  };
}

const CJS_META = { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' };

/** Parts of libraries that Rondo never uses, and what is in their place. */
const LEFT_OUT = [
  // Its JavaScript engine calls eval, its YAML engine brings js-yaml (105 kB); frontmatter.ts gives engines of its own.
  { filter: /[\\/]gray-matter[\\/]lib[\\/]engines\.js$/, contents: 'module.exports = {};' },
  // Error texts in 50 languages (265 kB); Rondo words its own.
  { filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/, contents: 'export {};' },
];

const leaveOut = {
  name: 'leave-out',
  setup(build) {
    for (const { filter, contents } of LEFT_OUT) build.onLoad({ filter }, () => ({ contents, loader: 'js' }));
  },
};

/**
 * Bundles zod to CommonJS first. As ES modules its functions would all stand at the top of the bundle, where V8 makes an
 * object for each at every start, used or not; inside the one function of a CommonJS module they cost nothing until
 * zod is asked for. This halves what the code cache holds for a command that needs no zod, and saves 0.6 ms.
 */
const sealZod = {
  name: 'seal-zod',
  setup(build) {
    build.onResolve({ filter: /^zod\/mini$/ }, async ({ path, resolveDir, pluginData }) => {
      if (pluginData === 'found') return undefined;
      // By `import`: its CommonJS build is another set of files, with the texts that are left out here.
      const found = await build.resolve(path, { resolveDir, kind: 'import-statement', pluginData: 'found' });
      return { path: found.path, namespace: 'sealed' };
    });
    build.onLoad({ filter: /.*/, namespace: 'sealed' }, async ({ path }) => {
      const inner = { entryPoints: [path], bundle: true, write: false, format: 'cjs', platform: 'node' };
      const result = await esbuild.build({
        ...inner,
        target: 'node20',
        plugins: [leaveOut],
        logLevel: 'silent',
      });
      return { contents: result.outputFiles[0].contents, loader: 'js', resolveDir: dirname(path) };
    });
  },
};

/** Modules whose exports become getters, so that the first use loads them. */
const lateModules = {
  name: 'late-modules',
  setup(build) {
    const builtins = new RegExp(`^node:(${LATE_BUILTINS.join('|')})$`);
    build.onResolve({ filter: builtins }, ({ path, namespace }) =>
      namespace === 'late' ? undefined : { path, namespace: 'late' },
    );
    for (const source of LATE_SOURCES) {
      const path = join(root, 'src', source);
      const names = exportsOf(path);
      build.onResolve(
        { filter: new RegExp(`/${source.split('/').at(-1)?.replaceAll('.', '\\.')}$`) },
        ({ path: asked, resolveDir, namespace }) =>
          namespace === 'late' || join(resolveDir, asked) !== path
            ? undefined
            : { path, namespace: 'late', pluginData: names },
      );
    }
    build.onLoad({ filter: /.*/, namespace: 'late' }, async ({ path, pluginData }) => {
      const names = pluginData ?? Object.keys(await import(path)).filter((name) => name !== 'default');
      const getters = names.map((name) => `get ${name}() { return load().${name}; }`);
      const contents = `const load = () => require(${JSON.stringify(path)});\nmodule.exports = { ${getters.join(', ')} };`;
      return { contents, loader: 'js', resolveDir: root };
    });
  },
};

/**
 * Each source becomes a CommonJS module first. As ES modules all their functions would stand at the top of the bundle,
 * where V8 makes an object for each at every start, used or not; inside the one function of a CommonJS module they cost
 * nothing until that module is asked for.
 */
const sealSources = {
  name: 'seal-sources',
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      namespace: 'source',
    }));
    build.onLoad({ filter: /.*/, namespace: 'source' }, async ({ path }) => ({
      contents: await asCommonJs(path),
      loader: 'js',
      resolveDir: dirname(path),
    }));
  },
};

/**
 * What esbuild makes of a source as CommonJS, its exports as plain properties in place of getters: functions at the top,
 * where others may already ask for them while modules load in a circle, all else at the end.
 */
async function asCommonJs(path) {
  const { code } = await esbuild.transform(readFileSync(path, 'utf8'), {
    sourcefile: path,
    loader: 'ts',
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    define: { RONDO_VERSION: JSON.stringify(version), ...CJS_META },
  });
  const exported = /^[\s\S]*?\n__export\(\w+, \{\n([\s\S]*?)\n\}\);\nmodule\.exports = .*\n/.exec(code);
  if (exported === null) return code;
  const [head, listed] = exported;
  // Its helpers stand in the head: what needs them, such as `export *`, stays as it is.
  if (/__\w+\(/.test(code.slice(head.length))) return code;
  const body = code.slice(head.length).replace(/^0 && \(module\.exports = \{[\s\S]*?\}\);$/m, '');
  const [first, last] = [[], []];
  for (const [, name, value] of listed.matchAll(/^ {2}(\w+): \(\) => ([\w.]+),?$/gm)) {
    if (value.includes('.'))
      first.push(`Object.defineProperty(exports, '${name}', { get: () => ${value} });`);
    else if (new RegExp(`^(async )?function\\*? ${value}\\(`, 'm').test(body))
      first.push(`exports.${name} = ${value};`);
    else last.push(`exports.${name} = ${value};`);
  }
  return [...first, body, ...last].join('\n');
}

/** The names a source exports as values. */
function exportsOf(path) {
  const text = readFileSync(path, 'utf8');
  const names = [];
  for (const [line, name] of text.matchAll(
    /^export (?!type |interface )(?:(?:async )?(?:function|const|class) (\w+))?.*/gm,
  )) {
    if (name === undefined)
      throw new Error(`${path} is loaded late and must declare what it exports: ${line}`);
    names.push(name);
  }
  return names;
}

async function writeLauncher() {
  const hash = (name) =>
    createHash('sha256')
      .update(readFileSync(join(dist, name)))
      .digest('hex')
      .slice(0, 16);
  const hashes = Object.fromEntries(
    ['main.cjs', ...Object.keys(LIBRARIES)].map((name) => [name, hash(name)]),
  );
  const source = readFileSync(join(root, 'src/launcher.cjs'), 'utf8');
  const { code } = await esbuild.transform(source, {
    define: { BUNDLE_HASHES: JSON.stringify(hashes) },
    target: 'node20',
    minifyWhitespace: true,
    legalComments: 'none',
  });
  writeIfChanged(join(dist, 'rondo.cjs'), `#!/usr/bin/env node\n${code}`, 0o755);
}

function removeOutput(to) {
  rmSync(join(root, to), { force: true });
  if (to === 'dist/main.cjs') rmSync(join(dist, 'rondo.cjs'), { force: true });
}

function writeIfChanged(path, contents, mode = 0o644) {
  const bytes = Buffer.from(contents);
  if (existsSync(path) && readFileSync(path).equals(bytes) && (statSync(path).mode & 0o777) === mode) return;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, bytes, { mode });
  renameSync(temporary, path);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const began = Date.now();
  const { missing, problems, sizes } = await buildAll();
  if (process.argv.includes('--types')) problems.push(...buildTypes(root));
  // On standard error, because `npm pack --json` runs this and has standard output for itself.
  for (const line of [...missing, ...problems]) console.error(line);
  console.error(`built ${sizes.join(', ')} in ${Date.now() - began} ms`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
