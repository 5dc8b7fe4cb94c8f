/** Codex, `exec --json`: its exit code speaks of the protocol, not of the work; `turn.completed` closes a turn. */
import { type AgentReader, type Event, eventOf, Findings, objectIn, textIn } from './agent-end.ts';

export function readCodex(): AgentReader {
  const found = new Findings();
  return {
    read: (line) => {
      const event = eventOf(line);
      switch (event?.type) {
        case 'turn.started':
          found.closed = false;
          return;
        case 'turn.completed':
          found.closed = true;
          found.failure = undefined;
          return;
        case 'turn.failed':
          found.failure = `codex: ${textIn(objectIn(event, 'error'), 'message') ?? 'the turn failed'}`;
          return;
        case 'error': // also said of a connection that it gets back
          found.lastError = `codex: ${textIn(event, 'message') ?? 'an error'}`;
          return;
        case 'item.completed':
          readItem(found, objectIn(event, 'item'));
      }
    },
    end: () => found.end(),
  };
}

function readItem(found: Findings, item: Event): void {
  if (item.type === 'agent_message') found.answer = textIn(item, 'text') ?? found.answer;
  if (item.status === 'declined')
    found.deny(`${textIn(item, 'type') ?? 'a step'}: ${textIn(item, 'command') ?? ''}`.replace(/: $/, ''));
}
