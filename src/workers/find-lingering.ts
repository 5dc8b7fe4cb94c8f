/** Finds what still runs of attempts that are over but for it: somebody waits for its end, and wants to know for what. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fateOf } from '../local/process-identity.ts';
import type { Lingering } from '../ports.ts';
import { inertText } from './inert-text.ts';
import { listRun, phaseOf, processesOf } from './inspect-run.ts';
import { listOpenRuns, listPlans, type RunPlace } from './list-runs.ts';
import { FILES, readClaim, readProcess } from './run-files.ts';

export function findLingering(gitDir: string): readonly Lingering[] {
  return listPlans(gitDir)
    .flatMap((plan) => listOpenRuns(gitDir, plan))
    .flatMap((place) => lingeringOf(place) ?? []);
}

function lingeringOf({ plan, task, attempt, directory }: RunPlace): Lingering | undefined {
  const names = listRun(directory);
  if (names === undefined) return undefined;
  const phase = phaseOf(directory, names);
  if (phase.kind !== 'orphaned' && !(phase.kind === 'alive' && names.has(FILES.lingering))) return undefined;
  const claim = readClaim(directory);
  const pids = claim === undefined ? [] : processesOf(directory, claim);
  if (claim === undefined || pids.length === 0) return undefined; // it has ended just now
  const processes = pids.map((pid) => ({ pid, command: commandOf(pid) }));
  return {
    plan,
    task,
    attempt,
    graceMs: claim.graceMs,
    asked: phase.kind === 'alive' || isReaped(directory),
    processes,
  };
}

function isReaped(directory: string): boolean {
  const helper = readProcess(directory, FILES.reaper);
  return helper !== undefined && fateOf(helper) !== 'gone';
}

const MOST_LETTERS = 60;

/** A process may call itself anything. */
function commandOf(pid: number): string {
  const line = inertText(argvOf(pid)).replace(/\s+/g, ' ').trim();
  return line.length <= MOST_LETTERS ? line : `${line.slice(0, MOST_LETTERS - 1)}…`;
}

function argvOf(pid: number): string {
  if (process.platform !== 'linux')
    return (
      spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8', timeout: 5000 }).stdout ?? ''
    );
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has ended just now
  }
}
