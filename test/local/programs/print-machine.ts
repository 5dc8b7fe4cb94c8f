/** Prints the machine's name. `<git dir>` */
import { openLocal } from '../../../src/local/open-local.ts';

process.stdout.write(`${openLocal(process.argv[2] ?? '', { hostname: 'kestrel' }).machine()}\n`);
