/** Agents as specialists: fake programs of their names on the PATH, real processes, the built program. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

const beside = (name: string) => join(place.dir, '..', name);

/** A program that keeps its arguments and what it is told, and prints lines. */
function fake(name: string, lines: readonly unknown[], code = 0): void {
  const file = beside(`bin/${name}`);
  const said = lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n');
  writeFileSync(beside(`${name}.out`), `${said}\n`);
  const script = `#!/bin/sh
printf '%s\\n' "$@" > ${beside(`${name}.args`)}
cat > ${beside(`${name}.brief`)}
cat ${beside(`${name}.out`)}
exit ${code}
`;
  writeFileSync(file, script);
  chmodSync(file, 0o755);
}

function plan(settings: string, ...tasks: readonly string[]): void {
  writeFileSync(join(place.dir, 'rondo.yaml'), settings);
  const sections = tasks.map(
    (fields, i) => `### t${i + 1}: Task ${i + 1}\n\n\`\`\`yaml\n${fields}\n\`\`\`\n\nDo $(it) \`well\`.\n`,
  );
  place.sh('mkdir docs');
  writeFileSync(
    join(place.dir, 'docs/p-state.md'),
    `---\nrondo: 1\ngoal: Ship\n---\n\n# P\n\n## Tasks\n\n${sections.join('\n')}`,
  );
  place.sh('git add . && git commit -qm plan');
}

const CLAUDE_DONE = {
  type: 'result',
  subtype: 'success',
  is_error: false,
  result: 'Looked around.\n\n```rondo\n{"status":"completed","summary":"login added","passed":true}\n```',
  permission_denials: [],
};

interface Shown {
  readonly task: {
    readonly status: string;
    readonly summary: string | null;
    readonly passed: boolean | null;
    readonly blocker: unknown;
  };
}
const show = (id: string) => (place.json('show', id) as Shown).task;

