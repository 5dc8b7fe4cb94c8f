/** Does what the committed round announced. An effect that fails is reported, and the next round finds it undone. */
import { type Problem, problem, RondoError } from '../errors.ts';
import type { Effect } from '../plan/effect.ts';
import type { Outside, Repo, Workers, WorkOrder } from '../ports.ts';

export function runEffects(outside: Outside, plan: string, effects: readonly Effect[]): readonly Problem[] {
  return effects.flatMap((effect) => {
    try {
      return runEffect(outside, plan, effect).map((p) => ({ ...p, task: effect.task }));
    } catch (error) {
      if (!(error instanceof RondoError)) throw error;
      return error.problems.map((p) =>
        problem(p.code, `${effect.kind} ${effect.id}: ${p.message}`, {
          hint: p.hint,
          task: effect.task,
          ...(p.file === undefined ? {} : { file: p.file }),
        }),
      );
    }
  });
}

/** Returns what is worth knowing of an effect that was done. */
function runEffect({ workers, repo }: Outside, plan: string, effect: Effect): readonly Problem[] {
  switch (effect.kind) {
    case 'start':
      return start(workers, repo, effect.order);
    case 'enter':
      workers.enter(effect.order);
      return [];
    case 'stop':
      // A second look, some milliseconds after the first: an editor saves by removing a file and putting another there.
      if (effect.gone !== undefined && repo.whereIs(effect.gone.file, effect.gone.ref) !== 'gone') return [];
      workers.stop(effect.gone?.plan ?? plan, effect.task, effect.attempt);
      return [];
    case 'adopt':
      workers.adopt(plan, effect.run);
      return [];
    case 'settle':
      workers.settle(plan, effect.task, effect.attempt);
      return [];
    case 'collect':
      repo.worktrees.collect(effect.isolation, workMessage(effect, 'what its worker left'), effect.output);
      return [];
    case 'merge':
      repo.worktrees.merge(effect.isolation, workMessage(effect, 'merged'));
      return [];
  }
}

function start(workers: Workers, repo: Repo, order: WorkOrder): readonly Problem[] {
  if (order.isolation === undefined) {
    workers.start(order);
    return [];
  }
  const { path, problems } = repo.worktrees.prepare(order.isolation);
  workers.start(order, path);
  return problems;
}

/** The message of a commit beside the plan: it is no round, and its trailer says whose work it holds. */
function workMessage({ id, task, attempt }: Effect, what: string): string {
  return `rondo: ${task}, attempt ${attempt}: ${what}\n\nRondo-Work: ${id}\n`;
}
