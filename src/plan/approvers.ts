/** Who may say whether others build on a task's result: those the settings name by their git e-mail, else anybody. */
import { type Problem, problem } from '../errors.ts';
import type { Seen } from './seen.ts';

/** The problem of somebody who is not among them; undefined where they may. Workers are refused before it comes to this. */
export function refuseApprover(seen: Seen, task: string): Problem | undefined {
  const { approvers } = seen.settings;
  const mail = seen.email.toLowerCase();
  if (approvers.length === 0 || approvers.some((approver) => approver.trim().toLowerCase() === mail))
    return undefined;
  return problem('not-an-approver', `${seen.email} is not among those who approve here`, {
    file: seen.plan.file,
    task,
    hint: `Ask one of: ${approvers.join(', ')} (\`approvers\` in rondo.yaml).`,
  });
}
