// Times whole processes side by side: in each turn every command runs once, so that a drift of the machine hits all alike.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = fileURLToPath(new URL('.', import.meta.url));

/** Runs a command to its end and returns its milliseconds; a failure is an error, never a figure. */
export function timeOnce(command, { cwd, env }) {
  const began = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(command[0], command.slice(1), { cwd, env, encoding: 'utf8' });
  const ms = Number(process.hrtime.bigint() - began) / 1e6;
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stdout}${stderr}`);
  return ms;
}

/** `cases` maps a name to a function that is timed by itself and returns milliseconds. Returns name -> sorted times. */
export function sideBySide(cases, turns, warmups = 2) {
  const times = new Map(Object.keys(cases).map((name) => [name, []]));
  for (let turn = -warmups; turn < turns; turn++) {
    for (const [name, run] of Object.entries(cases)) {
      const ms = run(turn);
      if (turn >= 0) times.get(name).push(ms);
    }
  }
  return times;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of the ratios turn by turn. */
export function ratio(times, name, floor) {
  const own = times.get(name);
  return median(own.map((ms, i) => ms / times.get(floor)[i]));
}

/** Peak memory of a Node command in MiB. */
export function peakMemory(args, { cwd, env }) {
  const file = join(env.HOME, 'peak');
  const { status, stderr } = spawnSync(process.execPath, ['--require', join(here, 'peak.cjs'), ...args], {
    cwd,
    env: { ...env, BENCH_PEAK: file },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return Number(readFileSync(file, 'utf8')) / 1024;
}
