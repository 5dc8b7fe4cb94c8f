/** The frame without a process: what happens to failures that nobody foresaw, and to text on its way out. */
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/cli/host.ts';
import { runCli } from '../../src/cli/main.ts';
import { MEANT } from '../../src/cli/other-words.ts';
import { columns, cut, widthOf } from '../../src/cli/print/columns.ts';
import { inert, inertCommand, inertLine } from '../../src/cli/print/inert.ts';
import { printJson } from '../../src/cli/print/json.ts';
import { COMMANDS } from '../../src/cli/table.ts';
import { fail } from '../../src/errors.ts';
import { slugOf, uniqueId, wholeSlugOf } from '../../src/model/slug.ts';

async function call(argv: readonly string[], open: Host['open'], env: Host['env'] = {}) {
  const said = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    isTTY: false,
    columns: 80,
    write(text: string) {
      said[name] += text;
    },
  });
  const code = await runCli({
    argv,
    name: 'rondo',
    version: '1.2.3',
    cwd: '/',
    templates: '/',
    env,
    stdout: stream('out'),
    stderr: stream('err'),
    stdinIsTTY: false,
    readInput: () => '',
    open,
    attach: async () => ({ exitCode: 0, signal: null, notStarted: null, end: () => 0 }),
    onInterrupt: () => () => undefined,
  });
  return { ...said, code };
}

const bug = async () => {
  throw new TypeError('boom');
};

describe('a word that is no command', () => {
  test.each([
    ['start', 'See `rondo run`, or `rondo --help`.'],
    ['delete', 'See `rondo cancel`, or `rondo --help`.'],
    ['statsu', 'Did you mean status?'],
    ['constructor', 'See `rondo --help`.'],
  ])('%s is answered: %s', async (word, hint) => {
    const { code, err } = await call([word, 'x'], bug);
    expect([code, err]).toEqual([2, `error[usage]: unknown command '${word}'\n  help: ${hint}\n`]);
  });

  test('leads to commands that there are, from words that are none', () => {
    const names = COMMANDS.map(({ name }) => name);
    for (const [word, meant] of Object.entries(MEANT)) {
      expect(names).not.toContain(word);
      expect(names).toContain(meant.split(' ')[0]);
    }
  });
});

describe('a failure nobody foresaw', () => {
  test('is internal and ends with 1; the stack is shown where asked for', async () => {
    const quiet = await call(['status'], bug);
    expect(quiet).toMatchObject({ code: 1, out: '', err: expect.stringContaining('error[internal]: boom') });
    expect(quiet.err).not.toContain('main.test.ts');
    expect((await call(['status'], bug, { RONDO_DEBUG: '1' })).err).toContain('main.test.ts');
    const { out, err } = await call(['status', '--json'], bug);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'internal', message: 'boom' } });
  });

  test('every exit code comes from the code of the failure', async () => {
    const codes = [
      ['locked', 5],
      ['damaged-repository', 4],
      ['config-invalid', 3],
      ['not-a-repository', 2],
    ] as const;
    for (const [code, exit] of codes)
      expect(await call(['list'], async () => fail(code, 'no')), code).toMatchObject({
        code: exit,
        err: expect.stringContaining(`error[${code}]`),
      });
  });
});

describe('the table of commands', () => {
  test('names each once, and each file registers what the table says', async () => {
    expect(new Set(COMMANDS.map((entry) => entry.name)).size).toBe(COMMANDS.length);
    for (const { name } of COMMANDS) {
      const { code, out } = await call([name, '--help'], bug);
      expect(code, name).toBe(0);
      expect(out, name).toContain(`Usage: rondo ${name}`);
    }
  });

  test('what changes something is switched off by RONDO_DISABLE before anything is opened', async () => {
    const argv: Record<string, readonly string[]> = {
      new: ['t'],
      add: ['t'],
      edit: ['t', 'a=b'],
      decide: ['t'],
      reopen: ['t'],
      approve: ['t'],
      reject: ['t', '--reason', 'x'],
      assign: ['t', 's'],
      recommend: ['t'],
      step: ['t', '--', 'true'],
      export: ['--to', 'ledger'],
      import: ['--from', 'ledger'],
    };
    const tasks = ['claim', 'release', 'done', 'fail', 'block', 'unblock', 'retry', 'cancel'];
    for (const { name, changes } of COMMANDS) {
      if (name === 'completion' || name === 'schema') continue;
      const words = argv[name] ?? (tasks.includes(name) || name === 'show' || name === 'logs' ? ['t'] : []);
      const { code } = await call([name, ...words], bug, { RONDO_DISABLE: '1' });
      expect(code, name).toBe(changes ? 0 : 1);
    }
  });
});

