/** Hooks and signing: without effect on rounds unless asked for; then bounded in time, and the bytes checked. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../local/run-program.ts';
import { type GitSandbox, gitSandbox, orderOf, PLAN } from '../support/git-sandbox.ts';
import { codeOf } from './code-of.ts';

let s: GitSandbox;
beforeEach(() => {
  s = gitSandbox();
  s.write(PLAN, 'one\n');
  s.commitAll('plan');
});
afterEach(() => s.remove());

/** A process that has ended may wait for its parent to hear of it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const ALL = [
  'pre-commit',
  'prepare-commit-msg',
  'commit-msg',
  'post-commit',
  'reference-transaction',
  'post-index-change',
];

function hook(name: string, script: string): void {
  const path = join(s.dir, '.git', 'hooks', name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

const commit = (settings: { hooks?: boolean; sign?: boolean; timeoutMs?: number } = {}) => {
  const repo = s.open();
  return repo.commit(
    orderOf(repo, 'two\n', { settings: { hooks: false, sign: false, timeoutMs: 10_000, ...settings } }),
  );
};

function expectNothingWritten(): void {
  expect(s.read(PLAN)).toBe('one\n');
  expect(s.git('log', '-1', '--format=%s')).toBe('plan');
  expect(s.git('status', '--porcelain')).toBe('');
}

it('runs none unless asked for, failing or hanging or not', () => {
  for (const name of ALL) hook(name, `touch ${join(s.base, 'ran')}; sleep 600; exit 1`);
  s.git('config', 'commit.gpgSign', 'true');
  s.git('config', 'gpg.program', '/bin/false');
  expect(commit().kind).toBe('committed');
  expect(existsSync(join(s.base, 'ran'))).toBe(false);
});

describe('asked for', () => {
  it("runs them on exactly what is committed, the user's staged work left out", () => {
    s.write('src/a', 'a\n');
    s.git('add', 'src/a');
    const seen = join(s.base, 'seen');
    hook('pre-commit', `git diff --cached --name-only HEAD > ${seen}; git show :${PLAN} >> ${seen}`);
    hook('commit-msg', 'echo "Reviewed-by: a hook" >> "$1"');
    hook('post-commit', `git log -1 --format=%s >> ${seen}`);
    expect(commit({ hooks: true }).kind).toBe('committed');
    const printed = s.tryGit(['hash-object', '--stdin'], { input: '' });
    expect(printed.code).toBe(0);
    expect(s.read('../seen')).toBe(`${PLAN}\ntwo\nrondo(demo): round 1, running\n`);
    expect(s.git('log', '-1', '--format=%(trailers:key=Reviewed-by,valueonly)').trim()).toBe('a hook');
    expect(s.git('status', '--porcelain')).toBe('A  src/a');
  });

  it.each(['pre-commit', 'prepare-commit-msg', 'commit-msg'])('a failing %s refuses the round', (name) => {
    hook(name, 'echo no >&2; exit 1');
    expect(codeOf(() => commit({ hooks: true }))).toBe('hook-refused');
    expectNothingWritten();
  });

  it('a hanging hook is stopped, with all it started', async () => {
    const pid = join(s.base, 'pid');
    hook('pre-commit', `sh -c 'echo $$ > ${pid}; exec sleep 600'`);
    expect(codeOf(() => commit({ hooks: true, timeoutMs: 500 }))).toBe('hook-refused');
    expectNothingWritten();
    const sleeper = Number(s.read('../pid'));
    await until('its end', () => !isAlive(sleeper));
  });

  it('a hook that changes what would be committed refuses the round', () => {
    hook('pre-commit', `echo more > x; git add x`);
    expect(codeOf(() => commit({ hooks: true }))).toBe('hook-refused');
    expect(s.git('log', '-1', '--format=%s')).toBe('plan');
    expect(s.git('diff', '--cached', '--name-only')).toBe('');
  });

  it('a hook that drops the trailers refuses the round', () => {
    hook('commit-msg', 'echo "nothing left" > "$1"');
    expect(codeOf(() => commit({ hooks: true }))).toBe('hook-refused');
    expectNothingWritten();
  });

  it('a failing post-commit changes nothing', () => {
    hook('post-commit', 'exit 1');
    expect(commit({ hooks: true }).kind).toBe('committed');
  });

  it('signs, or says that it cannot', () => {
    const signer = join(s.base, 'signer');
    writeFileSync(
      signer,
      '#!/bin/sh\ncat > /dev/null\necho "[GNUPG:] SIG_CREATED D" >&2\nprintf -- "-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n"\n',
    );
    chmodSync(signer, 0o755);
    s.git('config', 'gpg.program', signer);
    expect(commit({ sign: true }).kind).toBe('committed');
    expect(s.git('cat-file', '-p', 'HEAD')).toContain('BEGIN PGP SIGNATURE');
    expect(s.git('log', '-1', '--format=%s')).toBe('rondo(demo): round 1, running');
  });

  it('signed rounds are found where git shows what it thinks of signatures', async () => {
    const signer = join(s.base, 'signer');
    const signature = '-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n';
    const sign = `cat > /dev/null; echo "[GNUPG:] SIG_CREATED D" >&2; printf -- "${signature}"`;
    const verify = 'echo "gpg: made by somebody" >&2; echo "[GNUPG:] BADSIG 0 x"; exit 1';
    writeFileSync(signer, `#!/bin/sh\ncase "$*" in *--verify*) ${verify};; *) ${sign};; esac\n`);
    chmodSync(signer, 0o755);
    s.git('config', 'gpg.program', signer);
    s.git('config', 'log.showSignature', 'true');
    expect(commit({ sign: true }).kind).toBe('committed');
    const round = s.git('rev-parse', '--verify', 'HEAD');
    expect(s.git('log', '-1')).toContain('made by');
    s.git('gc', '-q');
    const repo = s.open();
    expect((await repo.log('demo', {})).map(({ commit }) => commit)).toEqual([round]);
    expect(await repo.lastGood(PLAN, () => true)).toBe(round);
    s.write(PLAN, 'by hand\n');
    s.commitAll('by hand');
    s.git('gc', '-q');
    expect(s.open().lastRounds('demo', PLAN)).toEqual([round]);
    expect(s.open().history('demo', PLAN).round).toBe(1);
  });

  it('signing that fails or hangs refuses the round', () => {
    for (const script of ['exit 1', 'sleep 600']) {
      const signer = join(s.base, 'signer');
      writeFileSync(signer, `#!/bin/sh\n${script}\n`);
      chmodSync(signer, 0o755);
      s.git('config', 'gpg.program', signer);
      expect(codeOf(() => commit({ sign: true, timeoutMs: 500 }))).toBe('hook-refused');
      expectNothingWritten();
    }
  });
});

it('a filter that hangs is stopped by the deadline of commands', () => {
  s.write('.gitattributes', '*.md filter=hang\n');
  s.commitAll('attributes');
  s.git('config', 'filter.hang.clean', 'sleep 600');
  s.git('config', 'filter.hang.required', 'true');
  const repo = s.open({ commandTimeoutMs: 300 });
  const head = repo.head();
  if (head.kind === 'detached') throw new Error();
  const order = {
    plan: 'demo',
    files: [{ file: PLAN, before: 'one\n', after: 'two\n' }],
    ref: head.ref,
    tip: head.commit,
    message: 'x\n',
    round: 1,
    attempts: {},
    settings: { hooks: false, sign: false, timeoutMs: 1000 },
  };
  expect(codeOf(() => repo.commit(order))).toBe('git-failed');
  expect(s.read(PLAN)).toBe('one\n');
});
