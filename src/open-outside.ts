/** Wires the real outside for a checkout: git, this checkout's own files, workers, clock, events. */
import { join } from 'node:path';
import { openRepo } from './git/open-repo.ts';
import { systemClock } from './local/clock.ts';
import { openLocal } from './local/open-local.ts';
import type { Outside } from './ports.ts';
import { decodeReport } from './workers/decode-report.ts';
import { openWaker } from './workers/open-waker.ts';
import { openWorkers } from './workers/open-workers.ts';

export interface OpenOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether every command counts as approved. */
  readonly trustAll?: boolean;
  /** How long a call of git may take; a minute where not given. */
  readonly commandTimeoutMs?: number;
  /** The bundled wrapper script that each worker runs under; beside the bundle where not given. */
  readonly wrapper?: string;
}

/** Opens the checkout that holds a folder; throws `not-a-repository` and the like. */
export function openOutside(dir: string, options: OpenOptions): Outside {
  const { env, commandTimeoutMs } = options;
  const repo = openRepo(dir, { env, ...(commandTimeoutMs === undefined ? {} : { commandTimeoutMs }) });
  const local = openLocal(repo.gitDir, { env, cacheVersion: RONDO_VERSION });
  const wrapper = options.wrapper ?? join(import.meta.dirname, 'wrapper.cjs');
  const place = { root: repo.root, gitDir: repo.gitDir };
  let workers: Outside['workers'] | undefined;
  let waker: Outside['waker'] | undefined;
  return {
    repo,
    local,
    // Opened at the first touch, as a look at a plan asks neither.
    get workers() {
      // `decodeReport` is not handed over as it is: the bundle loads it, and zod with it, at the first touch.
      workers ??= openWorkers({ ...place, wrapper, env, decodeReport: (text) => decodeReport(text) });
      return workers;
    },
    get waker() {
      waker ??= openWaker(place);
      return waker;
    },
    clock: systemClock(),
    trustAll: options.trustAll ?? env.RONDO_TRUST === 'all',
    caller: callerOf(env),
  };
}

function callerOf(env: OpenOptions['env']): Outside['caller'] {
  const { RONDO_PLAN: plan, RONDO_TASK: task, RONDO_ATTEMPT: attempt, RONDO_RESULT: result } = env;
  if (plan === undefined || task === undefined || attempt === undefined || result === undefined) return null;
  return { plan, task, attempt: Number(attempt), result };
}
