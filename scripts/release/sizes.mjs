// Fails where a file of the installed package is larger than a megabyte.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = '.release/empty/node_modules/rondo';
const files = readdirSync(root, { recursive: true }).map((name) => join(root, String(name)));
if (files.length === 0) throw new Error(`${root} is empty`);
const large = files.filter((file) => statSync(file).isFile() && statSync(file).size > 1024 * 1024);
console.log(
  large.length === 0 ? `${files.length} files, none over a megabyte` : `too large: ${large.join(', ')}`,
);
process.exitCode = large.length === 0 ? 0 : 1;
