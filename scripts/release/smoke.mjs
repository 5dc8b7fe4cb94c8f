// Uses the installed command as a new user would: a repository, a plan of two tasks, their work as steps, a run, a look at
// the history. Steps, since the smoke run is itself work of a plan, and a worker may approve no command anywhere.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const rondo = resolve('.release/empty/node_modules/.bin/rondo');
const repo = mkdtempSync(join(tmpdir(), 'rondo-smoke-'));
const env = { ...process.env };
// What its worker knows of that plan must not leak into this one.
for (const name of Object.keys(env)) if (name.startsWith('RONDO_')) delete env[name];
const run = (command, ...args) => execFileSync(command, args, { cwd: repo, encoding: 'utf8', env });

try {
  run('git', 'init', '-q', '-b', 'main');
  run('git', 'config', 'user.name', 'Smoke');
  run('git', 'config', 'user.email', 'smoke@example.org');
  run(rondo, 'new', 'greet', '--goal', 'Say hello twice');
  run(rondo, 'add', 'Say it', '--id', 'say');
  run(rondo, 'add', 'Say it again', '--id', 'again', '--after', 'say');
  run(rondo, 'step', 'say', '--', 'sh', '-c', 'echo hello > hello.txt');
  run(rondo, 'step', 'again', '--', 'sh', '-c', 'cat hello.txt hello.txt > twice.txt');
  console.log(run(rondo, 'run', 'greet'));
  const status = JSON.parse(run(rondo, 'status', 'greet', '--json'));
  const twice = readFileSync(join(repo, 'twice.txt'), 'utf8');
  if (status.status !== 'complete' || twice !== 'hello\nhello\n')
    throw new Error(`not as it should be: ${JSON.stringify(status)}`);
  console.log(run('git', 'log', '--oneline'));
} finally {
  rmSync(repo, { recursive: true, force: true });
}
