/** What the files and the processes of one attempt say of its state. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fateOf } from '../local/process-identity.ts';
import type { RunState } from '../ports.ts';
import { reportOfAgent } from './agents/report-of-agent.ts';
import { type DecodeReport, readResult } from './read-result.ts';
import { type Claim, FILES, readClaim, readExit, readProcess } from './run-files.ts';
import { livingOf } from './run-processes.ts';

/** What stands of an attempt, before its result is read. */
export type RunPhase =
  | { readonly kind: 'announced' }
  | { readonly kind: 'alive'; readonly pid: number; readonly startedAt: number }
  /** The wrapper is gone, and what it started still runs: to be ended. */
  | { readonly kind: 'orphaned'; readonly claim: Claim; readonly pid: number }
  | { readonly kind: 'ended' }
  | { readonly kind: 'lost' }
  /** Copied from another checkout, whose run it is. */
  | { readonly kind: 'foreign' };

/** The names in a run directory; undefined where there is no such directory. */
export function listRun(directory: string): ReadonlySet<string> | undefined {
  try {
    return new Set(readdirSync(directory));
  } catch {
    return undefined; // removed meanwhile, or no directory
  }
}

export function phaseOf(directory: string, names: ReadonlySet<string>): RunPhase {
  if (names.has(FILES.exit) && readExit(directory) !== undefined) return { kind: 'ended' };
  if (names.has(FILES.lost)) return { kind: 'lost' };
  if (!names.has(FILES.claim)) return unclaimed(directory);
  return claimed(directory);
}

/** A wrapper that was started and has not got as far as its claim counts as alive, lest another be started beside it. */
function unclaimed(directory: string): RunPhase {
  const spawned = readProcess(directory, FILES.spawned);
  if (spawned !== undefined && fateOf(spawned) === 'alive')
    return { kind: 'alive', pid: spawned.pid, startedAt: changedAt(directory, FILES.spawned) };
  // It may have claimed the attempt since the directory was listed, and even have ended.
  if (readClaim(directory) !== undefined) return claimed(directory);
  return { kind: 'announced' };
}

function claimed(directory: string): RunPhase {
  const claim = readClaim(directory);
  if (claim === undefined) return { kind: 'lost' }; // the machine went down while it was written
  if (claim.directory !== inodeOf(directory)) return { kind: 'foreign' };
  const fate = fateOf(claim.wrapper);
  if (fate === 'alive' || (fate === 'unknown' && isBeating(directory)))
    return { kind: 'alive', pid: claim.wrapper.pid, startedAt: claim.startedAt };
  // Its last act may have come after the directory was listed.
  if (readExit(directory) !== undefined) return { kind: 'ended' };
  const [pid] = processesOf(directory, claim);
  return pid === undefined ? { kind: 'lost' } : { kind: 'orphaned', claim, pid };
}

/** A wrapper in another container cannot be seen; it touches its claim once a minute. */
const BEAT_LIMIT_MS = 5 * 60_000;

function isBeating(directory: string): boolean {
  return Date.now() - changedAt(directory, FILES.claim) < BEAT_LIMIT_MS;
}

/** The numbers of what a run started and still lives. */
export function processesOf(directory: string, claim: Claim): readonly number[] {
  // After a restart of the machine, or in another container, there is nothing of it to be found.
  if (fateOf(claim.wrapper) === 'unknown') return [];
  const leader = readProcess(directory, FILES.child) ?? null;
  return livingOf({ token: claim.token, leader, sure: false }, 'all');
}

function changedAt(directory: string, file: string): number {
  return statSync(join(directory, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function inodeOf(directory: string): string {
  return String(statSync(directory, { bigint: true, throwIfNoEntry: false })?.ino ?? '');
}

/** The state that a phase means for a round; reads the result of an ended one. */
export function stateOf(directory: string, phase: RunPhase, decode: DecodeReport): RunState {
  switch (phase.kind) {
    case 'announced':
    case 'lost':
      return { kind: phase.kind };
    case 'foreign':
      return { kind: 'lost' };
    case 'alive':
      return phase;
    case 'orphaned':
      return { kind: 'alive', pid: phase.pid, startedAt: phase.claim.startedAt };
    case 'ended': {
      const exit = readExit(directory);
      if (exit === undefined) return { kind: 'lost' }; // removed meanwhile
      const { exitCode, signal, timedOut, stopped, endedAt, outputMissing, outside, content } = exit;
      const found = reportOfAgent(readResult(directory, decode), exit, decode);
      const more = {
        ...found,
        ...(outside === undefined ? {} : { outside }),
        ...(content === undefined ? {} : { content }),
      };
      return { kind: 'ended', exitCode, signal, timedOut, stopped, endedAt, outputMissing, ...more };
    }
  }
}
