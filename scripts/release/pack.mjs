// Packs the project into .release/rondo.tgz, whatever its version is called.
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

rmSync('.release', { recursive: true, force: true });
mkdirSync('.release', { recursive: true });
const out = execFileSync('npm', ['pack', '--json', '--pack-destination', '.release'], { encoding: 'utf8' });
const parsed = JSON.parse(out.slice(out.search(/^[[{]/m)));
const packed = Array.isArray(parsed) ? parsed[0] : Object.values(parsed)[0];
renameSync(join('.release', packed.filename), '.release/rondo.tgz');
console.log(`packed ${packed.files.length} files, ${packed.size} bytes`);
