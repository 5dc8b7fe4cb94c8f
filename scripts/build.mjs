// Builds dist/: the command line in one CommonJS file behind a launcher, the wrapper of workers, the library, and with
// `--types` its declarations. Files are replaced only where their bytes differ, so a build with nothing to do changes
// nothing, and two builds at once do no harm. `buildAll` is also what the test runner's global set-up calls.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { buildTypes } from './build-types.mjs';
import { ENTRY, PARTS, planParts } from './bundle-parts.mjs';
import { collectLicenses } from './collect-licenses.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const ENTRIES = [
  ...PARTS.map((part) => ({ from: ENTRY, to: `dist/${part}`, format: 'cjs', part })),
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
  const plan = existsSync(join(root, ENTRY)) ? await planParts(root, Object.keys(OWN_FILE)) : undefined;
  for (const entry of ENTRIES) {
    if (!existsSync(join(root, entry.from))) {
      missing.push(`not built: ${entry.to}, because ${entry.from} is not there`);
      removeOutput(entry.to);
      continue;
    }
    try {
      const result = await (entry.part === undefined ? bundle(entry) : bundlePart(entry, plan));
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

/** The file of each. */
const OWN_FILE = Object.fromEntries(
  Object.entries(LIBRARIES).flatMap(([file, names]) => names.map((name) => [name, file])),
);

const libraryFiles = {
  name: 'library-files',
  setup(build) {
    build.onResolve({ filter: /^[a-z@]/ }, ({ path }) =>
      path in OWN_FILE ? { path, namespace: 'library' } : undefined,
    );
    build.onResolve({ filter: /^\.\/lib-/, namespace: 'library' }, ({ path }) => ({ path, external: true }));
    build.onLoad({ filter: /.*/, namespace: 'library' }, ({ path }) => ({
      contents: `module.exports = require('./${OWN_FILE[path]}')[${JSON.stringify(path)}];`,
      loader: 'js',
    }));
  },
};

/** One file with several libraries, each made when it is asked for. */
async function bundleLibraries(name) {
  const getters = LIBRARIES[name].map(
    (library) =>
      `get '${library}'() { return require('${library}')${BY_DEFAULT.has(library) ? '.default' : ''}; }`,
  );
  const result = await esbuild.build({
    ...bundleOptions('cjs'),
    stdin: { contents: `module.exports = { ${getters.join(', ')} };`, resolveDir: root, loader: 'js' },
    outfile: join(dist, name),
    plugins: [leaveOut, sealZod],
  });
  return asFunction(result);
}

function bundle({ from, to, format }) {
  return esbuild.build({
    ...bundleOptions(format),
    entryPoints: [from],
    outfile: to,
    plugins: format === 'cjs' ? [leaveOut, libraryFiles, lateBuiltins, sources()] : [leaveOut],
  });
}

/** One part: a list of what the others ask of it, by number; the first one starts the program. */
async function bundlePart({ from, to, format, part }, plan) {
  const exposed = plan.exposed[part].map((path) => `() => require(${JSON.stringify(path)})`);
  const start = part === PARTS[0] ? `require(${JSON.stringify(join(root, from))});` : '';
  const result = await esbuild.build({
    ...bundleOptions(format),
    stdin: {
      contents: `module.exports = [${exposed.join(', ')}];\n${start}`,
      resolveDir: root,
      loader: 'js',
    },
    outfile: to,
    // Else a part that is asked for by `import()` would not be asked of the launcher.
    supported: { 'dynamic-import': false },
    plugins: [leaveOut, libraryFiles, lateBuiltins, sources(part, plan)],
  });
  return asFunction(result);
}

/** The launcher runs such a file as one function. Its text is that function, so that nothing is put together at a start. */
function asFunction(result) {
  const wrap = (file) =>
    file.path.endsWith('.cjs')
      ? {
          path: file.path,
          contents: `(function (exports, require, module, __filename, __dirname) {${file.text}})`,
        }
      : file;
  return { ...result, outputFiles: result.outputFiles.map(wrap) };
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

/** Parts of Node that cost milliseconds to load, and that few commands need. */
const LATE_BUILTINS = ['child_process', 'crypto', 'zlib', 'os', 'tty'];

/** For libraries: parts of Node become modules of getters, so that the first use loads what is behind them. */
const lateBuiltins = {
  name: 'late-builtins',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^node:(${LATE_BUILTINS.join('|')})$`) }, ({ path, namespace }) =>
      namespace === 'source' || namespace === 'late' ? undefined : { path, namespace: 'late' },
    );
    build.onLoad({ filter: /.*/, namespace: 'late' }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => name !== 'default');
      const getters = names.map((name) => `get ${name}() { return load().${name}; }`);
      const contents = `const load = () => require(${JSON.stringify(path)});\nmodule.exports = { ${getters.join(', ')} };`;
      return { contents, loader: 'js', resolveDir: root };
    });
  },
};

/**
 * Each source becomes a CommonJS module first. As ES modules all their functions would stand at the top of the bundle,
 * where V8 makes an object for each at every start, used or not; inside the one function of a CommonJS module they cost
 * nothing until that module is asked for. What stands in another part is asked of the launcher, by its number there.
 */
const sources = (part, plan) => ({
  name: 'sources',
  setup(build) {
    build.onResolve({ filter: /^[./].*\.ts$/ }, ({ path: asked, resolveDir }) => {
      const path = resolve(resolveDir, asked);
      const home = plan?.partOf.get(path);
      return home === part ? { path, namespace: 'source' } : { path: outsideOf(home, path), external: true };
    });
    build.onResolve({ filter: /^[a-z@]/ }, ({ path, namespace }) => {
      const home = plan?.partOf.get(path);
      if (namespace !== 'source' || home === undefined || home === part || path in OWN_FILE) return undefined;
      return { path: outsideOf(home, path), external: true };
    });
    build.onLoad({ filter: /.*/, namespace: 'source' }, async ({ path }) => ({
      contents: `${traceOf(path)}${await asCommonJs(path)}`,
      loader: 'js',
      resolveDir: dirname(path),
    }));
    const outsideOf = (home, path) => {
      const number = plan.exposed[home]?.indexOf(path) ?? -1;
      if (number < 0) throw new Error(`${path} is in no part, or not exposed by ${home}`);
      return `${home}#${number}`;
    };
  },
});

