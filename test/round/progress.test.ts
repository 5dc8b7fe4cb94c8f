/** The progress markers through whole rounds, with real git. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Checkout, codesOf, FILE, newCheckout } from './checkout.ts';

const open: Checkout[] = [];
afterEach(() => {
  for (const checkout of open.splice(0)) checkout.remove();
});

function checkout(tasks: string): Checkout {
  const made = newCheckout(tasks);
  open.push(made);
  return made;
}

const PAIR = '<!-- rondo:progress -->\n<!-- /rondo:progress -->\n';
const TASKS = '### a: First\n\n### b: Second\n\n```yaml\nblocked_by: [a]\n```\n';
const claim = { kind: 'claim', task: 'a', owner: 'dana', returns: undefined, until: undefined } as const;
const save = (c: Checkout, text: string) => writeFileSync(join(c.dir, FILE), text);

function outsideOf(text: string): string {
  return text.replace(/(<!-- rondo:progress -->\r?\n)[\s\S]*(?=<!-- \/rondo:progress -->)/, '$1');
}

describe('progress markers', () => {
  test('added by hand are filled by the next round, and by each that changes something', async () => {
    const c = checkout(TASKS);
    await c.round();
    const saved = c.plan().replace('# Demo\n', `# Demo\n\n${PAIR}`);
    save(c, saved);
    expect((await c.round()).changed).toBe(true);
    expect(c.plan()).toContain('- [ ] a: First (pending)\n- [ ] b: Second (pending)\n');
    expect(c.plan()).toContain('  t0 --> t1\n');
    expect(outsideOf(c.plan())).toBe(saved);
    expect(c.plan().trimEnd()).toBe(c.committed());

    expect((await c.round()).changed).toBe(false);

    const head = c.git('rev-parse', 'HEAD');
    await c.round(claim);
    expect(c.git('rev-list', '--count', `${head}..HEAD`)).toBe('1');
    expect(c.committed()).toContain('- [ ] a: First (in_progress, dana)\n');
    expect(c.committed()).toContain('t0["a: First"]:::in_progress\n');
    expect(c.git('status', '--porcelain')).toBe('');
    expect((await c.round()).changed).toBe(false);
  });

  test('in a file of CRLF lines keep it one', async () => {
    const c = checkout(TASKS);
    save(c, c.plan().replace('# Demo\n', `# Demo\n\n${PAIR}`).replaceAll('\n', '\r\n'));
    await c.round(claim);
    expect(c.plan()).toContain('- [ ] a: First (in_progress, dana)\r\n');
    expect(c.plan()).not.toMatch(/[^\r]\n/);
    expect((await c.round()).changed).toBe(false);
  });

  test('hold text of their own: what is written there by hand goes, and nothing else', async () => {
    const c = checkout(TASKS);
    save(c, c.plan().replace('# Demo\n', `# Demo\n\n${PAIR}`));
    await c.round(claim);
    const filled = c.plan();
    const before = c.git('rev-parse', 'HEAD:');
    save(c, filled.replace('- [ ] b', '### c: Not a task\n\n- [x] b'));
    const document = await c.round();
    expect(codesOf(document)).not.toContain('hand-edit');
    expect(c.plan()).toBe(filled);
    expect(c.git('rev-parse', 'HEAD:')).toBe(before);
    expect(c.git('status', '--porcelain')).toBe('');
    expect((await c.round()).changed).toBe(false);
  });

  test('in a brief leave the brief, and what a worker of the task runs for, as they were', async () => {
    const c = checkout(`${TASKS}\nBefore.\n\n${PAIR}\nAfter.\n`);
    await c.round();
    await c.round(claim);
    expect(c.committed()).toContain('- [ ] a: First (in_progress, dana)\n');
    save(c, c.plan().replace('goal: Test', 'goal: Tested'));
    const document = await c.round();
    expect(codesOf(document).filter((code) => code === 'hand-edit')).toHaveLength(1);
    expect(c.git('log', '-1', '--format=%b')).not.toContain('brief');
  });

  test('that are not one pair are warned of, and nothing is written between them', async () => {
    const c = checkout(TASKS);
    const saved = c.plan().replace('# Demo\n', `# Demo\n\n${PAIR}\n${PAIR}`);
    save(c, saved);
    const document = await c.round();
    expect(codesOf(document)).toContain('progress-markers');
    expect(c.plan()).not.toContain('mermaid');
  });

  test('are the only way to derived text in the body', async () => {
    const c = checkout(TASKS);
    await c.round(claim);
    expect(c.plan()).not.toContain('mermaid');
  });
});
