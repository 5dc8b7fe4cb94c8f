import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { AGENTS, agentArguments, commandLine, PERMISSIONS } from '../../src/model/agents.ts';

describe('agentArguments', () => {
  it.each([
    [
      'claude',
      'edit',
      'haiku',
      'claude -p --output-format stream-json --verbose --permission-mode acceptEdits --model=haiku',
    ],
    [
      'claude',
      'full',
      undefined,
      'claude -p --output-format stream-json --verbose --permission-mode bypassPermissions',
    ],
    ['codex', 'edit', 'gpt-5', 'codex exec --json --sandbox workspace-write --model=gpt-5 -'],
    ['codex', 'read', undefined, 'codex exec --json --sandbox read-only -'],
    ['gemini', 'edit', undefined, 'gemini --output-format stream-json --approval-mode auto_edit'],
    ['opencode', 'full', 'a/b', 'opencode run --format json --auto --model=a/b'],
    [
      'aider',
      'edit',
      undefined,
      'aider --message-file /dev/stdin --yes-always --no-stream --no-pretty --no-suggest-shell-commands --no-auto-commits --no-dirty-commits --no-gitignore --no-check-update',
    ],
  ] as const)('of %s that may %s, with model %s', (name, permission, model, line) => {
    expect(commandLine(agentArguments(name, permission, model))).toBe(line);
  });

  it('tells each permission from the others, so that approving one approves no other', () => {
    for (const name of AGENTS) {
      const lines = PERMISSIONS.map((permission) => commandLine(agentArguments(name, permission, undefined)));
      expect(new Set(lines).size, name).toBe(PERMISSIONS.length);
    }
  });

  it('keeps a model that looks like a flag or a command within its own argument', () => {
    for (const model of [
      '--permission-mode=bypassPermissions',
      "x'; touch pwned; '",
      '$(id)',
      'a b\nc',
      '',
    ]) {
      const argv = agentArguments('claude', 'edit', model);
      expect(argv.at(-1)).toBe(`--model=${model}`);
      const { stdout } = spawnSync('/bin/sh', ['-c', `printf '%s\\0' ${commandLine(argv)}`], {
        encoding: 'utf8',
      });
      expect(stdout.split('\0').slice(0, -1)).toEqual([...argv]);
    }
  });
});
