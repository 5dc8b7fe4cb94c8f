/** aider, plain text: exit code 0 also where the model could not be reached, or its edits fitted nowhere. */
import { type AgentReader, Findings } from './agent-end.ts';

/** What ends it, and what a later edit of the same run makes good. */
const FATAL = /^(litellm\.\w+Error|Missing these environment variables|The API provider|Unknown model)/;
const EDIT_FAILED =
  /^(The LLM did not conform to the edit format|# \d+ SEARCH\/REPLACE blocks? failed to match|Only \d+ reflections allowed)/;

export function readAider(): AgentReader {
  const found = new Findings();
  const edited = new Set<string>();
  return {
    read: (line) => {
      const file = /^Applied edit to (.+)$/.exec(line.trim())?.[1];
      if (file !== undefined) {
        edited.add(file);
        found.failure = undefined;
      } else if (FATAL.test(line) || EDIT_FAILED.test(line)) found.failure = `aider: ${line.trim()}`;
      // It says so after each answer of the model.
      else if (/^Tokens: .*received/.test(line)) found.closed = true;
    },
    end: () => {
      found.answer = edited.size === 0 ? '' : `edited ${[...edited].join(', ')}`;
      return found.end();
    },
  };
}
