/** PERSIST: the text is edited, verified, and committed alone; the compare-and-swap point of a round. */
import { diffPlans } from '../compare/diff.ts';
import { type Problem, RondoError } from '../errors.ts';
import type { Change } from '../model/change.ts';
import { type Plan, planStatusOf } from '../model/plan.ts';
import { durationMs } from '../model/time.ts';
import type { Draft } from '../plan/draft.ts';
import type { CommitOrder, CommitOutcome, Outside } from '../ports.ts';
import { editPlainly, editPlan } from '../state-file/edit-plan.ts';
import type { ParsedPlan } from '../state-file/parse-plan.ts';
import { refreshProgress } from '../state-file/refresh-progress.ts';
import { type LedgerChange, ledgerChange, ledgerNotWritten } from './ledger-file.ts';
import { roundMessage } from './message.ts';
import type { ReadResult } from './read.ts';

export type Persisted =
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'saved';
      readonly round: number;
      readonly commit: string;
      readonly adopted: readonly Change[];
      readonly outcome: Extract<CommitOutcome, { kind: 'committed' }>;
      /** The text the editor parsed to prove its edit; undefined where nothing was edited. */
      readonly proved: ProvedText | undefined;
    }
  | { readonly kind: 'moved' };

export interface ProvedText {
  readonly text: string;
  readonly parsed: ParsedPlan;
}

/** Commits what the draft changed and what was edited by hand. Throws where the edit, the repository or the moment refuses it. */
export async function persist(outside: Outside, read: ReadResult, draft: Draft): Promise<Persisted> {
  const { seen, look, target } = read;
  const net = diffPlans(seen.plan, draft.plan);
  if (net.length === 0 && !look.edited) return { kind: 'unchanged' };
  const head = look.head;
  if (head.kind === 'detached') return { kind: 'moved' };
  const edited = await newText(read, seen.plan, net);
  const text = refreshProgress(edited.text, draft.plan);
  const adopted = look.edited && seen.committed !== null ? diffPlans(seen.committed, seen.plan) : [];
  const round = read.history.round + 1;
  const attempts = announced(draft);
  const message = roundMessage({
    plan: target.name,
    round,
    status: planStatusOf(draft.plan),
    machine: seen.machine,
    changes: draft.changes,
    adopted,
    arrival: arrivalOf(read),
    attempts,
  });
  const { commit } = seen.settings;
  const ledger = await ledgerChange(outside, read, draft.plan);
  const outcome = commitWithLedger(outside, ledger, {
    plan: target.name,
    files: [{ file: target.file, before: look.text, after: text }],
    ref: head.ref,
    tip: head.commit,
    message,
    round,
    attempts,
    settings: { hooks: commit.hooks, sign: commit.sign, timeoutMs: durationMs(commit.timeout) ?? 0 },
  });
  if (outcome.kind === 'moved') return { kind: 'moved' };
  if (outcome.kind === 'deferred') throw new RondoError(outcome.problem);
  const proved = edited.parsed === undefined ? undefined : { text: edited.text, parsed: edited.parsed };
  return { kind: 'saved', round, commit: outcome.commit, adopted, outcome, proved };
}

/** The plan is saved in any case: what cannot be done to the ledger is told, and left to a later round. */
function commitWithLedger({ repo }: Outside, ledger: LedgerChange, order: CommitOrder): CommitOutcome {
  const { change } = ledger;
  if (change === undefined) return withNotes(repo.commit(order), ledger.problems);
  const [outcome, why] = tryCommit(repo, { ...order, files: [...order.files, change] });
  if (outcome !== undefined) return withNotes(outcome, ledger.problems);
  return withNotes(repo.commit(order), [ledgerNotWritten(change.file, why)]);
}

function tryCommit(
  repo: Outside['repo'],
  order: CommitOrder,
): readonly [CommitOutcome | undefined, Problem | undefined] {
  try {
    const outcome = repo.commit(order);
    const isBusyWithLedger = outcome.kind === 'deferred' && outcome.problem.file === order.files.at(-1)?.file;
    return isBusyWithLedger ? [undefined, outcome.problem] : [outcome, undefined];
  } catch (error) {
    if (error instanceof RondoError) return [undefined, error.problems[0]];
    throw error;
  }
}

function withNotes(outcome: CommitOutcome, more: readonly Problem[]): CommitOutcome {
  return outcome.kind === 'committed' ? { ...outcome, notes: [...outcome.notes, ...more] } : outcome;
}

/** A plan that the branch does not have yet, or has in a form that cannot be read, is not told field by field. */
function arrivalOf({ seen, look }: ReadResult): string | undefined {
  const count = seen.plan.tasks.length;
  const tasks = `${count} ${count === 1 ? 'task' : 'tasks'}`;
  if (look.text === null) return `plan added, ${tasks}`;
  if (!look.edited || seen.committed !== null) return undefined;
  return look.headText() === null ? `by hand, plan added, ${tasks}` : `by hand, plan mended, ${tasks}`;
}

async function newText(
  read: ReadResult,
  plan: Plan,
  net: readonly Change[],
): Promise<{ readonly text: string; readonly parsed?: ParsedPlan }> {
  const before =
    read.look.text ?? read.newText ?? (await import('../state-file/print-plan.ts')).printPlan(plan);
  if (net.length === 0) return { text: before };
  const plain = editPlainly(before, read.target.file, net, { known: read.known });
  if (plain !== undefined) return plain;
  const { codec } = await import('../state-file/codec.ts');
  const edited = editPlan(before, read.target.file, net, { known: read.known, codec });
  if (edited.kind === 'refused') throw new RondoError(edited.problem);
  return edited;
}

/** Attempt numbers this round gives out, by task. */
function announced(draft: Draft): Readonly<Record<string, number>> {
  const out: Record<string, number> = Object.create(null);
  for (const change of draft.changes) {
    if (change.kind !== 'task-field' || change.field !== 'attempt') continue;
    const number = draft.task(change.task)?.fields.attempt?.number;
    if (number !== undefined) out[change.task] = number;
  }
  return out;
}
