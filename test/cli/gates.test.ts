/** Gates as a person meets them: what is said, and coordinators that are killed outright. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

const settings = (text: string) => place.sh(`printf '%s\n' '${text}' > rondo.yaml`);

describe('a run with gates', () => {
  test('says that work came back, what an optional gate found, and what blocks', () => {
    settings('quality_gates: { task_gates: { lint: { hook: "echo ugly; exit 3", required: false } } }');
    place.sh(`rondo new p; rondo add One --tag lint --run true; rondo trust --all`);
    const ended = place.rondo('run');
    expect(ended.code).toBe(0);
    expect(ended.err).toContain('one came back, its gates are to pass');
    expect(ended.err).toContain(
      'one did not pass the optional gate lint: echo ugly; exit 3: exit code 3: ugly',
    );
    expect(place.sh('git log --format=%b').out).toContain(
      '- one: its work came back (exit code 0; its gates',
    );
    expect(place.rondo('show', 'one').out).toMatch(
      /gate +lint: echo ugly; exit 3: exit code 3, on [0-9a-f]{12}/,
    );
  });

  test('keeps what each gate printed, which logs shows by its name or command, and show says how', () => {
    settings('quality_gates: { task_gates: { lint: { hook: "seq 2000; echo ugly; exit 3" } } }');
    place.sh(`rondo new p; rondo add One --tag lint --run 'echo worked'; rondo add Two; rondo done two`);
    place.sh(`rondo edit one 'gates=echo own,echo other'; rondo trust --all`);
    const ended = place.rondo('run');
    const command = /Its whole output: (rondo logs .+)/.exec(ended.err)?.[1];
    expect(command).toBe('rondo logs p/one --gate lint');
    const output = place.sh(command ?? '').out;
    expect(output.split('\n').slice(0, 2)).toEqual(['1', '2']);
    expect(output).toMatch(/\n2000\nugly\n$/);
    expect(place.json('logs', 'one', '--gate', 'lint')).toMatchObject({
      task: 'one',
      log: output,
      gate: { name: 'lint' },
    });

    const shown = [...place.rondo('show', 'one').out.matchAll(/gate output +(.+)/g)].map(
      (found) => found[1] ?? '',
    );
    expect(shown.map((line) => place.sh(line).out)).toEqual(['own\n', 'other\n', output]);
    expect(place.rondo('show', 'two').out).not.toContain('gate output');

    // Mended and run again, the newest is meant.
    settings('quality_gates: { task_gates: { lint: { hook: "echo fine" } } }');
    expect(place.sh('rondo trust --all; rondo unblock one; rondo run').code).toBe(0);
    expect(place.rondo('logs', 'one', '--gate', 'lint').out).toBe('fine\n');
    const unclear = place.rondo('logs', 'one', '--gate', 'task');
    expect([unclear.code, unclear.err]).toEqual([
      2,
      expect.stringContaining("--gate 'echo own'; rondo logs p/one --gate 'echo other'"),
    ]);
    const unknown = place.rondo('logs', 'one', '--gate', 'lnt');
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('Did you mean lint?')]);
    expect(place.rondo('logs', 'two', '--gate', 'lint').err).toContain('no gate of two has left its output');
    expect(place.rondo('logs', 'one', '--gate', 'lint', '--attempt', '1').code).toBe(2);
  });

  test('says what a worker changed outside its writes, though rounds follow', () => {
    place.sh(`rondo new p; rondo add One --run 'echo x > other.txt'; rondo edit one writes=src`);
    place.sh('rondo add Two --after one --run true; rondo trust --all');
    const ended = place.rondo('run');
    expect(ended.code).toBe(0);
    expect(ended.err).toMatch(/outside the `writes` of one: other.txt[\s\S]*two completed/);
  });

  test('killed outright while a gate runs, goes on and runs it no second time', async () => {
    settings(
      'quality_gates: { task_gates: { completion: { hook: "echo x >> gate.log; while [ ! -e go ]; do sleep 0.05; done" } } }',
    );
    place.sh(`rondo new p; rondo add One --run 'echo x >> work.log'; rondo trust --all`);
    for (let i = 0; i < 3; i++) {
      const run = place.start(['run']);
      if (i === 0) await run.until('came back');
      place.sh('while [ ! -s gate.log ]; do sleep 0.05; done');
      run.kill('SIGKILL');
      await run.ended;
    }
    place.sh('touch go');
    expect(place.rondo('run').code).toBe(0);
    const count = (file: string) => readFileSync(join(place.dir, file), 'utf8').trim().split('\n').length;
    expect([count('work.log'), count('gate.log')]).toEqual([1, 1]);
    expect(place.json('show', 'one')).toMatchObject({ task: { status: 'completed', evidence: 'verified' } });
  });

  test('is ended with 4 by a gate that is not approved, and `done` says so at once', () => {
    place.sh(`rondo new p; rondo add One; rondo edit one gates=true`);
    const done = place.rondo('done', 'one');
    expect(done.err).toContain('error[untrusted-command]: the gate task of one');
    expect(place.rondo('run').code).toBe(4);
    expect(place.json('trust')).toMatchObject({ commands: [{ command: 'true', used_by: ['p/one (gate)'] }] });
    place.sh('rondo trust --all');
    expect(place.rondo('run').code).toBe(0);
  });
});
