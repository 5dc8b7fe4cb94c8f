// Installs the packed file into an empty project, without a network.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

const project = '.release/empty';
rmSync(project, { recursive: true, force: true });
mkdirSync(project, { recursive: true });
writeFileSync(`${project}/package.json`, '{ "name": "empty", "version": "1.0.0", "private": true }\n');
execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '../rondo.tgz'], {
  cwd: project,
  stdio: 'inherit',
});
