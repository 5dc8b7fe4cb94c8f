// Declarations for users of the library: `dist/types`, complete in itself. The types of plans are inferred from zod
// schemas; as the package has no dependencies, the declarations of zod that they reach are copied beside them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Builds dist/types anew and returns what went wrong. */
export function buildTypes(root) {
  if (!existsSync(join(root, 'src/index.ts')))
    return ['not built: dist/types, because src/index.ts is not there'];
  const out = join(root, 'dist/types');
  rmSync(out, { recursive: true, force: true });
  const tsc = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (tsc.status !== 0) return [`not built: dist/types, because tsc says\n${tsc.stdout}${tsc.stderr}`];
  const zod = join(root, 'node_modules/zod');
  copyReached(join(zod, 'mini/index.d.ts'), zod, join(out, 'zod'));
  for (const file of declarations(out)) pointInside(file, out);
  return [];
}

function declarations(folder) {
  const names = readdirSync(folder, { recursive: true }).map(String);
  return names.filter((name) => name.endsWith('.d.ts')).map((name) => join(folder, name));
}

/** Copies a declaration file and all that it imports, at their paths below `from`. */
function copyReached(entry, from, to, done = new Set()) {
  if (done.has(entry) || !existsSync(entry)) return;
  done.add(entry);
  const text = readFileSync(entry, 'utf8');
  const target = join(to, relative(from, entry));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text.replace(/^\/\/# sourceMappingURL.*$/m, ''));
  for (const [, specifier] of text.matchAll(/(?:from|import\()\s*["'](\.[^"']+)["']/g)) {
    copyReached(resolve(dirname(entry), specifier.replace(/\.js$/, '.d.ts')), from, to, done);
  }
}

/** Makes imports of zod relative, and those of our own `.ts` files name what a user's compiler finds. */
function pointInside(file, out) {
  const text = readFileSync(file, 'utf8');
  const zod = relative(dirname(file), join(out, 'zod/mini/index.js')).replaceAll('\\', '/');
  const next = text
    .replace(/(["'])zod\/mini\1/g, `$1${zod.startsWith('.') ? zod : `./${zod}`}$1`)
    .replace(/((?:from|import\()\s*["']\.[^"']+)\.ts(["'])/g, '$1.js$2');
  if (next !== text) writeFileSync(file, next);
}
