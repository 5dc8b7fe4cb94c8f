import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { identify, ownIdentity } from '../../src/local/process-identity.ts';
import { decodeReport } from '../../src/workers/decode-report.ts';
import { phaseOf } from '../../src/workers/inspect-run.ts';
import { openWorkers } from '../../src/workers/open-workers.ts';
import { startProgram, until } from '../local/run-program.ts';
import { Checkout, wrapper } from './checkout.ts';

const isGone = (pid: number) => identify(pid) === null;

describe('a worker', () => {
  test('runs in the root, with the brief on its standard input and what it must know in its environment', async () => {
    const checkout = new Checkout({
      PATH: process.env.PATH,
      GIT_DIR: '/nowhere',
      GIT_INDEX_FILE: 'x',
      GIT_SSH_COMMAND: 'ssh -4',
      RONDO_OUTPUT: 'old',
      RONDO_RUN: 'old',
    });
    const end = await checkout.finish(
      'pwd; cat; env | grep -E "^(RONDO|GIT|EXTRA)" | sort; cmp "$RONDO_BRIEF" - < "$RONDO_BRIEF" && echo same',
      {
        brief: 'Line one\nZwei\u00e4\n',
        env: { EXTRA: 'a b', RONDO_PLAN: 'not this one' },
      },
    );
    expect(end).toMatchObject({
      exitCode: 0,
      signal: null,
      timedOut: false,
      stopped: false,
      report: null,
      malformed: null,
      outputMissing: false,
    });
    const lines = checkout.log().trim().split('\n');
    const directory = checkout.workers.directory('p', 't', 1);
    expect(lines.filter((line) => !line.startsWith('RONDO_RUN='))).toEqual([
      checkout.root,
      'Line one',
      'Zwei\u00e4',
      'EXTRA=a b',
      'GIT_SSH_COMMAND=ssh -4',
      'RONDO_ATTEMPT=1',
      `RONDO_BRIEF=${directory}/brief.md`,
      'RONDO_PLAN=p',
      `RONDO_RESULT=${directory}/result.json`,
      `RONDO_ROOT=${checkout.root}`,
      'RONDO_TASK=t',
      'same',
    ]);
  });

  test('may ignore its brief, and write to the names of its streams', async () => {
    const checkout = new Checkout();
    const end = await checkout.finish(
      'exec <&-; echo one; echo two >&2; echo three > /dev/stderr; echo four > /dev/stdout',
      { brief: 'x'.repeat(1_000_000) },
    );
    expect(end.exitCode).toBe(0);
    expect(checkout.log()).toBe('one\ntwo\nthree\nfour\n');
  });

  test('ends with its exit code, its signal, or that of a command which is not there', async () => {
    const checkout = new Checkout();
    expect(await checkout.finish('exit 7', { attempt: 1 })).toMatchObject({ exitCode: 7, signal: null });
    expect(await checkout.finish('kill -9 $$', { attempt: 2 })).toMatchObject({
      exitCode: null,
      signal: 'SIGKILL',
      stopped: false,
    });
    expect(await checkout.finish('no-such-command-here', { attempt: 3 })).toMatchObject({ exitCode: 127 });
  });

  test('in a root that is gone ends as a command that could not be started', async () => {
    const checkout = new Checkout();
    const workers = openWorkers({
      root: join(checkout.root, 'gone'),
      gitDir: checkout.gitDir,
      wrapper,
      decodeReport,
    });
    workers.start(checkout.order('true'));
    expect(await checkout.ended()).toMatchObject({ exitCode: 127 });
    expect(checkout.log()).toContain('could not be started');
  });

  test('that leaves no output it owes is noticed', async () => {
    const checkout = new Checkout();
    expect(await checkout.finish('test "$RONDO_OUTPUT" = docs/a.md', { output: 'docs/a.md' })).toMatchObject({
      exitCode: 0,
      outputMissing: true,
    });
    expect(
      await checkout.finish('mkdir -p docs; echo > $RONDO_OUTPUT', { output: 'docs/a.md', attempt: 2 }),
    ).toMatchObject({ outputMissing: false });
    expect(
      await checkout.finish('ln -s /etc/passwd docs/b.md', { output: 'docs/b.md', attempt: 3 }),
    ).toMatchObject({ outputMissing: true });
  });

  test('leaves nobody of its group behind', async () => {
    const checkout = new Checkout();
    const end = await checkout.finish('(trap "" HUP; sleep 1000) & echo $! > left; exit 0');
    expect(end.exitCode).toBe(0);
    expect(isGone(Number(await checkout.written('left')))).toBe(true);
  });

  test('whose daemon keeps the output open still ends, and the daemon stays', async () => {
    const checkout = new Checkout();
    const end = await checkout.finish(
      'setsid sh -c "trap \'\' PIPE; echo \\$\\$ > daemon; while :; do echo x; sleep 0.01; done" & while ! test -s daemon; do sleep 0.01; done; exit 3',
    );
    expect(end.exitCode).toBe(3);
    const pid = Number(await checkout.written('daemon'));
    expect(isGone(pid)).toBe(false);
    process.kill(pid, 'SIGKILL');
  });
});

