/** Bytes and paths: line ends, filters, links; one-line diffs, no file that is dirty for ever, nothing outside. */
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Problem, RondoError } from '../../src/errors.ts';
import { type GitSandbox, gitSandbox, orderOf, PLAN } from '../support/git-sandbox.ts';
import { codeOf } from './code-of.ts';

let s: GitSandbox;
beforeEach(() => {
  s = gitSandbox();
});
afterEach(() => s.remove());

const lf = 'one\ntwo\nthree\n';
const crlf = lf.replaceAll('\n', '\r\n');

describe('a one-line diff, and a clean file after it', () => {
  const CASES: readonly (readonly [
    name: string,
    config: readonly string[],
    attributes: string,
    text: string,
  ])[] = [
    ['LF', [], '', lf],
    ['CRLF committed as such', [], '', crlf],
    ['CRLF with a BOM and no final newline', [], '', `\uFEFF${crlf}four`],
    ['mixed line ends', [], '', 'one\r\ntwo\nthree\r\n'],
    ['CRLF under autocrlf', ['core.autocrlf', 'true'], '', crlf],
    ['CRLF under autocrlf=input', ['core.autocrlf', 'input'], '', crlf],
    ['CRLF under text=auto', [], '*.md text=auto\n', crlf],
    ['CRLF under eol=crlf', [], '*.md text eol=crlf\n', crlf],
    ['CRLF declared binary', [], '*.md -text\n', crlf],
    [
      'a clean and smudge filter',
      ['filter.up.clean', 'tr a-z A-Z', 'filter.up.smudge', 'tr A-Z a-z'],
      '*.md filter=up\n',
      lf,
    ],
    ['UTF-16 in git', [], '*.md working-tree-encoding=UTF-8\n', 'ä\nö\nthree two\n'],
    ['an ident', [], '*.md ident\n', 'one\n$Id$\ntwo\n'],
  ];

  it.each(CASES)('%s', (_, config, attributes, text) => {
    for (let i = 0; i < config.length; i += 2) s.git('config', config[i] ?? '', config[i + 1] ?? '');
    if (attributes !== '') s.write('.gitattributes', attributes);
    s.write(PLAN, text);
    s.commitAll('plan');
    expectOneLineRounds(text);
  });

  it('CRLF that was committed as such before autocrlf was on', () => {
    s.write(PLAN, crlf);
    s.commitAll('plan');
    s.git('config', 'core.autocrlf', 'true');
    expectOneLineRounds(crlf);
  });

  it('CRLF that was committed as such before text=auto was on', () => {
    s.write(PLAN, crlf);
    s.commitAll('plan');
    s.write('.gitattributes', '* text=auto\n');
    s.commitAll('attributes');
    expectOneLineRounds(crlf);
  });

  function expectOneLineRounds(text: string): void {
    let now = text;
    for (const word of ['2', 'zwei']) {
      const repo = s.open();
      expect(repo.look(PLAN)).toMatchObject({ text: now, edited: false });
      const after = now.replace(/two|2/, word);
      expect(repo.commit(orderOf(repo, after)).kind).toBe('committed');
      now = after;
      expect(s.read(PLAN)).toBe(after);
      expect(s.git('diff', '--numstat', 'HEAD~1')).toBe(`1\t1\t${PLAN}`);
      expect(s.git('status', '--porcelain')).toBe('');
      expect(s.git('diff-files')).toBe('');
      expect(s.open().readAt(repo.resolve('HEAD'), PLAN)?.replaceAll('\r', '')).toBe(
        after.replaceAll('\r', ''),
      );
    }
    const repo = s.open();
    s.write(PLAN, now.replace('zwei', 'by hand'));
    expect(repo.look(PLAN).edited).toBe(true);
  }

  it('keeps the mode and the executable bit', () => {
    s.write(PLAN, lf);
    execFileSync('chmod', ['755', join(s.dir, PLAN)]);
    s.commitAll('plan');
    const repo = s.open();
    repo.commit(orderOf(repo, 'x\n'));
    expect(s.git('ls-tree', 'HEAD', PLAN)).toMatch(/^100755 /);
    expect(s.git('status', '--porcelain')).toBe('');
  });

  it("leaves the user's chmod unstaged", () => {
    s.write(PLAN, lf);
    s.commitAll('plan');
    execFileSync('chmod', ['755', join(s.dir, PLAN)]);
    const repo = s.open();
    expect(repo.commit(orderOf(repo, 'x\n')).kind).toBe('committed');
    expect(s.git('ls-tree', 'HEAD', PLAN)).toMatch(/^100644 /);
    expect(s.git('diff', '--cached', '--name-only')).toBe('');
    expect(s.git('diff', '--summary')).toContain('mode change 100644 => 100755');
  });
});

