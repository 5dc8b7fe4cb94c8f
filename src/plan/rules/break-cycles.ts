/** `on_cycle: break`: drops the last-added edge of each cycle and says so. */
import { problem } from '../../errors.ts';
import { dependencyId } from '../../model/dependency.ts';
import { findTask } from '../../model/plan.ts';
import type { Draft } from '../draft.ts';
import { findCycle } from '../graph.ts';
import type { Seen } from '../seen.ts';

/** Finding a cycle costs a pass over the plan; more of them than this wait for the next round. */
const MOST_BROKEN = 50;

/** Does nothing unless the settings ask for it. The edge taken is one the commit does not have yet, else the last in the file. */
export function breakCycles(draft: Draft, seen: Seen): void {
  if (seen.settings.on_cycle !== 'break') return;
  for (let broken = 0; broken < MOST_BROKEN; broken++) {
    const cycle = findCycle(draft.plan);
    if (cycle === undefined) return;
    const [from, to] = lastEdge(draft, seen, cycle);
    const reason = `${cycle.join(' -> ')} is a cycle, so ${from} no longer waits for ${to}`;
    const kept = (draft.task(from)?.fields.blocked_by ?? []).filter(
      (dependency) => dependencyId(dependency) !== to,
    );
    draft.set(from, 'blocked_by', kept.length === 0 ? undefined : kept, reason);
    draft.problems.push(
      problem('dependency-cycle', reason, {
        severity: 'warning',
        file: seen.plan.file,
        task: from,
        cycle: cycle.slice(0, -1),
      }),
    );
  }
}

function lastEdge(draft: Draft, seen: Seen, cycle: readonly string[]): readonly [string, string] {
  const edges = cycle.slice(0, -1).map((id, i) => [id, cycle[i + 1] ?? id] as const);
  const fresh = edges.filter(([from, to]) => !isCommitted(seen, from, to));
  const order = new Map(draft.tasks.map((task, i) => [task.id, i]));
  const candidates = fresh.length > 0 && seen.committed !== null ? fresh : edges;
  return candidates.reduce((a, b) => ((order.get(b[0]) ?? 0) > (order.get(a[0]) ?? 0) ? b : a));
}

function isCommitted(seen: Seen, from: string, to: string): boolean {
  if (seen.committed === null) return false;
  return (findTask(seen.committed, from)?.fields.blocked_by ?? []).some(
    (dependency) => dependencyId(dependency) === to,
  );
}
