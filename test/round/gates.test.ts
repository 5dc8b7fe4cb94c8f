/** Gates in whole rounds: real git, real processes, coordinators that are gone between a commit and its effects. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Outside, Workers } from '../../src/ports.ts';
import { planStatus, showTask } from '../../src/query/status.ts';
import { runPlan } from '../../src/round/run.ts';
import { runRound } from '../../src/round/run-round.ts';
import { type Checkout, codesOf, FILE, newCheckout, stepsOf, TARGET, TICK, untilEnded } from './checkout.ts';

const open: Checkout[] = [];
afterEach(() => {
  for (const checkout of open.splice(0)) checkout.remove();
});

function checkout(...args: Parameters<typeof newCheckout>): Checkout {
  const made = newCheckout(...args);
  open.push(made);
  return made;
}

const block = (...lines: string[]) => `\`\`\`yaml\n${lines.join('\n')}\n\`\`\`\n`;
const DONE = { kind: 'done', task: 'a', summary: 'ok', metadata: {}, passed: undefined } as const;

/** Rounds and waits until the plan rests; what the last round says. */
const runToRest = (c: Checkout, outside: Outside = c.outside) =>
  runPlan(outside, TARGET, {
    takeOver: false,
    wait: true,
    signal: new AbortController().signal,
    onRound: () => undefined,
  });

/** The outside of a coordinator that dies before it can do these. */
function without(outside: Outside, ...lost: readonly (keyof Workers)[]): Outside {
  const workers = new Proxy(outside.workers, {
    get: (target, name: keyof Workers) => (lost.includes(name) ? () => undefined : target[name].bind(target)),
  });
  return { ...outside, workers };
}

const linesOf = (c: Checkout, file: string) =>
  existsSync(join(c.dir, file)) ? readFileSync(join(c.dir, file), 'utf8').trim().split('\n') : [];

test('work is completed once its gates pass, each once, with what proved it', async () => {
  const c = checkout(
    `### a: First\n\n${block('run: echo made > out.txt; echo work >> log.txt', 'output: out.txt', 'gates: [test -s out.txt && echo gate >> log.txt]', 'tags: [testing]')}`,
    { head: 'quality_gates: { task_gates: { testing: { hook: "echo tag >> log.txt" } } }\n' },
  );
  await c.round();
  await untilEnded(c, 'a', 1);
  const returned = await c.round();
  expect(stepsOf(returned)).toEqual([]);
  expect([returned.changed, returned.status]).toEqual([true, 'awaiting-result']);
  // The result is in the commit before any gate has ended.
  expect(c.committed()).toMatch(/returned_at: .*\nresult: .*exit_code: 0/);
  const ranOn = c.git('rev-parse', 'HEAD^').slice(0, 12);
  expect(await runToRest(c)).toMatchObject({ status: 'complete' });
  expect(linesOf(c, 'log.txt')).toEqual(['work', 'gate', 'tag']);
  const text = c.committed();
  expect(text).not.toContain('returned_at');
  expect(text).toContain(`exit_code: 0, commit: ${ranOn}, paths: [out.txt], content: `);
  expect(text).toContain('gate: testing');
  expect(c.git('log', '-1', '--format=%b')).toContain('passed task, testing');
});

test('a required gate that fails blocks; mended, unblock runs the gates again and not the work', async () => {
  const c = checkout(
    `### a: First\n\n${block('run: echo work >> log.txt', 'gates: ["echo gate >> log.txt; cat wanted"]')}\n### b: Second\n\n${block('blocked_by: [a]', 'run: "true"')}`,
  );
  const blocked = await runToRest(c);
  expect(blocked.status).toBe('blocked');
  expect(blocked.problems).toMatchObject([{ code: 'gate-failed', severity: 'error', task: 'a' }]);
  expect(c.committed()).toMatch(/blocker: .*type: gate.*No such file or directory/);
  c.write('wanted', 'here\n');
  await c.round({ kind: 'unblock', task: 'a' });
  expect(await runToRest(c)).toMatchObject({ status: 'complete' });
  expect(linesOf(c, 'log.txt')).toEqual(['work', 'gate', 'gate']);
});

test('retry has the work done again, which is told what did not pass', async () => {
  const c = checkout(
    `### a: First\n\n${block('run: "cat > brief.txt; echo work >> log.txt; [ $RONDO_ATTEMPT = 1 ] || touch wanted"', 'gates: [ls wanted]')}`,
  );
  expect(await runToRest(c)).toMatchObject({ status: 'blocked' });
  await c.round({ kind: 'retry', task: 'a' });
  expect(await runToRest(c)).toMatchObject({ status: 'complete' });
  expect(linesOf(c, 'log.txt')).toEqual(['work', 'work']);
  expect(c.read('brief.txt')).toContain('Sent back\n\n- gate: task: ls wanted: exit code');
  expect(c.committed()).not.toContain('rejected');
});

