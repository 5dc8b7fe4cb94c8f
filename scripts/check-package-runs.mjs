// Runs the packed package in an empty repository, away from this one: what it reads at run time came with it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const tarball = resolve(process.argv[2] ?? '');
const folder = mkdtempSync(join(tmpdir(), 'rondo-package-'));

try {
  const installed = join(folder, 'rondo');
  const repository = join(folder, 'work');
  for (const dir of [installed, repository]) mkdirSync(dir);
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  const git = (...args) => execFileSync('git', args, { cwd: repository, encoding: 'utf8' });
  const rondo = (...args) =>
    execFileSync(process.execPath, [join(installed, 'dist/rondo.cjs'), ...args], {
      cwd: repository,
      encoding: 'utf8',
    });
  git('init', '-q');
  git('config', 'user.name', 'package');
  git('config', 'user.email', 'package@example.com');
  for (const { name, fields } of JSON.parse(rondo('templates', '--json')).templates) {
    const goal = fields.some((field) => field.name === 'goal') ? ['--goal', 'Run'] : [];
    rondo('new', name, '--template', name, ...goal);
    if (!readFileSync(join(repository, `docs/${name}-state.md`), 'utf8').includes('## Tasks'))
      throw new Error(`${name} gave no plan`);
  }
  const plans = git('ls-files').trim().split('\n').length;
  if (plans < 9) throw new Error(`only ${plans} plans came of its templates`);
  console.log(`${plans} templates gave a plan each`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
