/** How the process behaves around a command: signals, streams, terminals, the environment, the folder it works on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

function errorCode(text: string): string {
  return JSON.parse(text).error.code;
}

describe('run', () => {
  test('Ctrl-C stops the wait, not the worker; run goes on from there', async () => {
    place.sh(
      `rondo new p; rondo add Long --run 'echo $$ > pid; while [ ! -e go ]; do sleep 0.05; done'; rondo trust --all`,
    );
    const run = place.start(['run']);
    await run.until('long started');
    run.kill('SIGINT');
    const ended = await run.ended;
    expect(ended.code).toBe(12);
    expect(ended.err).toContain('rondo run p');
    expect(place.json('status')).toMatchObject({ status: 'awaiting-result', counts: { in_progress: 1 } });
    place.sh('while [ ! -s pid ]; do sleep 0.05; done; kill -0 $(cat pid)');
    const again = place.start(['run', '--json']);
    place.sh('touch go');
    expect(await again.ended).toMatchObject({ code: 0, err: '' });
    expect(place.json('show', 'long')).toMatchObject({ task: { status: 'completed', attempt: 1 } });
  });

  test('what is not approved ends it with 4, and --trust-all lets it go', () => {
    place.sh(`rondo new p; rondo add One --run true`);
    expect(place.rondo('run').code).toBe(4);
    expect(place.rondo('run', '--dry-run').code).toBe(4);
    expect(place.json('status')).toMatchObject({ counts: { pending: 1 } });
    expect(place.rondo('run', '--trust-all').code).toBe(0);
    expect(place.json('trust')).toMatchObject({ commands: [{ approved: false }] });
  });

  test('RONDO_TRUST=all counts as --trust-all', () => {
    place.sh(`rondo new p; rondo add One --run true`);
    expect(place.sh('rondo run', { RONDO_TRUST: 'all' }).code).toBe(0);
  });

  test('a failed command ends it with 10', () => {
    place.sh(`rondo new p; rondo add One --run 'echo oh no; exit 3'`);
    const ended = place.rondo('run', '--trust-all');
    expect(ended.code).toBe(10);
    expect(place.json('show', 'one')).toMatchObject({ task: { status: 'failed' } });
  });
});

describe('the check of a criterion', () => {
  test('that hangs is stopped with all it started, and the plan says why it is blocked', () => {
    const hanging = 'sleep 987 & echo $! > pid; trap "exit 0" TERM; wait; exit 0';
    place.sh(
      `rondo new p --goal G; rondo add One --run true; printf '\n## Success criteria\n\n- [ ] It ends (check: \`%s\`)\n' '${hanging}' >> docs/p-state.md; sed -i 's/^goal:.*/&\\ncheck_timeout: 1s/' docs/p-state.md`,
    );
    const ended = place.rondo('run', '--trust-all', '--json');
    expect(ended.code).toBe(10);
    expect(JSON.parse(ended.out).problems).toMatchObject([
      { code: 'criterion-failed', message: expect.stringContaining('timeout of 1s') },
    ]);
    expect(readFileSync(join(place.dir, 'docs/p-state.md'), 'utf8')).toContain('- [ ] It ends');
    // Killed is not yet buried: whoever inherits it may take a moment.
    const buried =
      'for i in $(seq 200); do kill -0 $(cat pid) || exit 0; sleep 0.05; done; ps -o stat= $(cat pid)';
    expect(place.sh(buried).out.trim()).toMatch(/^Z?$/);
  });
});

describe('a command to be approved', () => {
  const listed = () =>
    (place.json('trust') as { commands: { id: string; command: string; approved: boolean }[] }).commands;
  const approvedOf = () => listed().map(({ command, approved }) => [command, approved]);

  test('is named by an id that no other command takes over, or its start, or its text', () => {
    place.sh(`rondo new p; rondo add Two --run 'echo two'; rondo add Three --run 'echo three'`);
    const [two, three] = listed();
    place.sh(`rondo add Zero --id zero --run 'echo zero'; rondo edit two run='echo other'`);
    const gone = place.rondo('trust', '--approve', two?.id ?? '', '--json');
    expect([gone.code, errorCode(gone.out)]).toEqual([2, 'usage']);
    expect(place.rondo('trust', '--approve', (three?.id ?? '').slice(0, 6)).code).toBe(0);
    expect(place.rondo('trust', '--approve', 'echo zero').code).toBe(0);
    expect(approvedOf()).toEqual([
      ['echo other', false],
      ['echo three', true],
      ['echo zero', true],
    ]);
    expect(place.rondo('trust', '--revoke', three?.id ?? '').code).toBe(0);
    expect(approvedOf()[1]).toEqual(['echo three', false]);
  });

  test('is not named by a number, nor by what is too short to name one', () => {
    place.sh(`rondo new p; rondo add Two --run 'echo two'`);
    const id = listed()[0]?.id ?? '';
    for (const word of ['1', '01', id.slice(0, 3), 'ffff', '']) {
      const ended = place.rondo('trust', '--approve', word, '--json');
      expect([word, ended.code, errorCode(ended.out)]).toEqual([word, 2, 'usage']);
    }
    expect(approvedOf()).toEqual([['echo two', false]]);
  });
});

