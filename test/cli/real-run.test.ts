/**
 * A plan of the development cycle, run to its end on a small repository: workers are scripts that change files in work
 * trees of their own, the review sends the work back once, an approval is waited for, one gate warns, one fails and is
 * mended. Then the same again with coordinators and workers killed at random: it must end in the very same state.
 * RONDO_SEED=<n> repeats the kills.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

const places: Place[] = [];
afterEach(() => {
  for (const place of places.splice(0)) place.remove();
});

const SEED = Number(process.env.RONDO_SEED ?? Math.floor(Math.random() * 2 ** 31));

const SETTINGS = `retries: 6
parallelism: { max_parallel_tasks: 2 }
specialists:
  planner:   { command: "sh workers/write.sh", tags: [planning, documentation, diagnostics], isolation: worktree }
  developer: { command: "sh workers/develop.sh", tags: [backend], isolation: worktree }
  reviewer:  { command: "sh workers/review.sh", tags: [review], isolation: worktree }
  tester:    { command: "sh workers/test.sh", tags: [testing], isolation: worktree }
quality_gates:
  task_gates:
    diagnostics: { hook: "echo two warnings; exit 1", required: false }
    testing: { hook: "sh tests/total.sh", required: true }
`;

/** Each does a little real work, slowly enough to be killed in it. */
const WORKERS = {
  'write.sh': `sleep 0.2; mkdir -p "$(dirname "$RONDO_OUTPUT")"; echo "$RONDO_TASK of $RONDO_PLAN" > "$RONDO_OUTPUT"`,
  // The first version is wrong; told of the finding it is mended.
  'develop.sh': `sleep 0.3
if grep -q 'it subtracts' "$RONDO_BRIEF"; then op=+; else op=-; fi
mkdir -p src; echo "echo \\$((\\$1 $op \\$2))" > src/total.sh`,
  'review.sh': `sleep 0.2; mkdir -p "$(dirname "$RONDO_OUTPUT")"
if [ "$(sh src/total.sh 2 3)" = 5 ]; then
  echo "$RONDO_TASK: nothing found" > "$RONDO_OUTPUT"
  echo '{"status":"completed","passed":true,"summary":"adds"}' > "$RONDO_RESULT"
else
  echo "$RONDO_TASK: one finding" > "$RONDO_OUTPUT"
  echo '{"status":"completed","passed":false,"summary":"wrong sum","issues":[{"severity":"high","text":"it subtracts","file":"src/total.sh","line":1}]}' > "$RONDO_RESULT"
fi`,
  // The first test expects the wrong sum; told that its gate failed it is mended.
  'test.sh': `sleep 0.2; mkdir -p tests "$(dirname "$RONDO_OUTPUT")"
if grep -q 'sum is not 6' "$RONDO_BRIEF"; then sum=5; else sum=6; fi
echo "[ \\$(sh src/total.sh 2 3) = $sum ] || { echo sum is not $sum; exit 1; }" > tests/total.sh
echo "total.sh: 2 and 3" > "$RONDO_OUTPUT"`,
};

function setUp(): Place {
  const place = newPlace();
  places.push(place);
  place.sh('mkdir workers; echo A calculator > README.md');
  for (const [name, text] of Object.entries(WORKERS))
    writeFileSync(join(place.dir, 'workers', name), `${text}\n`);
  writeFileSync(join(place.dir, 'rondo.yaml'), SETTINGS);
  const made = place.sh(
    'git add . && git commit -qm start && rondo new total --template dev-cycle --goal "Add two numbers" --set area=backend',
  );
  expect(made).toMatchObject({ code: 0 });
  return place;
}

interface Mischief {
  /** In milliseconds after a coordinator's start, one each. */
  readonly coordinators: number[];
  readonly workers: number[];
}

/** Runs the plan as a person would who mends what it stops for; kills what it is told to on the way. */
async function runToEnd(place: Place, mischief: Mischief): Promise<readonly string[]> {
  const story: string[] = [];
  for (let turns = 0; turns < 30; turns++) {
    const run = place.start(['run', 'total', '--trust-all']);
    const calls = [
      callOff(mischief.coordinators, () => {
        story.push('coordinator killed');
        run.kill('SIGKILL');
        return true;
      }),
      callOff(mischief.workers, () => {
        const killed = killWorker(place);
        if (killed) story.push('worker killed');
        return killed;
      }),
    ];
    const { code, err } = await run.ended;
    for (const stop of calls) stop();
    if (code === null) continue;
    if (code === 0) return story;
    const step = nextStep(place);
    if (step === undefined)
      throw new Error(`run ended with ${code}: ${err}\n${place.sh('cat docs/total-state.md').out}`);
    story.push(step.join(' '));
    expect(place.rondo(...step)).toMatchObject({ code: 0 });
  }
  throw new Error(`no end: ${story.join('; ')}`);
}

