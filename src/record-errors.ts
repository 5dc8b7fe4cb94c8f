/** The codes of what a plan's record falls short of: the part of the table of errors that `rondo check` warns with. */
import { EXIT } from './exit-codes.ts';

export const RECORD_ERRORS = {
  'not-committed': {
    exit: EXIT.invalid,
    meaning: 'The plan is in no commit yet, so it is lost with this work tree.',
    hint: 'Commit it, or let a round do so: rondo round <plan>.',
  },
  'status-mismatch': {
    exit: EXIT.invalid,
    meaning: 'The status that the plan says is not what its tasks say.',
    hint: 'The next round sets it right: rondo round <plan>.',
  },
  'unrecorded-work': {
    exit: EXIT.invalid,
    meaning: 'A task is completed, and nothing records when or with what result.',
    hint: 'Give it `completed_at` or a `result`.',
  },
  'unrecorded-next-action': {
    exit: EXIT.invalid,
    meaning: 'The plan has a status and does not say what comes next.',
    hint: 'The next round writes it: rondo round <plan>.',
  },
  'unrecorded-blocker': {
    exit: EXIT.invalid,
    meaning: 'Something stands in the way, and nothing records what.',
    hint: 'The next round writes the blockers of the plan: rondo round <plan>.',
  },
  'no-owner': {
    exit: EXIT.invalid,
    meaning: 'Work is under way that names no owner or no return condition.',
    hint: 'Give the task an `owner`, or `release` it.',
  },
  'report-mismatch': {
    exit: EXIT.invalid,
    meaning: 'What was reported is not what was saved.',
    hint: 'See `rondo log` for what changed it; the next round derives it again: rondo round <plan>.',
  },
} as const;