test('an optional gate that fails warns, and the plan is complete', async () => {
  const c = checkout(`### a: First\n\n${block('tags: [lint]', 'run: "true"')}`, {
    head: 'quality_gates: { task_gates: { lint: { hook: "exit 7", required: false } } }\n',
  });
  const seen: string[] = [];
  const document = await runPlan(c.outside, TARGET, {
    takeOver: false,
    wait: true,
    signal: new AbortController().signal,
    onRound: (round) => seen.push(...codesOf(round)),
  });
  expect(document.status).toBe('complete');
  expect(seen).toEqual(['gate-failed']);
  expect(c.committed()).toMatch(/exit_code: 7/);
});

test('a gate that hangs is stopped at its timeout with all it started', async () => {
  const c = checkout(`### a: First\n\n${block('tags: [e2e]', 'run: "true"')}`, {
    head: `quality_gates: { task_gates: { e2e: { hook: 'sleep 987 & echo $! > pid; trap "exit 0" TERM; wait; exit 0', timeout: 1s } } }\n`,
  });
  expect(await runToRest(c)).toMatchObject({ status: 'blocked' });
  expect(c.committed()).toMatch(/detail: .*stopped at its timeout of 1s/);
  // Killed is not yet buried: whoever inherits it may take a moment.
  const state = () =>
    spawnSync('ps', ['-o', 'stat=', '-p', c.read('pid').trim()], { encoding: 'utf8' }).stdout;
  await expect.poll(state).toMatch(/^(Z.*)?\s*$/);
});

test('the gates apply to what a person says is done', async () => {
  const c = checkout(`### a: First\n\n${block('gates: [echo gate >> log.txt]')}`);
  await c.round({ kind: 'claim', task: 'a', owner: 'dana', returns: undefined, until: undefined });
  const said = await c.round(DONE);
  expect([stepsOf(said), said.status]).toEqual([[], 'awaiting-result']);
  expect(await runToRest(c)).toMatchObject({ status: 'complete' });
  expect(linesOf(c, 'log.txt')).toEqual(['gate']);
  expect(c.committed()).toMatch(/gate: task/);
});

test('a coordinator that is gone between its commit and its effects loses no gate and starts none twice', async () => {
  const c = checkout(`### a: First\n\n${block('gates: [echo one >> log.txt, echo two >> log.txt]')}`);
  const dead = without(c.reopen(), 'start', 'settle');
  await runRound(dead, TARGET, DONE);
  expect(linesOf(c, 'log.txt')).toEqual([]);
  // Many coordinators go on at once, and each dies before it can mark what it took up.
  const deaf = without(c.reopen(), 'settle');
  for (let i = 0; i < 4; i++) await runRound(deaf, TARGET, TICK);
  expect(await runToRest(c, deaf)).toMatchObject({ status: 'complete' });
  expect(linesOf(c, 'log.txt')).toEqual(['one', 'two']);
  const later = await c.round();
  expect([later.changed, later.effects.map((effect) => effect.kind)]).toEqual([false, ['settle', 'settle']]);
  expect((await c.round()).effects).toEqual([]);
  expect(linesOf(c, 'log.txt')).toEqual(['one', 'two']);
});

test('a gate that nobody approved here does not run, and a run that has nothing else to do ends', async () => {
  const c = checkout(`### a: First\n\n${block('gates: [echo gate >> log.txt]')}`, { trustAll: false });
  await c.round(DONE);
  const held = await runToRest(c);
  expect(held.needs).toMatchObject([{ kind: 'trust', task: 'a' }]);
  expect(held.problems).toMatchObject([{ code: 'untrusted-command' }]);
  expect(linesOf(c, 'log.txt')).toEqual([]);
  c.outside.local.approve(['echo gate >> log.txt']);
  expect(await runToRest(c)).toMatchObject({ status: 'complete' });
});

test('gates that are switched off do not run', async () => {
  const c = checkout(`### a: First\n\n${block('gates: [exit 1]')}`, {
    head: 'quality_gates: { enabled: false }\n',
  });
  expect((await c.round(DONE)).status).toBe('complete');
});

