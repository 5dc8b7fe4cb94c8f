/** Takes the lock, says so, and keeps it. `<git dir>` */
import { openLocal } from '../../../src/local/open-local.ts';

openLocal(process.argv[2] ?? '', { command: 'rondo round passkeys' }).lock(10_000);
process.stdout.write('held\n');
setInterval(() => undefined, 1000);
