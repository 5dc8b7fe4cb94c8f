import { describe, expect, it } from 'vitest';
import type { AgentEnd } from '../../../src/workers/agents/agent-end.ts';
import { reportOfAgent } from '../../../src/workers/agents/report-of-agent.ts';
import { decodeReport } from '../../../src/workers/decode-report.ts';
import type { FoundResult } from '../../../src/workers/read-result.ts';
import type { ExitFile } from '../../../src/workers/run-files.ts';

const NONE: FoundResult = { report: null, malformed: null };
const WELL: AgentEnd = { closed: true, failure: null, denied: [], answer: '' };
const block = (text: string) => `All is well.\n\n\`\`\`rondo\n${text}\n\`\`\`\n`;

function report(agent: Partial<AgentEnd>, found = NONE, exit: Partial<ExitFile> = {}): FoundResult {
  const file: ExitFile = {
    exitCode: 0,
    signal: null,
    timedOut: false,
    stopped: false,
    endedAt: 0,
    outputMissing: false,
    agent: { ...WELL, ...agent },
    ...exit,
  };
  return reportOfAgent(found, file, decodeReport);
}

describe('reportOfAgent', () => {
  it('takes the last line of the answer as the summary', () => {
    expect(report({ answer: 'I looked.\nAdded the login.\n---\n' })).toEqual({
      report: { summary: 'Added the login.' },
      malformed: null,
    });
    expect(report({})).toEqual(NONE);
  });

  it('reads the last block that the brief asks for, made inert', () => {
    const first = block('{"status":"failed"}');
    const last = block(
      '{"status":"completed","summary":"ok\\u001b[31m","passed":false,"issues":[{"text":"slow"}]}',
    );
    expect(report({ answer: first + last }).report).toEqual({
      status: 'completed',
      summary: 'ok',
      passed: false,
      issues: [{ text: 'slow' }],
    });
    expect(
      report({ answer: block('{"status":"blocked","blocker":{"type":"external","detail":"key"}}') }).report,
    ).toEqual({
      status: 'blocked',
      blocker: { type: 'external', detail: 'key' },
    });
  });

  it.each(['{"status":"fine"}', 'not json', '{"status":"completed","__proto__":{}}'])(
    'keeps a block that does not fit as malformed: %s',
    (text) => {
      const { report: none, malformed } = report({ answer: block(text) });
      expect(none).toBeNull();
      expect(malformed).toContain(text);
    },
  );

  it('counts no exit code 0 as success without a closing word, and leaves another code its own word', () => {
    expect(report({ closed: false }).report?.status).toBe('failed');
    expect(report({ closed: false }, NONE, { exitCode: 1 })).toEqual(NONE);
  });

  it('lets the lesser of two words count', () => {
    const claims: FoundResult = { report: { status: 'completed', summary: 'all done' }, malformed: null };
    const fails: FoundResult = { report: { status: 'failed', summary: 'gave up' }, malformed: null };
    const broken: FoundResult = { report: null, malformed: '(it is no JSON) x' };
    expect(report({ failure: 'no quota' }, claims).report).toEqual({ status: 'failed', summary: 'no quota' });
    expect(report({ denied: ['Bash: npm test'] }, claims).report).toMatchObject({
      status: 'blocked',
      blocker: { type: 'approval', detail: 'the agent was not allowed: Bash: npm test' },
    });
    expect(report({ denied: ['Bash'] }, fails)).toBe(fails);
    expect(report({ failure: 'no quota' }, broken)).toBe(broken);
    expect(report({ failure: 'no turns', denied: ['Bash: a'] }).report?.summary).toBe(
      'no turns; it was not allowed: Bash: a',
    );
    expect(
      report({ failure: 'x', answer: block('{"status":"completed","summary":"ok"}') }).report?.status,
    ).toBe('failed');
  });

  it.each([{ timedOut: true }, { stopped: true }, { signal: 'SIGKILL', exitCode: null }])(
    'says nothing of an agent that was stopped: %j',
    (exit) => expect(report({ closed: false, failure: 'x', denied: ['y'] }, NONE, exit)).toBe(NONE),
  );

  it('leaves a worker that is no agent alone', () => {
    const { agent: _, ...exit }: ExitFile = {
      exitCode: 0,
      signal: null,
      timedOut: false,
      stopped: false,
      endedAt: 0,
      outputMissing: false,
      agent: WELL,
    };
    expect(reportOfAgent(NONE, exit, decodeReport)).toBe(NONE);
  });
});
