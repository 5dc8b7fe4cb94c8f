// R, the floor of a round: read the plan, write it with one line changed, and let git commit that file.
const { readFileSync, writeFileSync } = require('node:fs');
const { spawnSync } = require('node:child_process');

const file = process.argv[2];
const text = readFileSync(file, 'utf8');
writeFileSync(file, text.replace(/^next_action: .*$/m, `next_action: round ${process.hrtime.bigint()}`));
const { status, stderr } = spawnSync('git', ['commit', '--quiet', '-m', 'floor', '--', file]);
if (status !== 0) throw new Error(String(stderr));
