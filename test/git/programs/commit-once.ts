/**
 * Commits one round, as the file named in its argument says, and dies or is refused at the n-th call that writes. Prints the outcome as JSON, and the number of
 * such calls on standard error.
 */
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { RondoError } from '../../../src/errors.ts';
import { openRepo } from '../../../src/git/open-repo.ts';
import type { CommitOrder } from '../../../src/ports.ts';

interface Task {
  readonly dir: string;
  readonly order: CommitOrder;
  readonly at: number;
  /** What happens at that call: the process is killed, or the call fails with this code. */
  readonly fault: 'kill' | 'ENOSPC' | 'EROFS' | 'EACCES';
}

const task: Task = JSON.parse(fs.readFileSync(process.argv[2] ?? '', 'utf8'));
const WRITING = [
  'writeSync',
  'fsyncSync',
  'renameSync',
  'unlinkSync',
  'rmSync',
  'mkdirSync',
  'linkSync',
  'chmodSync',
  'chownSync',
];
let calls = 0;

function strike(name: string): void {
  calls += 1;
  if (calls !== task.at) return;
  if (task.fault === 'kill') process.kill(process.pid, 'SIGKILL');
  else throw Object.assign(new Error(`${task.fault}: injected into ${name}`), { code: task.fault });
}

function wrap(module: object, name: string, counts: (args: readonly unknown[]) => boolean): void {
  const original: unknown = Reflect.get(module, name);
  if (typeof original !== 'function') throw new Error(name);
  Reflect.set(module, name, (...args: unknown[]) => {
    if (counts(args)) strike(name);
    return Reflect.apply(original, module, args);
  });
}

const repo = openRepo(task.dir, { waitMs: 200 });
for (const name of WRITING) wrap(fs, name, () => true);
wrap(fs, 'openSync', ([, flags]) => typeof flags === 'string' && /[wax+]/.test(flags));
// A git that cannot be started is another matter: only the kill counts here.
if (task.fault === 'kill') wrap(childProcess, 'spawnSync', () => true);

try {
  process.stdout.write(JSON.stringify(repo.commit(task.order)));
} catch (error) {
  if (!(error instanceof RondoError)) throw error;
  process.stdout.write(JSON.stringify({ kind: 'error', code: error.code }));
}
process.stderr.write(String(calls));
