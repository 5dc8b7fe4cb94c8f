/**
 * The files of one attempt, in `<git dir>/rondo/runs/<plan>/<task>/<attempt>/`. The coordinator writes the order and the
 * marks, the wrapper the claim and the end, the worker its result; each file has one writer.
 */
import { join } from 'node:path';
import { fail } from '../errors.ts';
import { isIdentity, type ProcessIdentity } from '../local/process-identity.ts';
import { readJson } from '../local/read-regular.ts';
import { writeAtomic } from '../local/write-atomic.ts';
import { AGENTS } from '../model/agents.ts';
import type { Announced, WorkOrder } from '../ports.ts';
import type { AgentEnd } from './agents/agent-end.ts';

export const FILES = {
  order: 'order.json',
  brief: 'brief.md',
  /** The wrapper that was started last, before it has claimed anything. */
  spawned: 'spawned.json',
  /** The claim: there is at most one in the life of an attempt. */
  claim: 'pid.json',
  /** The command's own process. */
  child: 'child.json',
  log: 'log',
  olderLog: 'log.1',
  result: 'result.json',
  exit: 'exit.json',
  /** Mark: whoever called `rondo step` runs the command, and nothing else does. */
  step: 'step',
  /** Mark: the attempt is to be stopped. */
  stop: 'stop',
  /** Mark: its processes were asked to end a while ago, and have not yet. */
  lingering: 'lingering',
  /** Mark: a round has consumed or fenced it. */
  settled: 'settled',
  /** The helper that ends what a killed wrapper left running. */
  reaper: 'reaper.json',
  /** Mark: nothing of the attempt runs any more, and it left no word of its end. */
  lost: 'lost',
} as const;

export interface OrderFile extends WorkOrder {
  /** The work tree, in which the command runs. */
  readonly root: string;
}

export interface Claim {
  readonly wrapper: ProcessIdentity;
  /** Stands in the environment of everything the attempt starts, as `RONDO_RUN`. */
  readonly token: string;
  /** The inode of the run directory: in a copy of the checkout it is another one, and the claim is not the copy's. */
  readonly directory: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly graceMs: number;
}

export interface ExitFile {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly stopped: boolean;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  readonly outputMissing: boolean;
  /** Of a task with `writes`: what changed meanwhile outside them; null where git did not say. */
  readonly outside?: readonly string[] | null;
  /** Of a gate: the fingerprint of what it covers, where that was the same before and after it. */
  readonly content?: string;
  /** What an agent's output says, where an agent did the work. */
  readonly agent?: AgentEnd;
}

/** The folder of all runs of a checkout. */
export function runsFolder(gitDir: string): string {
  return join(gitDir, 'rondo', 'runs');
}

/** The folder of a plan's runs; throws `unsafe-path` for a name that could lead elsewhere. */
export function planFolder(gitDir: string, plan: string): string {
  return join(runsFolder(gitDir), safeName(plan));
}

/** The folder of an attempt; throws `unsafe-path` for a name that could lead elsewhere. */
export function runFolder(gitDir: string, plan: string, task: string, attempt: number): string {
  if (!Number.isSafeInteger(attempt) || attempt < 0) fail('unsafe-path', `${attempt} is no attempt's number`);
  return join(planFolder(gitDir, plan), safeName(task), String(attempt));
}

function safeName(name: string): string {
  return isSafeName(name) ? name : fail('unsafe-path', `${JSON.stringify(name)} cannot be the name of a run`);
}

