// npm run bench: whole commands and rounds in process against their floors, as ratios measured side by side in one run.
// Writes the table of docs/performance.md. Ends with exit code 1 where a target is missed.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { measureDecide } from './decide.mjs';
import { here, median, peakMemory, ratio, sideBySide, timeOnce } from './measure.mjs';
import { makeRepository, openScratch } from './repositories.mjs';

const TURNS = Number(process.env.BENCH_TURNS ?? 15);
const root = join(here, '..');
const rondo = join(root, 'dist', 'rondo.cjs');
const scratch = openScratch();
const rows = [];
const misses = [];

try {
  const sizes = [10, 100, 1000].map((tasks) => measureSize({ tasks, files: 100, commits: 1 }));
  const wide = measureSize({ tasks: 100, files: 10_000, commits: 1 });
  const long = measureSize({ tasks: 100, files: 100, commits: 10_000 });
  judge(sizes, wide, long);
  measureGrowth();
  measureInProcess();
  measureMemory();
  await judgeDecide();
  finish();
} finally {
  rmSync(scratch.home, { recursive: true, force: true });
}

/** Every command once a turn, in one repository of this size; the floor of a round runs in a copy of its own. */
function measureSize(size) {
  const name = `t${size.tasks}-f${size.files}-c${size.commits}`;
  const cases = casesFor(name, size);
  const times = sideBySide(cases, TURNS);
  const figures = Object.fromEntries(Object.keys(cases).map((key) => [key, median(times.get(key))]));
  const ratios = {
    status: ratio(times, 'status', 'N0'),
    idle: ratio(times, 'round, nothing to do', 'N0'),
    change: ratio(times, 'round, one change', 'R'),
    durable: ratio(times, 'D', 'R'),
    adopt: ratio(times, 'round, one hand edit', 'R'),
  };
  rows.push({ size, figures, ratios });
  console.log(
    `${name}: N0 ${figures.N0.toFixed(1)} ms, R ${figures.R.toFixed(1)} ms, status ${ratios.status.toFixed(2)} N0, idle round ${ratios.idle.toFixed(2)} N0, one change ${ratios.change.toFixed(2)} R (a durable script ${ratios.durable.toFixed(2)} R), hand edit ${ratios.adopt.toFixed(2)} R`,
  );
  return { size, times, ratios, figures };
}

function casesFor(name, size) {
  const { env } = scratch;
  const own = makeRepository(scratch, name, size);
  const floor = makeRepository(scratch, `${name}-floor`, size);
  const durable = makeRepository(scratch, `${name}-durable`, size);
  const call = (...args) => timeOnce([process.execPath, rondo, ...args], { cwd: own.dir, env });
  const target = `t${Math.floor(size.tasks / 2)}`;
  call('round', 'bench');
  return {
    N0: () => timeOnce([process.execPath, '-e', '0'], { cwd: own.dir, env }),
    R: () => timeOnce([process.execPath, join(here, 'floor.cjs'), floor.plan], { cwd: floor.dir, env }),
    D: () =>
      timeOnce([process.execPath, join(here, 'durable-floor.cjs'), durable.plan], { cwd: durable.dir, env }),
    status: () => call('status', 'bench'),
    'round, nothing to do': () => call('round', 'bench'),
    'round, one change': (turn) =>
      call(...(turn % 2 === 0 ? ['block', target, '--type', 'external'] : ['unblock', target])),
    'round, one hand edit': (turn) => {
      const file = join(own.dir, own.plan);
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace(/^(### t1: Task number).*$/m, `$1 1, look ${turn}`),
      );
      return call('round', 'bench');
    },
  };
}

function judge([, hundred, thousand]) {
  target('status at 100 tasks', hundred.ratios.status, 1.5, 'N0');
  target('one-change round at 100 tasks', hundred.ratios.change, 1.5, 'R');
  target('second status at 1,000 tasks', thousand.ratios.status, 2, 'N0');
  target('one-change round at 1,000 tasks', thousand.ratios.change, 2, 'R');
}

/** How a round grows with the repository: small and large in turn, so that both see the same machine. */
function measureGrowth() {
  for (const [what, large, limit] of [
    ['from 100 to 10,000 files', { tasks: 100, files: 10_000, commits: 1 }, 1.5],
    ['from 1 to 10,000 commits', { tasks: 100, files: 100, commits: 10_000 }, 1.15],
  ]) {
    const a = casesFor(`growth-small-${large.files}`, { tasks: 100, files: 100, commits: 1 });
    const b = casesFor(`growth-large-${large.files}`, large);
    const times = sideBySide(
      {
        small: a['round, one change'],
        large: b['round, one change'],
        smallStatus: a.status,
        largeStatus: b.status,
      },
      TURNS,
    );
    target(`one-change round ${what}`, ratio(times, 'large', 'small'), limit, 'the small one');
    target(`status ${what}`, ratio(times, 'largeStatus', 'smallStatus'), limit, 'the small one');
  }
}

/** Rounds and plain commits in one process, in turn. */
function measureInProcess() {
  const size = { tasks: 100, files: 100, commits: 1 };
  const own = makeRepository(scratch, 'in-process', size);
  const floor = makeRepository(scratch, 'in-process-floor', size);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(here, 'in-process.mjs'), own.dir, floor.dir, String(TURNS * 8)],
    { env: scratch.env, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`in process: ${stdout}${stderr}`);
  const { round, commit, ratio: measured } = JSON.parse(stdout);
  target('a round in process at 100 tasks', measured, 2, 'git commit in process');
  console.log(
    `in process: round ${round.toFixed(2)} ms (${Math.round(1000 / round)} a second), git commit ${commit.toFixed(2)} ms`,
  );
  rows.inProcess = { round, commit };
}

