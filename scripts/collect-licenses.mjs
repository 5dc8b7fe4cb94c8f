// The licences of the packages whose code is in the bundles, for dist/THIRD-PARTY-LICENSES.txt.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** The text of the file, from the paths (relative to the root) of all inputs of the bundles. */
export function collectLicenses(root, inputs) {
  const paths = [...inputs].map((input) => relative(root, resolve(root, input.replace(/^[a-z-]+:/, ''))));
  const folders = new Set(paths.map(packageFolder).filter((folder) => folder !== undefined));
  const sections = [...folders].sort().map((folder) => describePackage(join(root, folder)));
  return `Rondo's own licence is in LICENSE. Its bundles contain code of these packages:\n\n${sections.join('\n')}`;
}

function packageFolder(input) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input.replaceAll('\\', '/'))?.[1];
}

function describePackage(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const body =
    texts.length > 0 ? texts.join('\n\n') : `Licence: ${license} (the package brings no text of it).`;
  return `${'-'.repeat(78)}\n${name} ${version} (${license})\n\n${body}\n`;
}
