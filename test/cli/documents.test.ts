/** Every command prints one document of its own shape with --json, and ends with its code. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOCUMENTS } from '../../src/model/documents.ts';
import { newPlace, type Place } from './rondo-process.ts';

type Name = keyof typeof DOCUMENTS;

/** Runs a line with --json and checks the document and the exit code. */
function check(place: Place, name: Name, line: string, code = 0): Record<string, unknown> {
  const ended = place.sh(`rondo ${line} --json`);
  expect(ended.code, `${line}: ${ended.out}${ended.err}`).toBe(code);
  const document: unknown = JSON.parse(ended.out);
  const parsed = DOCUMENTS[name].safeParse(document);
  expect(parsed.success ? [] : parsed.error.issues, line).toEqual([]);
  return document as Record<string, unknown>;
}

describe('documents', () => {
  let place: Place;
  beforeAll(() => {
    place = newPlace();
  });
  afterAll(() => place.remove());

  test('a plan from start to end', () => {
    check(place, 'init', 'init');
    check(place, 'templates', 'templates');
    check(place, 'error', 'init', 4);
    check(place, 'list', 'list');
    expect(check(place, 'round', 'new demo --goal Ship')).toMatchObject({
      plan: 'demo',
      round: 1,
      changed: true,
    });
    const added = check(place, 'round', 'add "Do it" --run "echo done"');
    expect(added).toMatchObject({
      changes: expect.arrayContaining([expect.objectContaining({ kind: 'task-added', task: 'do-it' })]),
    });
    check(place, 'round', 'add Look --after do-it');
    check(place, 'round', 'add Other');
    expect(check(place, 'status', 'status')).toMatchObject({
      status: 'running',
      counts: { total: 3, pending: 3 },
    });
    check(place, 'list', 'list --tag none');
    check(place, 'show', 'show do-it');
    check(place, 'recommend', 'recommend do-it');
    check(place, 'next', 'next');
    check(place, 'round', 'edit do-it parallel_group=g');
    expect(check(place, 'group', 'show --group demo/g')).toMatchObject({
      group: 'g',
      open: [{ id: 'do-it' }],
    });
    check(place, 'batches', 'batches');
    check(place, 'graph', 'graph --format dot');
    check(place, 'log', 'log');
    check(place, 'check', 'check');
    check(place, 'doctor', 'doctor');
    check(place, 'wait', 'wait --until-change --timeout 0.1s', 5);
    expect(check(place, 'round', 'round', 4)).toMatchObject({
      problems: [expect.objectContaining({ code: 'untrusted-command' })],
    });
    expect(check(place, 'trust', 'trust --all')).toMatchObject({
      commands: expect.arrayContaining([expect.objectContaining({ command: 'echo done', approved: true })]),
    });
    expect(check(place, 'round', 'round --dry-run')).toMatchObject({
      changed: false,
      effects: [{ kind: 'start' }],
    });
    expect(check(place, 'round', 'round')).toMatchObject({ changed: true, status: 'awaiting-result' });
    place.rondo('logs', 'do-it', '--follow');
    expect(check(place, 'logs', 'logs do-it')).toMatchObject({ attempt: 1, log: 'done\n' });
    check(place, 'round', 'watchdog');
    check(place, 'round', 'round');
    check(place, 'round', 'claim look');
    check(place, 'round', 'release look');
    check(place, 'round', 'claim look --as dana --returns "she says so" --until 2h');
    check(place, 'round', 'done look --summary fine --meta a=b');
    check(place, 'round', 'reopen look');
    check(place, 'round', 'block look --type technical --detail broken');
    check(place, 'round', 'unblock look');
    check(place, 'round', 'claim look');
    check(place, 'round', 'fail look --reason no');
    expect(check(place, 'run', 'run --no-wait', 10)).toMatchObject({ status: 'blocked' });
    check(place, 'round', 'retry look');
    check(place, 'round', 'edit look priority=2 title=Look');
    check(place, 'round', 'decide "as it is"');
    check(place, 'round', 'pause');
    expect(check(place, 'run', 'run --no-wait', 11)).toMatchObject({ status: 'paused' });
    check(place, 'round', 'resume');
    check(place, 'round', 'launch');
    expect(check(place, 'run', 'run --no-wait', 12)).toMatchObject({ status: 'running' });
    check(place, 'round', 'cancel other --reason late');
    check(place, 'round', 'done look');
    expect(check(place, 'run', 'run')).toMatchObject({ status: 'complete' });
    check(place, 'round', 'reopen --plan demo');
    check(place, 'round', 'accept');
    check(place, 'round', 'restart');
    check(place, 'round', 'cancel do-it');
    check(place, 'round', 'cancel look');
    check(place, 'round', 'cancel other');
    check(place, 'clean', 'clean');
    check(place, 'archive', 'archive');
    check(place, 'completion', 'completion bash');
  });

  test('failures are documents, too, and the code is the exit code of their kind', () => {
    expect(check(place, 'error', 'nope', 2)).toMatchObject({ error: { code: 'usage' } });
    expect(check(place, 'error', 'status --nope', 2)).toMatchObject({ error: { code: 'usage' } });
    expect(check(place, 'error', 'status nope', 2)).toMatchObject({ error: { code: 'unknown-plan' } });
    expect(check(place, 'error', '-C / status', 2)).toMatchObject({ error: { code: 'not-a-repository' } });
    check(place, 'round', 'new broken');
    writeFileSync(join(place.dir, 'docs/broken-state.md'), '---\nrondo: 1\nstatus: [\n---\n');
    expect(check(place, 'error', 'status', 3)).toMatchObject({
      error: { file: 'docs/broken-state.md', line: expect.any(Number) },
    });
    expect(check(place, 'error', 'round', 3).error).toBeDefined();
    const checked = check(place, 'check', 'check', 3);
    expect(checked).toMatchObject({ problems: [expect.objectContaining({ severity: 'error' })] });
    expect(check(place, 'list', 'list')).toMatchObject({ plans: [{ plan: 'broken', status: null }] });
  });

  test('a cycle', () => {
    writeFileSync(
      join(place.dir, 'docs/broken-state.md'),
      '---\nrondo: 1\n---\n## Tasks\n\n### a: A\n\n```yaml\nblocked_by: [b]\n```\n\n### b: B\n\n```yaml\nblocked_by: [a]\n```\n',
    );
    expect(check(place, 'batches', 'batches', 3)).toMatchObject({
      problems: [{ code: 'dependency-cycle', cycle: expect.arrayContaining(['a', 'b']) }],
    });
    expect(check(place, 'run', 'run', 10)).toMatchObject({ status: 'blocked' });
  });

  test('a schema can be had for each of them', () => {
    for (const name of ['plan', 'task', 'settings', 'status', 'error'])
      expect(place.json('schema', name), name).toMatchObject({ $schema: expect.any(String), type: 'object' });
  });
});
