/** Claude Code, `--output-format stream-json`: the last event is the result, which may be an error with exit code 0. */
import { type AgentReader, eventOf, Findings, listIn, objectIn, textIn, toolWords } from './agent-end.ts';

export function readClaude(): AgentReader {
  const found = new Findings();
  return {
    read: (line) => {
      const event = eventOf(line);
      if (event?.type !== 'result') return;
      found.closed = true;
      const subtype = textIn(event, 'subtype') ?? 'success';
      const said = textIn(event, 'result');
      found.answer = said ?? '';
      found.failure =
        event.is_error === true || subtype !== 'success' ? failureText(subtype, said) : undefined;
      // It goes on after a denial, and ends with `success`.
      for (const denial of listIn(event, 'permission_denials'))
        found.deny(toolWords(textIn(denial, 'tool_name') ?? 'a tool', objectIn(denial, 'tool_input')));
    },
    end: () => found.end(),
  };
}

const WORDS: Readonly<Record<string, string>> = {
  error_max_turns: 'it ran out of turns',
  error_max_budget_usd: 'it ran out of its budget',
  error_during_execution: 'it met an error',
  error_max_structured_output_retries: 'its answer did not fit the schema',
};

function failureText(subtype: string, said: string | undefined): string {
  const word = WORDS[subtype] ?? (subtype === 'success' ? 'it met an error' : subtype);
  return said === undefined ? `claude: ${word}` : `claude: ${word}: ${said}`;
}
