/**
 * Gates: commands that the work of a task must pass before the task is completed. A task whose work came back stays in
 * progress, with `attempt.returned_at` and its result saved, until rules/gates.ts has seen how they end.
 */
import { commandLine } from '../model/agents.ts';
import type { Evidence, TaskResult } from '../model/fields.ts';
import type { Task } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import { sha256 } from '../model/sha256.ts';
import { formatTime } from '../model/time.ts';
import { leaseEnd, nextAttempt } from './dispatch.ts';
import type { Draft } from './draft.ts';
import type { Seen } from './seen.ts';
import { didNotPass } from './verdict.ts';

export interface Gate {
  /** Who asks for it: tags, `completion`, or `task` for one of the task's own. */
  readonly name: string;
  readonly command: string;
  /** Whether a failure blocks the task; otherwise it is a warning. */
  readonly required: boolean;
  readonly timeout: string;
}

/** The gate that every task has. */
const COMPLETION = 'completion';
/** What all those are called that a task asks for itself. */
export const OWN = 'task';

/** The gates of a task in the order in which they run: its own, those of its tags, that of completion. Each command once. */
export function gatesOf(task: Task, settings: Settings): readonly Gate[] {
  const { enabled, task_gates } = settings.quality_gates;
  if (!enabled) return [];
  const gates = new Map<string, Gate>();
  const ask = (name: string, command: string, required: boolean, timeout: string) => {
    const known = gates.get(command);
    if (known === undefined) gates.set(command, { name, command, required, timeout });
    else
      gates.set(command, { ...known, name: `${known.name}, ${name}`, required: known.required || required });
  };
  for (const command of new Set(task.fields.gates ?? [])) ask(OWN, command, true, settings.gate_timeout);
  for (const name of new Set([...(task.fields.tags ?? []), COMPLETION])) {
    const gate = Object.hasOwn(task_gates, name) ? task_gates[name] : undefined;
    if (gate !== undefined)
      ask(name, gate.hook, gate.required ?? true, gate.timeout ?? settings.gate_timeout);
  }
  return [...gates.values()];
}

type Named = Pick<Gate, 'name' | 'command'>;

/** Whether somebody who types that means the gate: one of those who ask for it, or its very command. */
export function answersTo({ name, command }: Named, typed: string): boolean {
  return command === typed || name === typed || name.split(', ').includes(typed);
}

/** What prints the output of a gate: by its name where none of the others has it, too. */
export function gateLogs(plan: string, task: string, gate: Named, gates: readonly Named[]): string {
  const alone = gate.name
    .split(', ')
    .find((name) => gates.every((each) => each.command === gate.command || !answersTo(each, name)));
  return `rondo logs ${plan}/${task} --gate ${commandLine([alone ?? gate.command])}`;
}

/**
 * Saves work that came back and waits for its gates, which run on this machine; false where none asks for it: then it is
 * to be completed at once. Work that says of itself that it did not pass has nothing to prove.
 */
export function awaitGates(
  draft: Draft,
  seen: Seen,
  task: Task,
  result: TaskResult | undefined,
  said: string,
): boolean {
  const judged: Task = result === undefined ? task : { ...task, fields: { ...task.fields, result } };
  if (didNotPass(judged) || gatesOf(task, seen.settings).length === 0) return false;
  returnWork(draft, seen, task, result, `${said}; its gates are to pass`);
  return true;
}

/** Saves work that came back. The gates it has by then are run by the same round, or one after it. */
export function returnWork(
  draft: Draft,
  seen: Seen,
  task: Task,
  result: TaskResult | undefined,
  reason: string,
): void {
  const { number = nextAttempt(seen, task), returns = 'its gates', ...rest } = task.fields.attempt ?? {};
  draft.step(task.id, 'in_progress', reason);
  if (draft.task(task.id)?.fields.owner === undefined) draft.set(task.id, 'owner', seen.person, reason);
  draft.set(
    task.id,
    'attempt',
    {
      ...rest,
      number,
      returns,
      machine: seen.machine,
      lease_until: leaseEnd(seen),
      returned_at: formatTime(seen.now),
    },
    reason,
  );
  for (const field of ['completed_at', 'blocker', 'approved_by', 'approved_at'] as const)
    draft.set(task.id, field, undefined, reason);
  draft.set(task.id, 'result', result, reason);
}

/** Whether the work of a task has come back, and is neither completed nor given up. */
export function hasReturned(task: Task): boolean {
  return task.fields.attempt?.returned_at !== undefined;
}

/** Whether it is what a gate found, and the gate passed. */
export function isProof({ gate, exit_code }: Evidence): boolean {
  return gate !== undefined && exit_code === 0;
}

/** Whether any gate is to be looked at: most plans have none, and pay for none. */
export function hasGates(draft: Draft, seen: Seen): boolean {
  return (
    draft.tasks.some(hasReturned) || seen.runs.some((run) => !run.settled && run.task.startsWith(GATE_PREFIX))
  );
}

/** The name of a gate's run directory: no task id can start with `+`. Gates asked for again have another name. */
export function gateTask(task: Task, command: string): string {
  const { number, returned_at } = task.fields.attempt ?? {};
  return `${GATE_PREFIX}${sha256(JSON.stringify([task.id, number, returned_at, command]))}`;
}

export const GATE_PREFIX = '+gate-';