describe('a worker that calls rondo', () => {
  test('writes the result of its own attempt', () => {
    place.sh(
      `rondo new p; rondo add One --run 'rondo done one --summary "from inside" --meta k=v --failed-check'; rondo run --trust-all`,
    );
    expect(place.json('show', 'one')).toMatchObject({
      task: { status: 'completed', summary: 'from inside' },
      fields: { result: { passed: false, metadata: { k: 'v' } } },
    });
    expect(place.json('log')).toMatchObject({
      rounds: expect.not.arrayContaining([
        expect.objectContaining({ changes: ['one pending -> completed'] }),
      ]),
    });
  });

  test('can say that it is blocked, and cannot approve commands', () => {
    place.sh(
      `rondo new p; rondo add One --run 'rondo trust --all > said 2>&1; rondo block one --type information --detail "which?"'; rondo run --trust-all`,
    );
    expect(place.json('show', 'one')).toMatchObject({
      task: { status: 'blocked', blocker: { type: 'information', detail: 'which?' } },
    });
    expect(readFileSync(join(place.dir, 'said'), 'utf8')).toContain('called-by-worker');
  });

  test('is refused once its attempt is not the current one', () => {
    place.sh(`rondo new p; rondo add One; rondo claim one; rondo release one; rondo claim one`);
    const stale = {
      RONDO_PLAN: 'p',
      RONDO_TASK: 'one',
      RONDO_ATTEMPT: '1',
      RONDO_RESULT: join(place.dir, 'result.json'),
    };
    const ended = place.sh('rondo done one --json', stale);
    expect(ended.code).toBe(4);
    expect(errorCode(ended.out)).toBe('not-owner');
    expect(place.sh('test -e result.json').code).toBe(1);
    // The current attempt, and a file that is not its own: the environment is the worker's to change.
    expect(place.sh('rondo done one', { ...stale, RONDO_ATTEMPT: '2' }).code).toBe(4);
    expect(place.sh('test -e result.json').code).toBe(1);
    const own = join(place.dir, '.git/rondo/runs/p/one/2');
    place.sh(`mkdir -p ${own}`);
    const current = { ...stale, RONDO_ATTEMPT: '2', RONDO_RESULT: join(own, 'result.json') };
    expect(place.sh('rondo done one', current).code).toBe(0);
    expect(JSON.parse(readFileSync(current.RONDO_RESULT, 'utf8'))).toEqual({ status: 'completed' });
  });
});