function measureMemory() {
  for (const [tasks, limit] of [
    [100, 55],
    [1000, 65],
  ]) {
    const { dir } = makeRepository(scratch, `memory-${tasks}`, { tasks, files: 100, commits: 1 });
    const at = { cwd: dir, env: scratch.env };
    peakMemory([rondo, 'round', 'bench'], at);
    const round = Math.max(
      ...[1, 2, 3].map((i) =>
        peakMemory([rondo, ...(i % 2 === 1 ? ['block', 't5', '--type', 'external'] : ['unblock', 't5'])], at),
      ),
    );
    const status = Math.max(...[1, 2, 3].map(() => peakMemory([rondo, 'status', 'bench'], at)));
    const bare = peakMemory(['-e', '0'], at);
    console.log(
      `memory at ${tasks} tasks: bare Node ${bare.toFixed(1)}, status ${status.toFixed(1)}, round ${round.toFixed(1)} MiB`,
    );
    target(`peak memory of a one-change round at ${tasks} tasks`, round, limit, 'MiB');
  }
}

/** Deciding is linear in tasks and edges: ten times the tasks, ten times the work, and no more. */
async function judgeDecide() {
  rows.decide = await measureDecide();
  for (const { shape, tasks, edges, ms, perPart } of rows.decide)
    console.log(
      `decide ${shape}, ${tasks} tasks, ${edges} edges: ${ms.toFixed(2)} ms, ${perPart.toFixed(2)} us a task or edge`,
    );
  const at = (size) => rows.decide.filter(({ tasks }) => tasks === size);
  target(
    'one decision at 10,000 tasks, the slowest shape',
    Math.max(...at(10_000).map(({ ms }) => ms)),
    50,
    'ms',
  );
  const growth = at(100_000).map(({ shape, perPart }) => {
    const before = at(10_000).find((row) => row.shape === shape);
    return perPart / before.perPart;
  });
  target('deciding from 10,000 to 100,000 tasks, a task or edge', Math.max(...growth), 3, 'that at 10,000');
}

function target(what, measured, limit, unit) {
  const met = measured <= limit;
  if (!met) misses.push(what);
  rows.targets ??= [];
  rows.targets.push({ what, measured, limit, unit, met });
  console.log(`${met ? 'met   ' : 'MISSED'} ${what}: ${measured.toFixed(2)} of at most ${limit} ${unit}`);
}

function finish() {
  const page = join(root, 'docs', 'performance.md');
  const text = readFileSync(page, 'utf8');
  const [before, after] = [text.indexOf('<!-- bench -->'), text.indexOf('<!-- /bench -->')];
  writeFileSync(page, `${text.slice(0, before)}<!-- bench -->\n${table()}\n${text.slice(after)}`);
  console.log(
    misses.length === 0 ? `all ${rows.targets.length} targets met` : `missed: ${misses.join('; ')}`,
  );
  process.exitCode = misses.length === 0 ? 0 : 1;
}

function table() {
  const f = (n) => n.toFixed(2);
  return [
    '',
    `Node ${process.version}, ${cpus().length} cores, medians of ${TURNS} turns.`,
    '',
    '| target | measured | at most | of | |',
    '| --- | --- | --- | --- | --- |',
    ...rows.targets.map(
      (t) => `| ${t.what} | ${f(t.measured)} | ${t.limit} | ${t.unit} | ${t.met ? 'met' : '**missed**'} |`,
    ),
    '',
    '| tasks | files | commits | N0 ms | R ms | status ÷ N0 | idle round ÷ N0 | one-change round ÷ R | durable script ÷ R | hand edit adopted ÷ R |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map(
      ({ size, figures, ratios }) =>
        `| ${size.tasks} | ${size.files} | ${size.commits} | ${f(figures.N0)} | ${f(figures.R)} | ${f(ratios.status)} | ${f(ratios.idle)} | ${f(ratios.change)} | ${f(ratios.durable)} | ${f(ratios.adopt)} |`,
    ),
    '',
    '| DECIDE alone | 100 tasks ms | 1,000 | 10,000 | 100,000 | µs a task or edge, at each size |',
    '| --- | --- | --- | --- | --- | --- |',
    ...[...new Set(rows.decide.map(({ shape }) => shape))].map((shape) => {
      const own = rows.decide.filter((row) => row.shape === shape);
      return `| ${shape} | ${own.map(({ ms }) => f(ms)).join(' | ')} | ${own.map(({ perPart }) => f(perPart)).join(', ')} |`;
    }),
    '',
    `In process: a round ${f(rows.inProcess.round)} ms, about ${Math.round(1000 / rows.inProcess.round)} a second; \`git commit\` alone ${f(rows.inProcess.commit)} ms.`,
  ].join('\n');
}
