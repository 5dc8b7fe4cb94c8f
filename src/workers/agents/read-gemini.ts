/** Gemini CLI, `--output-format stream-json`: `result` closes; a tool that needs somebody's consent fails in passing. */
import { type AgentReader, type Event, eventOf, Findings, objectIn, textIn, toolWords } from './agent-end.ts';

export function readGemini(): AgentReader {
  const found = new Findings();
  const tools = new Map<unknown, string>();
  return {
    read: (line) => {
      const event = eventOf(line);
      switch (event?.type) {
        case 'message':
          if (event.role === 'assistant') hear(found, event);
          return;
        case 'tool_use':
          tools.set(
            event.tool_id,
            toolWords(textIn(event, 'tool_name') ?? 'a tool', objectIn(event, 'parameters')),
          );
          return;
        case 'tool_result':
          if (isDenial(event)) found.deny(tools.get(event.tool_id) ?? 'a tool');
          return;
        case 'error':
          found.lastError = `gemini: ${textIn(event, 'message') ?? 'an error'}`;
          return;
        case 'result':
          found.closed = event.status === 'success';
          if (event.status !== 'success')
            found.failure = `gemini: ${textIn(objectIn(event, 'error'), 'message') ?? 'it met an error'}`;
      }
    },
    end: () => found.end(),
  };
}

/** Pieces of one message follow each other with `delta`. */
function hear(found: Findings, event: Event): void {
  const content = textIn(event, 'content') ?? '';
  found.answer = event.delta === true ? found.answer + content : content;
}

function isDenial(event: Event): boolean {
  if (event.status !== 'error') return false;
  const error = objectIn(event, 'error');
  const said = [textIn(error, 'type'), textIn(error, 'message'), textIn(event, 'output')].join(' ');
  return /denied|policy_violation|by policy|requires? (user )?(confirmation|approval)|not_registered/i.test(
    said,
  );
}
