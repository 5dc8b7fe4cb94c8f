/** Finds the runs of gates by the task they were for: the names of their directories do not say it, their orders do. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { GateRun } from '../ports.ts';
import { listRuns } from './list-runs.ts';
import { FILES, readOrder } from './run-files.ts';

export function findGates(gitDir: string, plan: string): readonly GateRun[] {
  return listRuns(gitDir, plan)
    .filter(({ task }) => task.startsWith('+'))
    .flatMap(({ task: run, attempt, directory }) => {
      const order = readOrder(directory);
      const { RONDO_GATE: gate, RONDO_GATE_TASK: task } = order?.env ?? {};
      if (order?.kind !== 'gate' || gate === undefined || task === undefined) return [];
      return [{ task, gate, command: order.command, run, attempt, at: orderedAt(directory) }];
    })
    .sort((a, b) => a.at - b.at)
    .map(({ at: _, ...found }) => found);
}

function orderedAt(directory: string): number {
  return statSync(join(directory, FILES.order), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
