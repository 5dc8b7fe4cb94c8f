/**
 * Runs the gates of tasks whose work came back, one after the other, and takes up how they ended: all required ones
 * passed, and the task is completed; one failed, and it is blocked; an optional one that fails is a warning. What a gate
 * found stays in its run directory until the task moves on, so that a killed coordinator loses nothing.
 */
import { type Problem, problem } from '../../errors.ts';
import type { Evidence } from '../../model/fields.ts';
import { type Task, taskStatusOf } from '../../model/plan.ts';
import { durationMs, formatTime } from '../../model/time.ts';
import type { Run } from '../../ports.ts';
import type { Draft } from '../draft.ts';
import { effectId } from '../effect.ts';
import { GATE_PREFIX, type Gate, gateLogs, gatesOf, gateTask, hasReturned } from '../gates.ts';
import { inline } from '../inline.ts';
import { isolationOf, workCommit } from '../isolation.ts';
import { markBlocked } from '../mark-blocked.ts';
import type { Request } from '../request.ts';
import type { Seen } from '../seen.ts';
import { hasLanded } from './land-work.ts';

/** Settles the gates of every task; returns the tasks that wait for a gate this machine has not approved. */
export function settleGates(draft: Draft, seen: Seen, request: Request): readonly string[] {
  const untrusted: string[] = [];
  const wanted = new Set<string>();
  const runs = gateRuns(seen);
  const mayStart = STARTING.has(request.kind) && draft.plan.fields.paused_by === undefined;
  for (const task of draft.tasks) {
    if (!hasReturned(task)) continue;
    const status = taskStatusOf(task);
    if (status !== 'in_progress') {
      if (status !== 'blocked') forgetReturn(draft, task);
    } else if (task.fields.attempt?.machine === seen.machine && !isWorking(seen, task)) {
      const next = lookAtGates(draft, seen, task, runs);
      if (next === undefined) continue;
      if (next.kind === 'untrusted') untrusted.push(task.id);
      else if (next.kind === 'start' && mayStart) start(draft, seen, task, next);
      wanted.add(gateTask(task, next.gate.command));
      for (const { run } of next.over) wanted.add(run.task);
    }
  }
  dropUnwanted(draft, seen, wanted, request.kind === 'pause' && request.stop);
  return untrusted;
}

/** Requests whose round starts gates: those that go on with the plan, and those that bring work back. */
const STARTING: ReadonlySet<Request['kind']> = new Set([
  'tick',
  'launch',
  'resume',
  'done',
  'edit',
  'unblock',
]);

/** The worker that brought the work is still there: recovery stops it, and nothing is checked beside it. */
function isWorking(seen: Seen, task: Task): boolean {
  return seen.runs.some(
    (run) =>
      run.task === task.id && run.attempt === task.fields.attempt?.number && run.state.kind === 'alive',
  );
}

type Next = { readonly over: readonly Over[]; readonly gate: Gate } & (
  | { readonly kind: 'running' | 'untrusted' }
  | { readonly kind: 'start'; readonly attempt: number }
);

interface Over {
  readonly gate: Gate;
  readonly run: Run;
  /** Why it did not pass; undefined where it did. */
  readonly failure: string | undefined;
}

/** The first gate that has not ended, or undefined where the task has moved on by what they found. */
function lookAtGates(
  draft: Draft,
  seen: Seen,
  task: Task,
  runs: ReadonlyMap<string, readonly Run[]>,
): Next | undefined {
  const over: Over[] = [];
  for (const gate of gatesOf(task, seen.settings)) {
    const own = (runs.get(gateTask(task, gate.command)) ?? []).filter((run) => !run.settled);
    const newest = own.at(-1);
    // The name is made from the command, and what was in fact run decides.
    const run = newest?.command === gate.command ? newest : undefined;
    if (run?.state.kind === 'alive') return { kind: 'running', gate, over };
    if (run !== undefined && isOver(run, own)) {
      const ended = { gate, run, failure: failureOf(seen, gate, run) };
      over.push(ended);
      if (ended.failure !== undefined && isStopping(ended)) {
        block(draft, seen, task, over, ended.failure);
        return undefined;
      }
      continue;
    }
    if (!seen.isApproved(gate.command)) {
      draft.problems.push(untrustedGate(seen, task, gate));
      return { kind: 'untrusted', gate, over };
    }
    const highest = (runs.get(gateTask(task, gate.command)) ?? []).at(-1);
    return { kind: 'start', gate, over, attempt: nextRun(highest) };
  }
  const late = over.map((each) => (isOfOtherWork(seen, task, each) ? { ...each, failure: LATE } : each));
  if (late.some(isStopping)) block(draft, seen, task, late, LATE);
  else pass(draft, seen, task, over);
  return undefined;
}