describe('an agent', () => {
  it('is started with its own arguments, gets the brief on standard input, and its answer is the result', () => {
    fake('claude', [{ type: 'system' }, CLAUDE_DONE]);
    plan('specialists:\n  coder: { agent: claude, model: haiku, tags: [code] }\n', 'tags: [code]');
    expect(place.rondo('trust', '--all').code).toBe(0);
    expect(place.rondo('run').code).toBe(0);
    expect(readFileSync(beside('claude.args'), 'utf8').split('\n')).toEqual([
      '-p',
      '--output-format',
      'stream-json',
      '--verbose',
      '--permission-mode',
      'acceptEdits',
      '--model=haiku',
      '',
    ]);
    const brief = readFileSync(beside('claude.brief'), 'utf8');
    expect(brief).toContain('Do $(it) `well`.');
    expect(brief).toContain('```rondo');
    expect(show('t1')).toMatchObject({ status: 'completed', summary: 'login added', passed: true });
    const shown = place.json('show', 't1') as { fields: { result: { evidence: object[] }; owner: string } };
    expect(shown.fields.owner).toBe('coder');
    expect(shown.fields.result.evidence).toMatchObject([
      {
        command:
          'claude -p --output-format stream-json --verbose --permission-mode acceptEdits --model=haiku',
        exit_code: 0,
      },
    ]);
  });

  it('prints events for programs, of which logs and show tell people the words; --raw and --json keep them', () => {
    const says = (text: string) => ({ type: 'assistant', message: { content: [{ type: 'text', text }] } });
    const uses = {
      type: 'assistant',
      message: { content: [{ type: 'tool_use', name: 'Bash', input: { command: 'ls' } }] },
    };
    const events = [{ type: 'system' }, says('I look.'), uses, says(CLAUDE_DONE.result), CLAUDE_DONE];
    fake('claude', ['plain words', ...events]);
    plan('specialists:\n  coder: { agent: claude }\n', 'specialist: coder');
    place.rondo('run', '--trust-all');
    const words = `plain words\nI look.\n> Bash: ls\n${CLAUDE_DONE.result}\n`;
    expect(place.rondo('logs', 't1').out).toBe(words);
    expect(place.rondo('logs', 't1', '--follow').out).toBe(words);
    const raw = readFileSync(beside('claude.out'), 'utf8');
    expect(place.rondo('logs', 't1', '--raw').out).toBe(raw);
    expect(place.rondo('logs', 't1', '--raw', '--follow').out).toBe(raw);
    expect(place.json('logs', 't1')).toMatchObject({ log: raw });
    expect(place.json('show', 't1')).toMatchObject({ log_tail: words });
  });

  it('with a long log is told from a whole line on, and as it is where nothing of it is understood', () => {
    const says = (text: string) => ({ type: 'assistant', message: { content: [{ type: 'text', text }] } });
    fake('claude', [
      ...Array.from({ length: 3000 }, (_, i) => says(`line ${i} ${'x'.repeat(100)}`)),
      CLAUDE_DONE,
    ]);
    fake('codex', [{ type: 'of.next.year', text: 'Done.' }]);
    plan(
      'on_failure: continue\nspecialists:\n  a: { agent: claude }\n  b: { agent: codex }\n',
      'specialist: a',
      'specialist: b',
    );
    place.rondo('run', '--trust-all');
    const { log_tail: tail } = place.json('show', 't1') as { readonly log_tail: string };
    expect(tail).toMatch(/^line \d+ x{100}\n/);
    expect(tail.length).toBeLessThanOrEqual(4000);
    expect(place.rondo('logs', 't1', '--follow').out).toMatch(/^line \d+ x{100}\n[\s\S]*\nLooked around/);
    expect(place.rondo('logs', 't1').out).toMatch(/^line 0 x{100}\nline 1 /);
    expect(place.rondo('logs', 't2').out).toBe('{"type":"of.next.year","text":"Done."}\n');
  });

  it('that ends with exit code 0 is not done for that: denied, out of quota, out of edits, silent, not there', () => {
    fake('claude', [
      { ...CLAUDE_DONE, permission_denials: [{ tool_name: 'Bash', tool_input: { command: 'npm test' } }] },
    ]);
    fake('codex', [{ type: 'turn.started' }, { type: 'turn.failed', error: { message: 'usage limit' } }]);
    fake('aider', ['The LLM did not conform to the edit format.']);
    fake('opencode', []);
    const names = ['claude', 'codex', 'aider', 'opencode', 'gemini'];
    plan(
      `on_failure: continue\nspecialists:\n${names.map((n) => `  ${n}: { agent: ${n} }\n`).join('')}`,
      ...names.map((n) => `specialist: ${n}`),
    );
    // No `gemini` anywhere: the machine that tests may have one.
    const bare = { PATH: `${beside('bin')}:/usr/bin:/bin:${join(process.execPath, '..')}` };
    expect(place.sh('rondo run --trust-all', bare).code).toBe(10);
    expect(show('t1')).toMatchObject({
      status: 'blocked',
      blocker: { type: 'approval', detail: 'the agent was not allowed: Bash: npm test' },
    });
    expect(show('t2')).toMatchObject({ status: 'failed', summary: 'codex: usage limit' });
    expect(show('t3')).toMatchObject({ status: 'failed', summary: expect.stringContaining('edit format') });
    expect(show('t4')).toMatchObject({
      status: 'failed',
      summary: expect.stringContaining('without saying that it is done'),
    });
    if (!existsSync('/usr/bin/gemini') && !existsSync(join(process.execPath, '../gemini')))
      expect(show('t5')).toMatchObject({
        status: 'failed',
        summary: expect.stringContaining('gemini is not there'),
      });
  });

  it('needs a new approval for another model and for other permissions, and none for another tag', () => {
    fake('claude', [CLAUDE_DONE]);
    const coder = (more: string) => `specialists:\n  coder:\n    agent: claude\n    ${more}\n`;
    plan(coder('model: haiku'), 'specialist: coder', 'specialist: coder\nblocked_by: [t1]');
    const listed = place.json('trust') as {
      commands: { command: string; approved: boolean; commit: string | null }[];
    };
    expect(listed.commands).toHaveLength(1);
    expect(listed.commands[0]).toMatchObject({
      approved: false,
      commit: expect.stringMatching(/^[0-9a-f]{7}/),
    });
    place.rondo('trust', '--all');
    const trusted = (settings: string) => {
      writeFileSync(join(place.dir, 'rondo.yaml'), settings);
      return (place.json('trust') as typeof listed).commands.map((c) => c.approved);
    };
    expect(trusted(coder('model: haiku\n    tags: [code]'))).toEqual([true]);
    expect(trusted(coder('model: opus'))).toEqual([false]);
    expect(trusted(coder('model: haiku\n    permissions: full'))).toEqual([false]);
    expect(place.rondo('round').code).toBe(4);
    expect(existsSync(beside('claude.args'))).toBe(false);
  });

  it('that nobody knows is refused with those that are known', () => {
    plan('specialists:\n  coder: { agent: clade }\n', 'specialist: coder');
    const { code, err } = place.rondo('check');
    expect(code).toBe(3);
    expect(err + place.rondo('check').out).toMatch(/claude/);
  });
});
