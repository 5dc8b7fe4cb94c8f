/** What each agent prints where it fails with exit code 0, from its documentation and its issue tracker. */
import { describe, expect, it } from 'vitest';
import type { AgentName } from '../../../src/model/agents.ts';
import { watchOutput } from '../../../src/workers/agents/watch-output.ts';

function hear(name: AgentName, lines: readonly unknown[], pieces = 7) {
  let kept = '';
  const log = {
    write: (bytes: Uint8Array) => {
      kept += Buffer.from(bytes).toString('latin1');
    },
    close: () => undefined,
  };
  const watched = watchOutput(log, name);
  const bytes = Buffer.from(lines.map((l) => `${typeof l === 'string' ? l : JSON.stringify(l)}\n`).join(''));
  for (let at = 0; at < bytes.length; at += pieces) watched.write(bytes.subarray(at, at + pieces));
  expect(Buffer.from(kept, 'latin1').equals(bytes)).toBe(true);
  return watched.end();
}

const done = (more: object = {}) => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  result: 'Added the login.',
  permission_denials: [],
  ...more,
});
const item = (more: object) => ({ type: 'item.completed', item: more });
const part = (type: string, more: object) => ({ type, part: more });

type Row = readonly [AgentName, string, readonly unknown[], object];
const WELL = { closed: true, failure: null, denied: [] };

