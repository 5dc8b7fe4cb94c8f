// Which file of the bundle each source stands in: what every `status` loads, what a round loads beyond that, and the rest.
// Reading and compiling a file costs with all that is in it, even from the code cache, and most commands need a fifth of it.
// A source in the wrong file works all the same, only slower. `node scripts/measure-parts.mjs` writes the lists anew.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';

/** The lists of `bundle-parts.json`, by file; the last file takes what is in none. */
export const PARTS = ['main.cjs', 'round.cjs', 'rest.cjs'];
export const ENTRY = 'src/bin.ts';
const listFile = join(import.meta.dirname, 'bundle-parts.json');

/**
 * `partOf`: the part of each source, by absolute path, and of each library, by its name: the first that needs it.
 * Those in `apart` stand in files of their own. `exposed`: what other parts ask of a part; its number is its place.
 */
export async function planParts(root, apart) {
  const lists = existsSync(listFile) ? JSON.parse(readFileSync(listFile, 'utf8')) : {};
  const imports = await importsOf(root);
  const partOf = new Map([...imports.keys()].map((path) => [path, PARTS.at(-1)]));
  partOf.set(join(root, ENTRY), PARTS[0]);
  for (const [part, sources] of Object.entries(lists))
    for (const path of sources.map((source) => join(root, source)))
      if (partOf.has(path)) partOf.set(path, part);
  const exposed = Object.fromEntries(PARTS.map((part) => [part, new Set()]));
  const places = [...imports].sort(([a], [b]) => PARTS.indexOf(partOf.get(a)) - PARTS.indexOf(partOf.get(b)));
  for (const [from, targets] of places)
    for (const to of targets.filter((target) => !apart.includes(target))) {
      if (!partOf.has(to)) partOf.set(to, partOf.get(from));
      if (partOf.get(from) !== partOf.get(to)) exposed[partOf.get(to)].add(to);
    }
  return { partOf, exposed: Object.fromEntries(PARTS.map((part) => [part, [...exposed[part]].sort()])) };
}

/** What each source imports, as values: other sources, by path, and libraries, by name. */
async function importsOf(root) {
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
  const targets = (imports) =>
    imports
      .filter(({ path }) => !path.startsWith('node:'))
      .map(({ path, external }) => (external ? path : join(root, path)));
  return new Map(
    Object.entries(metafile.inputs).map(([path, { imports }]) => [join(root, path), targets(imports)]),
  );
}
