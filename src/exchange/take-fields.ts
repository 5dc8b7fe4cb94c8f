/** Takes known values out of a JSON object whose keys are spelled in any way; what is left over is known, too. */
import { readFlag } from '../model/read-text.ts';
import { formatTime, timeMs } from '../model/time.ts';
import { inline } from '../plan/inline.ts';
import { plainWord } from './workflow-words.ts';

/** A value of JSON: data, whose keys may be anything. */
export type Json = unknown;

export function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export class Fields {
  readonly #left: Map<string, Json>;

  constructor(value: Readonly<Record<string, Json>>) {
    this.#left = new Map(Object.entries(value));
  }

  /** The first of these keys whose value `read` can read; it is no longer left over, unless `keep` says so. */
  take<T>(
    names: string,
    read: (value: Json) => T | undefined,
    keep: (value: T) => boolean = () => false,
  ): T | undefined {
    for (const name of names.split(' '))
      for (const [key, value] of this.#left) {
        if (plainWord(key) !== name) continue;
        const found = read(value);
        if (found === undefined) continue;
        if (!keep(found)) this.#left.delete(key);
        return found;
      }
    return undefined;
  }

  /** Text on one line; what had to be cut stays among what is left over, as a whole. */
  text(names: string, limit = 500): string | undefined {
    return this.take(
      names,
      (value) => readWords(value, limit),
      (found) => found.endsWith('…'),
    );
  }

  time(names: string): string | undefined {
    return this.take(names, readTime);
  }

  flag(names: string): boolean | undefined {
    return this.take(names, readYes);
  }

  count(names: string): number | undefined {
    return this.take(names, (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e9 ? value : undefined,
    );
  }

  /** A list of words; one bare word is a list of one. */
  words(names: string): readonly string[] | undefined {
    return this.take(names, (value) => {
      const list = (Array.isArray(value) ? value : [value]).map((item) => readWords(item, 300));
      return list.every((item) => item !== undefined) ? list : undefined;
    });
  }

  /** What nothing has taken, in its order. */
  rest(): Readonly<Record<string, Json>> {
    return Object.fromEntries(this.#left);
  }
}

export function readWords(value: Json, limit: number): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return undefined;
  const words = inline(value, limit);
  return words === '' ? undefined : words;
}

function readYes(value: Json): boolean | undefined {
  return typeof value === 'boolean' ? value : typeof value === 'string' ? readFlag(value) : undefined;
}

/** ISO 8601 as it was written, or a number of seconds or milliseconds since 1970. */
function readTime(value: Json): string | undefined {
  if (typeof value === 'string') return timeMs(value) === undefined ? undefined : value.trim();
  if (typeof value !== 'number' || value < 1e9 || value > 4e12) return undefined;
  return formatTime(value < 1e11 ? value * 1000 : value);
}
