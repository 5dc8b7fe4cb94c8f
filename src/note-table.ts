/** The part of the table of failures that fails nothing: codes that stand in reports only. */
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface ErrorEntry {
  readonly exit: ExitCode;
  readonly meaning: string;
  readonly hint: string;
}

export const entry = (exit: ExitCode, meaning: string, hint: string): ErrorEntry => ({ exit, meaning, hint });

export const NOTES = {
  'watchdog-only': entry(
    EXIT.done,
    'The plan names another coordinator, and who made the round is its watchdog: nothing new is started.',
    'Have the coordinator run it, or name yourself as `coordinator`.',
  ),
  'group-too-large': entry(
    EXIT.done,
    'A parallel group has more members than may be under way at once, so they do not all start in one round.',
    'Raise `parallelism.max_parallel_tasks`, or take members out of the group.',
  ),
  'gates-not-asked': entry(
    EXIT.done,
    'A task with required gates was set to completed in the file. That is a word of people and counts; its evidence reads `reported`.',
    'To have its gates run: `rondo reopen <task>`, then `rondo done <task>`.',
  ),
  overdue: entry(
    EXIT.done,
    'A person holds the task past the time that was agreed.',
    'Ask them, or `rondo release` the task.',
  ),
  'outside-writes': entry(
    EXIT.done,
    'Files that a task does not say it writes were changed while its worker ran.',
    'Undo the changes or add the files to `writes`; where the task is blocked by it, `rondo unblock` then.',
  ),
  overrun: entry(
    EXIT.done,
    'Work takes more than 1.5 times its estimate.',
    'Look at `rondo logs <task>`; cancel it if it hangs.',
  ),
  'fenced-result': entry(
    EXIT.done,
    'An earlier attempt, or one that was cancelled, came to its end; what it left is kept in its run directory and not applied.',
    'Read it there if it matters.',
  ),
  'still-running': entry(
    EXIT.done,
    'A worker is over, and something that it started still runs: its attempt ends with it.',
    'Wait, or end the process yourself. What is to outlive its task must leave its process group (setsid).',
  ),
  'outline-unplaced': entry(
    EXIT.done,
    'Something in an outline has no place in a plan.',
    'Look at the plan, and put it where it belongs by hand.',
  ),
  'state-taken': entry(
    EXIT.done,
    'What a workflow-state.json says was taken over in a way worth a look.',
    'Look at the task in the plan; edit it where that is not how it stands.',
  ),
  'state-unplaced': entry(
    EXIT.done,
    'Something in a workflow-state.json has no place in a plan.',
    'It is kept in the plan as it was; put it where it belongs by hand.',
  ),
  'worker-matched': entry(
    EXIT.done,
    'A worker was found under the name its plan had before, or by its process where its run directory was removed.',
    'Nothing to do; what it leaves counts for the task.',
  ),
  'stray-worker': entry(
    EXIT.done,
    'A worker runs whose plan is not in this work tree.',
    'The message says where the plan is.',
  ),
  'held-elsewhere': entry(
    EXIT.done,
    'Another machine holds the task.',
    'Wait, or take it over with `rondo run --take-over`.',
  ),
  'ledger-not-written': entry(
    EXIT.done,
    'The plan was saved, and its ledger could not be written along.',
    'Mend what the message says; the next round that saves something writes it.',
  ),
  'ledger-rewritten': entry(
    EXIT.done,
    'The ledger differed from the plan, which is what counts, and could not be edited in place.',
    'Comments in it are gone from the file; `git log -p` of it has them.',
  ),
  'merge-conflict': entry(
    EXIT.done,
    'The work of an attempt passed, and could not be merged into the integration branch of its plan.',
    'Resolve it in the worktree of the attempt and `rondo unblock` the task, or `rondo retry` it.',
  ),
  'integration-behind': entry(
    EXIT.done,
    'The integration branch of a plan could not take along what is new on the branch of the plan, or what completed tasks did.',
    'Merge it into the integration branch yourself.',
  ),
  'lock-removed': entry(
    EXIT.done,
    'A lock of a Rondo process that no longer lives was removed.',
    'Nothing to do.',
  ),
  'round-recovered': entry(EXIT.done, 'A round that was interrupted was settled.', 'Nothing to do.'),
  'hand-edit': entry(EXIT.done, 'The plan was edited by hand; the round adopted it.', 'Nothing to do.'),
} as const satisfies Record<string, ErrorEntry>;
