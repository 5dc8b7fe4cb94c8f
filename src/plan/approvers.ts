/** Who may say whether others build on a task's result: those the settings name by their git e-mail, else anybody. */
import { type Problem, problem } from '../errors.ts';
import type { Run } from '../ports.ts';
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

/** Whether a run's worker is there, or has been and no round has consumed it yet. What a caller of `rondo step` runs is not one. */
export function isAtWork({ task, settled, state }: Run): boolean {
  return (
    !task.startsWith('+') &&
    !settled &&
    state.kind !== 'announced' &&
    !(state.kind === 'alive' && state.step === true)
  );
}
