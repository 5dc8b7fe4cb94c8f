/** Removes the worktrees and branches of attempts that are over, once their work is merged. */
import { type Plan, planStatusOf } from '../model/plan.ts';
import { isolationOf } from '../plan/isolation.ts';
import type { Seen } from '../plan/seen.ts';
import type { Outside, WorkFact } from '../ports.ts';

export interface CleanedWork {
  /** Branches of attempts that were merged, with their worktrees; and the integration branch, once it is merged itself. */
  readonly branches: readonly string[];
  /** Branches with work that is merged nowhere, which stay. */
  readonly kept: readonly string[];
}

/** Only what is merged is removed; `open` are the newest attempts of tasks that have not ended, which stay as they are. */
export function cleanWork(
  { repo }: Outside,
  seen: Seen,
  plan: Plan,
  open: ReadonlyMap<string, number | undefined>,
): CleanedWork {
  const alive = new Set(
    seen.runs.filter((run) => run.state.kind === 'alive').map((run) => `${run.task}/${run.attempt}`),
  );
  const own = () => repo.worktrees.list().filter((fact) => fact.plan === plan.name);
  const over = ({ task, attempt }: WorkFact) =>
    open.get(task) !== attempt && !alive.has(`${task}/${attempt}`);
  const left = own().filter((fact) => over(fact) && fact.dirty);
  for (const fact of left) collect(repo, seen, fact);
  const facts = own().filter(over);
  const gone = facts.filter((fact) => fact.merged && !fact.dirty);
  for (const fact of gone) repo.worktrees.remove(fact);
  const integration = planStatusOf(plan) === 'complete' && repo.worktrees.removeIntegration(seen.plan.name);
  return {
    branches: [
      ...gone.map((fact) => fact.branch),
      ...(integration ? [`rondo/merged/${seen.plan.name}`] : []),
    ],
    kept: facts.filter((fact) => !gone.includes(fact)).map((fact) => fact.branch),
  };
}

/** What a stopped worker left uncommitted is committed before anything is removed. */
function collect(repo: Outside['repo'], seen: Seen, { branch, task, attempt }: WorkFact): void {
  const isolation = isolationOf(seen, { id: task }, { number: attempt, branch });
  if (isolation === undefined) return;
  const message = `rondo: ${task}, attempt ${attempt}: what its worker left\n\nRondo-Work: ${seen.plan.name}/${task}/${attempt}\n`;
  repo.worktrees.collect(isolation, message, null);
}
