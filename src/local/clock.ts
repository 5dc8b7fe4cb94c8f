/** The clocks of this machine. */
import type { Clock } from '../ports.ts';

/** The wall clock, and the clock that runs from the machine's start and is the same for every process on it. */
export function systemClock(): Clock {
  return { now: Date.now, monotonic: monotonicMs };
}

/** Milliseconds on the clock that never jumps. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