const table: readonly Row[] = [
  ['claude', 'success', [{ type: 'system' }, done()], { ...WELL, answer: 'Added the login.' }],
  [
    'claude',
    'words of more than a byte, cut anywhere',
    [done({ result: 'Grüße, 日本' })],
    { answer: 'Grüße, 日本' },
  ],
  [
    'claude',
    'an error of the API beside `success`',
    [done({ is_error: true, result: "There's an issue with the selected model" })],
    { failure: "claude: it met an error: There's an issue with the selected model" },
  ],
  [
    'claude',
    'no turns left',
    [done({ subtype: 'error_max_turns', result: undefined })],
    { failure: 'claude: it ran out of turns' },
  ],
  [
    'claude',
    'an answer that does not fit its schema',
    [done({ subtype: 'error_max_structured_output_retries', result: undefined })],
    { failure: 'claude: its answer did not fit the schema' },
  ],
  [
    'claude',
    'tools that were denied',
    [
      done({
        permission_denials: [
          { tool_name: 'Bash', tool_input: { command: 'npm test' } },
          { tool_name: 'Bash', tool_input: { command: 'npm test' } },
          { tool_name: 'mcp__db__query', tool_input: {} },
        ],
      }),
    ],
    { failure: null, denied: ['Bash: npm test', 'mcp__db__query'] },
  ],
  [
    'claude',
    'nothing at all',
    ['warning: {not json', '{"type":'],
    { closed: false, failure: null, answer: '' },
  ],

  [
    'codex',
    'success after a lost connection',
    [
      { type: 'thread.started' },
      { type: 'turn.started' },
      { type: 'error', message: 'Reconnecting... 1/5' },
      item({ type: 'agent_message', text: 'Done.' }),
      { type: 'turn.completed' },
    ],
    { ...WELL, answer: 'Done.' },
  ],
  [
    'codex',
    'a turn that failed',
    [{ type: 'turn.started' }, { type: 'turn.failed', error: { message: "You've hit your usage limit" } }],
    { closed: false, failure: "codex: You've hit your usage limit" },
  ],
  [
    'codex',
    'an error and no end',
    [{ type: 'turn.started' }, { type: 'error', message: 'model not found' }],
    { failure: 'codex: model not found' },
  ],
  [
    'codex',
    'a step that was declined',
    [
      item({ type: 'command_execution', command: 'rm -rf /', status: 'declined' }),
      { type: 'turn.completed' },
    ],
    { closed: true, denied: ['command_execution: rm -rf /'] },
  ],

  [
    'gemini',
    'success, in pieces',
    [
      { type: 'init' },
      { type: 'message', role: 'user', content: 'no' },
      { type: 'message', role: 'assistant', content: 'Do', delta: true },
      { type: 'message', role: 'assistant', content: 'ne.', delta: true },
      {
        type: 'tool_result',
        tool_id: '1',
        status: 'error',
        error: { type: 'file_not_found', message: 'no such file' },
      },
      { type: 'result', status: 'success' },
    ],
    { ...WELL, answer: 'Done.' },
  ],
  [
    'gemini',
    'a tool that was denied',
    [
      { type: 'tool_use', tool_name: 'run_shell_command', tool_id: '1', parameters: { command: 'npm test' } },
      {
        type: 'tool_result',
        tool_id: '1',
        status: 'error',
        error: { type: 'policy_violation', message: 'Tool execution denied by policy.' },
      },
      { type: 'result', status: 'success' },
    ],
    { closed: true, denied: ['run_shell_command: npm test'] },
  ],
  [
    'gemini',
    'a stream that broke',
    [
      { type: 'error', severity: 'error', message: 'Invalid stream' },
      { type: 'result', status: 'error', error: { message: 'Invalid stream: no content' } },
    ],
    { closed: false, failure: 'gemini: Invalid stream: no content' },
  ],

  [
    'opencode',
    'success',
    [
      part('step_start', {}),
      part('step_finish', { reason: 'tool-calls' }),
      part('step_start', {}),
      part('text', { text: 'Done.' }),
      part('step_finish', { reason: 'stop' }),
    ],
    { ...WELL, answer: 'Done.' },
  ],
  [
    'opencode',
    'a request that was rejected, and no last word',
    [
      part('step_start', {}),
      '! permission requested: external_directory (/tmp/*); auto-rejecting',
      part('tool_use', {
        tool: 'bash',
        state: {
          status: 'error',
          input: { command: 'cp a /tmp' },
          error: 'The user rejected permission to use this specific tool call.',
        },
      }),
      part('step_finish', { reason: 'tool-calls' }),
    ],
    { closed: false, denied: ['external_directory (/tmp/*)', 'bash: cp a /tmp'] },
  ],
  [
    'opencode',
    'an error of the provider',
    [{ type: 'error', error: { name: 'APIError', data: { message: 'Upstream request failed' } } }],
    { failure: 'opencode: Upstream request failed' },
  ],

  [
    'aider',
    'success',
    ['Applied edit to src/a.py', 'Tokens: 5.5k sent, 2.7k received.'],
    { ...WELL, answer: 'edited src/a.py' },
  ],
  [
    'aider',
    'edits that fitted nowhere',
    [
      'Tokens: 5.5k sent, 2.7k received.',
      'The LLM did not conform to the edit format.',
      '# 1 SEARCH/REPLACE block failed to match!',
    ],
    { failure: 'aider: # 1 SEARCH/REPLACE block failed to match!' },
  ],
  [
    'aider',
    'edits that fitted at the second try',
    ['# 1 SEARCH/REPLACE block failed to match!', 'Applied edit to a.py', 'Tokens: 1k sent, 1k received.'],
    WELL,
  ],
  [
    'aider',
    'a model that it cannot reach',
    ['litellm.AuthenticationError: no key'],
    { closed: false, failure: 'aider: litellm.AuthenticationError: no key' },
  ],
];

describe('the output of', () => {
  it.each(table)('%s: %s', (name, _, lines, expected) => {
    for (const pieces of [1, 7, 65_536]) expect(hear(name, lines, pieces)).toMatchObject(expected);
  });

  it('an agent is bounded in what is kept of it', () => {
    const end = hear(
      'claude',
      [
        done({
          result: 'x'.repeat(100_000),
          permission_denials: Array.from({ length: 50 }, (_, i) => ({ tool_name: `${i}${'y'.repeat(500)}` })),
        }),
      ],
      65_536,
    );
    expect(JSON.stringify(end).length).toBeLessThan(16_000);
  });
});
