/** What people are told while something waits for them, and what they may ask then. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

/** Until it may go on, or the place is gone. */
const HOLD = `while [ -e .git ] && [ ! -e go ]; do sleep 0.05; done`;

describe('a run that waits', () => {
  test('says what is to be claimed, approved and trusted, each once', async () => {
    place.sh(
      `rondo new p; rondo add A --id held --run '${HOLD}'; rondo add B --id signed --run true --needs-approval
       rondo add C --id person; rondo add D --id after --after signed; rondo trust --all
       rondo add E --id fresh --run 'echo fresh'`,
    );
    const run = place.start(['run']);
    await run.until('rondo approve signed');
    run.kill('SIGINT');
    const { err } = await run.ended;
    for (const command of ['rondo claim person', 'rondo approve signed', 'rondo trust\n'])
      expect(err.split(command), command).toHaveLength(2);
    place.sh('touch go; rondo logs held --follow');
  });

  test('says once for which process it waits where the command has ended', async () => {
    const rest = `sh -c 'trap "" TERM; ${HOLD}'`;
    place.sh(
      `echo 'grace: 1h' > rondo.yaml; rondo new p; rondo add A --id held --run "$RUN"; rondo trust --all`,
      {
        RUN: `${rest} & exit 0`,
      },
    );
    const run = place.start(['run']);
    await run.until('at once: kill -9');
    // What else wakes it makes it say nothing again.
    place.sh('rondo decide "we wait"; rondo add B --id other --run true; rondo trust --all');
    await run.until('other completed');
    place.sh('touch go');
    const { err, code } = await run.ended;
    expect(code).toBe(0);
    expect(err.split('p/held is over but for process')).toHaveLength(2);
  });

  test('says in which line a plan was broken that somebody edits meanwhile, and goes on once it is mended', async () => {
    place.sh(`rondo new p; rondo add A --id held --run '${HOLD}'; rondo trust --all`);
    const run = place.start(['run']);
    await run.until('held started');
    place.sh(`printf '\\n### Write it\\n' >> docs/p-state.md`);
    await run.until('waiting[invalid-heading]: docs/p-state.md:');
    place.sh(`sed -i '/^### Write it$/d' docs/p-state.md; touch go`);
    const { err, code } = await run.ended;
    expect(code, err).toBe(0);
    expect(err).toMatch(/docs\/p-state\.md:\d+:5: A heading .* \(Write `### write-it: Write it`\./);
  });

  test('goes on with what is approved meanwhile', async () => {
    place.sh(
      `rondo new p; rondo add A --id held --run '${HOLD}'; rondo trust --all; rondo add E --id fresh --run true`,
    );
    const run = place.start(['run']);
    await run.until('rondo trust');
    place.sh('rondo trust --all');
    await run.until('fresh completed');
    place.sh('touch go');
    expect((await run.ended).code).toBe(0);
  });

  test('says of a task elsewhere who has it, since when, until when, and how to take it over', async () => {
    place.sh(`rondo new p; rondo add A --id far --run '${HOLD}'; rondo trust --all; rondo run --no-wait`);
    const machine = place.sh(`grep -o 'machine: [^,]*' docs/p-state.md | cut -c10-`).out.trim();
    place.sh('git clone -q . ../other');
    const waiting = place.start(['-C', '../other', 'run']);
    await waiting.until('rondo run --take-over p');
    waiting.kill('SIGINT');
    const { err, code } = await waiting.ended;
    expect(code).toBe(12);
    expect(err).toMatch(new RegExp(`far is on ${machine}, since .*, until .*`));
    const status = place.sh('rondo -C ../other status');
    expect(status.out).toContain(`shell on ${machine}`);
    expect(place.json('status')).toMatchObject({ needs: [], tasks: [{ machine }] });
    expect(JSON.parse(place.sh('rondo -C ../other round --json').out)).toMatchObject({
      needs: [{ kind: 'machine', task: 'far', who: machine, command: 'rondo run --take-over p' }],
    });
    place.sh('touch go; rondo logs far --follow');
  });
});

describe('a plan without tasks', () => {
  test('is said to have none, also by a run that waits for some', async () => {
    place.sh('rondo new p');
    for (const look of ['status', 'next', 'batches', 'graph'])
      expect(place.sh(`rondo ${look}`).out, look).toContain('no tasks yet');
    expect(place.rondo('list', '--status', 'blocked').out).toBe('no plan is blocked\n');
    const run = place.start(['run']);
    await run.until('add tasks');
    run.kill('SIGINT');
    expect((await run.ended).code).toBe(12);
  });
});

describe('a result that awaits approval', () => {
  test('is named with its command by status, next and show while other work is under way', () => {
    place.sh(
      `rondo new p; rondo add A --id one --needs-approval; rondo add B --id two; rondo done one; rondo claim two`,
    );
    for (const look of ['status', 'next', 'show one', 'round'])
      expect(place.sh(`rondo ${look}`).out, look).toContain('rondo approve one');
    expect(place.json('status')).toMatchObject({
      needs: [{ kind: 'approval', task: 'one' }, { kind: 'report' }],
      tasks: [{ awaits_approval: true }, { awaits_approval: false }],
    });
    expect(place.sh('rondo approve one').out).toMatch(/^one approved {2}\(round/);
    expect(place.json('status')).toMatchObject({ needs: [{ kind: 'report' }] });
    expect(place.sh('rondo show one').out).toMatch(/approval +by /);
  });
});

describe('next', () => {
  test('of a plan that is stuck says what to do', () => {
    place.sh('rondo new p; rondo add A --id one; rondo block one --detail x');
    expect(place.sh('rondo next').out).toContain('rondo unblock one');
    place.sh('rondo unblock one; rondo pause');
    expect(place.sh('rondo next').out).toContain('rondo resume');
    expect(place.json('next')).toMatchObject({ status: 'paused', held: expect.any(String) });
    place.sh('rondo resume; rondo done one');
    expect(place.sh('rondo next').out).toContain('complete');
  });
});
