// DECIDE alone: recovery and decision of one round, in process, for four shapes of graph at four sizes. Half of each plan
// is done, so that there is something to start and much to look at. Each time is the quickest of several rounds over the
// same plan: they do the same, and only the machine makes one of them slower.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { here } from './measure.mjs';

const SIZES = (process.env.BENCH_SIZES ?? '100,1000,10000,100000').split(',').map(Number);
const LAYER = 50;
/** The blockers of the i-th task, by number. */
const SHAPES = {
  chain: (i) => (i === 0 ? [] : [i - 1]),
  wide: () => [],
  layered: (i) =>
    i < LAYER ? [] : [0, 1, 2].map((k) => (Math.floor(i / LAYER) - 1) * LAYER + ((i * 7 + k * 13) % LAYER)),
  random: (i) => (i === 0 ? [] : [...new Set([1, 2, 3].map((k) => scatter(i, k) % i))]),
};

/** A number that looks random and is the same in every run. */
function scatter(i, k) {
  return Math.imul(i ^ (k * 0x9e3779b9), 0x85ebca6b) >>> 5;
}

/** Rows of `{shape, tasks, edges, ms, perPart}`; `perPart` is microseconds for each task and edge. */
export async function measureDecide() {
  const core = await loadCore();
  return SIZES.flatMap((tasks) =>
    Object.entries(SHAPES).map(([shape, blockers]) => {
      const plan = planOf(tasks, blockers);
      const edges = plan.tasks.reduce((sum, task) => sum + (task.fields.blocked_by?.length ?? 0), 0);
      const rounds = Math.max(5, Math.min(51, Math.round(100_000 / tasks)));
      const ms = timeRounds(core, plan, rounds);
      return { shape, tasks, edges, ms, perPart: (ms * 1000) / (tasks + edges) };
    }),
  );
}

/** The pure parts are no public exports, so they are bundled for the bench as the program bundles them. */
async function loadCore() {
  const dir = mkdtempSync(join(tmpdir(), 'rondo-bench-'));
  try {
    const outfile = join(dir, 'core.mjs');
    await build({
      stdin: {
        contents:
          "export { decide } from './plan/decide.ts'; export { recover } from './plan/recover.ts'; export { Draft } from './plan/draft.ts'; export { asSeenByNobody } from './plan/seen.ts'; export { DEFAULT_SETTINGS } from './model/settings.ts';",
        resolveDir: join(here, '..', 'src'),
        loader: 'ts',
      },
      bundle: true,
      format: 'esm',
      platform: 'node',
      outfile,
      logLevel: 'error',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function planOf(n, blockers) {
  const tasks = Array.from({ length: n }, (_, i) => {
    const on = blockers(i).map((b) => `t${b}`);
    return {
      id: `t${i}`,
      title: `Task ${i}`,
      brief: '',
      fields: {
        run: `work ${i}`,
        tags: ['backend'],
        estimate: '30m',
        ...(on.length === 0 ? {} : { blocked_by: on }),
        ...(i < n / 2 ? { status: 'completed' } : {}),
      },
    };
  });
  const fields = { rondo: 1, goal: 'Measure' };
  return {
    name: 'bench',
    file: 'docs/bench-state.md',
    title: '',
    fields,
    criteria: [],
    decisions: [],
    tasks,
  };
}

function timeRounds({ decide, recover, Draft, asSeenByNobody, DEFAULT_SETTINGS }, plan, rounds) {
  const seen = {
    ...asSeenByNobody(plan, DEFAULT_SETTINGS),
    now: Date.UTC(2026, 0, 1),
    machine: 'bench',
    ref: 'refs/heads/main',
  };
  const times = [];
  for (let turn = -2; turn < rounds; turn++) {
    const began = process.hrtime.bigint();
    const draft = new Draft(plan);
    recover(draft, seen, { takeOver: false });
    const decision = decide(draft, seen, { kind: 'tick', takeOver: false, recheck: false });
    const ms = Number(process.hrtime.bigint() - began) / 1e6;
    // A round that decided nothing would be quick, and would say nothing.
    if (decision.kind !== 'decided' || decision.started.started.length === 0)
      throw new Error('nothing started');
    if (turn >= 0) times.push(ms);
  }
  return Math.min(...times);
}
