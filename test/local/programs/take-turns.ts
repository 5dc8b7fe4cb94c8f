/** Takes the lock so many times, and looks each time whether anybody else is inside. `<git dir> <turns> <chance of being killed inside>` */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLocal } from '../../../src/local/open-local.ts';
import { identify } from '../../../src/local/process-identity.ts';
import { sleepSync } from '../../../src/local/sleep.ts';

const [gitDir = '', turns = '1', risk = '0'] = process.argv.slice(2);
const local = openLocal(gitDir);
const inside = join(gitDir, 'inside');

for (let turn = 0; turn < Number(turns); turn++) {
  const lock = local.lock(60_000);
  const other = Number(readFileSync(inside, 'utf8'));
  // Whoever was killed inside left its number; only a living one is a fault.
  if (other !== 0 && identify(other) !== null)
    appendFileSync(join(gitDir, 'faults'), `${other} and ${process.pid}\n`);
  writeFileSync(inside, String(process.pid));
  sleepSync(Math.random() * 2);
  if (Math.random() < Number(risk)) process.kill(process.pid, 'SIGKILL');
  if (readFileSync(inside, 'utf8') !== String(process.pid))
    appendFileSync(join(gitDir, 'faults'), 'overwritten\n');
  writeFileSync(inside, '0');
  appendFileSync(join(gitDir, 'turns'), `${process.pid}${lock.removedStale ? ' stale' : ''}\n`);
  lock.release();
}
