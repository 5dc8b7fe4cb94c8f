/** A coordinator: starts an attempt, as soon as the file `go` is there. `<git dir> <wrapper> <command> <attempt> [how often]` */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { decodeReport } from '../../../src/workers/decode-report.ts';
import { openWorkers } from '../../../src/workers/open-workers.ts';

const [gitDir = '', wrapper = '', command = '', attempts = '1'] = process.argv.slice(2);
const root = dirname(gitDir);
const workers = openWorkers({ root, gitDir, wrapper, decodeReport });
process.stdout.write('ready\n');
for (const attempt of attempts.split(',').map(Number)) {
  while (!existsSync(join(root, `go${attempt}`))); // both starters leave this at the same moment
  workers.start({
    plan: 'p',
    task: 't',
    attempt,
    kind: 'task',
    command,
    brief: '',
    output: null,
    timeoutMs: null,
    graceMs: 1000,
    logLimit: 10_000,
    env: {},
    announced: null,
  });
  process.stdout.write(`started ${attempt}\n`);
}
