// npm run torture [-- --short] [-- --seed N]: kills the coordinator wherever it writes, and at random moments while
// workers run; prints the points tried and the violations, of which there must be none.

import { canTrace, torturePersist } from './persist.mjs';
import { tortureRunning } from './running.mjs';
import { removeScratch, scratch } from './sandbox.mjs';

const short = process.argv.includes('--short');
const asked = process.argv.indexOf('--seed');
const seed = asked < 0 ? Date.now() % 1_000_000 : Number(process.argv[asked + 1]);
console.log(`torture: seed ${seed}${short ? ', short' : ''}`);

const began = Date.now();
const persist = torturePersist({ every: short ? 7 : 1, say });
const running = await tortureRunning({
  runs: short ? 1 : 8,
  layers: short ? 3 : 6,
  random: mulberry32(seed),
  say,
});
const violations = [...persist.violations, ...running.violations];
for (const violation of violations) console.log(`VIOLATION ${violation}`);
console.log(
  `torture: ${persist.points + running.points} points tried (${persist.points} in PERSIST, ${running.points} in run), ${violations.length} violations, ${Math.round((Date.now() - began) / 1000)} s`,
);
if (!canTrace()) console.log('SKIPPED system calls: strace is not installed');
if (violations.length === 0) removeScratch();
else console.log(`left to look at: ${scratch}`);
process.exitCode = violations.length === 0 ? 0 : 1;

function say(line) {
  console.log(`  ${line}`);
}

/** A small generator with a printed seed, so that a failing run can be repeated. */
function mulberry32(start) {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
