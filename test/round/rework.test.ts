/** A review that fails and the rework it causes: real git, real workers, two commits. */
import { afterEach, describe, expect, test } from 'vitest';
import { runPlan } from '../../src/round/run.ts';
import { type Checkout, newCheckout, stepsOf, TARGET, TICK, untilEnded } from './checkout.ts';

const open: Checkout[] = [];
afterEach(() => {
  for (const checkout of open.splice(0)) checkout.remove();
});

const DEV = `### dev: Build it

\`\`\`yaml
run: cat "$RONDO_BRIEF" >> briefs.txt; echo x >> built.txt
\`\`\`

`;

/** Passes at the given number of builds. */
const review = (builds: number, limit: number) => `### review: Review it

\`\`\`yaml
blocked_by: [dev]   # stays
rework: { task: dev, limit: ${limit} }
run: |
  if [ "$(wc -l < built.txt)" -ge ${builds} ]; then echo '{"passed": true}' > "$RONDO_RESULT"
  else echo '{"passed": false, "summary": "two holes", "issues": [{"severity": "high", "text": "a hole", "file": "a.ts", "line": 3}]}' > "$RONDO_RESULT"; fi
\`\`\`
`;

function checkout(tasks: string): Checkout {
  const made = newCheckout(tasks);
  open.push(made);
  return made;
}

const subjects = (c: Checkout) =>
  c.git('log', '--reverse', '--format=%s%n%(trailers:key=Rondo-Change)', 'HEAD').split('\n').filter(Boolean);

describe('rework', () => {
  test('commits the result, then sends the work back; each round of it is in history, and attempts go on counting', async () => {
    const c = checkout(DEV + review(3, 3));
    const document = await runPlan(c.outside, TARGET, {
      takeOver: false,
      wait: true,
      signal: new AbortController().signal,
      onRound: () => undefined,
    });
    expect(document.status).toBe('complete');
    const twice = ['dev in_progress -> completed', 'review pending -> in_progress'];
    const steps = c
      .git('log', '--reverse', '--format=%(trailers:key=Rondo-Change,valueonly)')
      .split('\n')
      .filter(Boolean);
    const failed = [
      'review in_progress -> completed',
      'dev completed -> pending',
      'review completed -> pending',
      'dev pending -> in_progress',
    ];
    expect(steps).toEqual([
      'dev pending -> in_progress',
      ...twice,
      ...failed,
      ...twice,
      ...failed,
      ...twice,
      'review in_progress -> completed',
    ]);
    expect(subjects(c).filter((line) => line.includes('review completed -> pending'))).toHaveLength(2);
    const verdicts = c.git('log', '--format=%H', '--', TARGET.file).split('\n').filter(Boolean);
    const failing = verdicts.filter((commit) => {
      const text = c.git('show', `${commit}:${TARGET.file}`);
      return text.includes('summary: two holes') && /review:[\s\S]*status: completed/.test(text);
    });
    expect(failing).toHaveLength(2);
    expect(c.plan()).toContain('iteration: 2');
    expect(c.plan()).toContain('blocked_by: [dev]   # stays');
    expect(c.plan()).toMatch(/attempt: \{ number: 3/);
    expect(c.read('briefs.txt').match(/ {2}- high: a hole \(a\.ts:3\)/g)).toHaveLength(2);
  });

  test('a person who says so makes both commits in one call, and reads of both', async () => {
    const c = checkout(
      '### dev: Build it\n\n### review: Review it\n\n```yaml\nblocked_by: [dev]\nrework: { task: dev }\n```\n',
    );
    const done = { kind: 'done', summary: undefined, metadata: {} } as const;
    await c.round({ ...done, task: 'dev', passed: undefined });
    const before = Number(c.git('rev-list', '--count', 'HEAD'));
    const document = await c.round({ ...done, task: 'review', passed: false });
    expect(Number(c.git('rev-list', '--count', 'HEAD'))).toBe(before + 2);
    expect(stepsOf(document)).toEqual([
      'review pending -> completed',
      'dev completed -> pending',
      'review completed -> pending',
    ]);
    expect(document.from).toBe(c.git('rev-parse', 'HEAD~2'));
    expect(document.to).toBe(c.git('rev-parse', 'HEAD'));
    expect(document.status).toBe('running');
    expect(c.git('show', '--stat', '--format=', 'HEAD')).toContain('1 file changed');
  });

  test('killed between the two commits, the next round goes on', async () => {
    const c = checkout(DEV + review(2, 3));
    await c.round();
    await untilEnded(c, 'dev', 1);
    await c.round();
    await untilEnded(c, 'review', 1);
    await c.round();
    // The first of the two commits is what a killed round leaves.
    c.git('reset', '-q', '--hard', 'HEAD~1');
    expect(c.plan()).toContain('send back dev: review did not pass');
    const after = await c.round(TICK);
    expect(stepsOf(after).slice(0, 2)).toEqual(['dev completed -> pending', 'review completed -> pending']);
  });

  test('past its limit it is blocked, and nothing is lost', async () => {
    const c = checkout(DEV + review(9, 1));
    const document = await runPlan(c.outside, TARGET, {
      takeOver: false,
      wait: true,
      signal: new AbortController().signal,
      onRound: () => undefined,
    });
    expect(document.status).toBe('blocked');
    expect(c.plan()).toContain('a hole');
    expect(document.next_action).toContain('unblock review');
  });
});
