/**
 * Every failure Rondo can report: a code, what it means, what to do next, and the exit code it ends a command with.
 * `docs/errors.md` is generated from this table.
 */

import { EXIT } from './exit-codes.ts';
import { type ErrorEntry, entry, NOTES } from './note-table.ts';
import { RECORD_ERRORS } from './record-errors.ts';

export const ERRORS = {
  // 1: a bug
  internal: entry(
    EXIT.unexpected,
    'Rondo met a situation it was not built for.',
    'Report it with the command and the output of `rondo doctor`.',
  ),

  // 2: the call is wrong
  usage: entry(
    EXIT.usage,
    'The command line is not one Rondo knows.',
    'See `rondo --help` or `rondo <command> --help`.',
  ),
  'unknown-plan': entry(
    EXIT.usage,
    'No plan of that name was found.',
    'See `rondo list` for the plans of this repository.',
  ),
  'unknown-task': entry(
    EXIT.usage,
    'The plan has no task of that id.',
    'See `rondo status` for the task ids.',
  ),
  'unknown-specialist': entry(
    EXIT.usage,
    'The settings name no such specialist.',
    'See `specialists` in rondo.yaml, and `rondo recommend <task>` for who fits.',
  ),
  'unknown-group': entry(
    EXIT.usage,
    'The plan has no parallel group of that name.',
    'See `parallel_group` in the plan for the names.',
  ),
  'ambiguous-plan': entry(
    EXIT.usage,
    'More than one plan is active, so the plan must be named.',
    'Name the plan as the command takes it (`<plan>`, `<plan>/<task>` or `--plan <plan>`), or set RONDO_PLAN.',
  ),
  'unknown-revision': entry(
    EXIT.usage,
    'Git knows no such revision.',
    'Name a commit, branch or tag that exists here.',
  ),
  'not-a-repository': entry(
    EXIT.usage,
    'This folder is not inside a git repository.',
    'Run `git init` here, or use `-C <dir>`.',
  ),

  // 3: a plan or config is invalid
  'frontmatter-missing': entry(
    EXIT.invalid,
    'The file does not open with a `---` line, so it has no frontmatter.',
    'Start the file with `---`, the plan fields, and `---`.',
  ),
  'frontmatter-unclosed': entry(
    EXIT.invalid,
    'The frontmatter is opened but never closed.',
    'Add a line `---` after the last plan field.',
  ),
  'frontmatter-code': entry(
    EXIT.invalid,
    'The frontmatter asks for a language other than YAML; Rondo runs no code from a plan.',
    'Open the frontmatter with `---` alone.',
  ),
  'yaml-syntax': entry(EXIT.invalid, 'The YAML cannot be read.', 'Mend the line the caret points at.'),
  'yaml-unsafe': entry(
    EXIT.invalid,
    'The YAML uses tags, aliases that multiply, merge keys, or nesting beyond the bound.',
    'Write the values out plainly; text that begins with `!`, `&`, `*` or `%` belongs in quotes.',
  ),
  'duplicate-key': entry(
    EXIT.invalid,
    'A field is given twice; a clean text merge can do that.',
    'Keep one of the two lines.',
  ),
  'duplicate-task': entry(
    EXIT.invalid,
    'Two tasks have the same id (letter case and Unicode form do not count).',
    'Rename one of them.',
  ),
  'duplicate-plan': entry(
    EXIT.invalid,
    'Two plan files have the same name (letter case and Unicode form do not count).',
    'Rename one of the files.',
  ),
  'invalid-id': entry(
    EXIT.invalid,
    'A task id or plan name is not of the form `[A-Za-z0-9][A-Za-z0-9._-]{0,63}` fit for a git ref.',
    'Use letters, digits, `.`, `_` and `-`; no `..`, no final `.` or `.lock`.',
  ),
  'invalid-heading': entry(
    EXIT.invalid,
    'A `###` heading among the tasks is not of the form `### <id>: <title>`.',
    'Write `### <id>: <title>`.',
  ),
  'invalid-value': entry(
    EXIT.invalid,
    'A field has a value of the wrong kind.',
    'See the field in docs/state-format.md.',
  ),
  'unknown-field': entry(
    EXIT.invalid,
    'A field Rondo does not know; it is kept and ignored.',
    'Check its spelling, or put it under `metadata`.',
  ),
  'unsupported-version': entry(
    EXIT.invalid,
    'The file says a format version this Rondo does not read.',
    'Use `rondo: 1`, or a newer Rondo.',
  ),
  'unclosed-fence': entry(
    EXIT.invalid,
    'A code fence is never closed, so all that follows would be guesswork.',
    'Close the fence with a line of the same marks.',
  ),
  'unclosed-html': entry(
    EXIT.invalid,
    'An HTML comment or block is never closed, so all that follows would be guesswork.',
    'Close it with its end mark.',
  ),
  'unclosed-list-fence': entry(
    EXIT.invalid,
    'A code fence inside a list item is left open when the item ends.',
    'Close the fence inside the list item, at its indentation.',
  ),
  'conflict-markers': entry(
    EXIT.invalid,
    'The file holds conflict markers of an unfinished merge.',
    'Choose between the sides and remove the marker lines.',
  ),
  'setext-heading': entry(
    EXIT.invalid,
    'An underlined heading is read as prose and ends no section.',
    'Write it with `#` marks.',
  ),
  'heading-hint': entry(
    EXIT.invalid,
    'A line looks like a task heading but is not one for Markdown.',
    'Put a space after `###`, and start at the margin.',
  ),
  'progress-markers': entry(
    EXIT.invalid,
    'The progress markers are not one pair on lines of their own, so nothing is written between them.',
    'Keep one `<!-- rondo:progress -->` and one `<!-- /rondo:progress -->` below it, outside of lists.',
  ),
  'missing-tasks': entry(
    EXIT.invalid,
    'The plan has no `## Tasks` section.',
    'Add `## Tasks`, and a `### <id>: <title>` for each task.',
  ),
  'duplicate-section': entry(
    EXIT.invalid,
    'A section of the plan stands there twice.',
    'Join the two sections into one.',
  ),
  'unknown-blocker': entry(
    EXIT.invalid,
    'A task waits for a task that is not in the plan.',
    'Correct the id in `blocked_by`, or add the task.',
  ),
  'conflicting-fields': entry(
    EXIT.invalid,
    'A task names more than one way in which it is done; only the first of `plan`, `await` and `run` counts.',
    'Split it into two tasks, or remove one of the fields.',
  ),
  'invalid-rework': entry(
    EXIT.invalid,
    'A `rework` names a task that the review does not build on, or a threshold that is no severity.',
    'Name a task that the review waits for, directly or not; see `rondo graph`.',
  ),
  'sub-plan-cycle': entry(
    EXIT.invalid,
    'A plan contains itself, by way of the plans that its tasks stand for.',
    'Remove `plan` from one of the tasks on the way.',
  ),
  'dependency-cycle': entry(
    EXIT.invalid,
    'Tasks wait for each other in a circle.',
    'Remove one of the edges, split a task in two, or finish one of them first.',
  ),
  'file-too-large': entry(
    EXIT.invalid,
    'The file is larger than a plan may be.',
    'Move what is not plan into files of its own and name them in `inputs`.',
  ),
  'too-many-tasks': entry(
    EXIT.invalid,
    'The plan has more tasks than Rondo handles.',
    'Split it into sub-plans.',
  ),
  'not-text': entry(EXIT.invalid, 'The file is not UTF-8 text, or holds NUL bytes.', 'Save it as UTF-8.'),
  'not-a-file': entry(
    EXIT.invalid,
    'The plan is not a regular file of its own (a link, a pipe, a folder, a hard link).',
    'Put a regular file in its place.',
  ),
  'unsafe-path': entry(
    EXIT.invalid,
    'A path leaves the repository, is absolute, or points into the git directory.',
    'Use a path inside the repository, relative to its root.',
  ),
  'workflow-state-broken': entry(
    EXIT.invalid,
    'A file that `rondo import --from workflow-state` is to take over is no JSON object with phases, or is larger or deeper than is read.',
    'Mend the file where the message says; nothing was written.',
  ),
  'ledger-broken': entry(
    EXIT.invalid,
    'The ledger cannot be read, so nobody knows whether it can be written over.',
    'Mend it or remove it; or set `on_broken_ledger: fresh` to have it written anew from the plan.',
  ),
  'config-invalid': entry(
    EXIT.invalid,
    'rondo.yaml, or a setting in a plan, is not valid.',
    'See the setting in docs/state-format.md.',
  ),
  'ambiguous-edit': entry(
    EXIT.invalid,
    'The change cannot be made so that only its own bytes differ; the file stays as it was.',
    'Make this edit by hand, or write the field in plain form first.',
  ),
  'not-supported': entry(
    EXIT.invalid,
    'A field or setting of the format that this version does not act on.',
    'Leave it out, or do not rely on it.',
  ),
  ...RECORD_ERRORS,

  // 4: refused by a rule
  'illegal-transition': entry(
    EXIT.refused,
    'The task or plan cannot go from its status to that one.',
    'Take one of the legal steps the message lists.',
  ),
  'not-ready': entry(
    EXIT.refused,
    'The task still waits for something.',
    'See `rondo show <task>` for what it waits for.',
  ),
  'not-owner': entry(
    EXIT.refused,
    'The task is held by somebody else, or this is not the current attempt.',
    'Ask its owner to release it, or `rondo release` it first.',
  ),
  'missing-output': entry(
    EXIT.refused,
    'The task names an output that is not there.',
    'Write the file, or correct `output`.',
  ),
  'already-exists': entry(
    EXIT.refused,
    'A plan, task or file of that name is there already.',
    'Choose another name.',
  ),
  'untrusted-command': entry(
    EXIT.refused,
    'This clone has not approved that command.',
    'Look at it and approve it with `rondo trust`, or pass --trust-all.',
  ),
  'called-by-worker': entry(
    EXIT.refused,
    'A worker, or a process that descends from one, asks for what only a person may say.',
    'Say it from a terminal that no worker opened; a worker asks for it with `rondo block <task> --type approval`.',
  ),
  'not-an-approver': entry(
    EXIT.refused,
    'The settings name who approves by git e-mail, and this is somebody else.',
    'Ask one of the `approvers` in rondo.yaml.',
  ),
  'not-interactive': entry(
    EXIT.refused,
    'This needs an answer, and there is no terminal to ask on.',
    'Pass the answer as a flag.',
  ),
  'criterion-failed': entry(
    EXIT.refused,
    'A check of a success criterion fails.',
    'Mend it and run `rondo resume`, or take it as met with `rondo accept`.',
  ),
  'gate-failed': entry(
    EXIT.refused,
    'The work of a task did not pass one of its gates. A required one blocks the task; an optional one is a warning.',
    'Mend it and run the gates again with `rondo unblock <task>`, or have the work done again with `rondo retry <task>`.',
  ),
  'edit-not-committed': entry(
    EXIT.retry,
    'The plan has edits that are not committed, and `adopt: on-commit` waits for them.',
    'Commit the plan file, then try again.',
  ),
  'identity-missing': entry(
    EXIT.refused,
    'Git does not know who you are.',
    'Run `git config user.name "<name>"` and `git config user.email <address>`.',
  ),
  'dubious-ownership': entry(
    EXIT.refused,
    'Git refuses this repository because somebody else owns it.',
    'Run `git config --global --add safe.directory <path>` if you trust it.',
  ),
  'operation-in-progress': entry(
    EXIT.refused,
    'A merge, rebase, cherry-pick, revert or bisect is under way.',
    'Finish or abort it, then try again.',
  ),
  'detached-head': entry(
    EXIT.refused,
    'No branch is checked out, so a round commit would belong to nothing.',
    'Check out a branch: `git switch <branch>`.',
  ),
  'work-branch': entry(
    EXIT.refused,
    'A branch of Rondo’s own is checked out: the plan there is of another time, and its rounds would begin anew.',
    'Check out the plan’s branch: `git switch <branch>`.',
  ),
  'another-branch': entry(
    EXIT.refused,
    'Another branch was checked out under a `run`, and its plan is not as that run left it: going on there would begin the work anew.',
    'Go back with `git switch <branch>`, or end the run and begin one on this branch.',
  ),
  'bare-repository': entry(
    EXIT.refused,
    'This repository has no work tree.',
    'Work in a clone or a linked worktree of it.',
  ),
  'ignored-plan': entry(
    EXIT.refused,
    'Git ignores the plan file, so a round could not be reviewed or pulled.',
    'Take its path out of .gitignore.',
  ),
  'damaged-repository': entry(
    EXIT.refused,
    'A ref or object of this repository is damaged.',
    'See `git fsck` and `git reflog`; a remote may have a good copy.',
  ),
  'history-regressed': entry(
    EXIT.refused,
    'The branch lost rounds that were recorded here.',
    'Find them with `git reflog`, and bring them back or run `rondo restart`.',
  ),
  'cannot-write': entry(
    EXIT.refused,
    'A file could not be written; the state is as it was.',
    'Look at free space and permissions, then try again.',
  ),
  'cannot-read': entry(EXIT.refused, 'A file could not be read.', 'Look at its permissions, then try again.'),
  'cannot-start': entry(
    EXIT.refused,
    'The system could not start a process for a worker.',
    'Look at the limits on processes and memory, then try again.',
  ),
  'git-failed': entry(EXIT.refused, 'A git command failed.', 'See what git said.'),
  'git-too-old': entry(EXIT.refused, 'This git is older than Rondo needs.', 'Install git 2.36 or newer.'),
  'work-not-merged': entry(
    EXIT.refused,
    'The branch or worktree of an attempt has work that is merged nowhere.',
    'Look at it with `git log` and `git status` there; merge it, or remove it yourself.',
  ),
  'hook-refused': entry(
    EXIT.refused,
    'A commit hook or the signing program refused the round commit.',
    'Mend the hook, or switch `commit.hooks` or `commit.sign` off.',
  ),
  disabled: entry(
    EXIT.refused,
    'RONDO_DISABLE is set, or task_tracking.enabled is false, so nothing is tracked.',
    'Unset RONDO_DISABLE.',
  ),

  // 5: try again
  locked: entry(
    EXIT.retry,
    'Another round is under way in this clone and did not end in time.',
    'Try again; `rondo doctor` shows who holds the lock.',
  ),
  deferred: entry(
    EXIT.retry,
    'Git is busy here (an index lock, an open commit, the plan staged otherwise), so nothing was written.',
    'Finish that, then try again.',
  ),
  moved: entry(EXIT.retry, 'The plan or the branch kept moving while the round was made.', 'Try again.'),
  timeout: entry(
    EXIT.retry,
    'Nothing happened before the time given was over.',
    'Wait longer, or look at `rondo status`.',
  ),

  // in reports only
  ...NOTES,
} as const satisfies Record<string, ErrorEntry>;
