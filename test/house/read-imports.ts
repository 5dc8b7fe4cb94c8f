/**
 * Reads what source files import and which globals they use, by esbuild's own parser. Files come as a map of path to
 * text, so that made-up trees can be read as well.
 */
import { posix, resolve } from 'node:path';
import * as esbuild from 'esbuild';

export interface Import {
  /** A path from the root of the tree where the specifier is relative, otherwise the specifier. */
  readonly target: string;
  readonly kind: 'static' | 'dynamic' | 'type';
}

export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Those of the watched globals that the file uses freely, e.g. `Date.now`. */
  readonly globals: readonly string[];
  /** The first lines of what it does when it is loaded, other than to define things. */
  readonly deeds: readonly string[];
}

const WATCHED = [
  'process',
  'process.exit',
  'console',
  'performance',
  'Date.now',
  'Math.random',
  'crypto',
  'fetch',
  'setTimeout',
  'setInterval',
  'globalThis',
];
const marker = (name: string): string => `__used_${name.replace('.', '_')}__`;

/** Parses all files; throws where one is not valid TypeScript. */
export async function readSources(files: ReadonlyMap<string, string>): Promise<readonly SourceFile[]> {
  const [runtime, everything] = await Promise.all([parse(files, (text) => text), parse(files, keepTypes)]);
  return [...files].map(([path, text]) => {
    const real = runtime.get(path);
    const withTypes = everything.get(path);
    if (real === undefined || withTypes === undefined) throw new Error(`${path} was not parsed`);
    const known = new Set(real.imports.map((i) => i.target));
    const types = [...withTypes.imports.map((i) => i.target), ...typeQueries(path, text)];
    const typeOnly = [...new Set(types)].filter((target) => !known.has(target));
    return {
      path,
      lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
      imports: [...real.imports, ...typeOnly.map((target) => ({ target, kind: 'type' }) as const)],
      globals: real.globals,
      deeds: real.deeds,
    };
  });
}

/** esbuild drops `import type`; without the word it is an import like any other. */
function keepTypes(text: string): string {
  return text.replace(/^(\s*(?:import|export)) type (?=[{*]|\w+(?: from|,))/gm, '$1 ');
}

/** `import('./x.ts').X` in the place of a type. */
function typeQueries(path: string, text: string): readonly string[] {
  return [...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)].map((m) => targetOf(path, m[1] ?? ''));
}

function targetOf(importer: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(importer), specifier) : specifier;
}

interface Parsed {
  readonly imports: readonly Import[];
  readonly globals: readonly string[];
  readonly deeds: readonly string[];
}

async function parse(
  files: ReadonlyMap<string, string>,
  prepare: (text: string) => string,
): Promise<ReadonlyMap<string, Parsed>> {
  const result = await esbuild.build({
    entryPoints: [...files.keys()],
    outdir: '/out',
    outbase: '/',
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    treeShaking: false,
    // Its lines would look like statements of their own.
    supported: { 'template-literal': false },
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    define: Object.fromEntries(WATCHED.map((name) => [name, marker(name)])),
    plugins: [fromMap(files, prepare)],
  });
  const codes = new Map(result.outputFiles.map((file) => [file.path, file.text]));
  const out = new Map<string, Parsed>();
  for (const [written, { entryPoint }] of Object.entries(result.metafile.outputs)) {
    const input = result.metafile.inputs[entryPoint ?? ''];
    const path = entryPoint?.replace(/^tree:/, '');
    if (path === undefined || input === undefined) continue;
    const found = input.imports.filter((one) => one.path !== '<runtime>');
    const imports = found.map((one) => toImport(path, one));
    const code = codes.get(resolve(written)) ?? '';
    out.set(path, { imports, globals: globalsIn(code), deeds: deedsIn(code) });
  }
  return out;
}

function toImport(path: string, found: { readonly path: string; readonly kind: string }): Import {
  const kind = found.kind === 'dynamic-import' ? 'dynamic' : 'static';
  return { target: targetOf(path, found.path), kind };
}

/** What begins at the margin and is no declaration; esbuild indents all that stands inside of something. */
function deedsIn(code: string): readonly string[] {
  return code
    .split('\n')
    .filter((line) => /^[\w$([+!-]/.test(line))
    .filter((line) => !/^(import|export|const|let|var|function|async function|class)\b/.test(line));
}

function globalsIn(code: string): readonly string[] {
  const used = WATCHED.filter((name) => code.includes(marker(name)));
  return /\bnew Date\(\)/.test(code) ? [...used, 'new Date()'] : used;
}

function fromMap(files: ReadonlyMap<string, string>, prepare: (text: string) => string): esbuild.Plugin {
  return {
    name: 'from-map',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, kind }) =>
        kind === 'entry-point' ? { path, namespace: 'tree' } : { path, external: true },
      );
      build.onLoad({ filter: /.*/, namespace: 'tree' }, ({ path }) => ({
        contents: prepare(files.get(path) ?? ''),
        loader: path.endsWith('.ts') ? 'ts' : 'js',
      }));
    },
  };
}