describe('what a worker reports', () => {
  const say = (text: string) => `cat > "$RONDO_RESULT" <<'END'\n${text}\nEND\n`;

  test('is read once it has ended, and made inert', async () => {
    const checkout = new Checkout();
    const report = {
      status: 'blocked',
      summary: 'Cannot \u001b[31mreach\u001b[0m it\u202e',
      passed: false,
      blocker: { type: 'external', detail: 'The \u0007host' },
      issues: [{ severity: 'high', text: 'a\u009b1mb', file: 'a.ts', line: 3 }],
      metadata: { deep: { 'k\u001b[2J': ['\u001b]0;title\u0007v'] } },
      unknown: 1,
    };
    const end = await checkout.finish(say(JSON.stringify(report)));
    expect(end.malformed).toBeNull();
    expect(end.report).toEqual({
      status: 'blocked',
      summary: 'Cannot reach it',
      passed: false,
      blocker: { type: 'external', detail: 'The host' },
      issues: [{ severity: 'high', text: 'ab', file: 'a.ts', line: 3 }],
      metadata: { deep: { k: ['v'] } },
    });
  });

  test('half written is not looked at while it works', async () => {
    const checkout = new Checkout();
    checkout.start(
      'printf "{\\"summary\\": " > "$RONDO_RESULT"; echo > half; while ! test -e go; do sleep 0.01; done; printf "\\"whole\\"}" >> "$RONDO_RESULT"',
    );
    await until('the half', () => existsSync(join(checkout.root, 'half')));
    expect(checkout.state()?.kind).toBe('alive');
    writeFileSync(join(checkout.root, 'go'), '');
    expect(await checkout.ended()).toMatchObject({ report: { summary: 'whole' }, malformed: null });
  });

  test.each([
    ['{"summary": "half', /half/],
    ['', /empty/],
    ['[]', /does not fit/],
    ['{"status": "great"}', /great/],
    ['{"status": "completed", "blocker": {"type": "weather"}}', /weather/],
    ['{"metadata": {"__proto__": {"polluted": true}}}', /__proto__/],
    ['\u001b[2J<script>', /<script>/],
    [`{"summary": "${'x'.repeat(20_000)}"}`, /xxx/],
    [`{"metadata": {"a": ${'['.repeat(100)}${']'.repeat(100)}}}`, /does not fit/],
  ])('malformed keeps its text: %j', async (text, shown) => {
    const checkout = new Checkout();
    const end = await checkout.finish(say(text));
    expect(end.report).toBeNull();
    expect(end.malformed).toMatch(shown);
    expect(end.malformed).not.toMatch(/\u001b/);
    expect(end.malformed?.length).toBeLessThanOrEqual(4096);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test.each([
    ['a link', 'ln -s /etc/passwd "$RONDO_RESULT"'],
    ['a hard link', 'echo "{\\"summary\\":\\"root:x\\"}" > secret; ln secret "$RONDO_RESULT"'],
    ['a pipe', 'mkfifo "$RONDO_RESULT"'],
    ['a folder', 'mkdir "$RONDO_RESULT"'],
    ['a file of 2 MB', 'head -c 2000000 /dev/zero > "$RONDO_RESULT"'],
  ])('as %s neither hangs nor leaks', async (_, command) => {
    const checkout = new Checkout();
    const end = await checkout.finish(command);
    expect(end.report).toBeNull();
    expect(end.malformed).toMatch(/^\(.+\)$/);
    expect(end.malformed).not.toContain('root');
  });

  test('is the first end only: what a forger puts in the way of the word of its end does not count', async () => {
    const checkout = new Checkout();
    const end = await checkout.finish('mkdir -p $(dirname $RONDO_RESULT)/exit.json/x; exit 4');
    expect(end.exitCode).toBe(4);
    const first = readFileSync(checkout.file('exit.json'), 'utf8');
    checkout.start('exit 5');
    execFileSync(process.execPath, [wrapper, checkout.workers.directory('p', 't', 1)]);
    expect(readFileSync(checkout.file('exit.json'), 'utf8')).toBe(first);
  });
});

describe('the log', () => {
  test('of 1 GB stays within its bound, and the newest bytes win', async () => {
    const checkout = new Checkout();
    const end = await checkout.finish('head -c 1000000000 /dev/zero; echo the end', { logLimit: 1_000_000 });
    expect(end.exitCode).toBe(0);
    const size = ['log', 'log.1'].reduce((sum, name) => sum + statSync(checkout.file(name)).size, 0);
    expect(size).toBeLessThanOrEqual(1_000_000);
    expect(size).toBeGreaterThanOrEqual(500_000);
    expect(checkout.workers.logTail('p', 't', 1, 8)).toBe('the end\n');
  });

  test('is read over the border of its two files, in whole characters, and inert', async () => {
    const checkout = new Checkout();
    await checkout.finish(
      `i=0; while [ $i -lt 400 ]; do printf '\u00e4'; i=$((i+1)); done; printf '\\033[31mred\\033[0m\\r\\n\\033]0;t\\007x'`,
      { logLimit: 1000 },
    );
    expect(existsSync(checkout.file('log.1'))).toBe(true);
    const tail = checkout.workers.logTail('p', 't', 1, 800);
    expect(tail).toMatch(/^\u00e4+red\nx$/);
    expect(tail.length).toBeGreaterThan(350);
    expect(checkout.workers.logTail('p', 't', 1, 100)).not.toContain('\ufffd');
    expect(checkout.workers.logTail('p', 't', 9, 100)).toBe('');
  });

  test('as a link or a pipe is not followed', async () => {
    const checkout = new Checkout();
    await checkout.finish('cd $(dirname $RONDO_RESULT); rm log; ln -s /etc/passwd log; mkfifo log.1');
    expect(checkout.log()).toBe('');
  });
});

describe('stopping', () => {
  test('ends the whole group, and says so', async () => {
    const checkout = new Checkout();
    checkout.start('sleep 1000 & echo $! > pid; wait');
    const pid = Number(await checkout.written('pid'));
    checkout.workers.stop('p', 't', 1);
    expect(await checkout.ended()).toMatchObject({ stopped: true, timedOut: false, signal: 'SIGTERM' });
    expect(isGone(pid)).toBe(true);
  });

  test('one who ignores SIGTERM ends it after its grace', async () => {
    const checkout = new Checkout();
    checkout.start('trap "" TERM; sleep 1000 & echo $! > pid; wait; wait', { graceMs: 200 });
    const pid = Number(await checkout.written('pid'));
    checkout.workers.stop('p', 't', 1);
    expect(await checkout.ended()).toMatchObject({ stopped: true, signal: 'SIGKILL' });
    expect(isGone(pid)).toBe(true);
  });

  test('gives it the grace to end well', async () => {
    const checkout = new Checkout();
    checkout.start(
      'trap "echo \'{\\"summary\\":\\"saved\\"}\' > $RONDO_RESULT; exit 9" TERM; echo > up; while :; do sleep 0.01; done',
      { graceMs: 20_000 },
    );
    await checkout.written('up').catch(() => '');
    await until('the worker', () => existsSync(join(checkout.root, 'up')));
    checkout.workers.stop('p', 't', 1);
    expect(await checkout.ended()).toMatchObject({
      stopped: true,
      exitCode: 9,
      report: { summary: 'saved' },
    });
  });

  test.runIf(process.platform === 'linux')('finds those who left the group', async () => {
    const checkout = new Checkout();
    checkout.start(
      'setsid sh -c "trap \'\' TERM; echo \\$\\$ > pid; while :; do sleep 1; done" & sleep 1000',
      { graceMs: 100 },
    );
    const pid = Number(await checkout.written('pid'));
    checkout.workers.stop('p', 't', 1);
    await checkout.ended();
    expect(isGone(pid)).toBe(true);
  });

  test('a stopped process ends, too', async () => {
    const checkout = new Checkout();
    checkout.start('echo $$ > pid; kill -STOP $$; sleep 1000');
    await checkout.written('pid');
    checkout.workers.stop('p', 't', 1);
    expect(await checkout.ended()).toMatchObject({ stopped: true, signal: 'SIGTERM' });
  });

  test('comes by itself at the timeout, coordinator or not', async () => {
    const checkout = new Checkout();
    const end = await checkout.finish('trap "" TERM; sleep 1000', { timeoutMs: 100, graceMs: 100 });
    expect(end).toMatchObject({ timedOut: true, stopped: false, signal: 'SIGKILL' });
  });

  test('before the wrapper has claimed the attempt, nothing is started', async () => {
    for (let round = 0; round < 5; round++) {
      const checkout = new Checkout();
      checkout.start('echo ran >> ran; sleep 1000');
      checkout.workers.stop('p', 't', 1);
      expect(await checkout.ended()).toMatchObject({ stopped: true });
    }
  });

  test('what was never started or has ended does nothing', async () => {
    const checkout = new Checkout();
    checkout.workers.stop('p', 't', 1);
    expect(checkout.workers.runs('p')).toEqual([]);
    await checkout.finish('exit 2');
    checkout.workers.stop('p', 't', 1);
    expect(checkout.state()).toMatchObject({ exitCode: 2, stopped: false });
  });

  test('does not touch a process that was given the number of the wrapper', async () => {
    const checkout = new Checkout();
    await checkout.finish('sleep 0.2');
    const bystander = startProgram(['sleep', '1000']);
    const pid = bystander.child.pid ?? 0;
    rmSync(checkout.file('exit.json'));
    for (const name of ['pid.json', 'child.json', 'spawned.json']) {
      const file = checkout.file(name);
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"pid":\d+/, `"pid":${pid}`));
    }
    expect(checkout.state()?.kind).toBe('lost');
    checkout.workers.stop('p', 't', 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isGone(pid)).toBe(false);
  });

  test('Ctrl-C and a closed terminal reach neither the wrapper nor the work', async () => {
    const checkout = new Checkout();
    checkout.start('echo $$ > pid; while ! test -e go; do sleep 0.01; done; exit 6');
    await checkout.written('pid');
    const pid = await checkout.claimed();
    for (const signal of ['SIGINT', 'SIGINT', 'SIGHUP'] as const) process.kill(pid, signal);
    writeFileSync(join(checkout.root, 'go'), '');
    expect(await checkout.ended()).toMatchObject({ exitCode: 6, stopped: false });
  });
});

