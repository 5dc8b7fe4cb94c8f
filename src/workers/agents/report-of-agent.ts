/** Lays what an agent's output says over what its result file says: of two words the lesser counts. */
import type { WorkerReport } from '../../ports.ts';
import { inertText } from '../inert-text.ts';
import type { DecodeReport, FoundResult } from '../read-result.ts';
import type { ExitFile } from '../run-files.ts';
import type { AgentEnd } from './agent-end.ts';

/** Only of an agent that ended by itself: of one that was stopped, the output says nothing. */
export function reportOfAgent(found: FoundResult, exit: ExitFile, decode: DecodeReport): FoundResult {
  const { agent } = exit;
  if (agent === undefined || exit.timedOut || exit.stopped || exit.signal !== null) return found;
  if (found.malformed !== null || (found.report?.status ?? 'completed') !== 'completed') return found;
  const result = found.report === null ? resultInAnswer(agent.answer, decode) : found;
  if (result.malformed !== null) return result;
  if ((result.report?.status ?? 'completed') !== 'completed') return result;
  const failure = failureOf(agent, exit);
  if (failure !== null) return { ...result, report: { ...result.report, ...failed(agent, failure) } };
  if (agent.denied.length > 0) return { ...result, report: { ...result.report, ...blocked(agent) } };
  return result;
}

/** Without its closing word an exit code of 0 proves nothing; any other code tells of itself. */
function failureOf({ failure, closed, denied }: AgentEnd, { exitCode }: ExitFile): string | null {
  if (failure !== null || closed || denied.length > 0 || exitCode !== 0) return failure;
  return 'the agent ended with exit code 0, and without saying that it is done';
}

function failed(agent: AgentEnd, failure: string): WorkerReport {
  const denied = agent.denied.length === 0 ? '' : `; it was not allowed: ${agent.denied.join('; ')}`;
  return { status: 'failed', summary: inertText(`${failure}${denied}`) };
}

/** Work that lacks what it was not allowed to do is not known to be done, whatever the agent says of it. */
function blocked(agent: AgentEnd): WorkerReport {
  const detail = inertText(`the agent was not allowed: ${agent.denied.join('; ')}`);
  return { status: 'blocked', blocker: { type: 'approval', detail } };
}

/** The block that the brief asks for at the end of the answer; without one, its last line is the summary. */
function resultInAnswer(answer: string, decode: DecodeReport): FoundResult {
  const block = [...answer.matchAll(/^```rondo[ \t]*\r?\n([\s\S]*?)^```[ \t]*$/gm)].at(-1)?.[1];
  if (block === undefined) {
    const last = answer.split('\n').findLast((line) => /[\p{L}\p{N}]/u.test(line));
    return { report: last === undefined ? null : { summary: inertText(last.trim()) }, malformed: null };
  }
  const decoded = decode(block);
  if (decoded.kind === 'report') return { report: decoded.report, malformed: null };
  return { report: null, malformed: `(${decoded.why}) ${inertText(block).slice(0, 4000).trim()}` };
}
