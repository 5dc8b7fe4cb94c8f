/**
 * The small process beside each worker: `node wrapper.cjs <run dir>`. It outlives the coordinator, claims the attempt,
 * runs the command, and writes how it ended. `--reap <run dir>` ends what a killed wrapper left running.
 */
import { reapRun } from './reap-run.ts';
import { runAttempt } from './run-attempt.ts';

const [first, second] = process.argv.slice(2);
if (first === '--reap' && second !== undefined) void reapRun(second);
else if (first !== undefined) void runAttempt(first);
