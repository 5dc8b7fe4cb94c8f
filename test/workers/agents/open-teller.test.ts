/** The words of agents: what each prints, in the shapes of its documentation, and what people read of it. */
import { describe, expect, it } from 'vitest';
import type { AgentName } from '../../../src/model/agents.ts';
import { openTeller } from '../../../src/workers/agents/open-teller.ts';

function tell(name: AgentName, lines: readonly unknown[]): string | undefined {
  const teller = openTeller(name);
  return teller === null
    ? undefined
    : lines.map((line) => teller.tell(typeof line === 'string' ? line : JSON.stringify(line))).join('');
}

const assistant = (...content: readonly object[]) => ({
  type: 'assistant',
  message: { role: 'assistant', content },
});
const user = (...content: readonly object[]) => ({ type: 'user', message: { role: 'user', content } });
const item = (more: object) => ({ type: 'item.completed', item: { id: 'item_0', ...more } });
const piece = (content: string) => ({ type: 'message', role: 'assistant', content, delta: true });

const table: readonly (readonly [AgentName, string, readonly unknown[], string])[] = [
  [
    'claude',
    'says, uses tools, and gives its answer once',
    [
      { type: 'system', subtype: 'init', model: 'haiku' },
      assistant({ type: 'thinking', thinking: 'hm' }, { type: 'text', text: 'I look.\nThen I mend.\n' }),
      assistant({ type: 'tool_use', name: 'Bash', input: { command: 'npm test\nnpm run lint' } }),
      user({ type: 'tool_result', content: 'all well', is_error: false }),
      assistant({ type: 'tool_use', name: 'TodoWrite', input: { todos: [] } }),
      assistant({ type: 'text', text: 'Done.' }),
      { type: 'result', subtype: 'success', is_error: false, result: 'Done.' },
    ],
    'I look.\nThen I mend.\n> Bash: npm test npm run lint\n> TodoWrite\nDone.\n',
  ],
  [
    'claude',
    'gives an answer that it has not said before',
    [{ type: 'result', subtype: 'success', result: 'Done.' }],
    'Done.\n',
  ],
  [
    'claude',
    'meets errors',
    [
      user({ type: 'tool_result', content: [{ type: 'text', text: 'no such file' }], is_error: true }),
      { type: 'result', subtype: 'error_max_turns' },
      { type: 'result', subtype: 'success', is_error: true, result: 'no such model' },
    ],
    '! no such file\n! error_max_turns\n! success: no such model\n',
  ],
  [
    'codex',
    'says and does',
    [
      { type: 'thread.started', thread_id: 'x' },
      { type: 'turn.started' },
      { type: 'item.started', item: { type: 'command_execution', command: 'ls' } },
      item({ type: 'reasoning', text: 'hm' }),
      item({
        type: 'command_execution',
        command: 'ls',
        exit_code: 0,
        status: 'completed',
        aggregated_output: 'a',
      }),
      item({ type: 'command_execution', command: 'npm test', exit_code: 1, status: 'failed' }),
      item({ type: 'command_execution', command: 'rm -rf /', status: 'declined' }),
      item({
        type: 'file_change',
        changes: [
          { path: 'a.ts', kind: 'update' },
          { path: 'b.ts', kind: 'add' },
        ],
      }),
      item({ type: 'mcp_tool_call', server: 'db', tool: 'query', status: 'completed' }),
      item({ type: 'of_next_year' }),
      item({ type: 'agent_message', text: 'Done.' }),
      { type: 'turn.completed', usage: {} },
    ],
    '> ls\n! npm test (exit code 1)\n! rm -rf / (declined)\n> edit: a.ts, b.ts\n> mcp_tool_call: query\n> of_next_year\nDone.\n',
  ],
  [
    'codex',
    'meets errors',
    [
      { type: 'error', message: 'Reconnecting... 1/5' },
      { type: 'turn.failed', error: { message: 'usage limit' } },
    ],
    '! Reconnecting... 1/5\n! usage limit\n',
  ],
  [
    'gemini',
    'says it in pieces',
    [
      { type: 'init', model: 'x' },
      { type: 'message', role: 'user', content: 'Do it' },
      piece('I lo'),
      piece('ok.'),
      { type: 'tool_use', tool_name: 'read_file', tool_id: '1', parameters: { path: 'a.ts' } },
      { type: 'tool_result', tool_id: '1', status: 'error', error: { message: 'no such file' } },
      piece('Done.'),
      { type: 'result', status: 'success', stats: {} },
      { type: 'result', status: 'error', error: { message: 'no content' } },
    ],
    'I look.\n> read_file: a.ts\n! no such file\nDone.\n! no content\n',
  ],
  [
    'opencode',
    'says and does',
    [
      { type: 'step_start', part: {} },
      { type: 'tool_use', part: { tool: 'bash', state: { status: 'completed', input: { command: 'ls' } } } },
      {
        type: 'tool_use',
        part: { tool: 'edit', state: { status: 'error', input: { filePath: 'a' }, error: 'denied' } },
      },
      { type: 'text', part: { text: 'Done.' } },
      { type: 'step_finish', part: { reason: 'stop' } },
      { type: 'error', error: { name: 'APIError', data: { message: 'upstream' } } },
    ],
    '> bash: ls\n> edit: a\n! denied\nDone.\n! upstream\n',
  ],
];

describe('the words of', () => {
  it.each(table)('%s, which %s', (name, _, lines, words) => {
    expect(tell(name, lines)).toBe(words);
  });

  it.each(['claude', 'codex', 'gemini', 'opencode'] as const)(
    '%s leave what is no event as it is',
    (name) => {
      const lines = ['warning: old node', '', '{"type":"cut', '{"level":"info"}', '[1]', '  indented'];
      expect(tell(name, lines)).toBe(`${lines.join('\n')}\n`);
    },
  );

  it.each(['claude', 'codex', 'gemini', 'opencode'] as const)(
    '%s are none for events without what they should have',
    (name) => {
      const types = [
        'assistant',
        'user',
        'system',
        'item.completed',
        'turn.completed',
        'message',
        'text',
        'of_next_year',
      ];
      const broken = [null, 7, 'x', [null, 7], { content: 7 }, { content: [7, { type: 'text' }] }];
      for (const type of types)
        for (const value of broken)
          expect(
            tell(name, [{ type, message: value, item: value, part: value, content: value }]),
            `${type} ${JSON.stringify(value)}`,
          ).toBe('');
    },
  );

  it('an agent that prints plain text are its text', () => {
    expect(tell('aider', ['Applied edit to a.py'])).toBeUndefined();
  });

  it('an agent carry no control sequences, and no tool call of a thousand letters', () => {
    const told = tell('claude', [
      assistant({ type: 'text', text: '\u001b[31mred\u001b[0m \u202egnihton' }),
      assistant({ type: 'tool_use', name: 'Bash', input: { command: `echo ${'x'.repeat(1000)}` } }),
    ]);
    expect(told).toMatch(/^red gnihton\n> Bash: echo x+…\n$/);
    expect(told?.length).toBeLessThan(250);
  });
});
