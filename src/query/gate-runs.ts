/** What the gates of a task printed on this machine. */
import { fail } from '../errors.ts';
import type { ShowDocument } from '../model/documents.ts';
import type { Task } from '../model/plan.ts';
import { answersTo, gateLogs, OWN } from '../plan/gates.ts';
import { nearest } from '../plan/graph.ts';
import type { GateRun, Outside } from '../ports.ts';
import type { PlanFile } from '../round/find-plans.ts';

/** The gates of a task that ran on this machine, each with the command that prints its output. */
export function gatesHere(outside: Outside, target: PlanFile, { id, fields }: Task): ShowDocument['gates'] {
  const proved = fields.result?.evidence?.some((each) => each.gate !== undefined) === true;
  if (!proved && fields.attempt?.returned_at === undefined) return [];
  const runs = gateRunsOf(outside, target, id);
  return runs.map((run) => ({ name: run.gate, command: run.command, logs: logsOf(target, run, runs) }));
}

/** The newest run of each gate of a task, in the order in which they ran. Its own gates have one name, and differ by command. */
function gateRunsOf({ workers }: Outside, { name }: PlanFile, task: string): readonly GateRun[] {
  const newest = new Map<string, GateRun>();
  for (const run of workers.gates(name).filter((each) => each.task === task)) {
    const key = run.gate === OWN ? run.command : run.gate;
    newest.delete(key);
    newest.set(key, run);
  }
  return [...newest.values()];
}

/** The newest run of the gate of that name or command. Throws `usage`, which lists what there is. */
export function findGateRun(outside: Outside, target: PlanFile, task: string, typed: string): GateRun {
  const runs = gateRunsOf(outside, target, task);
  const meant = runs.filter((run) => answersTo({ name: run.gate, command: run.command }, typed));
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return only;
  if (runs.length === 0)
    return fail('usage', `no gate of ${task} has left its output on this machine`, {
      hint: 'Gates run where the work ran, once it came back; `rondo clean` removes what is over.',
    });
  const near = nearest(typed, namesOf(runs));
  const what =
    meant.length > 1
      ? `more than one gate of ${task} is called ${typed}`
      : `no gate ${typed} of ${task} has run here`;
  const guess = meant.length > 1 || near === undefined ? '' : `Did you mean ${near}? `;
  const listed = (meant.length > 1 ? meant : runs).map((run) => logsOf(target, run, runs));
  return fail('usage', what, {
    hint: `${guess}There ${listed.length === 1 ? 'is' : 'are'}: ${listed.join('; ')}`,
  });
}

/** The command that prints what a gate printed. */
function logsOf({ name }: PlanFile, run: GateRun, runs: readonly GateRun[]): string {
  const gates = runs.map(({ gate, command }) => ({ name: gate, command }));
  return gateLogs(name, run.task, { name: run.gate, command: run.command }, gates);
}

function namesOf(runs: readonly GateRun[]): readonly string[] {
  return runs.flatMap(({ gate }) => gate.split(', '));
}
