/** The completion scripts, sourced by the shells themselves where these are installed. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPlace, type Place } from './rondo-process.ts';

let place: Place;
beforeAll(() => {
  place = newPlace();
  place.sh(
    'rondo new p; rondo new q; rondo add One --plan p; rondo add Two --plan p; rondo add Two --plan q',
  );
});
afterAll(() => place.remove());

const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;

/** What the shell offers after the words; the last word is the one being typed. */
function offered(...words: string[]): readonly string[] {
  writeFileSync(
    join(place.dir, '../offer.bash'),
    `source <(rondo completion bash)
source <(rondo completion bash)
complete -p rondo > /dev/null
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_rondo
[ \${#COMPREPLY[@]} -eq 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`,
  );
  const quoted = ['rondo', ...words].map((word) => `'${word}'`).join(' ');
  const { out, err, code } = place.sh(`bash --norc ../offer.bash ${quoted}`);
  expect({ err, code }).toEqual({ err: '', code: 0 });
  return out.split('\n').slice(0, -1);
}

describe.runIf(has('bash'))('bash', () => {
  test.each([
    [['sta'], ['status']],
    [
      ['status', ''],
      ['p', 'q'],
    ],
    [['show', 'o'], ['one']],
    [
      ['show', ''],
      ['one', 'p/two', 'q/two'],
    ],
    [['add', 'Later', '--after', 't'], ['two']],
    [['run', '--no'], ['--no-wait']],
    [['nope', ''], []],
  ])('%j offers %j', (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });

  test('runs nothing that stands in the line', () => {
    offered('add', '$(touch ran)', '`touch ran`', '--');
    expect(place.sh('test -e ran').code).toBe(1);
  });
});

describe.runIf(has('zsh'))('zsh (skipped where it is not installed)', () => {
  test('takes its script', () => {
    const { err, code } = place.sh(
      `zsh -fc 'autoload -Uz compinit && compinit -D && source <(rondo completion zsh) && [[ -n $_comps[rondo] ]]'`,
    );
    expect({ err, code }).toEqual({ err: '', code: 0 });
  });
});

describe.runIf(has('fish'))('fish (skipped where it is not installed)', () => {
  test('takes its script, and offers commands and tasks', () => {
    const { out, err } = place.sh(
      `fish -Nc 'rondo completion fish | source; complete -C "rondo sta"; complete -C "rondo show o"'`,
    );
    expect(err).toBe('');
    expect(out).toContain('status');
    expect(out).toContain('one');
  });
});
