// Repositories to measure in: any number of files and commits, made in one go by git fast-import.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Scratch folder of one bench run; config, state and caches of the user stay out of it. */
export function openScratch() {
  const home = mkdtempSync(join(tmpdir(), 'rondo-bench-'));
  const env = {
    ...process.env,
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CACHE_HOME: join(home, 'cache'),
    GIT_CONFIG_NOSYSTEM: '1',
    NO_COLOR: '1',
  };
  // Reading extra certificates adds about 100 ms to every start of Node 20, and a bench measures no network.
  delete env.NODE_EXTRA_CA_CERTS;
  for (const name of Object.keys(env))
    if (/^(GIT_DIR|GIT_INDEX_FILE|GIT_WORK_TREE|RONDO_.*)$/.test(name)) delete env[name];
  mkdirSync(env.XDG_STATE_HOME);
  mkdirSync(env.XDG_CACHE_HOME);
  return { home, env };
}

/** A repository with that many files and commits, and a plan of `tasks` tasks in `docs/bench-state.md`. */
export function makeRepository(scratch, name, { tasks, files, commits }) {
  const dir = join(scratch.home, name);
  const git = (...args) => execFileSync('git', args, { cwd: dir, env: scratch.env, encoding: 'utf8' });
  execFileSync('git', ['init', '--quiet', '-b', 'main', dir], { env: scratch.env });
  git('config', 'user.name', 'Bench');
  git('config', 'user.email', 'bench@example.org');
  git('config', 'gc.auto', '0');
  const stream = importStream({ tasks, files, commits });
  const { status, stderr } = spawnSync('git', ['fast-import', '--quiet'], {
    cwd: dir,
    env: scratch.env,
    input: stream,
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(`fast-import: ${stderr}`);
  git('reset', '--quiet', '--hard', 'main');
  return { dir, plan: 'docs/bench-state.md', git };
}

function importStream({ tasks, files, commits }) {
  const parts = [];
  const commit = (message, changes) => {
    parts.push(
      `commit refs/heads/main\ncommitter Bench <bench@example.org> ${1_700_000_000 + parts.length} +0000\ndata ${Buffer.byteLength(message)}\n${message}\n${changes}\n`,
    );
  };
  const data = (text) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  let first = `M 100644 inline docs/bench-state.md\n${data(planText(tasks))}`;
  for (let i = 0; i < files; i++)
    first += `M 100644 inline src/d${i % 100}/f${i}.txt\n${data(`file ${i}\n`)}`;
  commit('start', first);
  for (let i = 1; i < commits; i++)
    commit(`change ${i}`, `M 100644 inline src/d0/f0.txt\n${data(`change ${i}\n`)}`);
  return parts.join('');
}

/** A plan in layers of ten: each task waits for one of the layer before. */
export function planText(tasks) {
  const head =
    '---\nrondo: 1\ngoal: Measure\norigin: Bench\n\nstatus: running\n\ncurrent_step: t0\n\nnext_action: claim t0\n\nblockers: []\n---\n\n# Bench\n\n## Tasks\n';
  const sections = Array.from({ length: tasks }, (_, i) => {
    const blocked = i < 10 ? '' : `blocked_by: [t${i - 10}]\n`;
    return `\n### t${i}: Task number ${i}\n\n\`\`\`yaml\n${blocked}tags: [backend, layer-${Math.floor(i / 10)}]\nestimate: 30m\n\nstatus: pending\n\`\`\`\n\nWhat the worker of task ${i} needs to know, in a sentence or two, as people write it.\n`;
  });
  return head + sections.join('');
}
