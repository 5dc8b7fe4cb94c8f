/** Reads HEAD and branches in process; a ref that is empty or garbled is damage, never a fresh start. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../errors.ts';
import { errorCode } from '../local/error-code.ts';
import type { Head } from '../ports.ts';
import type { Ground } from './ground.ts';

const ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** What is checked out. Throws `damaged-repository`, naming where a good value may be found. */
export function readHead(ground: Ground): Head {
  if (!ground.filesRefs) return askHead(ground);
  const text = readText(join(ground.gitDir, 'HEAD'));
  const value = text?.trim() ?? '';
  if (ID.test(value)) return { kind: 'detached', commit: value };
  const ref = /^ref:\s*(refs\/\S.*)$/.exec(value)?.[1];
  if (ref === undefined) return damagedHead(ground, value);
  return { kind: 'branch', ref, commit: readRef(ground, ref) };
}

/** The commit a ref names; null where there is no such ref. */
export function readRef(ground: Ground, ref: string, depth = 0): string | null {
  if (!ground.filesRefs) return askRef(ground, ref);
  const loose = readText(join(ground.commonDir, ref));
  if (loose === undefined) return readPackedRef(ground, ref) ?? lostRef(ground, ref);
  const value = loose.trim();
  if (ID.test(value)) return value;
  const target = /^ref:\s*(refs\/\S.*)$/.exec(value)?.[1];
  if (target !== undefined && depth < 5) return readRef(ground, target, depth + 1);
  return damagedRef(ground, ref, value === '' ? 'is empty' : 'holds no commit id');
}

/** The contents of a ref file; undefined where there is none (a folder of that name counts as none). */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    return fail('cannot-read', `${path} cannot be read (${code ?? 'unknown'})`, { file: path });
  }
}

function readPackedRef(ground: Ground, ref: string): string | undefined {
  const packed = readText(join(ground.commonDir, 'packed-refs'));
  if (packed === undefined) return undefined;
  const at = packed.indexOf(` ${ref}\n`);
  if (at < 0) return undefined;
  const id = packed.slice(packed.lastIndexOf('\n', at) + 1, at);
  return ID.test(id) ? id : damagedRef(ground, ref, 'has no commit id in packed-refs');
}

/** A branch that has a reflog has had commits: git removes the one with the other. */
function lostRef(ground: Ground, ref: string): null {
  const last = lastInReflog(ground, ref);
  return last === undefined ? null : damagedRef(ground, ref, 'is gone, but its reflog is there');
}

function lastInReflog({ commonDir }: Ground, ref: string): string | undefined {
  const lines = (readText(join(commonDir, 'logs', ref)) ?? '').split('\n').reverse();
  for (const line of lines) {
    const id = line.split(' ')[1];
    if (id !== undefined && ID.test(id)) return /^0+$/.test(id) ? undefined : id;
  }
  return undefined;
}

/** Throws, with the commits that the reflog and the remotes' branches offer in its place. */
function damagedRef(ground: Ground, ref: string, how: string): never {
  const branch = ref.replace(/^refs\/heads\//, '');
  const logged = lastInReflog(ground, ref);
  const offers = [
    ...(logged === undefined ? [] : [`its reflog last named ${logged}`]),
    ...remoteCandidates(ground, branch),
  ];
  const where = join(ground.commonDir, ref);
  const best = logged ?? /[0-9a-f]{40,64}/.exec(offers[0] ?? '')?.[0];
  return fail('damaged-repository', `${ref} ${how}${offers.length === 0 ? '' : `; ${offers.join('; ')}`}`, {
    file: where,
    ...(best === undefined
      ? {}
      : {
          hint: `Look at ${best} (git show ${best}); if it is right: rm -f ${where} && git update-ref ${ref} ${best}`,
        }),
  });
}

function remoteCandidates(ground: Ground, branch: string): readonly string[] {
  let remotes: readonly string[];
  try {
    remotes = readdirSync(join(ground.commonDir, 'refs', 'remotes'));
  } catch {
    remotes = [];
  }
  const packed = [
    ...(readText(join(ground.commonDir, 'packed-refs')) ?? '').matchAll(
      /^([0-9a-f]+) refs\/remotes\/([^/\n]+)\/(.+)$/gm,
    ),
  ]
    .filter((m) => m[3] === branch)
    .map((m) => `${m[2]}/${branch} is ${m[1]}`);
  const loose = remotes.flatMap((remote) => {
    const id = readText(join(ground.commonDir, 'refs', 'remotes', remote, branch))?.trim() ?? '';
    return ID.test(id) ? [`${remote}/${branch} is ${id}`] : [];
  });
  return [...loose, ...packed];
}

function damagedHead(ground: Ground, value: string): never {
  const file = join(ground.gitDir, 'HEAD');
  return fail(
    'damaged-repository',
    `HEAD ${value === '' ? 'is empty' : 'names neither a branch nor a commit'}`,
    {
      file,
      hint: `See \`git reflog\` or ${join(ground.gitDir, 'logs', 'HEAD')}; write \`ref: refs/heads/<branch>\` into ${file}.`,
    },
  );
}

function askHead({ git }: Ground): Head {
  const symbolic = git.run(['symbolic-ref', '-q', 'HEAD']);
  const commit = git.run(['rev-parse', '-q', '--verify', 'HEAD^{commit}']);
  const id = commit.code === 0 ? commit.stdout.toString('latin1').trim() : null;
  if (symbolic.code === 0)
    return { kind: 'branch', ref: symbolic.stdout.toString('utf8').trim(), commit: id };
  return id === null
    ? fail('damaged-repository', 'HEAD names neither a branch nor a commit')
    : { kind: 'detached', commit: id };
}

function askRef({ git }: Ground, ref: string): string | null {
  const found = git.run(['rev-parse', '-q', '--verify', '--end-of-options', `${ref}^{commit}`]);
  return found.code === 0 ? found.stdout.toString('latin1').trim() : null;
}
