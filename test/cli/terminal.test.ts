/** On a terminal: questions, live progress, Ctrl-C; without one nothing asks. `script` gives the terminal. */
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

const hasScript =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

interface Turn {
  readonly after: string;
  readonly type?: string;
  readonly act?: () => unknown;
}

/** Types each text once what it waits for has been shown; resolves with all that was shown and the exit code. */
async function onTerminal(line: string, dialogue: readonly Turn[]): Promise<{ shown: string; code: number }> {
  const { out: path } = place.sh('printf %s "$PATH"');
  const { out: state } = place.sh('printf %s "$XDG_STATE_HOME"');
  // The command replaces its shell: a shell that is sent the Ctrl-C as well may end with 130 whatever the command says,
  // and which shell `script` takes is a matter of $SHELL.
  const child = spawn('script', ['-qec', `stty cols 80 rows 30; exec ${line}`, '/dev/null'], {
    cwd: place.dir,
    env: { ...process.env, PATH: path, XDG_STATE_HOME: state, TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const left = [...dialogue];
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    const [next] = left;
    if (next !== undefined && shown.includes(next.after)) {
      left.shift();
      if (next.type !== undefined) child.stdin.write(next.type);
      next.act?.();
    }
  });
  const code = await new Promise<number>((resolve) => child.on('close', (ended) => resolve(ended ?? -1)));
  expect(left, shown).toEqual([]);
  return { shown, code };
}

/** Without what colours it. */
const bare = (line: string) => line.replace(new RegExp(`${'\x1b'}\\[[\\d;]*m`, 'g'), '');

describe.runIf(hasScript)('a terminal', () => {
  test('sends its Ctrl-C to the command of a step once, not a second time by the step', async () => {
    const count =
      "n=0\ntrap 'n=$((n+1)); echo got $n' INT\necho up\nuntil read line; do :; done\necho total $n\n";
    writeFileSync(join(place.dir, 'count.sh'), count);
    place.sh('rondo new p; rondo add One --id one');
    const { shown, code } = await onTerminal('rondo step one -- sh count.sh', [
      { after: 'up', type: '\x03' },
      { after: 'got 1', type: '\x03' },
      { after: 'got 2', type: 'end\n' },
    ]);
    expect({ code, total: /total \d/.exec(shown)?.[0] }).toEqual({ code: 0, total: 'total 2' });
    expect(place.json('status')).toMatchObject({ status: 'complete' });
  });

  test.each(['graph --critical', 'log', 'show second-of-two', 'round'])(
    'is not too narrow for %s',
    async (of) => {
      const long = 'A title that goes on until it is as long as the terminal is wide, and then some';
      place.sh(
        `rondo new p; rondo add "First of two"; rondo add "${long}" --id second-of-two --after first-of-two`,
      );
      place.sh(
        'rondo block first-of-two --detail "the supplier has not sent the certificate that was ordered in May"',
      );
      const { shown } = await onTerminal(`rondo ${of}`, []);
      const lines = shown.split(/\r?\n/).map(bare);
      // What a plan's author wrote for the worker stands as it was written.
      const own = lines.slice(0, lines.includes('brief') ? lines.indexOf('brief') : undefined);
      expect(own.join('\n')).toContain('first-of-two');
      expect(own.filter((line) => line.length > 80)).toEqual([]);
    },
  );

  test('asks before it runs a command, and remembers a yes', async () => {
    place.sh(`rondo new p; rondo add One --run 'echo hi'`);
    const no = await onTerminal('rondo run', [{ after: 'Approve', type: 'n' }]);
    expect(no.code).toBe(4);
    expect(no.shown).toContain('echo hi');
    expect(place.json('trust')).toMatchObject({ commands: [{ approved: false }] });
    const yes = await onTerminal('rondo run', [{ after: 'Approve', type: 'y' }]);
    expect(yes.code).toBe(0);
    expect(place.json('trust')).toMatchObject({ commands: [{ approved: true }] });
    expect(place.json('status')).toMatchObject({ status: 'complete' });
  });

  test('asks for several one by one: yes, no, all that follow, none that follow', async () => {
    place.sh('rondo new p; for i in 1 2 3 4; do rondo add T$i --run "echo $i"; done');
    const approved = () =>
      (place.json('trust') as { commands: { approved: boolean }[] }).commands.map((c) => c.approved);
    const ask = (line: string, ...keys: readonly string[]) =>
      onTerminal(
        line,
        keys.map((type, i) => ({ after: `Approve ${i + 1} of`, type })),
      );
    const { shown } = await ask('rondo trust', 'n', 'y', '\r', 'q');
    expect(shown).toContain('docs/p-state.md, came with');
    expect(approved()).toEqual([false, true, false, false]);
    await ask('rondo trust', '\u0003');
    expect(approved()).toEqual([false, true, false, false]);
    // What was said no to is not asked again by the same run.
    expect((await ask('rondo run', 'n', 'a')).code).toBe(4);
    expect(approved()).toEqual([false, true, true, true]);
  });

  test('asks for the fields of a template that are not given', async () => {
    const { shown, code } = await onTerminal('rondo new p --template quick', [
      { after: 'what is to be reached', type: 'Sign in\r' },
    ]);
    expect(code, shown).toBe(0);
    expect(place.json('status')).toMatchObject({ goal: 'Sign in' });
    const left = await onTerminal('rondo new q --template quick', [
      { after: 'what is to be reached', type: '\u0003' },
    ]);
    expect(left.code).toBe(2);
    expect(place.json('list')).toMatchObject({ plans: [{ plan: 'p' }] });
  });

  test('asks whether others may build on a result, and goes on with a yes; sent back it says why', async () => {
    place.sh(`rondo new p; rondo add One --run 'echo hi'; rondo add Two --run 'echo ho' --after one`);
    place.sh('rondo edit one needs_approval=true; rondo trust --all');
    const later = await onTerminal('rondo run', [{ after: 'waits for approval', type: '\r' }]);
    expect(later.code, later.shown).toBe(11);
    const back = await onTerminal('rondo run', [
      { after: 'waits for approval', type: 'r' },
      { after: 'to be mended', type: 'no tests\r' },
      { after: 'it was sent back for: no tests', type: 'a' },
    ]);
    expect(back.code, back.shown).toBe(0);
    expect(place.json('show', 'one')).toMatchObject({
      fields: { approved_by: expect.any(String), approved_at: expect.any(String), attempt: { number: 2 } },
    });
    expect(place.json('status')).toMatchObject({ status: 'complete' });
  });

  test('asks who does what no specialist matches, where the settings say so', async () => {
    place.sh(
      `printf '%s\\n' 'specialist_routing: { fallback_behavior: ask_user }' 'specialists:' '  one: { command: "echo one", tags: [x] }' '  two: { command: "echo two" }' > rondo.yaml`,
    );
    place.sh('rondo new p; rondo add Job --tag odd; rondo trust --all');
    const later = await onTerminal('rondo run', [{ after: 'Which specialist does job', type: '\r' }]);
    expect(later.code, later.shown).toBe(10);
    const { shown, code } = await onTerminal('rondo run', [
      { after: 'Which specialist does job', type: '\u001b[B\u001b[B\r' },
    ]);
    expect(code, shown).toBe(0);
    expect(place.json('show', 'job')).toMatchObject({ task: { status: 'completed', owner: 'two' } });
  });

  test('asks nothing under --json or CI', async () => {
    place.sh(`rondo new p; rondo add One --run 'echo hi'`);
    expect((await onTerminal('rondo round --json', [])).code).toBe(4);
    expect((await onTerminal('env CI=1 rondo round', [])).code).toBe(4);
  });

  test('shows what runs, and Ctrl-C leaves it running', async () => {
    place.sh(`rondo new p; rondo add One --run 'while [ ! -e go ]; do sleep 0.05; done'; rondo trust --all`);
    const { shown, code } = await onTerminal('rondo run', [
      { after: 'Ctrl-C stops the wait', type: '\u0003' },
    ]);
    expect(code).toBe(12);
    expect(shown).toContain('stopped waiting');
    expect(place.json('status')).toMatchObject({ counts: { in_progress: 1 } });
    place.sh('touch go');
    expect(place.rondo('run').code).toBe(0);
  });

  test('shows what another machine runs as its own', async () => {
    place.sh(
      `rondo new p; rondo add One --run 'while [ -e .git ] && [ ! -e go ]; do sleep 0.05; done'; rondo trust --all; rondo run --no-wait; git clone -q . ../other`,
    );
    const { shown } = await onTerminal('rondo -C ../other run', [
      { after: 'Ctrl-C stops the wait', type: '\u0003' },
    ]);
    expect(shown).toMatch(/▷.*one .*shell on \S+-[0-9a-f]{4} /);
    place.sh('touch go; rondo logs one --follow');
  });

  test('status --watch shows each change until Ctrl-C', async () => {
    place.sh('rondo new p; rondo add One');
    const { shown, code } = await onTerminal('rondo status --watch', [
      { after: 'ready', act: () => place.rondo('claim', 'one') },
      { after: 'in progress', type: '\u0003' },
    ]);
    expect(code).toBe(0);
    expect(shown).toContain('1 in progress');
  });
});
