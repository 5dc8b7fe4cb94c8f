// What the bundle loads at its first use, though the sources import it as usual: it costs a millisecond or more, and a
// look at a plan does not need it.

/** Parts of Node. */
export const LATE_BUILTINS = ['child_process', 'crypto', 'zlib', 'os', 'tty'];

/** Sources, from `src/`, each with the names it exports as values. */
export const LATE_SOURCES = {
  'workers/decode-report.ts': ['decodeReport'],
  'workers/find-descent.ts': ['findDescent'],
};
