/**
 * What only a person may say, or only a run and its gates, is not taken from the file while a worker is at work that may
 * have written it: a file does not say who did. As written counts what differs from the commit, and what commits by hand
 * brought since the last round.
 */
import { type Problem, problem } from '../errors.ts';
import type { TaskFields } from '../model/fields.ts';
import { type Plan, type Task, taskStatusOf } from '../model/plan.ts';
import { sameValue } from '../model/same-value.ts';
import type { Run } from '../ports.ts';
import { isAtWork, refuseApprover } from './approvers.ts';
import type { Draft } from './draft.ts';
import { gatesOf, isProof } from './gates.ts';
import type { Seen } from './seen.ts';
import { didNotPass } from './verdict.ts';

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
    takeBackGates(draft, seen, task, layers, own);
    if (taskStatusOf(task) !== 'completed') continue;
    if (!takeBackCompletion(draft, seen, task, layers, own)) noteUnproved(draft, seen, task, layers);
  }
  takeBackAcceptance(draft, seen, workers);
}

/** How a task stood: in the commit, where the file differs from it, and as the last rounds left it, where that is not the same. */
interface Layers {
  readonly committed: TaskFields | undefined;
  readonly rounds: readonly TaskFields[];
}

/** How it stood before anybody wrote. */
function knownOf({ committed, rounds }: Layers): readonly TaskFields[] {
  return rounds.length > 0 || committed === undefined ? rounds : [committed];
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

// ---------------------------------------------------------------- gates

/** The gates of a task that is at work itself are those with which it was sent to work, at least. */
function takeBackGates(draft: Draft, seen: Seen, task: Task, layers: Layers, own: readonly Run[]): void {
  const known = knownOf(layers);
  const [before] = known;
  if (before === undefined || own.length === 0) return;
  const lost = lostGates(seen, task, before);
  if (lost.length === 0 || known.some((fields) => lostGates(seen, task, fields).length === 0)) return;
  const refusal = gatesKept(seen, task.id, lost);
  draft.problems.push({ ...refusal, severity: 'warning' });
  const mended = { ...task, fields: { ...task.fields, gates: before.gates ?? [] } };
  draft.set(task.id, 'gates', before.gates, refusal.message);
  if (lostGates(seen, mended, before).length > 0) draft.set(task.id, 'tags', before.tags, refusal.message);
}

/** The required gates that the fields ask for and the task does not, by command. */
export function lostGates({ settings }: Seen, task: Task, before: TaskFields): readonly string[] {
  const required = (each: Task) =>
    gatesOf(each, settings).flatMap((gate) => (gate.required ? [gate.command] : []));
  const now = new Set(required(task));
  return required({ ...task, fields: before }).filter((command) => !now.has(command));
}

/** Why those gates stay. */
export function gatesKept(seen: Seen, task: string, lost: readonly string[]): Problem {
  return problem(
    'called-by-worker',
    `${task} loses no gate while its own worker is at work, which may ask for it: ${lost.join(', ')}`,
    {
      file: seen.plan.file,
      task,
      hint: `Take it away before it starts (\`rondo release ${task}\`), or once its worker is over.`,
    },
  );
}

// ---------------------------------------------------------------- completion

/**
 * A task that has to pass something is not completed by the file while its own worker is at work: its result still comes
 * from the run and its gates. It goes on with the owner and the attempt that it had. Whether it was taken back.
 */
function takeBackCompletion(
  draft: Draft,
  seen: Seen,
  task: Task,
  layers: Layers,
  own: readonly Run[],
): boolean {
  const known = knownOf(layers);
  if (known.some(({ status }) => status === 'completed')) return false;
  const before = known.find(
    ({ status, attempt }) =>
      status === 'in_progress' &&
      attempt?.machine === seen.machine &&
      own.some((run) => run.attempt === attempt.number),
  );
  if (before?.attempt === undefined || !hasToPass(seen, task, before)) return false;
  const refusal = problem(
    'called-by-worker',
    `${task.id} was set to completed in the file while its own worker was at work, which may have done it`,
    {
      severity: 'warning',
      file: seen.plan.file,
      task: task.id,
      hint: `What its worker leaves counts, and its gates. Say it by \`rondo done ${task.id}\`, which asks them.`,
    },
  );
  draft.problems.push(refusal);
  const reason = refusal.message;
  // By way of pending, which is the legal one.
  draft.step(task.id, 'pending', reason);
  draft.step(task.id, 'in_progress', reason);
  // No number goes down, whoever wrote it.
  const number = Math.max(before.attempt.number, task.fields.attempt?.number ?? 0);
  draft.set(task.id, 'attempt', { ...before.attempt, number }, reason);
  for (const field of ['owner', 'completed_at', 'result', 'blocker'] as const)
    draft.set(task.id, field, before[field], reason);
  return true;
}

/** Whether its end alone does not let others build on it, by what it asks for or asked for before it was written. */
function hasToPass({ settings }: Seen, task: Task, before: TaskFields): boolean {
  return [task, { ...task, fields: before }].some(
    (each) => each.fields.needs_approval === true || gatesOf(each, settings).some((gate) => gate.required),
  );
}

/** Otherwise it is a person's word, which counts without its gates; that is not hidden. */
function noteUnproved(draft: Draft, seen: Seen, task: Task, { committed }: Layers): void {
  if (committed === undefined || committed.status === 'completed') return;
  if (didNotPass(task) || task.fields.result?.evidence?.some(isProof) === true) return;
  const gates = gatesOf(task, seen.settings).filter((gate) => gate.required);
  if (gates.length === 0) return;
  const names = gates.map((gate) => gate.name).join(', ');
  draft.problems.push(
    problem(
      'gates-not-asked',
      `${task.id} was set to completed by hand, and nothing says that it passes its gates (${names})`,
      {
        severity: 'warning',
        file: seen.plan.file,
        task: task.id,
        path: ['status'],
        hint: `To have them run: rondo reopen ${task.id}, then rondo done ${task.id}.`,
      },
    ),
  );
}
