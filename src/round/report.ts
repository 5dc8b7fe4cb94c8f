/** REPORT: the committed file is parsed again, and what is said comes from that. */
import { type Problem, problem, RondoError } from '../errors.ts';
import type { Change } from '../model/change.ts';
import type { ChangeDocument, ProblemDocument, RoundDocument } from '../model/documents.ts';
import { type Plan, planStatusOf } from '../model/plan.ts';
import { currentProgress } from '../plan/batches.ts';
import type { Draft } from '../plan/draft.ts';
import { nameTasks } from '../plan/name-tasks.ts';
import { needsOf } from '../plan/needs.ts';
import { prospectsOf } from '../plan/remedies.ts';
import type { StartOutcome } from '../plan/rules/start.ts';
import type { Outside } from '../ports.ts';
import { placeProblems } from '../state-file/place-problems.ts';
import { keepParsed, readKnown } from './known-plan.ts';
import type { Persisted } from './persist.ts';
import type { ReadResult } from './read.ts';

type Saved = Extract<Persisted, { kind: 'saved' }>;

export interface Reported {
  readonly document: RoundDocument;
  /** The plan as committed (as read, where nothing changed). */
  readonly plan: Plan;
  /** The branch that it is on, as a full ref. */
  readonly ref: string;
}

export async function report(
  outside: Outside,
  read: ReadResult,
  draft: Draft,
  started: StartOutcome,
  persisted: Exclude<Persisted, { kind: 'moved' }>,
  extra: readonly Problem[],
): Promise<Reported> {
  const { plan, text } =
    persisted.kind === 'saved'
      ? await committedPlan(outside, read, persisted)
      : { plan: read.seen.plan, text: read.look.text ?? '' };
  const adopted = persisted.kind === 'saved' ? persisted.adopted : [];
  const notes = persisted.kind === 'saved' ? persisted.outcome.notes : [];
  const placed = draft.problems.length === 0 ? [] : await placeProblems(text, draft.problems);
  const document: RoundDocument = {
    plan: read.target.name,
    file: read.target.file,
    round: persisted.kind === 'saved' ? persisted.round : read.history.round,
    status: planStatusOf(plan),
    changed: persisted.kind === 'saved',
    from: read.look.head.commit,
    to: persisted.kind === 'saved' ? persisted.commit : read.look.head.commit,
    changes: persisted.kind === 'saved' ? [...adopted, ...draft.changes].map(changeAsDocument) : [],
    effects: draft.effects.map(({ kind, id, task, attempt, reason }) => ({
      kind,
      id,
      task,
      attempt,
      reason,
    })),
    queued: [...started.queued],
    overlaps: started.overlaps.map((overlap) => ({ ...overlap })),
    busy: started.busy,
    most_at_once: started.most,
    batch: currentProgress(plan.tasks) ?? null,
    claimable: [...started.forPeople],
    needs: nameTasks(
      needsOf(plan, read.seen.settings, started, () => read.seen.machine),
      read.target,
    ),
    ...prospectsOf(plan, read.seen.settings, read.target),
    next_action: plan.fields.next_action ?? null,
    next_checkpoint: plan.fields.next_checkpoint ?? null,
    problems: [...extra, ...notes, ...read.problems, ...placed].map(problemAsDocument),
  };
  return { document, plan, ref: read.seen.ref };
}

/** Two rounds of one call as one: where the plan stands is the second's word, what happened is both's. */
export function joinReports(first: Reported, { document, plan, ref }: Reported): Reported {
  const before = first.document;
  const said = new Set(document.problems.map((p) => JSON.stringify(p)));
  return {
    plan,
    ref,
    document: {
      ...document,
      changed: before.changed || document.changed,
      from: before.from,
      changes: [...before.changes, ...document.changes],
      effects: [...before.effects, ...document.effects],
      problems: [...before.problems.filter((p) => !said.has(JSON.stringify(p))), ...document.problems],
    },
  };
}

/** The committed blob is read back. Where it is, character by character, what the editor has parsed already, it says the same. */
async function committedPlan(
  outside: Outside,
  read: ReadResult,
  saved: Saved,
): Promise<{ readonly plan: Plan; readonly text: string }> {
  const { commit, proved } = saved;
  const text = outside.repo.readAt(commit, read.target.file);
  if (proved?.parsed.plan !== undefined && proved.text === text) {
    keepParsed(outside, read.target, text, proved.parsed);
    return { plan: proved.parsed.plan, text };
  }
  const parsed = text === null ? undefined : await readKnown(outside, read.target, text, true);
  if (text !== null && parsed?.plan !== undefined) return { plan: parsed.plan, text };
  throw new RondoError(
    problem('internal', `the plan cannot be read back from ${commit}`, { file: read.target.file }),
  );
}

export function changeAsDocument(change: Change): ChangeDocument {
  const task = 'task' in change ? change.task : null;
  const field = 'field' in change ? change.field : null;
  switch (change.kind) {
    case 'task-added':
      return { kind: change.kind, task, field, from: null, to: change.title, reason: change.reason };
    case 'task-removed':
      return { kind: change.kind, task, field, from: change.task, to: null, reason: change.reason };
    case 'decision-added':
      return { kind: change.kind, task, field, from: null, to: change.text, reason: change.reason };
    default:
      return {
        kind: change.kind,
        task,
        field,
        from: change.from ?? null,
        to: change.to ?? null,
        reason: change.reason,
      };
  }
}

export function problemAsDocument(p: Problem): ProblemDocument {
  return {
    code: p.code,
    severity: p.severity,
    message: p.message,
    hint: p.hint,
    file: p.file ?? null,
    line: p.line ?? null,
    column: p.column ?? null,
    ...(p.task === undefined ? {} : { task: p.task }),
    ...(p.excerpt === undefined ? {} : { excerpt: p.excerpt }),
    ...(p.cycle === undefined ? {} : { cycle: [...p.cycle] }),
  };
}