describe('streams', () => {
  test('a reader that goes away is no failure', () => {
    place.sh('rondo new p; for i in 1 2 3 4 5 6; do rondo add "Task $i"; done');
    const ended = place.sh('rondo log | head -1; rondo graph | true; rondo status --json | head -c 1');
    expect(ended).toMatchObject({ code: 0, err: '' });
  });

  test('documents that are larger than a pipe arrive whole', () => {
    const tasks = Array.from({ length: 1500 }, (_, i) => `### t${i}: Task number ${i}\n`).join('\n');
    place.sh(`mkdir docs; cat > docs/big-state.md <<'END'\n---\nrondo: 1\n---\n\n## Tasks\n\n${tasks}\nEND`);
    expect(JSON.parse(place.sh('rondo status --json | (sleep 0.3; cat)').out).tasks).toHaveLength(1500);
  });

  test('colour only where it is wanted', () => {
    place.sh('rondo new p; rondo add One');
    const colour = '\u001b[';
    expect(place.rondo('status').out).not.toContain(colour);
    expect(place.sh('rondo status', { FORCE_COLOR: '1' }).out).toContain(colour);
    expect(place.sh('rondo status', { FORCE_COLOR: '1', NO_COLOR: '1' }).out).not.toContain(colour);
    expect(place.sh('rondo status nope', { FORCE_COLOR: '1' }).err).toContain(colour);
    expect(place.sh('rondo status --json', { FORCE_COLOR: '1' }).out).not.toContain(colour);
  });

  test('what plans and workers say moves no cursor', () => {
    place.sh(
      `rondo new p --goal "$(printf 'a\\033[2Jb\\233\\342\\200\\256c')"; rondo add "$(printf 'Ti\\033]0;x\\007tle')" --id t --run "printf 'out\\033[31mred\\n'"; rondo run --trust-all`,
    );
    for (const command of [
      'status',
      'list',
      'show t',
      'next',
      'log',
      'logs t',
      'logs t --follow',
      'trust',
      'graph --format dot',
      'status --json',
      'show t --json',
      'graph --json',
    ]) {
      const { out, err } = place.sh(`rondo ${command}`);
      expect(out + err, command).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });

  test('a brief comes from standard input', () => {
    place.sh('rondo new p; printf "Read it all.\\n\\nTwice.\\n" | rondo add One --brief -');
    expect(place.json('show', 'one')).toMatchObject({
      brief: expect.stringContaining('Read it all.\n\nTwice.'),
    });
  });
});

describe('the place', () => {
  test('-C, a folder below, and git rondo', () => {
    place.sh('rondo new p; mkdir -p a/b');
    const there = place.sh(`cd / && rondo -C ${place.dir}/a/b status --json`);
    expect(JSON.parse(there.out)).toMatchObject({ plan: 'p' });
    expect(JSON.parse(place.sh('cd a && git rondo status --json').out)).toMatchObject({ plan: 'p' });
    expect(JSON.parse(place.sh('cd a && rondo status -C b --json').out)).toMatchObject({ plan: 'p' });
    expect(place.sh('git rondo status --nope').err).toContain('git rondo status --help');
  });

  test('a task is found in the only active plan that has it', () => {
    place.sh(
      'rondo new p; rondo new q; rondo add One --plan q; rondo add Two --plan p; rondo add Two --plan q',
    );
    expect(place.json('show', 'one')).toMatchObject({ plan: 'q' });
    expect(place.json('show', 'two')).toMatchObject({ error: { code: 'ambiguous-plan' } });
    expect(place.json('claim', 'p/two')).toMatchObject({ plan: 'p' });
    expect(JSON.parse(place.sh('rondo show two --json', { RONDO_PLAN: 'q' }).out)).toMatchObject({
      plan: 'q',
    });
  });

  test('RONDO_DISABLE: what changes does nothing, looking works', () => {
    place.sh('rondo new p');
    const ended = place.sh('rondo add One --json', { RONDO_DISABLE: '1' });
    expect(ended.code).toBe(0);
    expect(errorCode(ended.out)).toBe('disabled');
    expect(JSON.parse(place.sh('rondo status --json', { RONDO_DISABLE: '1' }).out)).toMatchObject({
      counts: { total: 0 },
    });
  });

  test('ids made from titles are unique, also when two are made at once', async () => {
    place.sh('rondo new p');
    const both = [1, 2, 3].map(() => place.start(['add', 'Älter & größer']).ended);
    const ids = (await Promise.all(both)).map(({ out }) => out.trim());
    expect(ids.sort()).toEqual(['alter-grosser', 'alter-grosser-2', 'alter-grosser-3']);
  });

  test('a topic becomes a name whole or is refused: it is never cut', () => {
    const named = (topic: string) => {
      const { out, code } = place.rondo('new', topic, '--json');
      return code === 0 ? JSON.parse(out).plan : `${code} ${errorCode(out)}`;
    };
    const words = 'A topic of many words that is longer than any id of a task';
    expect(named(words)).toBe('a-topic-of-many-words-that-is-longer-than-any-id-of-a-task');
    expect(named('Прыжок')).toBe('pryzhok');
    for (const topic of [`${words} and much more`, 'x'.repeat(65), 'a/b', '../x', 'x.lock', '日本語', ''])
      expect(named(topic), topic).toBe('2 usage');
  });

  test('titles that no id can be made of are numbered', () => {
    place.sh('rondo new p');
    const ids = ['日本語', '한국어', '日本語'].map((title) => place.rondo('add', title).out.trim());
    expect(ids).toEqual(['task', 'task-2', 'task-3']);
  });

  test('help and version', () => {
    expect(place.rondo('--version')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    const help = place.rondo('--help');
    expect(help).toMatchObject({ code: 0, err: '' });
    expect(Math.max(...help.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(place.rondo().out).toBe(help.out);
    expect(place.rondo('run', '--help').out).toContain('--no-wait');
  });

  test('completion knows commands, options, plans and tasks', () => {
    place.sh('rondo new p; rondo add One; rondo add Two');
    const words = (...typed: string[]) =>
      place
        .rondo('complete', '--', ...typed)
        .out.split('\n')
        .map((line) => line.split('\t')[0]);
    expect(words('sta')).toContain('status');
    expect(words('status', '')).toContain('p');
    expect(words('show', '')).toEqual(expect.arrayContaining(['one', 'two']));
    expect(words('run', '--no')).toContain('--no-wait');
    place.sh('rondo edit one run="echo it"');
    const { commands } = place.json('trust') as { commands: readonly { id: string }[] };
    expect(words('trust', '--approve', '')).toContain(commands[0]?.id);
    for (const shell of ['bash', 'zsh', 'fish', 'powershell'])
      expect(place.rondo('completion', shell).out).toContain('rondo complete');
  });
});