/** Whether its branch went on after the gate: what is to be merged is not what the gate saw. */
function isOfOtherWork(seen: Seen, task: Task, { gate, run }: Over): boolean {
  const work = seen.work[task.id];
  return (
    gate.required &&
    work?.kind === 'collected' &&
    !work.merged &&
    run.commit !== undefined &&
    run.commit !== work.tip
  );
}

const LATE = 'its branch went on after it ran, so it proves nothing of what is there now';

function isStopping({ gate, failure }: Over): boolean {
  return gate.required && failure !== undefined;
}

/** A gate that was stopped says nothing, and one that is gone hardly more: it runs again, but not for ever. */
function isOver({ state }: Run, own: readonly Run[]): boolean {
  if (state.kind === 'ended') return !state.stopped;
  return state.kind === 'lost' && own.filter((run) => run.state.kind === 'lost').length >= MOST_LOST;
}

const MOST_LOST = 3;

function nextRun(highest: Run | undefined): number {
  if (highest === undefined) return 1;
  return highest.state.kind === 'announced' ? highest.attempt : highest.attempt + 1;
}

/** One that is stopped at its timeout may still end with 0: that proves nothing. */
function failureOf(seen: Seen, gate: Gate, run: Run): string | undefined {
  if (run.state.kind !== 'ended') return 'it left no result';
  const { exitCode, signal, timedOut } = run.state;
  if (exitCode === 0 && !timedOut) return undefined;
  const how = timedOut
    ? `stopped at its timeout of ${gate.timeout}`
    : exitCode === null
      ? `ended by ${signal}`
      : `exit code ${exitCode}`;
  const end = endOf(seen.logTails[`${run.task}/${run.attempt}`] ?? '');
  return end === '' ? how : `${how}: ${end}`;
}

/** The last lines of an output, on one. */
function endOf(text: string): string {
  const lines = text.split('\n').map((line) => inline(line, line.length));
  const flat = lines.filter((line) => line !== '').join(' | ');
  return flat.length <= MOST_OUTPUT ? flat : `…${flat.slice(1 - MOST_OUTPUT)}`;
}

const MOST_OUTPUT = 320;

function pass(draft: Draft, seen: Seen, task: Task, over: readonly Over[]): void {
  const { attempt } = task.fields;
  if (attempt !== undefined && !hasLanded(draft, seen, task, attempt)) return;
  const ends = over.flatMap(({ run }) => (run.state.kind === 'ended' ? [run.state.endedAt] : []));
  const failed = over.filter((each) => each.failure !== undefined);
  const passed = over.filter((each) => each.failure === undefined);
  const reason =
    passed.length === 0
      ? over.length === 0
        ? 'no gate asks for it any more'
        : 'no required gate failed'
      : `passed ${passed.map(({ gate }) => gate.name).join(', ')}`;
  for (const each of failed) draft.problems.push(failedGate(seen, task, each, 'warning'));
  draft.step(task.id, 'completed', reason);
  draft.set(
    task.id,
    'completed_at',
    formatTime(Math.max(...(ends.length === 0 ? [seen.now] : ends))),
    reason,
  );
  draft.set(task.id, 'blocker', undefined, reason);
  // What a gate sent back is mended; what a person sent back goes with the approval.
  if (task.fields.needs_approval !== true) draft.set(task.id, 'rejected', undefined, reason);
  keepEvidence(draft, task, over, reason);
  forgetReturn(draft, task);
}

function block(draft: Draft, seen: Seen, task: Task, over: readonly Over[], failure: string): void {
  const last = over.findLast(isStopping);
  if (last === undefined) return;
  const detail = inline(`${last.gate.name}: ${inline(last.gate.command, 120)}: ${failure}`, 500);
  for (const each of over)
    if (each.failure !== undefined)
      draft.problems.push(failedGate(seen, task, each, each.gate.required ? 'error' : 'warning'));
  markBlocked(draft, seen, task.id, { type: 'gate', detail }, `gate ${detail}`);
  keepEvidence(draft, task, over, `gate ${detail}`);
}

/** What the gates found takes the place of what they found before; the worker's own evidence stays. */
function keepEvidence(draft: Draft, task: Task, over: readonly Over[], reason: string): void {
  if (over.length === 0) return;
  const { result } = task.fields;
  const others = (result?.evidence ?? []).filter((each) => each.gate === undefined);
  const found = over.map((each) => evidenceOf(task, each));
  draft.set(task.id, 'result', { ...result, evidence: [...others, ...found] }, reason);
}

function evidenceOf({ fields }: Task, { gate, run }: Over): Evidence {
  const exitCode = run.state.kind === 'ended' && !run.state.timedOut ? run.state.exitCode : null;
  const paths = pathsOf(fields);
  const content = run.state.kind === 'ended' ? run.state.content : undefined;
  return {
    command: gate.command,
    ...(exitCode === null ? {} : { exit_code: exitCode }),
    ...(run.commit === undefined ? {} : { commit: run.commit.slice(0, 12) }),
    ...(paths.length === 0 ? {} : { paths }),
    ...(content === undefined ? {} : { content }),
    gate: gate.name,
  };
}

