// Compiles a user's file against the packed package in an empty project. Types that need a package which is not there
// turn into `any` without a word, so the file also holds a mistake that must be found.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tarball = resolve(process.argv[2] ?? '');
const project = mkdtempSync(join(tmpdir(), 'rondo-types-'));

const USE = `
import { DOCUMENTS, type ErrorCode, readPlan, type StatusDocument, type TaskFields } from 'rondo';
export const task: TaskFields = { status: 'pending', blocked_by: ['a', { task: 'b', or_cancelled: true }] };
// @ts-expect-error no such status
export const wrong: TaskFields = { status: 'nearly' };
// @ts-expect-error no such code
export const code: ErrorCode = 'nothing';
// @ts-expect-error counts are numbers
export const counts: StatusDocument['counts']['total'] = 'many';
export const plan = (await readPlan('---', 'docs/x-state.md')).plan?.tasks[0]?.id.toUpperCase();
export const documents: object = DOCUMENTS;
`;

try {
  const installed = join(project, 'node_modules/rondo');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, 'use.ts'), USE);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const flags = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    '',
    'use.ts',
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, ...flags], {
    cwd: project,
    encoding: 'utf8',
  });
  process.stdout.write(`${stdout}${stderr}`);
  process.exitCode = status === 0 ? 0 : 1;
} finally {
  rmSync(project, { recursive: true, force: true });
}
