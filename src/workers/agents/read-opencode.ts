/** opencode, `run --format json`: what nobody is there to allow it rejects by itself, and ends with exit code 0. */
import { type AgentReader, type Event, eventOf, Findings, objectIn, textIn, toolWords } from './agent-end.ts';

export function readOpencode(): AgentReader {
  const found = new Findings();
  return {
    read: (line) => {
      const rejected = /permission requested: (.+?); auto-rejecting/.exec(line)?.[1];
      if (rejected !== undefined) found.deny(rejected);
      const event = eventOf(line);
      if (event !== undefined) readEvent(found, event, objectIn(event, 'part'));
    },
    end: () => found.end(),
  };
}

/** Why a step ends that another is to follow, or that was cut off. */
const OPEN = ['tool-calls', 'length', 'error', 'content-filter'];

function readEvent(found: Findings, event: Event, part: Event): void {
  switch (event.type) {
    case 'text':
      found.answer = textIn(part, 'text') ?? found.answer;
      return;
    case 'tool_use': {
      const state = objectIn(part, 'state');
      if (state.status === 'error' && /permission/i.test(textIn(state, 'error') ?? ''))
        found.deny(toolWords(textIn(part, 'tool') ?? 'a tool', objectIn(state, 'input')));
      return;
    }
    case 'step_start':
      found.closed = false;
      return;
    case 'step_finish':
      found.closed = !OPEN.includes(textIn(part, 'reason') ?? 'stop');
      return;
    case 'error': {
      const error = objectIn(event, 'error');
      const said =
        textIn(objectIn(error, 'data'), 'message') ?? textIn(error, 'message') ?? textIn(error, 'name');
      found.failure = `opencode: ${said ?? 'it met an error'}`;
    }
  }
}