describe('a plan that is no file of its own', () => {
  beforeEach(() => {
    s.write('docs/real.md', lf);
    s.commitAll('plan');
  });
  const plan = () => join(s.dir, PLAN);
  const expectRefused = () => {
    const repo = s.open();
    expect(codeOf(() => repo.readFile(PLAN))).toBe('not-a-file');
    expect(codeOf(() => repo.look(PLAN))).toBe('not-a-file');
  };

  it('a symbolic link', () => {
    symlinkSync('real.md', plan());
    expectRefused();
  });
  it('a dangling symbolic link', () => {
    symlinkSync('none', plan());
    expectRefused();
  });
  it('a hard link', () => {
    linkSync(join(s.dir, 'docs/real.md'), plan());
    expectRefused();
  });
  it('a folder', () => {
    mkdirSync(plan());
    expectRefused();
  });
  it('a pipe, without waiting for its writer', () => {
    execFileSync('mkfifo', [plan()]);
    expectRefused();
  });
  it('a file that became a link since it was read', () => {
    s.write(PLAN, lf);
    s.commitAll('plan');
    const order = orderOf(s.open(), 'x\n');
    renameSync(plan(), join(s.dir, 'away'));
    symlinkSync('../away', plan());
    expect(codeOf(() => s.open().commit(order))).toBe('not-a-file');
    expect(s.read('away')).toBe(lf);
  });
  it('what is too large', () => {
    writeFileSync(plan(), Buffer.alloc(100_000_000, 97));
    expect(codeOf(() => s.open().readFile(PLAN))).toBe('file-too-large');
  });
});

describe('what is not text is refused at its first byte that is none', () => {
  it.each([
    [[0xff], 1, 1],
    [[...Buffer.from('a\nbc'), 0xff, 0x62], 2, 3],
    [[...Buffer.from('a\0b')], 1, 2],
    [[...Buffer.from('a\0b\n'), 0xc3], 1, 2],
    [[...Buffer.from('\ufeff\u00e9\ud83d\ude42\n\ufffd '), 0xc3, 0x28, 0xff], 2, 3],
    [[...Buffer.from('\ufffd\ufffd'), 0xe2, 0x82], 1, 3],
  ])('%j at %i:%i', (bytes, line, column) => {
    s.write(PLAN, '');
    writeFileSync(join(s.dir, PLAN), Buffer.from(bytes));
    let problem: Problem | undefined;
    try {
      s.open().readFile(PLAN);
    } catch (error) {
      if (error instanceof RondoError) problem = error.problems[0];
      else throw error;
    }
    expect(problem).toMatchObject({ code: 'not-text', file: PLAN, line, column });
    expect(problem?.excerpt).toMatch(/\^$/);
  });
});

