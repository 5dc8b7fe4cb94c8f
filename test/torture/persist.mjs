// Kills the coordinator at every writing system call of a round, and before and after every git it starts.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  committedPlan,
  env,
  fsck,
  git,
  locksLeft,
  makeSandbox,
  planText,
  rondo,
  rondoJson,
  scratch,
  usersWork,
} from './sandbox.mjs';

const TASKS = '\n### a: First\n\n### b: Second\n\n```yaml\nblocked_by: [a]\n```\n';

/** System calls that change what is on disk, or start a process that may. */
const WRITING = [
  'write,pwrite64,writev,pwritev',
  'rename,renameat,renameat2',
  'link,linkat,symlinkat',
  'unlink,unlinkat,rmdir',
  'mkdir,mkdirat',
  'fsync,fdatasync,sync_file_range',
  'ftruncate,fallocate',
  'chmod,fchmod,fchmodat,utimensat',
  'openat',
  'clone,clone3,fork,vfork',
];

/** Every request kind that takes another way through PERSIST: a first commit of a file, one changed line, an adopted hand edit. */
const SCENES = [
  { name: 'a request', args: ['block', 'a', '--type', 'external', '--detail', 'the key'] },
  {
    name: 'a hand edit adopted',
    prepare: (dir) =>
      writeFileSync(join(dir, 'docs/p-state.md'), planText(dir).replace('First', 'First of all')),
    args: ['round', 'p'],
  },
];

export function canTrace() {
  return (
    spawnSync('strace', ['-e', 'inject=write:signal=SIGUSR1:when=1', 'true'], { env }).status !== null &&
    spawnSync('strace', ['-V'], { env }).status === 0
  );
}

/** Returns the points tried and the violations found. `every` thins the points out: 1 tries all. */
export function torturePersist({ every, say }) {
  const out = { points: 0, violations: [] };
  for (const scene of SCENES) {
    const template = prepared(scene);
    if (canTrace()) tortureCalls(scene, template, every, out);
    else say('strace is not there, so system calls are not tried');
    tortureGit(scene, template, out);
    say(`${scene.name}: ${out.points} points so far, ${out.violations.length} violations`);
  }
  return out;
}

function prepared(scene) {
  const dir = makeSandbox(TASKS);
  rondoJson(dir, 'round', 'p');
  scene.prepare?.(dir);
  return dir;
}

function tortureCalls(scene, template, every, out) {
  for (const calls of WRITING) {
    for (let n = 1; ; n += calls === 'openat' ? every * 4 : every) {
      const dir = copyOf(template);
      const before = photograph(dir);
      const trace = [
        '-qq',
        '-o',
        '/dev/null',
        '-e',
        `trace=${calls}`,
        '-e',
        `inject=${calls}:signal=SIGKILL:when=${n}`,
      ];
      const { signal, status } = spawnSync('strace', [...trace, process.execPath, rondo, ...scene.args], {
        cwd: dir,
        env,
        encoding: 'utf8',
      });
      const killed = signal === 'SIGKILL' || status === 137;
      if (!killed) {
        rmSync(dir, { recursive: true });
        break;
      }
      out.points += 1;
      judge(scene, dir, before, `${scene.name}, call ${n} of ${calls}`, out);
    }
  }
}

/** A git in front of the real one that kills its parent before or after its n-th run. */
function tortureGit(scene, template, out) {
  for (const when of ['before', 'after']) {
    for (let n = 1; n <= 40; n++) {
      const dir = copyOf(template);
      const before = photograph(dir);
      const bin = join(scratch, 'bin');
      mkdirSync(bin, { recursive: true });
      const real = spawnSync('sh', ['-c', 'command -v git'], { env, encoding: 'utf8' }).stdout.trim();
      const count = join(scratch, 'count');
      rmSync(count, { force: true });
      const kill = `echo x >> '${count}'; if [ "$(wc -l < '${count}')" -eq ${n} ]; then HIT=1; fi`;
      const script =
        when === 'before'
          ? `${kill}\n[ -n "$HIT" ] && kill -9 $PPID\nexec '${real}' "$@"\n`
          : `${kill}\n'${real}' "$@"\ncode=$?\n[ -n "$HIT" ] && kill -9 $PPID\nexit $code\n`;
      writeFileSync(join(bin, 'git'), `#!/bin/sh\n${script}`);
      chmodSync(join(bin, 'git'), 0o755);
      const { signal } = spawnSync(process.execPath, [rondo, ...scene.args], {
        cwd: dir,
        env: { ...env, PATH: `${bin}:${env.PATH}` },
      });
      if (signal !== 'SIGKILL') {
        rmSync(dir, { recursive: true });
        break;
      }
      out.points += 1;
      judge(scene, dir, before, `${scene.name}, ${when} git ${n}`, out);
    }
  }
}

let copies = 0;

function copyOf(template) {
  const dir = join(scratch, `copy-${copies++}`);
  cpSync(template, dir, { recursive: true, preserveTimestamps: true });
  git(dir, 'update-index', '-q', '--refresh', '--unmerged');
  return dir;
}

function photograph(dir) {
  return {
    text: planText(dir),
    committed: committedPlan(dir),
    head: git(dir, 'rev-parse', 'HEAD'),
    work: usersWork(dir),
  };
}

/** What must hold after a kill, at once and after the next round. */
function judge(scene, dir, before, where, out) {
  const complain = (what) => out.violations.push(`${where}: ${what} (${dir})`);
  const known = out.violations.length;
  waitForGit(dir);
  const after = photograph(dir);
  const isNew = (text) =>
    scene.args[0] === 'block'
      ? /status: blocked/.test(text) && /the key/.test(text)
      : /First of all/.test(text);
  for (const [what, old, now] of [
    ['the file', before.text, after.text],
    ['the commit', before.committed, after.committed],
  ])
    if (now !== old && !isNew(now)) complain(`${what} is neither old nor new:\n${now}`);
  if (after.work !== before.work) complain("the user's work changed");
  const locks = locksLeft(dir);
  if (locks.length > 0) complain(`locks left: ${locks.join(', ')}`);
  const broken = fsck(dir);
  if (broken !== undefined) complain(`fsck: ${broken}`);
  // The user's own git must not be hindered, and the next round must go on.
  const again = rondoJson(dir, 'round', 'p');
  if (again.status !== 0)
    complain(`the next round ended with ${again.status}: ${JSON.stringify(again.document)}`);
  else settled(scene, dir, before, isNew, complain);
  if (out.violations.length === known) rmSync(dir, { recursive: true });
}

function settled(scene, dir, before, isNew, complain) {
  const { text, committed, work } = photograph(dir);
  if (text !== committed) complain('after the next round the file and the commit differ');
  if (text !== before.text && !isNew(text)) complain('after the next round the state is neither old nor new');
  if (work !== before.work) complain("after the next round the user's work changed");
  const rounds = git(dir, 'log', '--format=%(trailers:key=Rondo-Round,valueonly)')
    .split('\n')
    .filter((line) => line !== '');
  if (new Set(rounds).size !== rounds.length) complain(`round numbers repeat: ${rounds.join(' ')}`);
  if (!isNew(text)) {
    const { status } = rondoJson(dir, ...scene.args);
    if (status !== 0 || !isNew(committedPlan(dir))) complain('the request cannot be made again');
  }
  git(dir, 'commit', '--quiet', '-m', "the user's own commit");
}

/** The coordinator is dead, but a git it had started may still be finishing. */
function waitForGit(dir) {
  const deadline = Date.now() + 5000;
  while (locksLeft(dir).length > 0 && Date.now() < deadline)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}
