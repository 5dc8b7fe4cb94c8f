// Kills `rondo run` at random moments while real workers run, again and again, until the plan ends; then reads the
// journal that the workers kept, to see that nothing was lost and nothing done twice.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { env, fsck, git, locksLeft, makeSandbox, rondo, rondoJson, usersWork } from './sandbox.mjs';

/** Layers of four tasks; each notes its start and its end, with its attempt. */
function tasks(layers) {
  const command = `echo "start $RONDO_TASK $RONDO_ATTEMPT" >> journal.txt; sleep 0.0$(( $$ % 9 ))5; echo "end $RONDO_TASK $RONDO_ATTEMPT" >> journal.txt`;
  let text = '';
  for (let layer = 0; layer < layers; layer++)
    for (let i = 0; i < 4; i++) {
      const blocked = layer === 0 ? '' : `blocked_by: [t${layer - 1}x${i}, t${layer - 1}x${(i + 1) % 4}]\n`;
      text += `\n### t${layer}x${i}: Task ${i} of layer ${layer}\n\n\`\`\`yaml\n${blocked}run: ${JSON.stringify(command)}\n\`\`\`\n`;
    }
  return text;
}

export async function tortureRunning({ runs, layers, random, say }) {
  const out = { points: 0, violations: [] };
  for (let i = 0; i < runs; i++) {
    const kills = await oneRun(layers, random, out, `run ${i}`);
    say(`run ${i}: killed ${kills} times, ${out.violations.length} violations so far`);
  }
  return out;
}

async function oneRun(layers, random, out, name) {
  const dir = makeSandbox(tasks(layers));
  const work = usersWork(dir);
  const complain = (what) => out.violations.push(`${name}: ${what} (${dir})`);
  const known = out.violations.length;
  let kills = 0;
  for (let turn = 0; turn < 200; turn++) {
    const ended = await runFor(dir, 30 + random() * 350);
    if (ended !== null) {
      if (ended !== 0) complain(`run ended with ${ended}`);
      break;
    }
    kills += 1;
    out.points += 1;
    const locks = locksLeft(dir);
    if (locks.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 300)); // a git it had started may still be finishing
      if (locksLeft(dir).length > 0) complain(`locks left: ${locks.join(', ')}`);
    }
  }
  judge(dir, work, layers, complain);
  if (out.violations.length === known) rmSync(dir, { recursive: true });
  return kills;
}

/** Runs the coordinator for at most that many milliseconds; its exit code, or null where it was killed. */
function runFor(dir, ms) {
  const child = spawn(process.execPath, [rondo, 'run', 'p'], {
    cwd: dir,
    env,
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      resolve(signal === 'SIGKILL' ? null : code);
    });
  });
}

function judge(dir, work, layers, complain) {
  const { document } = rondoJson(dir, 'status', 'p');
  if (document.status !== 'complete') complain(`the plan is ${document.status}: ${document.next_action}`);
  const journal = existsSync(join(dir, 'journal.txt'))
    ? readFileSync(join(dir, 'journal.txt'), 'utf8').trim().split('\n')
    : [];
  const starts = journal.filter((line) => line.startsWith('start'));
  const ends = journal.filter((line) => line.startsWith('end'));
  if (new Set(starts).size !== starts.length) complain('an attempt was started twice');
  if (starts.length !== layers * 4 || ends.length !== layers * 4)
    complain(
      `${starts.length} starts and ${ends.length} ends for ${layers * 4} tasks: work was lost or done twice`,
    );
  for (const task of document.tasks)
    if (task.attempt !== 1)
      complain(`${task.id} needed attempt ${task.attempt}, though no worker was killed`);
  const completions = git(dir, 'log', '--format=%(trailers:key=Rondo-Change,valueonly)')
    .split('\n')
    .filter((line) => line.endsWith('-> completed'));
  if (new Set(completions).size !== completions.length) complain('a result was consumed twice');
  if (completions.length !== layers * 4)
    complain(`${completions.length} completions in the history for ${layers * 4} tasks`);
  if (usersWork(dir) !== work) complain("the user's work changed");
  const broken = fsck(dir);
  if (broken !== undefined) complain(`fsck: ${broken}`);
}
