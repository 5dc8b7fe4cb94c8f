/** Ends what is left of an attempt whose wrapper was killed. */
import { fateOf, ownIdentity } from '../local/process-identity.ts';
import { writeAtomic } from '../local/write-atomic.ts';
import { FILES, markLingering, readClaim, readExit, readProcess } from './run-files.ts';
import { endRun, isRunning } from './run-processes.ts';

/** Stops the processes of that run directory and marks the attempt as lost; does nothing where its wrapper lives. */
export async function reapRun(directory: string): Promise<void> {
  process.chdir(directory);
  const claim = readClaim('.');
  if (claim === undefined || fateOf(claim.wrapper) !== 'gone' || readExit('.') !== undefined) return;
  writeAtomic(FILES.reaper, JSON.stringify(ownIdentity()), { fsync: false });
  const run = { token: claim.token, leader: readProcess('.', FILES.child) ?? null, sure: false };
  await endRun(run, claim.graceMs, 'all', () => markLingering('.'));
  // The temporary file wakes whoever watches the plan's folder.
  if (!isRunning(run, 'all')) writeAtomic(FILES.lost, '', { fsync: false, tempDir: '../..' });
}
