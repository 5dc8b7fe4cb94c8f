/** The house as data: which room is where, whom it may import, and what it may use of the outside. */

export interface Room {
  /** A folder (with a final slash) or files, from the root of the sources. */
  readonly files: readonly string[];
  /** Rooms that it may import. `types` after a colon: nothing of it may be there at run time. */
  readonly mayImport: readonly string[];
  /** The same answer for the same arguments: no clock, randomness, environment, streams or Node. */
  readonly pure?: true;
  /** Whether it may import `node:*`. */
  readonly node?: true;
  /** Files of other rooms that it may use at run time although the room is open to it for types only. */
  readonly except?: readonly string[];
}

const WORDS = ['errors', 'model'] as const;
const PURE = ['state-file', 'plan', 'compare'] as const;
const FACE: Omit<Room, 'files'> = {
  mayImport: ['errors', 'ports:types', 'model:types', 'round', 'review', 'exchange', 'query'],
  // The words of the statuses, and the shapes of the documents that faces print.
  except: ['id', 'slug', 'plan', 'status', 'time', 'documents', 'json-schema', 'inert'].map(
    (name) => `model/${name}.ts`,
  ),
  node: true,
};

export const ROOMS: Readonly<Record<string, Room>> = {
  errors: {
    files: [
      'errors.ts',
      'error-table.ts',
      'excerpt.ts',
      'exit-codes.ts',
      'note-table.ts',
      'record-errors.ts',
    ],
    mayImport: [],
    pure: true,
  },
  model: { files: ['model/'], mayImport: [], pure: true },
  ports: {
    files: ['ports.ts', 'ports-workers.ts', 'ports-worktrees.ts'],
    mayImport: ['errors:types', 'model:types'],
    pure: true,
  },
  'state-file': { files: ['state-file/'], mayImport: [...WORDS, 'ports:types'], pure: true },
  // Recovery reads a hand edit as the difference between two plans.
  plan: { files: ['plan/'], mayImport: [...WORDS, 'ports:types', 'compare'], pure: true },
  compare: { files: ['compare/'], mayImport: [...WORDS], pure: true },
  round: { files: ['round/'], mayImport: [...WORDS, 'ports:types', ...PURE] },
  review: { files: ['review/'], mayImport: [...WORDS, 'ports:types', ...PURE, 'round'] },
  exchange: { files: ['exchange/'], mayImport: [...WORDS, 'ports:types', ...PURE, 'round'] },
  query: { files: ['query/'], mayImport: [...WORDS, 'ports:types', ...PURE, 'round', 'review'] },
  local: { files: ['local/'], mayImport: [...WORDS, 'ports:types'], node: true },
  git: { files: ['git/'], mayImport: [...WORDS, 'ports:types', 'local'], node: true },
  workers: { files: ['workers/'], mayImport: [...WORDS, 'ports:types', 'local'], node: true },
  cli: { files: ['cli/'], ...FACE },
  mcp: { files: ['mcp/'], ...FACE },
  web: { files: ['web/'], ...FACE },
  bin: {
    files: ['bin.ts', 'open-outside.ts'],
    mayImport: ['errors', 'ports:types', 'git', 'local', 'workers', 'cli'],
    node: true,
  },
  index: {
    files: ['index.ts', 'globals.d.ts'],
    mayImport: [...WORDS, ...PURE, 'round', 'ports:types', 'bin'],
  },
  launcher: { files: ['launcher.cjs'], mayImport: [], node: true },
};

/** Each third-party library has one home. The first part of a specifier is the library's name. */
export const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  zod: ['model'],
  yaml: ['state-file'],
  'gray-matter': ['state-file'],
  'simple-git': ['git'],
  '@commander-js/extra-typings': ['cli'],
  picocolors: ['cli'],
  '@clack/prompts': ['cli'],
  '@bomb.sh/tab': ['cli'],
};

/** Modules of Node that only some rooms may use. */
export const NODE_HOMES: Readonly<Record<string, readonly string[]>> = {
  'node:child_process': ['git', 'local', 'workers'],
  'node:http': ['web'],
  'node:net': ['workers'],
};

/** The files that may end the process: that of the program, what loads it, and that of the process beside each worker. */
export const MAY_EXIT = ['bin.ts', 'launcher.cjs', 'workers/run-attempt.ts'] as const;

/**
 * The files that start a process. All others only define things when they are loaded: the bundle loads each when something
 * in it is first used, so nobody may count on when that is.
 */
export const MAY_ACT_AT_LOAD = ['bin.ts', 'workers/wrapper.ts'] as const;

/** A file does one thing: most fit on two screens, and none is longer than this. */
export const MOST_LINES = 420;
