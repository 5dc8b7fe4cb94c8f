/**
 * What only a person may say is not taken from the file while a worker is at work that may
 * have written it: a file does not say who did. As written counts what differs from the commit, and what commits by hand
 * brought since the last round.
 */
import { type Problem, problem } from '../errors.ts';
import type { TaskFields } from '../model/fields.ts';
import type { Plan, Task } from '../model/plan.ts';
import { sameValue } from '../model/same-value.ts';
import type { Run } from '../ports.ts';
import { isAtWork, refuseApprover } from './approvers.ts';
import type { Draft } from './draft.ts';
import type { Seen } from './seen.ts';

/** Puts it back to what it was, with a warning that says how it is said. Only called where something was written. */
export function takeBack(draft: Draft, seen: Seen): void {
  const workers = seen.runs.filter(isAtWork);
  const committed = fieldsOf(seen.edited ? seen.committed : null);
  const rounds = seen.lastRounds.map(fieldsOf);
  for (const task of seen.plan.tasks) {
    const own = workers.filter((run) => run.task === task.id);
    const layers = {
      committed: committed.get(task.id),
      rounds: rounds.flatMap((fields) => fields.get(task.id) ?? []),
    };
    for (const word of WORDS) takeBackWord(draft, seen, task, word, layers, { all: workers, own });
  }
  takeBackAcceptance(draft, seen, workers);
}

/** How a task stood: in the commit, where the file differs from it, and as the last rounds left it, where that is not the same. */
interface Layers {
  readonly committed: TaskFields | undefined;
  readonly rounds: readonly TaskFields[];
}

function fieldsOf(plan: Plan | null): ReadonlyMap<string, TaskFields> {
  return new Map((plan?.tasks ?? []).map(({ id, fields }) => [id, fields]));
}

// ---------------------------------------------------------------- approvals

interface Word {
  readonly field: 'approved_by' | 'needs_approval';
  /** Fields that go with it. */
  readonly with: readonly ('approved_by' | 'approved_at' | 'needs_approval')[];
  /** Whether a person has to have said what is there now. */
  readonly isSaid: (now: unknown, before: unknown) => boolean;
  readonly hint: (task: string) => string;
}

const WORDS: readonly Word[] = [
  {
    field: 'approved_by',
    with: ['approved_by', 'approved_at'],
    isSaid: (now, before) => now !== undefined && !sameValue(now, before),
    hint: (task) => `Say it by \`rondo approve ${task}\`, once it is completed.`,
  },
  {
    field: 'needs_approval',
    with: ['needs_approval'],
    isSaid: (now, before) => before === true && now !== true,
    hint: (task) => `Say it by \`rondo edit ${task} needs_approval=false\`.`,
  },
];

/**
 * In the work tree it may be any worker's; in a commit a worker's word on its own task alone is taken back, since that may
 * as well be a merged pull request.
 */
function takeBackWord(
  draft: Draft,
  seen: Seen,
  task: Task,
  word: Word,
  { committed, rounds }: Layers,
  workers: { readonly all: readonly Run[]; readonly own: readonly Run[] },
): void {
  const { field, isSaid } = word;
  let now = task.fields;
  let refusal: Problem | undefined;
  if (committed !== undefined && isSaid(now[field], committed[field])) {
    refusal =
      (field === 'approved_by' ? refuseApprover(seen, task.id) : undefined) ??
      refuseWorker(seen, task.id, word, workers.all);
    if (refusal !== undefined) now = committed;
  }
  const [last] = rounds;
  if (last !== undefined && rounds.every((before) => isSaid(now[field], before[field]))) {
    const refused = refuseWorker(seen, task.id, word, workers.own);
    if (refused !== undefined) now = last;
    refusal ??= refused;
  }
  if (refusal === undefined) return;
  draft.problems.push({ ...refusal, severity: 'warning' });
  for (const each of word.with) draft.set(task.id, each, now[each], refusal.message);
}

function refuseWorker(
  seen: Seen,
  task: string,
  { field, hint }: Word,
  workers: readonly Run[],
): Problem | undefined {
  const [worker] = workers;
  if (worker === undefined) return undefined;
  return problem(
    'called-by-worker',
    `\`${field}\` of ${task} was written into the file while ${worker.task} was at work, which may have done it`,
    { file: seen.plan.file, task, hint: hint(task) },
  );
}

/** What `rondo accept` says of the whole plan. */
function takeBackAcceptance(draft: Draft, seen: Seen, [worker]: readonly Run[]): void {
  const { accepted_by } = seen.plan.fields;
  if (worker === undefined || accepted_by === undefined) return;
  const known = seen.lastRounds.length > 0 ? seen.lastRounds : [seen.committed];
  const [before] = known;
  if (!before || known.some((each) => each?.fields.accepted_by === accepted_by)) return;
  const refusal = problem(
    'called-by-worker',
    `\`accepted_by\` was written into the file while ${worker.task} was at work, which may have done it`,
    {
      severity: 'warning',
      file: seen.plan.file,
      path: ['accepted_by'],
      hint: `Say it by \`rondo accept ${seen.plan.name}\`.`,
    },
  );
  draft.problems.push(refusal);
  draft.setPlan('accepted_by', before.fields.accepted_by, refusal.message);
}
