/** What a round did, in a line or two. */
import type { ChangeDocument, RoundDocument } from '../../model/documents.ts';
import { hang } from './columns.ts';
import { inertLine } from './inert.ts';
import { needLines, unsaidNeeds } from './print-needs.ts';
import { remedyLines } from './print-remedies.ts';
import type { StatusOptions } from './print-status.ts';
import { dueTime } from './time.ts';
import { batchLine, planDress, some } from './words.ts';

/** The first line says what changed, the second where the plan stands and what is next; then, where work moved, what else waits for somebody. */
export function printRound(
  document: RoundDocument,
  view: StatusOptions,
  options: { readonly dryRun: boolean },
): string {
  return `${hang(firstLine(document, view, options), view.columns)}\n${standing(movesWork(document) ? document : bare(document), view)}\n`;
}

/** Whether work went on or plan and tasks changed places; a look that finds nothing to do is to say all it knows. */
function movesWork({ changed, changes }: RoundDocument): boolean {
  return !changed || changes.some(({ kind }) => MOVES.has(kind));
}

const MOVES: ReadonlySet<string> = new Set(['task-status', 'plan-status', 'task-added', 'task-removed']);

/** After an edit or a decision nobody wants to read again what stands still and what would mend it. */
function bare({ plan, status, next_action }: RoundDocument) {
  return { plan, status, next_action, needs: [] };
}

function firstLine(
  document: RoundDocument,
  { style, now }: StatusOptions,
  { dryRun }: { readonly dryRun: boolean },
): string {
  const summary = summariseChanges(document) || planStep(document);
  if (dryRun)
    return document.changes.length === 0
      ? 'a round would change nothing'
      : `a round would do this: ${summary}`;
  if (document.changed)
    return `${summary}  ${style.dim(`(round ${document.round}, ${(document.to ?? '').slice(0, 7)})`)}`;
  return document.next_checkpoint === null
    ? 'nothing changed'
    : `nothing changed; will look again at ${dueTime(document.next_checkpoint, now)}`;
}

/** Where nothing but the plan's own standing changed: `p goes from blocked to running`. */
function planStep({ plan, changes }: RoundDocument): string {
  const step = changes.find(({ kind, from, to }) => kind === 'plan-status' && from !== to);
  return step === undefined
    ? `${plan} brought up to date`
    : `${plan} goes from ${String(step.from)} to ${String(step.to)}`;
}

/** `passkeys awaiting-result: wait for lint (checks on kestrel)`, and below it what that leaves out. */
export function standing(
  document: Pick<RoundDocument, 'plan' | 'status' | 'next_action' | 'needs'> &
    Partial<Pick<RoundDocument, 'queued' | 'overlaps' | 'busy' | 'most_at_once' | 'batch' | 'remedies'>>,
  { style, columns, now }: StatusOptions,
): string {
  const status = planDress(document.status, style)(document.status);
  const next =
    document.next_action === null || document.status === 'complete'
      ? ''
      : `: ${inertLine(document.next_action)}`;
  const batch = batchLine(document.batch ?? null);
  const also = [
    ...(batch === '' ? [] : [batch]),
    ...queueLines(document),
    ...remedyLines(document.remedies ?? []),
    ...needLines(unsaidNeeds(document.needs, document.next_action), now),
  ];
  return [
    hang(`${style.bold(document.plan)} ${status}${next}`, columns),
    ...also.map((line) => hang(`  ${line}`, columns)),
  ].join('\n');
}

/** `5 in progress (most at once). Queued: 2 (lint, docs)`, and for each task that waits for the files of another, for whose. */
export function queueLines({
  queued = [],
  overlaps = [],
  busy = 0,
  most_at_once: most = 0,
}: Partial<Pick<RoundDocument, 'queued' | 'overlaps' | 'busy' | 'most_at_once'>>): readonly string[] {
  const held = new Set(overlaps.map(({ task }) => task));
  const others = queued.filter((task) => !held.has(task));
  const full = busy >= most ? `${busy} in progress (most at once). ` : '';
  return [
    ...(others.length === 0 ? [] : [`${full}Queued: ${others.length} (${some(others.map(inertLine))})`]),
    ...overlaps
      .slice(0, MOST_OVERLAPS)
      .map(
        (each) => `${inertLine(each.task)} waits for ${inertLine(each.with)}: both may change the same files`,
      ),
    ...(overlaps.length > MOST_OVERLAPS
      ? [`and ${overlaps.length - MOST_OVERLAPS} more wait for files`]
      : []),
  ];
}

const MOST_OVERLAPS = 5;

