/** Who may say whether others build on a task's result: those the settings name by their git e-mail, else anybody. */
import { type Problem, problem } from '../errors.ts';
import type { Change } from '../model/change.ts';
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

type FieldEdit = Extract<Change, { readonly kind: 'task-field' }>;

/** Why what was written into the file by hand is no approval, or does not do away with the need of one; undefined where it is fine. */
export function refuseWritten(seen: Seen, edit: FieldEdit): Problem | undefined {
  const approves = edit.field === 'approved_by' && edit.to !== undefined;
  const lifts = edit.field === 'needs_approval' && edit.from === true;
  if (!approves && !lifts) return undefined;
  return (
    (approves ? refuseApprover(seen, edit.task) : undefined) ?? refuseWorker(seen, edit.task, edit.field)
  );
}

function isAtWork({ task, settled, state }: Run): boolean {
  return (
    !task.startsWith('+') &&
    !settled &&
    state.kind !== 'announced' &&
    !(state.kind === 'alive' && state.step === true)
  );
}

/** A file does not say who wrote it: while a worker is there, or has just been, that may have been the worker. */
function refuseWorker(seen: Seen, task: string, field: string): Problem | undefined {
  const worker = seen.runs.find(isAtWork);
  if (worker === undefined) return undefined;
  return problem(
    'called-by-worker',
    `\`${field}\` of ${task} was written into the file while ${worker.task} was at work, which may have done it`,
    {
      file: seen.plan.file,
      task,
      hint:
        field === 'approved_by'
          ? `Say it by \`rondo approve ${task}\`.`
          : `Say it by \`rondo edit ${task} needs_approval=false\`.`,
    },
  );
}
