/** What an agent is told beside the brief: how its result is read, and what it is to leave alone. */
import type { Plan } from '../model/plan.ts';

export function reportSection(plan: Plan): string {
  return `
## How to report

End your last message with a block like this one; your result is read from it:

\`\`\`rondo
{"status": "completed", "summary": "what came of it, in a line"}
\`\`\`

- \`status\` is \`completed\` only where the work is done; otherwise \`failed\`, or \`blocked\` with
  \`"blocker": {"type": "external", "detail": "what stands in the way"}\`. The type is \`external\`, \`technical\`,
  \`information\` or \`approval\`.
- A review or a check adds \`"passed": true\` or \`false\`, and what it found:
  \`"issues": [{"severity": "high", "text": "what is wrong", "file": "src/a.ts", "line": 12}]\`.
- Leave \`${plan.file}\` alone: Rondo keeps it.
`;
}