describe('evidence', () => {
  const evidenceOf = async (c: Checkout) =>
    (await planStatus(c.outside, TARGET)).tasks.map((task) => task.evidence);
  const tasks = (...fields: string[]) =>
    fields.map((field, i) => `### t${i}: T\n\n${block('run: "true"', field)}`).join('\n');

  test('reads verified where a gate proved it, and reported where none did', async () => {
    const c = checkout(tasks('gates: ["true"]', 'tags: [lint]', 'tags: [none]'), {
      head: 'quality_gates: { task_gates: { lint: { hook: "false", required: false } } }\n',
    });
    await runToRest(c);
    expect(await evidenceOf(c)).toEqual(['verified', 'reported', 'reported']);
  });

  test('is stale once commits touch what it covers, and no more once that is as it was', async () => {
    const gate = 'gates: ["true"]\n';
    const c = checkout(
      tasks(`${gate}writes: ["src/**"]`, `${gate}output: docs/out.md`, `${gate}writes: [other]`, gate.trim()),
    );
    c.write('src/deep/a.ts', 'one\n');
    c.write('docs/out.md', 'one\n');
    c.commitAll('work');
    await runToRest(c);
    expect(await evidenceOf(c)).toEqual(['verified', 'verified', 'verified', 'verified']);
    c.write('src/deep/a.ts', 'two\n');
    c.commitAll('later');
    expect(await evidenceOf(c)).toEqual(['stale', 'verified', 'verified', 'verified']);
    expect((await showTask(c.outside, TARGET, 't0')).task.evidence).toBe('stale');
    c.write('docs/out.md', 'two\n');
    c.write('src/deep/a.ts', 'one\n');
    c.commitAll('back');
    expect(await evidenceOf(c)).toEqual(['verified', 'stale', 'verified', 'verified']);
    // A look at an old commit says how it stood then.
    const then = await planStatus(c.outside, TARGET, 'HEAD~1');
    expect(then.tasks.map((task) => task.evidence)).toEqual(['stale', 'verified', 'verified', 'verified']);
  });

  test('stays verified when somebody commits what the gate found, and only then', async () => {
    const c = checkout(
      `### a: T\n\n${block('run: mkdir -p src && echo made > src/a.ts', 'gates: [test -s src/a.ts]', 'writes: ["src/**", "docs/**"]')}`,
    );
    c.write('src/.gitignore', '*.log\n');
    c.write('src/old.ts', 'old\n');
    c.commitAll('before');
    c.write('src/build.log', 'no commit takes it up\n');
    rmSync(join(c.dir, 'src/old.ts'));
    await runToRest(c);
    expect(c.committed()).toMatch(/, content: [0-9a-f]{12}, gate: task }/);
    const index = c.git('ls-files', '--stage');
    expect(await evidenceOf(c)).toEqual(['verified']);
    c.git('add', 'src/a.ts');
    c.git('commit', '-qm', 'half of it');
    expect(await evidenceOf(c)).toEqual(['stale']);
    c.commitAll('all of it');
    expect(await evidenceOf(c)).toEqual(['verified']);
    expect(index).not.toContain('a.ts');
    c.write('docs/other.md', 'more\n');
    c.commitAll('more');
    expect(await evidenceOf(c)).toEqual(['stale']);
    c.git('rm', '-q', 'docs/other.md');
    c.write('src/a.ts', 'else\n');
    c.commitAll('else');
    expect(await evidenceOf(c)).toEqual(['stale']);
    c.write('src/a.ts', 'made\n');
    c.commitAll('as it was verified');
    expect(await evidenceOf(c)).toEqual(['verified']);
    c.git('update-index', '--chmod=+x', 'src/a.ts');
    c.git('commit', '-qm', 'mode');
    expect(await evidenceOf(c)).toEqual(['stale']);
  });

  test('is of what git makes of the files: line ends, filters, links, names, what is below a file before', async () => {
    const c = checkout(tasks('gates: ["true"]\nwrites: [src]'));
    c.git('config', 'filter.up.clean', 'tr a-z A-Z');
    c.git('config', 'core.autocrlf', 'input');
    c.write('.gitattributes', '*.up filter=up\n');
    c.write('src/file', 'to be a folder\n');
    c.commitAll('before');
    rmSync(join(c.dir, 'src/file'));
    c.write('src/file/below.txt', 'one\r\ntwo\r\n');
    c.write('src/[odd] "né\n.txt', 'odd\n');
    c.write('src/a.up', 'up\n');
    symlinkSync('nowhere', join(c.dir, 'src/link'));
    await runToRest(c);
    c.commitAll('as it was');
    expect(c.git('show', 'HEAD:src/a.up')).toBe('UP');
    expect(await evidenceOf(c)).toEqual(['verified']);
  });

  test('is of its commit alone where files changed while the gate ran', async () => {
    const c = checkout(tasks('gates: ["echo formatted > src/a.ts"]\nwrites: [src]'));
    c.write('src/a.ts', 'made\n');
    await runToRest(c);
    expect(c.committed()).not.toContain('content:');
    expect(await evidenceOf(c)).toEqual(['verified']);
    c.commitAll('work');
    expect(await evidenceOf(c)).toEqual(['stale']);
  });

  test('of the plan itself, which rounds change, is not stale for that', async () => {
    const c = checkout(tasks('gates: ["true"]\nwrites: ["**"]'));
    await runToRest(c);
    expect(await evidenceOf(c)).toEqual(['verified']);
    c.write('else.txt', 'else\n');
    c.commitAll('else');
    expect(await evidenceOf(c)).toEqual(['stale']);
  });

  test('of a commit that is not there any more goes by its content, and is stale without one', async () => {
    const c = checkout(tasks('gates: ["true"]\nwrites: [src]'));
    await runToRest(c);
    const gone = c.plan().replace(/commit: [0-9a-f]{12}, paths/, 'commit: 0123456789ab, paths');
    c.write(FILE, gone);
    expect(await evidenceOf(c)).toEqual(['verified']);
    c.write(FILE, gone.replace(/content: \S+ /, ''));
    expect(await evidenceOf(c)).toEqual(['stale']);
  });
});
