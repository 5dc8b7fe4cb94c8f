/** Since when this checkout has seen a value stand still, by the clock that no one can set. */
import { statSync } from 'node:fs';
import type { Clock } from '../ports.ts';
import { bootIdentity } from './process-identity.ts';
import { readJson } from './read-regular.ts';
import { writeAtomic } from './write-atomic.ts';

interface Observation {
  readonly key: string;
  readonly value: string;
  /** Milliseconds on the monotonic clock. */
  readonly since: number;
}

/** More keys than a checkout can watch at once; the oldest go first. */
const MOST = 5000;

export class Observations {
  readonly #file: string;
  readonly #clock: Clock;
  #known = new Map<string, Observation>();
  #version = '';

  constructor(file: string, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  /** Since when, in milliseconds of the monotonic clock, the key has had this value; now, where that is news. */
  since(key: string, value: string): number {
    this.#refresh();
    const now = this.#clock.monotonic();
    const known = this.#known.get(key);
    if (known !== undefined && known.value === value && known.since <= now) return known.since;
    this.#known.delete(key);
    this.#known.set(key, { key, value, since: now });
    this.#save();
    return now;
  }

  /** Reads the file again where another process has written it. */
  #refresh(): void {
    const version = versionOf(this.#file);
    if (version === this.#version) return;
    this.#version = version;
    this.#known = read(this.#file);
  }

  #save(): void {
    const kept = [...this.#known.values()].slice(-MOST);
    writeAtomic(this.#file, JSON.stringify({ boot: bootIdentity(), observed: kept }), { fsync: false });
    this.#version = versionOf(this.#file);
  }
}

function versionOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
}

function read(file: string): Map<string, Observation> {
  const known = new Map<string, Observation>();
  const value = readJson(file, 64 * 1_048_576);
  if (typeof value !== 'object' || value === null || !('boot' in value && 'observed' in value)) return known;
  // The clock starts anew with the machine, so what was seen before says nothing.
  if (value.boot !== bootIdentity() || !Array.isArray(value.observed)) return known;
  for (const entry of value.observed) if (isObservation(entry)) known.set(entry.key, entry);
  return known;
}

function isObservation(value: unknown): value is Observation {
  if (typeof value !== 'object' || value === null) return false;
  if (!('key' in value && 'value' in value && 'since' in value)) return false;
  return typeof value.key === 'string' && typeof value.value === 'string' && typeof value.since === 'number';
}
