/**
 * An attempt whose command the caller of `rondo step` runs: it has a run directory like any other, so that rounds see
 * whether it lives and how it ended, and no wrapper. The claim is the caller's own; a caller that is killed leaves no word.
 */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ownIdentity } from '../local/process-identity.ts';
import { publishOnce, writeAtomic } from '../local/write-atomic.ts';
import type { RunState, Workers } from '../ports.ts';
import { isWorkFile } from './is-work-file.ts';
import { type Claim, type ExitFile, FILES, readOrder } from './run-files.ts';

/** Claims an attempt for this very process; its order is written already. Throws `cannot-write`. */
export function claimStep(directory: string, graceMs: number): void {
  const claim: Claim = {
    wrapper: ownIdentity(),
    // Nothing that the command starts carries it: what a killed caller leaves running is the caller's, and stays.
    token: randomBytes(16).toString('hex'),
    directory: String(statSync(directory, { bigint: true }).ino),
    startedAt: Date.now(),
    graceMs,
  };
  writeAtomic(join(directory, FILES.step), '', { fsync: false, mode: 0o600 });
  publishOnce(join(directory, FILES.claim), JSON.stringify(claim), { fsyncDir: true, mode: 0o600 });
}

/** Writes how the command ended; the temporary file stands where it wakes who watches the plan's runs. Throws `cannot-write`. */
export function endStep(directory: string, end: Parameters<Workers['leave']>[3]): void {
  const order = readOrder(directory);
  const output = order?.output ?? null;
  const exit: ExitFile = {
    exitCode: end.exitCode,
    signal: end.signal,
    timedOut: false,
    stopped: false,
    endedAt: Date.now(),
    outputMissing: order !== undefined && output !== null && !isWorkFile(order.root, output),
  };
  publishOnce(join(directory, FILES.exit), JSON.stringify(exit), {
    fsyncDir: true,
    mode: 0o600,
    tempDir: join(directory, '../..'),
  });
}

/** What a round must know of it beside its state: that it is not to be stopped, or what was run. */
export function stateOfStep(directory: string, state: RunState): RunState {
  if (state.kind === 'alive') return { ...state, step: true };
  const command = state.kind === 'ended' ? readOrder(directory)?.command : undefined;
  return state.kind === 'ended' && command !== undefined ? { ...state, command } : state;
}
