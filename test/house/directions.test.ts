/** The shape of the house: every import of every source file against the table in rooms.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findViolations, type Rule } from './find-violations.ts';
import { readSources } from './read-imports.ts';
import { LIBRARIES, ROOMS } from './rooms.ts';

const src = join(import.meta.dirname, '../../src');

function sources(): ReadonlyMap<string, string> {
  const names = readdirSync(src, { recursive: true }).map((name) => String(name).replaceAll('\\', '/'));
  const code = names.filter((name) => /\.(ts|mts|cts|js|mjs|cjs)$/.test(name)).sort();
  return new Map(code.map((name) => [name, readFileSync(join(src, name), 'utf8')]));
}

describe('the sources', () => {
  test('keep to the table of rooms', async () => {
    const files = await readSources(sources());
    expect(files.length).toBeGreaterThan(50);
    expect(findViolations(files)).toEqual([]);
  });

  test('every folder is a room', () => {
    const folders = readdirSync(src, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const rooms = Object.values(ROOMS).flatMap((room) => room.files);
    expect(folders.map((folder) => `${folder.name}/`).filter((name) => !rooms.includes(name))).toEqual([]);
  });

  test('no two rooms may import each other, not even by way of others', () => {
    const reached = (name: string, seen: Set<string>): ReadonlySet<string> => {
      for (const entry of ROOMS[name]?.mayImport ?? []) {
        const [other = ''] = entry.split(':');
        if (!seen.has(other)) reached(other, seen.add(other));
      }
      return seen;
    };
    expect(Object.keys(ROOMS).filter((name) => reached(name, new Set()).has(name))).toEqual([]);
  });

  test('every library of the table is a package of the project', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(src, '../package.json'), 'utf8'));
    expect(Object.keys(LIBRARIES).filter((name) => !(name in devDependencies))).toEqual([]);
  });

  test('the package has no dependencies of its own', () => {
    const { dependencies } = JSON.parse(readFileSync(join(src, '../package.json'), 'utf8'));
    expect(dependencies ?? {}).toEqual({});
  });
});

describe('a violation is seen', () => {
  const model = 'export interface Plan { readonly name: string }\nexport const a = 1;\n';
  const cases: readonly (readonly [string, Rule, Readonly<Record<string, string>>])[] = [
    ['a file outside every room', 'no-room', { 'attic/box.ts': 'export const x = 1;' }],
    [
      'a pure room reaching up',
      'direction',
      {
        'plan/x.ts': "import { r } from '../round/r.ts';\nexport const x = () => r();",
        'round/r.ts': 'export const r = () => 1;',
      },
    ],
    [
      'the same for a type',
      'direction',
      {
        'plan/x.ts': "import type { R } from '../round/r.ts';\nexport type X = R;",
        'round/r.ts': 'export interface R { readonly a: 1 }',
      },
    ],
    [
      'the same for the type of a dynamic import',
      'direction',
      {
        'plan/x.ts': "export type X = import('../round/r.ts').R;",
        'round/r.ts': 'export interface R { readonly a: 1 }',
      },
    ],
    [
      'the same for a dynamic import',
      'direction',
      { 'plan/x.ts': "export const x = () => import('../round/r.ts');", 'round/r.ts': 'export const r = 1;' },
    ],
    [
      'the same for a re-export',
      'direction',
      { 'plan/x.ts': "export { r } from '../round/r.ts';", 'round/r.ts': 'export const r = 1;' },
    ],
    [
      'the same for a type re-exported',
      'direction',
      {
        'plan/x.ts': "export type * from '../round/r.ts';",
        'round/r.ts': 'export interface R { readonly a: 1 }',
      },
    ],
    [
      'a face using git',
      'direction',
      {
        'cli/x.ts': "import { g } from '../git/g.ts';\nexport const x = () => g();",
        'git/g.ts': 'export const g = () => 1;',
      },
    ],
    [
      'a face using another',
      'direction',
      {
        'cli/x.ts': "import { w } from '../web/w.ts';\nexport const x = () => w();",
        'web/w.ts': 'export const w = () => 1;',
      },
    ],
    [
      'values where only types may be',
      'types-only',
      {
        'cli/x.ts': "import { a } from '../model/fields.ts';\nexport const b = a;",
        'model/fields.ts': model,
      },
    ],
    [
      'an import of types that is still there at run time',
      'types-only',
      {
        'cli/x.ts': "import { type Plan } from '../model/fields.ts';\nexport type P = Plan;",
        'model/fields.ts': model,
      },
    ],
    [
      'an import of nothing',
      'missing-file',
      { 'plan/x.ts': "import { y } from './y.ts';\nexport const x = y;" },
    ],
    [
      'Node in a pure room',
      'node',
      { 'plan/x.ts': "import { join } from 'node:path';\nexport const x = join;" },
    ],
    [
      'child processes in a face',
      'node',
      { 'cli/x.ts': "import { spawn } from 'node:child_process';\nexport const x = spawn;" },
    ],
    ['a clock in a pure room', 'pure', { 'plan/x.ts': 'export const x = () => Date.now();' }],
    ['a date of now in a pure room', 'pure', { 'plan/x.ts': 'export const x = () => new Date();' }],
    ['a die in a pure room', 'pure', { 'compare/x.ts': 'export const x = () => Math.random();' }],
    ['the environment in a pure room', 'pure', { 'model/x.ts': 'export const x = () => process.env.HOME;' }],
    ['printing in a pure room', 'pure', { 'state-file/x.ts': "export const x = () => console.log('x');" }],
    [
      'a library away from home',
      'library-home',
      { 'plan/x.ts': "import { parse } from 'yaml';\nexport const x = parse;" },
    ],
    [
      'a part of a library away from home',
      'library-home',
      { 'cli/x.ts': "import * as z from 'zod/mini';\nexport const x = z;" },
    ],
    [
      'a library without a home',
      'library-home',
      { 'cli/x.ts': "import chalk from 'chalk';\nexport const x = chalk;" },
    ],
    ['work done at load', 'load', { 'plan/x.ts': 'export const x: number[] = [];\nx.push(1);' }],
    [
      'a listener set up at load',
      'load',
      { 'git/x.ts': "export const x = 1;\nif (x > 0) process.on('exit', () => undefined);" },
    ],
    ['an exit in a command', 'exit', { 'cli/x.ts': 'export const x = () => process.exit(1);' }],
    [
      'a file that is too long',
      'length',
      { 'plan/x.ts': 'export const x = 1;\n'.repeat(1).concat('// a line\n'.repeat(500)) },
    ],
  ];

  test.each(cases)('%s', async (_name, rule, files) => {
    const found = findViolations(await readSources(new Map(Object.entries(files))));
    expect(found.map((line) => line.split(':')[0])).toEqual([rule]);
  });

  test('and what is allowed is not', async () => {
    const files = {
      'model/plan.ts': model,
      'model/status.ts': 'export const words = [1];',
      'plan/x.ts':
        "import type { Plan } from '../model/plan.ts';\nimport { a } from '../model/plan.ts';\n// process.exit\nexport const x = (p: Plan, process: string) => [p, a, process, new Date(0), 'Date.now()'];",
      'cli/x.ts':
        "import { words } from '../model/status.ts';\nimport type { Plan } from '../model/plan.ts';\nexport const x = (p: Plan) => [p, words, Date.now()];",
      'git/g.ts': "import { simpleGit } from 'simple-git';\nexport const g = simpleGit;",
      'bin.ts':
        "import { x } from './cli/x.ts';\nconst g = import('./git/g.ts');\nprocess.exit(x.length + Number(g));",
    };
    expect(findViolations(await readSources(new Map(Object.entries(files))))).toEqual([]);
  });
});
