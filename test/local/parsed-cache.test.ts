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

const found = (gitDir: string, options = {}) => {
  const kept = openLocal(gitDir, options).loadPlan('p');
  return kept === undefined ? undefined : { text: kept.text, value: kept.value() };
};

test('what was kept comes back with the text it was kept for', () => {
  const local = openLocal(folder);
  expect(local.loadPlan('p')).toBeUndefined();
  local.savePlan('p', TEXT, { plan: { tasks: ['ü'] } });
  expect(local.loadPlan('p')?.text).toBe(TEXT);
  expect(local.loadPlan('p')?.value()).toEqual({ plan: { tasks: ['ü'] } });
  expect(found(folder)).toBeUndefined();
  local.flush();
  expect(found(folder)).toEqual({ text: TEXT, value: { plan: { tasks: ['ü'] } } });
  expect(openLocal(folder).loadPlan('other')).toBeUndefined();
});

test('it pollutes nothing', () => {
  const local = openLocal(folder);
  local.savePlan('p', TEXT, JSON.parse('{"__proto__":{"polluted":1}}'));
  local.flush();
  expect(found(folder)?.text).toBe(TEXT);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('another version, a cut or a garbled file is as none', () => {
  const options = { cacheVersion: '1.0.0' };
  const l = openLocal(folder, options);
  l.savePlan('p', TEXT, { plan: 1 });
  l.flush();
  expect(found(folder, { cacheVersion: '1.0.1' })).toBeUndefined();
  const file = join(folder, 'rondo/cache/plan-p.parsed');
  const whole = readFileSync(file);
  for (let length = 0; length < whole.length; length++) {
    truncateSync(file, length);
    expect(found(folder, options)?.value).toBeUndefined();
    writeFileSync(file, whole);
  }
  for (const garbled of ['', '\n', 'rondo 1.0.0 x\n', 'rondo 1.0.0 99\n{}', 'rondo 1.0.0 -1\n{}', '{}\n{}']) {
    writeFileSync(file, garbled);
    expect(found(folder, options), garbled).toBeUndefined();
  }
  writeFileSync(file, whole);
  expect(found(folder, options)).toEqual({ text: TEXT, value: { plan: 1 } });
});

test('a name that is no plan name keeps nothing, and a folder that cannot be written does no harm', () => {
  const local = openLocal(folder);
  local.savePlan('../out', TEXT, { plan: 1 });
  local.flush();
  expect(local.loadPlan('../out')).toBeUndefined();
  writeFileSync(join(folder, 'rondo'), 'a file where the folder should be');
  local.savePlan('p', TEXT, { plan: 1 });
  local.flush();
  expect(local.loadPlan('p')).toBeUndefined();
});