/** For measure-parts.mjs: says when a source is loaded. */
function traceOf(path) {
  if (process.env.RONDO_TRACE_SOURCES !== '1') return '';
  return `globalThis.__sources?.push(${JSON.stringify(relative(root, path))});\n`;
}

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
  if (exported === null) return requireAtUse(code);
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
  return requireAtUse([...first, body, ...last].join('\n'));
}

/**
 * Imports are asked for where they are used, so that a source is loaded when something in it is needed, and not before.
 * They mean the same as long as loading a source does nothing but define what it exports.
 */
function requireAtUse(code) {
  let lazy = code;
  for (const [line, name, load] of code.matchAll(/^var (import_\w+) = (require\(".*?"\));\n/gm)) {
    const rest = lazy.replace(line, '');
    // Used as a whole, and not for a name in it.
    if (new RegExp(`\\b${name}\\b(?!\\.)`).test(rest)) continue;
    lazy = `let ${name};\n${rest.replaceAll(new RegExp(`\\b${name}\\.`, 'g'), () => `(${name} ??= ${load}).`)}`;
  }
  return lazy;
}

async function writeLauncher() {
  const hash = (name) =>
    createHash('sha256')
      .update(readFileSync(join(dist, name)))
      .digest('hex')
      .slice(0, 16);
  const hashes = Object.fromEntries([...PARTS, ...Object.keys(LIBRARIES)].map((name) => [name, hash(name)]));
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