/** Whether a plan or task may name a folder. A leading `+` is for work that belongs to no task. */
export function isSafeName(name: string): boolean {
  return /^\+?[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/.test(name);
}

/** The number that a folder's name says; undefined where it says none. */
export function attemptOf(name: string): number | undefined {
  return /^(0|[1-9]\d{0,14})$/.test(name) ? Number(name) : undefined;
}

/** The order of an attempt; undefined where there is none, or a broken one. */
export function readOrder(directory: string): OrderFile | undefined {
  const value = readJson(join(directory, FILES.order), 16 * 1_048_576);
  return isOrder(value) ? value : undefined;
}

/** Where and when an attempt was announced; null where its order does not say. */
export function readAnnounced(directory: string): Announced | null {
  const value = readJson(join(directory, FILES.order), 16 * 1_048_576);
  return isRecord(value) && isAnnounced(value.announced) ? value.announced : null;
}

/** Who claimed an attempt; undefined where the claim cannot be read. */
export function readClaim(directory: string): Claim | undefined {
  const value = readJson(join(directory, FILES.claim), 65_536);
  return isClaim(value) ? value : undefined;
}

/** How an attempt ended; undefined where no such word can be read. */
export function readExit(directory: string): ExitFile | undefined {
  const value = readJson(join(directory, FILES.exit), 1_048_576);
  return isExit(value) ? value : undefined;
}

/** Marks that the processes of a run take their time to end; wakes who watches the plan's runs. Told as far as it can be. */
export function markLingering(directory: string): void {
  try {
    const tempDir = join(directory, '../..');
    writeAtomic(join(directory, FILES.lingering), '', { fsync: false, tempDir });
  } catch {
    // The disk is full. Their end matters more than the word of it.
  }
}

/** A process that a file names; undefined where there is no such file. */
export function readProcess(directory: string, file: string): ProcessIdentity | undefined {
  const value = readJson(join(directory, file), 65_536);
  return isIdentity(value) ? value : undefined;
}

function isOrder(value: unknown): value is OrderFile {
  if (!isRecord(value)) return false;
  const { plan, task, attempt, command, brief, output, timeoutMs, graceMs, logLimit, env, root } = value;
  const { writes = [], agent, commit = '', poll, covered } = value;
  return (
    (agent === undefined || isAgent(agent)) &&
    (poll === undefined || isPoll(poll)) &&
    (covered === undefined || isCoveredFiles(covered)) &&
    [plan, task, command, brief, root].every((text) => typeof text === 'string') &&
    [attempt, graceMs, logLimit].every((number) => typeof number === 'number') &&
    (output === null || typeof output === 'string') &&
    (timeoutMs === null || typeof timeoutMs === 'number') &&
    isTexts(writes) &&
    typeof commit === 'string' &&
    isRecord(env) &&
    Object.values(env).every((text) => typeof text === 'string')
  );
}

function isPoll(value: unknown): boolean {
  return isRecord(value) && typeof value.everyMs === 'number' && typeof value.timeoutMs === 'number';
}

function isCoveredFiles(value: unknown): boolean {
  return isRecord(value) && isTexts(value.paths) && typeof value.except === 'string';
}

function isAgent(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { name, argv } = value;
  return (
    AGENTS.some((known) => known === name) &&
    Array.isArray(argv) &&
    argv.length > 0 &&
    argv.every((word) => typeof word === 'string')
  );
}

function isAnnounced(value: unknown): value is Announced {
  if (!isRecord(value)) return false;
  const { file, ref, at } = value;
  return (
    typeof file === 'string' &&
    typeof at === 'string' &&
    typeof ref === 'string' &&
    /^refs\/heads\/[^.]/.test(ref) &&
    !ref.includes('..')
  );
}

function isClaim(value: unknown): value is Claim {
  if (!isRecord(value)) return false;
  const { wrapper, token, directory, startedAt, graceMs } = value;
  return (
    isIdentity(wrapper) &&
    typeof token === 'string' &&
    /^[0-9a-f]{16,64}$/.test(token) &&
    typeof directory === 'string' &&
    typeof startedAt === 'number' &&
    typeof graceMs === 'number'
  );
}

function isExit(value: unknown): value is ExitFile {
  if (!isRecord(value)) return false;
  const { exitCode, signal, timedOut, stopped, endedAt, outputMissing, agent, outside } = value;
  const { content = '' } = value;
  return (
    typeof content === 'string' &&
    (outside === undefined || outside === null || isTexts(outside)) &&
    (agent === undefined || isAgentEnd(agent)) &&
    (exitCode === null || typeof exitCode === 'number') &&
    (signal === null || typeof signal === 'string') &&
    [timedOut, stopped, outputMissing].every((flag) => typeof flag === 'boolean') &&
    typeof endedAt === 'number'
  );
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isAgentEnd(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { closed, failure, denied, answer } = value;
  return (
    typeof closed === 'boolean' &&
    (failure === null || typeof failure === 'string') &&
    typeof answer === 'string' &&
    Array.isArray(denied) &&
    denied.every((word) => typeof word === 'string')
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
