/** Settings of git: the few files people keep them in are read here; anything unusual is left to git itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment, Git } from './run-git.ts';

export interface Config {
  /** The last value of a key (`section.key`, lower case); undefined where nobody set it. */
  get(key: string): string | undefined;
  isTrue(key: string): boolean;
}

type Values = ReadonlyMap<string, string>;

/** Reads the repository's own file alone: enough for its format, and for whether it has a work tree. */
export function readRepositoryConfig(commonDir: string): {
  readonly values: Values;
  readonly plain: boolean;
} {
  return readFile(join(commonDir, 'config'));
}

/** All settings that hold for a work tree. Read once, when first asked for. */
export function openConfig(commonDir: string, gitDir: string, env: Environment, git: Git): Config {
  let all: Values | undefined;
  const values = () => {
    all ??= readPlainFiles(commonDir, gitDir, env) ?? askGit(git);
    return all;
  };
  return {
    get: (key) => values().get(key),
    isTrue: (key) => /^(true|yes|on|[1-9]\d*)$/i.test(values().get(key) ?? ''),
  };
}

/**
 * What the user's and the repository's files say, where they say all that Rondo asks for: no includes, no settings by
 * environment, and a name and address among them. Otherwise undefined: the system's file, whose place only git knows,
 * may have a say.
 */
function readPlainFiles(commonDir: string, gitDir: string, env: Environment): Values | undefined {
  if (env.GIT_CONFIG_COUNT !== undefined || env.GIT_CONFIG_PARAMETERS !== undefined) return undefined;
  const files = [...userFiles(env), join(commonDir, 'config')].map(readFile);
  if (files.some((file) => !file.plain)) return undefined;
  const values = new Map(files.flatMap((file) => [...file.values]));
  if (values.get('extensions.worktreeconfig') !== undefined) {
    const own = readFile(join(gitDir, 'config.worktree'));
    if (!own.plain) return undefined;
    for (const [key, value] of own.values) values.set(key, value);
  }
  return values.has('user.name') && values.has('user.email') ? values : undefined;
}

function userFiles(env: Environment): readonly string[] {
  if (env.GIT_CONFIG_GLOBAL !== undefined) return env.GIT_CONFIG_GLOBAL === '' ? [] : [env.GIT_CONFIG_GLOBAL];
  const home = env.HOME ?? '';
  const xdg = env.XDG_CONFIG_HOME ?? (home === '' ? '' : join(home, '.config'));
  return [
    ...(xdg === '' ? [] : [join(xdg, 'git', 'config')]),
    ...(home === '' ? [] : [join(home, '.gitconfig')]),
  ];
}

function askGit(git: Git): Values {
  const values = new Map<string, string>();
  for (const line of git.ask(['var', '-l']).split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) values.set(line.slice(0, equals).toLowerCase(), line.slice(equals + 1));
  }
  return values;
}

function readFile(path: string): { readonly values: Values; readonly plain: boolean } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const missing =
      error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
    return { values: new Map(), plain: missing };
  }
  const values = parseConfig(text);
  return values === undefined ? { values: new Map(), plain: false } : { values, plain: true };
}

const SECTION = /^\[([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\]/;
const ENTRY = /^([A-Za-z][A-Za-z0-9-]*)\s*(?:=\s*(.*))?$/;

/** Keys and last values of a settings file; undefined where it holds an include or anything this does not read. */
export function parseConfig(text: string): Values | undefined {
  const values = new Map<string, string>();
  let section = '';
  for (let line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    line = line.trim();
    const head = SECTION.exec(line);
    if (head !== null) {
      section = `${(head[1] ?? '').toLowerCase()}${head[2] === undefined ? '' : `.${head[2]}`}`;
      if (section === 'include' || section.startsWith('includeif')) return undefined;
      line = line.slice(head[0].length).trim();
    }
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const entry = ENTRY.exec(line);
    if (entry === null || section === '') return undefined;
    const value = entry[2] === undefined ? 'true' : plainValue(entry[2]);
    if (value === undefined) return undefined;
    values.set(`${section}.${(entry[1] ?? '').toLowerCase()}`, value);
  }
  return values;
}

/** A value without escapes; undefined where it needs git's full reader (continued lines, escapes, mixed quotes). */
function plainValue(raw: string): string | undefined {
  const quoted = /^"([^"\\]*)"\s*(?:[#;].*)?$/.exec(raw);
  if (quoted !== null) return quoted[1];
  const bare = raw.replace(/\s*[#;].*$/, '').trim();
  return /["\\]/.test(bare) ? undefined : bare;
}
