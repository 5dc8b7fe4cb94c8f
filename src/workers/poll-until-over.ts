/** Looks at an outside job by running a command again and again, with a pause between, until it is over. */
import { existsSync } from 'node:fs';
import { formatDuration } from '../model/time.ts';
import type { BoundedLog } from './bounded-log.ts';
import { FILES } from './run-files.ts';
import { timer } from './timer.ts';

export type Why = 'exit' | 'stop' | 'timeout';

export interface End {
  readonly end: { readonly exitCode: number | null; readonly signal: string | null };
  readonly why: Why;
}

/** Codes of a shell that cannot run the command at all: to look again would find the same. */
const CANNOT_RUN: readonly (number | null)[] = [126, 127];

/**
 * Runs `once` until it ends with 0, leaves a result file, cannot be run, or is asked to stop. One look that hangs is ended
 * after its own time limit and counts as not yet; past `limitMs` of waiting in all it is over.
 */
export async function pollUntilOver(
  poll: { readonly everyMs: number; readonly timeoutMs: number; readonly limitMs: number | null },
  once: (timeoutMs: number) => Promise<End>,
  log: BoundedLog,
  asked: Promise<void>,
): Promise<End> {
  const began = performance.now();
  const left = () =>
    poll.limitMs === null ? Number.POSITIVE_INFINITY : poll.limitMs - (performance.now() - began);
  for (;;) {
    const look = await once(Math.min(poll.timeoutMs, Math.max(0, left())));
    if (look.why === 'stop' || existsSync(FILES.result)) return look;
    if (look.why === 'exit' && (look.end.exitCode === 0 || CANNOT_RUN.includes(look.end.exitCode)))
      return look;
    if (left() <= 0) return { ...look, why: 'timeout' };
    const said =
      look.why === 'timeout' ? 'it took too long' : `exit code ${look.end.exitCode ?? look.end.signal}`;
    log.write(
      Buffer.from(
        `not yet (${said}); the next look is in ${formatDuration(Math.min(poll.everyMs, left()))}\n`,
      ),
    );
    const pause = timer(Math.min(poll.everyMs, left()));
    const why = await Promise.race([pause.over.then((): Why => 'exit'), asked.then((): Why => 'stop')]);
    pause.cancel();
    if (why === 'stop') return { end: { exitCode: null, signal: null }, why };
    if (left() <= 0) return { end: { exitCode: null, signal: null }, why: 'timeout' };
  }
}
