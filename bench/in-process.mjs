// Rounds of one change in one process, in turn with `git commit` of one changed file; prints medians and their ratio.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openOutside, runRound } from '../dist/index.mjs';
import { median, ratio } from './measure.mjs';

const [own, floor, turns] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const outside = openOutside(own, { env: process.env, trustAll: true });
const target = { name: 'bench', file: 'docs/bench-state.md' };
const times = new Map([
  ['round', []],
  ['commit', []],
]);
for (let turn = -10; turn < turns; turn++) {
  const request =
    turn % 2 === 0
      ? { kind: 'block', task: 't50', type: 'external', detail: undefined }
      : { kind: 'unblock', task: 't50' };
  const round = await timed(() => runRound(outside, target, request));
  const commit = await timed(() => plainCommit(turn));
  if (turn < 0) continue;
  times.get('round').push(round);
  times.get('commit').push(commit);
}
console.log(
  JSON.stringify({
    round: median(times.get('round')),
    commit: median(times.get('commit')),
    ratio: ratio(times, 'round', 'commit'),
  }),
);

async function timed(work) {
  const began = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - began) / 1e6;
}

function plainCommit(turn) {
  const file = join(floor, target.file);
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(
      /^next_action: .*$/m,
      `next_action: round ${turn} ${process.hrtime.bigint()}`,
    ),
  );
  const { status, stderr } = spawnSync('git', ['commit', '--quiet', '-m', 'floor', '--', target.file], {
    cwd: floor,
  });
  if (status !== 0) throw new Error(String(stderr));
}
