/** Listens to an agent's output on its way into the log. */
import { StringDecoder } from 'node:string_decoder';
import type { AgentName } from '../../model/agents.ts';
import type { BoundedLog } from '../bounded-log.ts';
import type { AgentEnd, AgentReader } from './agent-end.ts';
import { readAider } from './read-aider.ts';
import { readClaude } from './read-claude.ts';
import { readCodex } from './read-codex.ts';
import { readGemini } from './read-gemini.ts';
import { readOpencode } from './read-opencode.ts';

const READERS: Readonly<Record<AgentName, () => AgentReader>> = {
  claude: readClaude,
  codex: readCodex,
  gemini: readGemini,
  opencode: readOpencode,
  aider: readAider,
};

/** A line longer than this is none of an agent's own. */
const LONGEST = 4 * 1_048_576;

/** The log with a listener: `end` is what was heard, once all is written. */
export function watchOutput(log: BoundedLog, name: AgentName): BoundedLog & { end(): AgentEnd } {
  const reader = READERS[name]();
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const hear = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) reader.read(line);
    if (rest.length > LONGEST) rest = '';
  };
  return {
    write: (bytes) => {
      log.write(bytes);
      hear(decoder.write(Buffer.from(bytes)));
    },
    close: () => log.close(),
    end: () => {
      hear(`${decoder.end()}\n`);
      return reader.end();
    },
  };
}