describe('text on its way out', () => {
  test('controls and direction marks are shown, not obeyed', () => {
    expect(inert('a\u001b[2Jb\u009bc\u202ed\r\ne\tf')).toBe('a\\x1b[2Jb\\x9bc\\u202ed\ne\tf');
    expect(inertLine('a\n\tb')).toBe('a b');
    expect(printJson({ a: '\u009b\u202e\u001b' })).toBe('{\n  "a": "\\u009b\\u202e\\u001b"\n}\n');
    expect(JSON.parse(printJson({ a: '\u009b\u202e' }))).toEqual({ a: '\u009b\u202e' });
  });

  test('what cannot be seen is shown by its number; joiners stay where a script or a picture needs them', () => {
    for (const code of [
      0x61c, 0x200b, 0x200c, 0x200d, 0x200e, 0x2028, 0x2060, 0x2064, 0x206a, 0xfeff, 0xfff9,
    ]) {
      const shown = `a\\u${code.toString(16).padStart(4, '0')}b`;
      expect(inert(`a${String.fromCodePoint(code)}b`)).toBe(shown);
      expect(inertCommand(`a${String.fromCodePoint(code)}b`)).toBe(shown);
    }
    const tags = 'a\u00adb\u{e0001}c\u{e0020}d\u{e007f}';
    expect([inert(tags), inertCommand(tags)]).toEqual([
      'a\\xadb\\u{e0001}c\\u{e0020}d\\u{e007f}',
      'a\\xadb\\u{e0001}c\\u{e0020}d\\u{e007f}',
    ]);
    for (const kept of [
      '\u{1f468}\u{1f3fd}\u200d\u{1f4bb}',
      '\u2764\ufe0f\u200d\u{1f525}',
      '\u0915\u094d\u200d\u0937',
      '\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645',
      '\u0600\u0661',
    ]) {
      expect(inert(kept)).toBe(kept);
      if (/[\u200c\u200d]/.test(kept)) expect(inertCommand(kept)).toMatch(/\\u200[cd]/);
    }
    expect(inertCommand('a\n\tb\r\nc\u00a0d\u3164e\ufe0ff\u2800g\ue000h\ud800i')).toBe(
      'a\n\tb\\x0d\nc\\xa0d\\u3164e\\ufe0ff\\u2800g\\ue000h\\ud800i',
    );
  });

  test('columns line up with wide characters, and fit', () => {
    expect(widthOf('日本')).toBe(4);
    expect(widthOf('e\u0301')).toBe(1);
    expect(cut('日本語', 5)).toBe('日本…');
    const text = columns(
      [
        [{ text: '日本' }, { text: 'x'.repeat(100) }],
        [{ text: 'abcdef' }, { text: 'y' }],
      ],
      40,
    );
    expect(text.split('\n').map(widthOf)).toEqual([40, 9, 0]);
  });

  test('ids from titles', () => {
    expect(slugOf("Don't break Çà et là!")).toBe('dont-break-ca-et-la');
    expect(slugOf('a'.repeat(100))).toHaveLength(40);
    expect(slugOf('Größe, Smørrebrød, Łódź')).toBe('grosse-smorrebrod-lodz');
    expect(slugOf('Добавить вход')).toBe('dobavit-vkhod');
    expect(slugOf('Προσθήκη εισόδου')).toBe('prosthiki-eisodoy');
    expect(slugOf('API 日本語 v2')).toBe('api-v2');
    expect(slugOf('日本語')).toBe('');
    expect(wholeSlugOf('a'.repeat(100))).toHaveLength(100);
    expect(uniqueId('', [])).toBe('task');
    expect(uniqueId('', ['task', 'Task-2'])).toBe('task-3');
    expect(uniqueId('a', ['A', 'a-2'])).toBe('a-3');
  });
});
