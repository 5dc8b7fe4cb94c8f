import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLocal } from '../../src/local/open-local.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-parsed-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const TEXT = '\uFEFF---\r\nrondo: 1\r\n---\r\n\r\n## Tasks — ünïcode 🎉\r\n';

test('what was kept for a text comes back for exactly that text', () => {
  const local = openLocal(folder);
  expect(local.loadPlan('p', TEXT)).toBeUndefined();
  local.savePlan('p', TEXT, { plan: { tasks: ['ü'] } });
  local.flush();
  expect(local.loadPlan('p', TEXT)).toEqual({ plan: { tasks: ['ü'] } });
  expect(openLocal(folder).loadPlan('p', TEXT)).toEqual({ plan: { tasks: ['ü'] } });
  for (const other of [`${TEXT} `, TEXT.slice(0, -1), TEXT.replace('1', '2'), ''])
    expect(local.loadPlan('p', other)).toBeUndefined();
});

test('another version, a cut or a garbled file is as none', () => {
  {
    const l = openLocal(folder, { memoVersion: '1.0.0' });
    l.savePlan('p', TEXT, { plan: 1 });
    l.flush();
  }
  expect(openLocal(folder, { memoVersion: '1.0.1' }).loadPlan('p', TEXT)).toBeUndefined();
  const local = openLocal(folder, { memoVersion: '1.0.0' });
  const file = join(folder, 'rondo/cache/plan-p.parsed');
  const whole = readFileSync(file);
  for (let length = 0; length < whole.length; length++) {
    truncateSync(file, length);
    expect(local.loadPlan('p', TEXT)).toBeUndefined();
    writeFileSync(file, whole);
  }
  expect(local.loadPlan('p', TEXT)).toEqual({ plan: 1 });
});

test('a name that is no plan name keeps nothing, and a folder that cannot be written does no harm', () => {
  const local = openLocal(folder);
  local.savePlan('../out', TEXT, { plan: 1 });
  local.flush();
  expect(local.loadPlan('../out', TEXT)).toBeUndefined();
  writeFileSync(join(folder, 'rondo'), 'a file where the folder should be');
  local.savePlan('p', TEXT, { plan: 1 });
  local.flush();
  expect(local.loadPlan('p', TEXT)).toBeUndefined();
});
