/** A folder with a git directory and workers, for tests with real processes. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { fateOf } from '../../src/local/process-identity.ts';
import type { Run, RunState, Workers, WorkOrder } from '../../src/ports.ts';
import { decodeReport } from '../../src/workers/decode-report.ts';
import { openWorkers } from '../../src/workers/open-workers.ts';
import { FILES, readClaim, readProcess } from '../../src/workers/run-files.ts';
import { endRun } from '../../src/workers/run-processes.ts';
import { bundleProgram, makeFolder, until } from '../local/run-program.ts';

export const wrapper = bundleProgram(new URL('../../src/workers/wrapper.ts', import.meta.url));

type Ended = Extract<RunState, { kind: 'ended' }>;

export class Checkout {
  readonly root = makeFolder();
  readonly gitDir = join(this.root, '.git');
  readonly workers: Workers;
  readonly #started = new Set<string>();

  constructor(env: Readonly<Record<string, string | undefined>> = process.env) {
    mkdirSync(this.gitDir);
    this.workers = openWorkers({ root: this.root, gitDir: this.gitDir, wrapper, decodeReport, env });
    checkouts.add(this);
  }

  /** The order of attempt 1 of task `t` in plan `p`, unless told otherwise. */
  order(command: string, more: Partial<WorkOrder> = {}): WorkOrder {
    const order: WorkOrder = {
      plan: 'p',
      task: 't',
      attempt: 1,
      kind: 'task',
      command,
      brief: 'Do the work.\n',
      output: null,
      timeoutMs: null,
      graceMs: 5000,
      logLimit: 100_000,
      env: {},
      announced: null,
      ...more,
    };
    this.#started.add(this.workers.directory(order.plan, order.task, order.attempt));
    return order;
  }

  start(command: string, more: Partial<WorkOrder> = {}): void {
    this.workers.start(this.order(command, more));
  }

  run(attempt = 1, task = 't'): Run | undefined {
    return this.workers.runs('p').find((run) => run.task === task && run.attempt === attempt);
  }

  state(attempt = 1, task = 't'): RunState | undefined {
    return this.run(attempt, task)?.state;
  }

  file(name: string, attempt = 1, task = 't'): string {
    return join(this.workers.directory('p', task, attempt), name);
  }

  log(attempt = 1): string {
    return this.workers.logTail('p', 't', attempt, 100_000);
  }

  async ended(attempt = 1, task = 't'): Promise<Ended> {
    return until('the end of the run', () => {
      const state = this.state(attempt, task);
      if (state?.kind === 'lost') throw new Error('the run is lost');
      return state?.kind === 'ended' && state;
    });
  }

  /** Starts a command and waits for its end. */
  async finish(command: string, more: Partial<WorkOrder> = {}): Promise<Ended> {
    this.start(command, more);
    return this.ended(more.attempt, more.task);
  }

  /** Waits until the command has written this to a file in the root, and returns what. */
  async written(name: string): Promise<string> {
    return until(`the file ${name}`, () => {
      try {
        const text = readFileSync(join(this.root, name), 'utf8');
        return text.endsWith('\n') && text.trim();
      } catch {
        return undefined;
      }
    });
  }

  /** The process number of the wrapper that claimed the attempt. */
  async claimed(attempt = 1): Promise<number> {
    const directory = this.workers.directory('p', 't', attempt);
    return until('the claim', () => readClaim(directory)?.wrapper.pid);
  }

  async endAll(): Promise<void> {
    for (const directory of this.#started) {
      const claim = readClaim(directory);
      if (claim === undefined) continue;
      killQuietly(claim.wrapper.pid);
      // It may have been about to start its command: then that is there once the wrapper is not.
      await until('the end of the wrapper', () => fateOf(claim.wrapper) !== 'alive');
      const leader = readProcess(directory, FILES.child) ?? null;
      await endRun({ token: claim.token, leader, sure: false }, 0, 'all');
    }
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

const checkouts = new Set<Checkout>();

afterEach(async () => {
  for (const checkout of checkouts) await checkout.endAll();
  checkouts.clear();
});
