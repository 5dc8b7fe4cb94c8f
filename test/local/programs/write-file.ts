/** Writes a file in one step and prints the code of what went wrong. `<path> <bytes>` */
import { RondoError } from '../../../src/errors.ts';
import { writeAtomic } from '../../../src/local/write-atomic.ts';

const [path = '', bytes = '0'] = process.argv.slice(2);
try {
  writeAtomic(path, 'x'.repeat(Number(bytes)));
  process.stdout.write('written\n');
} catch (error) {
  process.stdout.write(
    `${error instanceof RondoError ? `${error.code} ${error.problems[0]?.file}` : String(error)}\n`,
  );
}