/** Calls after the first of the times, until that does it; the time is spent only then. Returns what stops the calls. */
function callOff(times: number[], act: () => boolean): () => void {
  const [after] = times;
  if (after === undefined) return () => undefined;
  let timer: NodeJS.Timeout;
  const attempt = () => {
    if (act()) times.shift();
    else timer = setTimeout(attempt, 20);
  };
  timer = setTimeout(attempt, after);
  return () => clearTimeout(timer);
}

/** The newest live worker, with all it started. */
function killWorker(place: Place): boolean {
  const runs = join(place.dir, '.git/rondo/runs');
  const found = readdirSync(runs, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('/child.json'),
  );
  for (const path of found) {
    const { pid } = JSON.parse(readFileSync(join(runs, path), 'utf8'));
    try {
      process.kill(-pid, 'SIGKILL');
      return true;
    } catch {
      // It has ended.
    }
  }
  return false;
}

interface Shown {
  readonly tasks: readonly {
    id: string;
    status: string;
    awaits_approval?: boolean;
    blocker: { type: string } | null;
  }[];
  readonly criteria: readonly { met: boolean }[];
}

/** What a person does about a plan that has stopped. */
function nextStep(place: Place): string[] | undefined {
  const { tasks, criteria } = place.json('status', 'total') as Shown;
  const awaited = tasks.find((task) => task.awaits_approval === true);
  if (awaited !== undefined) return ['approve', awaited.id];
  const gated = tasks.find((task) => task.blocker?.type === 'gate');
  if (gated !== undefined) return ['retry', gated.id];
  if (tasks.every((task) => task.status === 'completed') && criteria.some(({ met }) => !met))
    return ['accept'];
  return undefined;
}

/** All that must be the same, attempts and times left out. */
function endOf(place: Place) {
  const plan = place
    .sh('cat docs/total-state.md')
    .out.replace(/^attempt: .*$/gm, 'attempt: <attempt>')
    .replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, '<time>')
    .replace(/commit: [0-9a-f]{12,40}/g, 'commit: <commit>')
    .replace(/(workflow_id: dev-cycle-).*/, '$1<time>');
  const git = (line: string) => place.sh(`git ${line}`).out.trim();
  const ended = git('log --reverse --format=%B')
    .split('\n')
    .filter((line) => /^Rondo-Change: .*-> (completed|blocked)$/.test(line));
  return {
    plan,
    ended,
    // Names and blobs; the plan's own copy there is of the moment the branch began, and nobody's business.
    merged: git('ls-tree -r rondo/merged/total')
      .split('\n')
      .filter((line) => !line.endsWith('docs/total-state.md')),
    checkout: git('status --porcelain'),
    fsck: place.sh('git fsck --strict').code,
    alive: place.sh('pgrep -f "$PWD/.git/rondo/runs"').out,
  };
}

test('a development cycle ends the same, however often it is killed on the way', {
  timeout: 170_000,
}, async () => {
  const calm = setUp();
  const story = await runToEnd(calm, { coordinators: [], workers: [] });
  expect(story).toEqual(['approve planning', 'retry testing', 'accept']);
  const expected = endOf(calm);
  expect(expected).toMatchObject({ checkout: '', fsck: 0, alive: '' });
  expect(expected.merged.map((line) => line.split('\t')[1])).toEqual(
    expect.arrayContaining([
      'docs/total/README.md',
      'docs/total/03-code-review.md',
      'src/total.sh',
      'tests/total.sh',
    ]),
  );
  expect(calm.sh('git show rondo/merged/total:src/total.sh').out).toBe('echo $(($1 + $2))\n');
  expect(calm.json('status', 'total')).toMatchObject({ status: 'complete', counts: { completed: 8 } });

  console.log(`RONDO_SEED=${SEED}`);
  const random = mulberry(SEED);
  const wild = setUp();
  const kills = await runToEnd(wild, {
    coordinators: [0, 0, 0].map(() => 150 + random() * 1200),
    workers: [0, 0].map(() => 100 + random() * 900),
  });
  expect(kills.filter((word) => word.endsWith(' killed')).sort()).toEqual([
    ...Array(3).fill('coordinator killed'),
    ...Array(2).fill('worker killed'),
  ]);
  expect(endOf(wild)).toEqual(expected);
});

/** Random numbers from a seed (Mulberry32). */
function mulberry(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
