// The floor of a durable round: the least a Node script does that keeps the commit protocol's promises and nothing else.
// It reads the plan, changes one line, writes blob, trees and commit, the new text and an intent, each flushed, renames the
// text into place, and has git refresh the index entry and compare-and-swap the branch. No plan is parsed, nothing decided.
const fs = require('node:fs');
const { join } = require('node:path');
const { createHash } = require('node:crypto');
const { deflateSync, inflateSync } = require('node:zlib');
const { spawnSync } = require('node:child_process');

const file = process.argv[2];
const git = (...args) => {
  const { status, stdout, stderr } = spawnSync('git', args, { input: '' });
  if (status !== 0) throw new Error(String(stderr));
  return stdout;
};

function flushed(path, bytes) {
  const fd = fs.openSync(path, 'wx');
  fs.writeSync(fd, bytes);
  fs.fsyncSync(fd);
  fs.closeSync(fd);
}

const pathOf = (id) => join('.git/objects', id.slice(0, 2), id.slice(2));

function write(type, bytes) {
  const whole = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
  const id = createHash('sha1').update(whole).digest('hex');
  if (fs.existsSync(pathOf(id))) return id;
  const temporary = `.git/objects/tmp_obj_${process.pid}`;
  flushed(temporary, deflateSync(whole, { level: 1 }));
  fs.mkdirSync(join('.git/objects', id.slice(0, 2)), { recursive: true });
  fs.renameSync(temporary, pathOf(id));
  return id;
}

function read(id) {
  if (!fs.existsSync(pathOf(id))) return git('cat-file', git('cat-file', '-t', id).toString().trim(), id);
  const raw = inflateSync(fs.readFileSync(pathOf(id)));
  return raw.subarray(raw.indexOf(0) + 1);
}

/** A tree with one entry's id replaced. */
function replaced(tree, name, id) {
  const at = tree.indexOf(`${name}\0`, 0, 'latin1') + name.length + 1;
  return Buffer.concat([tree.subarray(0, at), Buffer.from(id, 'hex'), tree.subarray(at + 20)]);
}

const ref = /^ref: (.*)\n/.exec(fs.readFileSync('.git/HEAD', 'utf8'))[1];
const tip = fs.readFileSync(join('.git', ref), 'utf8').trim();
const text = fs
  .readFileSync(file, 'utf8')
  .replace(/^next_action: .*$/m, `next_action: round ${process.hrtime.bigint()}`);
const root = read(/^tree (\w+)/.exec(read(tip).toString('latin1'))[1]);
const folder = root.indexOf('docs\0', 0, 'latin1') + 5;
const docs = read(root.toString('hex', folder, folder + 20));
const blob = write('blob', Buffer.from(text));
const tree = write('tree', replaced(root, 'docs', write('tree', replaced(docs, file.slice(5), blob))));
const who = `Bench <bench@example.org> ${Math.floor(Date.now() / 1000)} +0000`;
const commit = write(
  'commit',
  Buffer.from(`tree ${tree}\nparent ${tip}\nauthor ${who}\ncommitter ${who}\n\nfloor\n`),
);
flushed(`.git/floor-${process.pid}`, text);
flushed('.git/intent', JSON.stringify({ ref, tip, commit, blob }));
fs.renameSync(`.git/floor-${process.pid}`, file);
git('-c', 'core.fsync=committed,reference,index', 'update-index', '--', file);
git('-c', 'core.fsync=committed,reference,index', 'update-ref', '--no-deref', ref, commit, tip);
fs.unlinkSync('.git/intent');