/** `lint completed, build started`; what is derived from it is left out. '' where nothing is worth a word. */
export function summariseChanges({ changes, effects }: Pick<RoundDocument, 'changes' | 'effects'>): string {
  const started = new Map(effects.flatMap((e) => (e.kind === 'start' ? [[e.task, e.attempt] as const] : [])));
  const moved = new Set(
    changes.flatMap((c) =>
      c.kind === 'task-status' || c.kind === 'task-added' || cameBack(c) ? [c.task] : [],
    ),
  );
  const failed = new Set(changes.flatMap((c) => (isFailedVerdict(c) ? [c.task] : [])));
  const said = changes.flatMap((c) => sentence(c, { started, moved, failed }));
  return some([...new Set(said)], 6);
}

/** What follows from the rest; `started_at` is renewed with `workflow_id`. */
const DERIVED = ['current_step', 'next_action', 'next_checkpoint', 'blockers', 'started_at'];

/** Tasks that are started, that move at all, and whose review did not pass. */
interface Told {
  readonly started: ReadonlyMap<string, number>;
  readonly moved: ReadonlySet<string | null>;
  readonly failed: ReadonlySet<string | null>;
}

function isFailedVerdict({ field, to }: ChangeDocument): boolean {
  return field === 'result' && new Map<string, unknown>(Object.entries(to ?? {})).get('passed') === false;
}

function sentence(change: ChangeDocument, { started, moved, failed }: Told): readonly string[] {
  const task = inertLine(change.task ?? '');
  switch (change.kind) {
    case 'task-status':
      // Taken back and started again, as a take-over does, is a start.
      if (change.to === 'pending' && started.has(change.task ?? '')) return [];
      if (change.to === 'completed' && failed.has(change.task)) return [`${task} did not pass`];
      return [`${task} ${stepWord(change, started)}`];
    case 'task-added':
      return [`${task} added`];
    case 'task-removed':
      return [`${task} removed`];
    case 'task-title':
      return [`${task}: title changed`];
    case 'task-brief':
      return [`${task}: brief changed`];
    case 'task-field':
      if (cameBack(change)) return [`${task} came back, its gates are to pass`];
      return moved.has(change.task) ? [] : fieldSentence(task, change);
    case 'plan-field':
      return DERIVED.includes(change.field ?? '') ? [] : [planFieldWord(change)];
    case 'decision-added':
      return ['decision recorded'];
    case 'criterion-met':
      return [change.to === true ? 'criterion met' : 'criterion no longer met'];
    case 'task-order':
      return ['tasks in another order'];
    case 'plan-title':
      return ['title changed'];
    case 'criteria':
    case 'decisions':
      return [`${change.kind} changed`];
    default:
      return [];
  }
}

/** The fields that requests set have words of their own. */
function planFieldWord({ field, to }: ChangeDocument): string {
  switch (field) {
    case 'paused_by':
      return to === null ? 'resumed' : 'paused';
    case 'accepted_by':
      return to === null ? 'acceptance taken back' : 'accepted';
    case 'reopened_by':
      return to === null ? 'no longer reopened' : 'reopened';
    case 'overrun_batches':
      return Array.isArray(to) ? `batch ${to.join(', ')} past its estimate` : 'no batch past its estimate';
    case 'workflow_id':
      return 'a new run begins';
    case 'launched':
      return to === null ? 'launch taken back' : `batch ${String(to)} launched`;
    default:
      return `${field ?? 'plan'} changed`;
  }
}

/** Whether a task's work came back in this round and waits for its gates. */
function cameBack({ field, from, to }: ChangeDocument): boolean {
  if (field !== 'attempt') return false;
  const at = (value: unknown) => new Map<string, unknown>(Object.entries(value ?? {})).get('returned_at');
  return at(to) !== undefined && at(to) !== at(from);
}

function fieldSentence(task: string, { field, from, to }: ChangeDocument): readonly string[] {
  // An approval is two fields and one thing that happened.
  if (field === 'approved_by') return [`${task} ${to === null ? 'no longer approved' : 'approved'}`];
  if (field === 'approved_at' || (field === 'rejected' && to === null)) return [];
  if (field === 'attempt') return attemptSentence(task, from, to);
  if (typeof to === 'string' && to.length <= 40) return [`${task}: ${field} is ${inertLine(to)}`];
  return [to === null ? `${task}: ${field} removed` : `${task}: ${field} changed`];
}

/** What is noted of an attempt under way. */
function attemptSentence(task: string, from: unknown, to: unknown): readonly string[] {
  const at = (value: unknown, name: string) =>
    new Map<string, unknown>(Object.entries(value ?? {})).get(name);
  const differs = (name: string) => at(to, name) !== undefined && at(to, name) !== at(from, name);
  if (differs('overrun_reported_at')) return [`${task} past its estimate`];
  return [differs('lease_until') ? `${task} goes on, its lease is extended` : `${task}: attempt changed`];
}

function stepWord({ task, to }: ChangeDocument, started: ReadonlyMap<string, number>): string {
  if (to === 'in_progress') {
    const attempt = started.get(task ?? '');
    return attempt === undefined
      ? 'in progress'
      : attempt > 1
        ? `started again (attempt ${attempt})`
        : 'started';
  }
  return to === 'pending' ? 'back to pending' : String(to);
}
