/**
 * Has the right to remove a dead lock; removes it as soon as somebody else waits for that right, takes the lock itself,
 * and only then gives the right up. `<lock file>`
 */
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ownIdentity } from '../../../src/local/process-identity.ts';
import { sleepSync } from '../../../src/local/sleep.ts';

const lock = process.argv[2] ?? '';
const record = (token: string, start: string) =>
  JSON.stringify({ token, owner: { ...ownIdentity(), start }, since: 0, monotonic: 0, command: '' });

writeFileSync(lock, record('aa', '1'));
writeFileSync(`${lock}.aa`, record('bb', ownIdentity().start));
process.stdout.write('ready\n');
setTimeout(() => {
  while (!readdirSync(dirname(lock)).some((name) => name.startsWith('.wait-'))) sleepSync(5);
  sleepSync(100);
  writeFileSync(`${lock}.next`, record('dd', ownIdentity().start));
  renameSync(`${lock}.next`, lock);
  rmSync(`${lock}.aa`);
  process.stdout.write('taken\n');
}, 0);
setInterval(() => undefined, 1000);