/** What a task's gates cover. */
function pathsOf({ output, writes = [] }: Task['fields']): string[] {
  return [...new Set([...(output === undefined ? [] : [output]), ...writes])];
}

/** What came back counts no more: the task goes another way. The result of work to be done again goes with it. */
function forgetReturn(draft: Draft, task: Task): void {
  const attempt = draft.task(task.id)?.fields.attempt;
  if (attempt?.returned_at === undefined) return;
  const { returned_at: _, ...rest } = attempt;
  const reason = 'it waits for no gate any more';
  draft.set(task.id, 'attempt', rest, reason);
  if (draft.status(task.id) === 'pending') draft.set(task.id, 'result', undefined, reason);
}

function start(
  draft: Draft,
  seen: Seen,
  task: Task,
  { gate, attempt }: Extract<Next, { kind: 'start' }>,
): void {
  const name = gateTask(task, gate.command);
  // Where the work ran.
  const isolation = isolationOf(seen, task, task.fields.attempt);
  const commit = workCommit(seen, task);
  const paths = pathsOf(task.fields);
  draft.effects.push({
    kind: 'start',
    id: effectId(seen.plan.name, name, attempt),
    task: name,
    attempt,
    reason: `gate ${gate.name} of ${task.id}`,
    order: {
      plan: seen.plan.name,
      task: name,
      attempt,
      kind: 'gate',
      command: gate.command,
      brief: `${task.fields.result?.summary ?? task.title}\n`,
      output: task.fields.output ?? null,
      timeoutMs: durationMs(gate.timeout) ?? null,
      graceMs: durationMs(seen.settings.grace) ?? 0,
      logLimit: seen.settings.log_limit,
      env: { RONDO_GATE: gate.name, RONDO_GATE_TASK: task.id },
      announced: null,
      ...(commit === null ? {} : { commit }),
      // Rounds change the plan; that makes no proof stale.
      ...(paths.length === 0 ? {} : { covered: { paths, except: seen.plan.file } }),
      ...(isolation === undefined ? {} : { isolation }),
    },
  });
}

/** Gates nobody waits for: a live one is stopped, an ended one was taken up, or is of work that is done again. */
function dropUnwanted(draft: Draft, seen: Seen, wanted: ReadonlySet<string>, stopping: boolean): void {
  for (const run of seen.runs) {
    if (!run.task.startsWith(GATE_PREFIX) || run.settled || run.state.kind === 'announced') continue;
    const isAlive = run.state.kind === 'alive';
    const isWanted = wanted.has(run.task);
    if (isWanted && !(stopping && isAlive)) continue;
    draft.effects.push({
      kind: isAlive ? 'stop' : 'settle',
      id: effectId(seen.plan.name, run.task, run.attempt),
      task: run.task,
      attempt: run.attempt,
      reason: isWanted ? 'the plan is paused' : 'its task waits for it no more',
    });
  }
}

/** The runs of gates by name, in the order of their attempts. */
function gateRuns(seen: Seen): ReadonlyMap<string, readonly Run[]> {
  const byName = new Map<string, Run[]>();
  for (const run of seen.runs) {
    if (!run.task.startsWith(GATE_PREFIX)) continue;
    const list = byName.get(run.task);
    if (list === undefined) byName.set(run.task, [run]);
    else list.push(run);
  }
  for (const list of byName.values()) list.sort((a, b) => a.attempt - b.attempt);
  return byName;
}

function untrustedGate(seen: Seen, task: Task, gate: Gate): Problem {
  return problem(
    'untrusted-command',
    `the gate ${gate.name} of ${task.id} is a command this clone has not approved: ${gate.command}`,
    { file: seen.plan.file, task: task.id },
  );
}

function failedGate(seen: Seen, task: Task, { gate, failure }: Over, severity: 'error' | 'warning'): Problem {
  const said = `${task.id} did not pass ${gate.required ? '' : 'the optional gate '}${gate.name}: ${inline(gate.command, 120)}: ${failure ?? ''}`;
  const branch = task.fields.attempt?.branch;
  const where = branch === undefined ? '' : ` in the worktree of ${branch} (\`git worktree list\` shows it)`;
  const logs = gateLogs(seen.plan.name, task.id, gate, gatesOf(task, seen.settings));
  return problem('gate-failed', said, {
    severity,
    file: seen.plan.file,
    task: task.id,
    hint:
      severity === 'warning'
        ? `Nothing waits for it. Its whole output: ${logs}`
        : `Mend it${where} and run the gates again: rondo unblock ${task.id}; or have the work done again: rondo retry ${task.id}. Its whole output: ${logs}`,
  });
}
