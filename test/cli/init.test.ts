/** `rondo init`: the four specialists of its own, or those of a task orchestrator. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

const whoDoes = (tag: string) => {
  place.rondo('add', tag, '--id', tag, '--tag', tag);
  return (place.json('recommend', tag) as { specialist: string | null; command: string | null }).specialist;
};

test('writes four specialists with their tags, and comments; nothing matched is for a person', () => {
  expect(place.rondo('init').code).toBe(0);
  expect(readFileSync(join(place.dir, 'rondo.yaml'), 'utf8')).toMatch(/^# Settings of Rondo/);
  place.rondo('new', 'p');
  expect(place.rondo('check').code).toBe(0);
  const table: Readonly<Record<string, string | null>> = {
    backend: 'implementation',
    frontend: 'implementation',
    database: 'implementation',
    testing: 'implementation',
    documentation: 'implementation',
    bug: 'senior',
    error: 'senior',
    blocker: 'senior',
    complex: 'senior',
    'feature-creation': 'architect',
    planning: 'planning',
    'task-breakdown': 'planning',
    optimization: null,
  };
  expect(Object.fromEntries(Object.keys(table).map((tag) => [tag, whoDoes(tag)]))).toEqual(table);
});

test('--from takes over what a folder holds, and says what it left out', () => {
  const folder = join(place.dir, '..', 'old');
  mkdirSync(join(folder, '.taskorchestrator'), { recursive: true });
  writeFileSync(
    join(folder, '.taskorchestrator/config.yaml'),
    'parallelism: { max_parallel_tasks: 3 }\nother: 1\n',
  );
  writeFileSync(join(folder, '.taskorchestrator/agent-mapping.yaml'), 'bug: Senior Engineer (Sonnet)\n');
  const missing = place.json('init', '--from', '../nowhere');
  expect(missing).toMatchObject({ error: { code: 'usage' } });
  const { out, code } = place.rondo('init', '--from', '../old');
  expect(code).toBe(0);
  expect(out).toContain('config.yaml: other: Rondo has no such setting');
  place.rondo('new', 'p');
  expect(place.rondo('check').code).toBe(0);
  expect(whoDoes('bug')).toBe('senior-engineer');
  expect(place.json('init', '--from', '../old')).toMatchObject({ error: { code: 'already-exists' } });
  expect(place.rondo('init').err).toContain('Edit it');
  expect(place.rondo('init').err).not.toContain('Choose another name');
});

test('where nothing matches, each specialist is named once', () => {
  place.rondo('init');
  place.rondo('new', 'p');
  place.rondo('add', 'Odd', '--id', 'odd', '--tag', 'zebra');
  const { out } = place.rondo('recommend', 'odd');
  expect(out).toContain('leads to senior');
  expect(out.match(/senior/g)).toHaveLength(1);
});