describe('a pattern', () => {
  it.each([
    [
      'docs/*-state.md',
      ['docs/.hid-state.md', 'docs/a-state.md', 'docs/ab-state.md'],
      ['docs/a-state.md', 'docs/ab-state.md'],
    ],
    ['docs/.*', ['docs/.hid-state.md', 'docs/a'], ['docs/.hid-state.md']],
    [
      'docs/a*b*c',
      ['docs/abc', 'docs/aXbXc', 'docs/abcb', 'docs/ac', 'docs/abbcc'],
      ['docs/aXbXc', 'docs/abbcc', 'docs/abc'],
    ],
    ['*/x', ['docs/x', 'work/x', 'work/xy'], ['docs/x', 'work/x']],
    ['docs/**', ['docs/x', 'docs/deep/y'], ['docs/deep', 'docs/x']],
    ['docs/a.c', ['docs/abc', 'docs/a.c'], ['docs/a.c']],
  ])('%s finds of %j: %j', (pattern, files, found) => {
    for (const file of files) s.write(file, '');
    expect(s.open().findFiles([pattern])).toEqual(found);
  });

  it('of many stars takes no time that grows with them', () => {
    s.write(`docs/${'a'.repeat(200)}.md`, '');
    expect(s.open().findFiles([`docs/${'*a'.repeat(60)}*b`])).toEqual([]);
    expect(s.open().findFiles([`docs/${'*a'.repeat(60)}*.md`])).toHaveLength(1);
  });
});

describe('a path that leaves the repository', () => {
  it.each([
    '../x-state.md',
    '/etc/passwd',
    'docs/../../x',
    '.git/config',
    'docs/.GIT/x',
    'C:/x',
    'a\0b',
    'docs//x',
    './x',
    '.git./x',
    'git~1/x',
    'a\\b',
    'a\nb',
    '',
  ])('%j', (file) => {
    const repo = s.open();
    expect(codeOf(() => repo.readFile(file))).toBe('unsafe-path');
    expect(codeOf(() => repo.look(file))).toBe('unsafe-path');
    expect(codeOf(() => repo.readAt(repo.resolve('HEAD'), file))).toBe('unsafe-path');
    expect(codeOf(() => repo.writeNewFile(file, 'x'))).toBe('unsafe-path');
    expect(repo.fileExists(file)).toBe(false);
  });

  it('by a linked folder, outside or inside', () => {
    mkdirSync(join(s.base, 'outside'));
    writeFileSync(join(s.base, 'outside', 'x-state.md'), 'secret\n');
    symlinkSync(join(s.base, 'outside'), join(s.dir, 'docs'));
    const repo = s.open();
    expect(repo.findFiles(['docs/*-state.md'])).toEqual([]);
    expect(repo.fileExists('docs/x-state.md')).toBe(false);
    expect(codeOf(() => repo.readFile('docs/x-state.md'))).toBe('unsafe-path');
    expect(codeOf(() => repo.writeNewFile('docs/y', 'x'))).toBe('unsafe-path');
    rmSync(join(s.dir, 'docs'));
    mkdirSync(join(s.dir, 'real'));
    symlinkSync('real', join(s.dir, 'docs'));
    expect(codeOf(() => s.open().readFile('docs/x-state.md'))).toBe('unsafe-path');
  });

  it('takes names for names, whatever git could read into them', () => {
    const odd = [
      'docs/-n-state.md',
      'docs/:(top)x-state.md',
      'docs/*-state.md',
      'docs/[a]-state.md',
      'docs/a b,c-state.md',
      'docs/"q"-state.md',
    ];
    for (const file of odd) s.write(file, 'old\n');
    s.write('docs/a-state.md', 'other\n');
    s.commitAll('odd');
    for (const file of odd) {
      const repo = s.open();
      const order = { ...orderOf(repo, 'x\n'), files: [{ file, before: 'old\n', after: 'new\n' }] };
      expect(repo.commit(order).kind, file).toBe('committed');
      expect(s.git('--literal-pathspecs', 'status', '--porcelain', '--untracked-files=no')).toBe('');
      expect(s.open().readAt(repo.resolve('HEAD'), file)).toBe('new\n');
    }
    expect(s.read('docs/a-state.md')).toBe('other\n');
  });
});
