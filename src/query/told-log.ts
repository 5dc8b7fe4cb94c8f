/** What a worker printed, as people read it: the events of an agent in words, all else as it is. */
import type { Outside } from '../ports.ts';

interface Place {
  readonly plan: string;
  readonly task: string;
  readonly attempt: number;
}

/** At most the last `bytes` of the log, in words. */
export function toldLog({ workers }: Outside, { plan, task, attempt }: Place, bytes: number): string {
  const log = workers.logTail(plan, task, attempt, bytes);
  const teller = workers.teller(plan, task, attempt);
  if (teller === null) return log;
  const lines = log.split('\n');
  if (Buffer.byteLength(log) >= bytes) lines.shift(); // its start is cut off
  if (lines.at(-1) === '') lines.pop();
  const told = lines.map((line) => teller.tell(line)).join('');
  // An agent may have changed its language: then its own is better than nothing.
  return told.trim() === '' ? log : told;
}

/** The end of it. Few of an agent's bytes are words. */
export function toldTail(outside: Outside, place: Place, letters: number): string {
  if (outside.workers.teller(place.plan, place.task, place.attempt) === null)
    return outside.workers.logTail(place.plan, place.task, place.attempt, letters);
  const told = toldLog(outside, place, BYTES_FOR_WORDS);
  const end = told.slice(-letters);
  return end.length === told.length ? told : end.slice(end.indexOf('\n') + 1);
}

const BYTES_FOR_WORDS = 262_144;
