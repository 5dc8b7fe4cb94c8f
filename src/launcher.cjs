/**
 * The file behind the `rondo` command: runs `main.cjs`, and the other parts of the bundle beside it when they are asked
 * for, from V8's code cache, so that starting does not mean compiling.
 *
 * Why by hand: Node 20 has no `module.enableCompileCache`, and where there is one (22, 24) it was 7 ms slower at
 * `rondo status`, since it keeps only what the first run happened to compile. The cache is nothing but a cache: where it
 * cannot be read, is refused by V8 or cannot be written, the program runs without it.
 */
'use strict';
const fs = require('node:fs');
const vm = require('node:vm');

// Set at build time. V8 checks a cache against the length of the source only, so its content must be in the name.
const HASHES = BUNDLE_HASHES;
// A command has one for each part of the bundle that it loads.
const KEPT_FILES = 128;
const LONG_RUN_MS = 10_000;
/** An update takes at least so long. */
const UPDATE_MS = 2000;
const TRY_AGAIN = 5;

const folder = cacheFolder();
// One for each command: what V8 has to read back grows with all that is in it, and no command runs what all others do.
const suffix = `${process.versions.v8}-${process.arch}-${commandOf(process.argv.slice(2))}.v8`;
const loaded = new Map();

if (folder) process.on('exit', saveWhereItPays);
load('main.cjs');

/** Runs one file of the bundle, once, and returns its exports. Its text is a function, of what a CommonJS module knows. */
function load(name) {
  const before = loaded.get(name);
  if (before) return before.outer.exports;
  const filename = `${__dirname}/${name}`;
  const file = folder && `${folder}/${HASHES[name]}-${suffix}`;
  const cachedData = file && readCache(file);
  const source = fs.readFileSync(filename, 'latin1'); // The build leaves ASCII only; one-byte text is quicker to load.
  if (loaded.size > 0 && process.uptime() * 1000 > UPDATE_MS) refuseReplaced(name, source);
  const script = new vm.Script(source, { filename, cachedData });
  const known = script.cachedDataRejected === false ? cachedData.length : 0;
  const outer = { exports: {} };
  loaded.set(name, { script, file, known, outer });
  script.runInThisContext()(outer.exports, requireHere, outer, filename, __dirname);
  return outer.exports;
}

/**
 * Where an update has replaced the files under a command that runs for hours, the numbers of another part mean other
 * sources. Whatever it was about to do, it may be killed at any moment and made again.
 */
function refuseReplaced(name, source) {
  const hash = require('node:crypto').createHash('sha256').update(source, 'latin1').digest('hex');
  if (hash.startsWith(HASHES[name])) return;
  fs.writeSync(2, 'Rondo was updated while this command ran: run it again\n');
  process.exit(TRY_AGAIN);
}

/** What the bundle asks for: a source in another part (`round.cjs#7`), a file of libraries, or a part of Node. */
function requireHere(id) {
  const at = id.indexOf('#');
  if (at > 0) return load(id.slice(0, at))[id.slice(at + 1)]();
  const name = id.startsWith('./') ? id.slice(2) : '';
  return Object.hasOwn(HASHES, name) ? load(name) : require(id);
}

function cacheFolder() {
  const { XDG_CACHE_HOME: xdg, HOME: home } = process.env;
  if (xdg?.startsWith('/')) return `${xdg}/rondo`;
  return home?.startsWith('/') ? `${home}/.cache/rondo` : undefined;
}

/** A cache is code. It counts only where nobody but this user can have written it. */
function readCache(path) {
  let fd;
  try {
    fd = fs.openSync(path, 'r');
    const { size, uid, mode } = fs.fstatSync(fd);
    if ((mode & 0o022) !== 0 || uid !== process.geteuid?.()) return undefined;
    const bytes = Buffer.allocUnsafeSlow(size);
    fs.readSync(fd, bytes, 0, size, 0);
    return bytes;
  } catch {
    return undefined; // None yet, or none to be had.
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/**
 * The cache holds the functions that ran when it was made, so a round that found nothing to do leaves a poor one for the
 * round that commits: one run in sixteen looks whether it did more. A long run saves nothing: its start does not matter.
 */
function saveWhereItPays(exitCode) {
  if (exitCode === 1 || exitCode === 2 || process.uptime() * 1000 > LONG_RUN_MS) return;
  const lookAgain = Math.random() < 1 / 16;
  for (const { script, file, known } of loaded.values()) {
    if (known > 0 && !lookAgain) continue;
    try {
      const data = script.createCachedData();
      if (data.length > known * 1.02) writeCache(file, data);
    } catch {
      // A full disk or a read-only home must not end a command that did its work.
    }
  }
}

/** The command's name, and which face it prints with; `-` where there is none. */
function commandOf(args) {
  const at = args.findIndex((arg, index) => !arg.startsWith('-') && args[index - 1] !== '-C');
  const command = at >= 0 && /^[a-z-]{1,24}$/.test(args[at]) ? args[at] : '-';
  return args.includes('--json') ? `${command}+json` : command;
}

/** V8 believes what it reads, and a torn file would crash it: so flushed first, then renamed into place. */
function writeCache(file, data) {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  const fd = fs.openSync(temporary, 'wx', 0o600);
  try {
    fs.writeSync(fd, data);
    fs.fsyncSync(fd);
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.unlinkSync(temporary);
    throw error;
  } finally {
    fs.closeSync(fd);
  }
  dropOldFiles();
}

/** Each version of Rondo and of Node has files of its own; those written longest ago go. */
function dropOldFiles() {
  const files = fs.readdirSync(folder).map((name) => `${folder}/${name}`);
  if (files.length <= KEPT_FILES) return;
  const byAge = files.map((path) => ({ path, at: fs.statSync(path).mtimeMs })).sort((a, b) => b.at - a.at);
  for (const { path } of byAge.slice(KEPT_FILES)) fs.unlinkSync(path);
}