describe('runs', () => {
  test('are announced, alive, ended, settled', async () => {
    const checkout = new Checkout();
    mkdirSync(checkout.workers.directory('p', 'announced', 1), { recursive: true });
    expect(checkout.state(1, 'announced')).toEqual({ kind: 'announced' });
    const before = Date.now();
    checkout.start('echo > up; while ! test -e go; do sleep 0.01; done');
    expect(checkout.state()?.kind).toBe('alive');
    await until('the command', () => existsSync(join(checkout.root, 'up')));
    const state = checkout.state();
    expect(state).toMatchObject({ kind: 'alive', pid: await checkout.claimed() });
    expect(state?.kind === 'alive' && state.startedAt).toBeGreaterThanOrEqual(before - 1);
    expect(checkout.workers.alive()).toEqual([
      { plan: 'p', task: 't', attempt: 1, pid: await checkout.claimed() },
    ]);
    writeFileSync(join(checkout.root, 'go'), '');
    const end = await checkout.ended();
    expect(end.endedAt).toBeGreaterThanOrEqual(before);
    expect(checkout.workers.alive()).toEqual([]);
    expect(checkout.run()?.settled).toBe(false);
    checkout.workers.settle('p', 't', 1);
    checkout.workers.settle('p', 't', 99);
    expect(checkout.run()).toMatchObject({ settled: true, state: { kind: 'ended' } });
    expect(checkout.workers.runs('p')).toHaveLength(2);
    expect(checkout.workers.runs('none')).toEqual([]);
  });

  test('of a wrapper that was killed are alive until the command is ended, then lost', async () => {
    const checkout = new Checkout();
    checkout.start('trap "" PIPE; echo $$ > pid; while :; do sleep 0.1; done', { graceMs: 500 });
    const pid = Number(await checkout.written('pid'));
    process.kill(await checkout.claimed(), 'SIGKILL');
    const kinds = new Set<string>();
    await until('the loss', () => {
      const gone = isGone(pid);
      const kind = checkout.state()?.kind ?? '';
      kinds.add(kind);
      if (kind === 'lost') expect(isGone(pid)).toBe(true);
      else expect(gone && kind !== 'alive').toBe(false);
      return kind === 'lost';
    });
    expect([...kinds]).toEqual(['alive', 'lost']);
  });

  test('of a wrapper that was killed are stopped when asked, also those who left the group', async () => {
    const checkout = new Checkout();
    checkout.start(
      'setsid sh -c "trap \'\' TERM; echo \\$\\$ > pid; while :; do sleep 1; done" & sleep 1000',
      { graceMs: 100 },
    );
    const pid = Number(await checkout.written('pid'));
    const wrapperPid = await checkout.claimed();
    process.kill(wrapperPid, 'SIGKILL');
    await until('its end', () => isGone(wrapperPid));
    checkout.workers.stop('p', 't', 1);
    await until('the mark', () => existsSync(checkout.file('lost')));
    expect(isGone(pid)).toBe(true);
    expect(checkout.state()).toEqual({ kind: 'lost' });
  });

  test('of before the machine started again, or with a number that went to another process, are lost', async () => {
    const checkout = new Checkout();
    await checkout.finish('true');
    rmSync(checkout.file('exit.json'));
    const claim = readFileSync(checkout.file('pid.json'), 'utf8');
    writeFileSync(checkout.file('pid.json'), claim.replace(/"boot":"[^"]*"/, '"boot":"before"'));
    expect(checkout.state()).toEqual({ kind: 'lost' });
    const own = ownIdentity();
    writeFileSync(checkout.file('pid.json'), claim.replace(/"pid":\d+/, `"pid":${own.pid}`));
    expect(checkout.state()).toEqual({ kind: 'lost' });
    writeFileSync(checkout.file('pid.json'), '');
    expect(checkout.state()).toEqual({ kind: 'lost' });
  });

  test('that went on since their directory was listed are what they are now', async () => {
    const checkout = new Checkout();
    await checkout.finish('true');
    const directory = checkout.workers.directory('p', 't', 1);
    await until('the end of the wrapper', () => phaseOf(directory, new Set(['pid.json'])).kind === 'ended');
    expect(phaseOf(directory, new Set(['order.json', 'spawned.json']))).toEqual({ kind: 'ended' });
  });

  test('of another container are alive while their wrapper gives signs', async () => {
    const checkout = new Checkout();
    await checkout.finish('true');
    rmSync(checkout.file('exit.json'));
    const claim = readFileSync(checkout.file('pid.json'), 'utf8');
    writeFileSync(checkout.file('pid.json'), claim.replace(/("boot":"[^/"]*)[^"]*"/, '$1/1"'));
    expect(checkout.state()?.kind).toBe('alive');
    execFileSync('touch', ['-d', '1 hour ago', checkout.file('pid.json')]);
    expect(checkout.state()).toEqual({ kind: 'lost' });
  });

  test('in a copy of the checkout are not its own: neither alive nor stopped there', async () => {
    const checkout = new Checkout();
    checkout.start('echo > up; while ! test -e go; do sleep 0.01; done; exit 8');
    await until('the command', () => existsSync(join(checkout.root, 'up')));
    // The wrapper writes down which process that is; its file would be gone between the list and the copy.
    await until('the note of it', () => existsSync(checkout.file('child.json')));
    const copy = new Checkout();
    cpSync(join(checkout.gitDir, 'rondo'), join(copy.gitDir, 'rondo'), { recursive: true });
    expect(copy.run()).toMatchObject({ settled: true, state: { kind: 'lost' } });
    copy.workers.stop('p', 't', 1);
    expect(copy.workers.alive()).toEqual([]);
    expect(copy.workers.clean('p', () => false)).toBe(1);
    writeFileSync(join(checkout.root, 'go'), '');
    expect(await checkout.ended()).toMatchObject({ exitCode: 8, stopped: false });
  });

  test('go on and are found again when the checkout is moved', async () => {
    const checkout = new Checkout();
    checkout.start('echo > up; while ! test -e go; do sleep 0.01; done; exit 8');
    await until('the command', () => existsSync(join(checkout.root, 'up')));
    renameSync(checkout.gitDir, `${checkout.gitDir}-moved`);
    const moved = openWorkers({
      root: checkout.root,
      gitDir: `${checkout.gitDir}-moved`,
      wrapper,
      decodeReport,
    });
    expect(moved.runs('p')[0]?.state.kind).toBe('alive');
    writeFileSync(join(checkout.root, 'go'), '');
    await until('its end', () => moved.runs('p')[0]?.state.kind === 'ended');
  });

  test('with names that lead elsewhere are refused, and foreign entries passed over', () => {
    const checkout = new Checkout();
    for (const name of ['..', '../x', 'a/b', '', '.', '-x', 'a\0b', 'x'.repeat(200)])
      expect(() => checkout.workers.directory('p', name, 1)).toThrow(
        expect.objectContaining({ code: 'unsafe-path' }),
      );
    expect(() => checkout.workers.directory('p', 't', -1)).toThrow();
    const folder = join(checkout.gitDir, 'rondo', 'runs', 'p');
    mkdirSync(join(folder, 't', 'abc'), { recursive: true });
    mkdirSync(join(folder, '.removed'));
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('/tmp', join(folder, 'link'));
    expect(checkout.workers.runs('p')).toEqual([]);
    expect(checkout.workers.directory('p', '+criterion-1', 2)).toBe(join(folder, '+criterion-1', '2'));
  });

  test('that are settled and over cost no look, and are told all the same', async () => {
    const checkout = new Checkout();
    for (const attempt of [1, 2]) {
      await checkout.finish(`exit ${attempt}`, { attempt });
      checkout.workers.settle('p', 't', attempt);
    }
    checkout.start('sleep 1000', { attempt: 3 });
    await checkout.claimed(3);
    checkout.workers.settle('p', 't', 3);
    checkout.workers.runs('p');
    const folder = join(checkout.gitDir, 'rondo', 'runs', 'p');
    expect(readdirSync(join(folder, '.open'))).toEqual(['t@3']);
    appendFileSync(join(folder, '.over'), 't 1\nt 99999999999999999\n../x 1\nt');
    const told = checkout.workers.runs('p').map((run) => [run.attempt, run.settled, run.state.kind]);
    expect(told.sort()).toEqual([
      [1, true, 'ended'],
      [2, true, 'ended'],
      [3, true, 'alive'],
    ]);
    expect(checkout.state(2)).toMatchObject({ exitCode: 2 });
  });

  test('without any list are found by their directories', async () => {
    const checkout = new Checkout();
    await checkout.finish('exit 5');
    const folder = join(checkout.gitDir, 'rondo', 'runs', 'p');
    rmSync(join(folder, '.open'), { recursive: true });
    expect(checkout.state()).toMatchObject({ exitCode: 5 });
    await checkout.finish('exit 6', { attempt: 2 });
    expect(checkout.workers.runs('p')).toHaveLength(2);
  });

  test('are cleaned only when settled and over', async () => {
    const checkout = new Checkout();
    await checkout.finish('true', { attempt: 1 });
    await checkout.finish('true', { attempt: 2 });
    await checkout.finish('true', { attempt: 3 });
    checkout.start('sleep 1000', { attempt: 4 });
    for (const attempt of [1, 3, 4]) checkout.workers.settle('p', 't', attempt);
    expect(checkout.workers.clean('p', (_, attempt) => attempt === 3)).toBe(1);
    expect(
      checkout.workers
        .runs('p')
        .map((run) => run.attempt)
        .sort(),
    ).toEqual([2, 3, 4]);
    expect(readdirSync(join(checkout.gitDir, 'rondo', 'runs', 'p'))).toEqual(['.open', '.over', 't']);
    expect(checkout.workers.clean('p', () => false)).toBe(1);
    checkout.workers.stop('p', 't', 4);
    await checkout.ended(4);
    expect(checkout.workers.clean('p', () => false)).toBe(1);
    expect(checkout.workers.runs('p').map((run) => run.attempt)).toEqual([2]);
    expect(checkout.workers.clean('none', () => false)).toBe(0);
    checkout.workers.settle('p', 't', 2);
    checkout.workers.runs('p');
    expect(checkout.workers.clean('p', () => false)).toBe(1);
    expect(checkout.workers.runs('p')).toEqual([]);
    expect(readdirSync(join(checkout.gitDir, 'rondo', 'runs', 'p'))).toEqual(['.open', '.over']);
  });

  test('that cannot be written are told', () => {
    const checkout = new Checkout();
    writeFileSync(join(checkout.gitDir, 'rondo'), '');
    expect(() => checkout.start('true')).toThrow(expect.objectContaining({ code: 'cannot-write' }));
  });
});

test('a hard link in the way of the brief is not written through', async () => {
  const checkout = new Checkout();
  const victim = join(checkout.root, 'victim');
  writeFileSync(victim, 'kept');
  mkdirSync(checkout.workers.directory('p', 't', 1), { recursive: true });
  linkSync(victim, checkout.file('brief.md'));
  await checkout.finish('true');
  expect(readFileSync(victim, 'utf8')).toBe('kept');
});
