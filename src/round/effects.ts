/** Does what the committed round announced. An effect that fails is reported, and the next round finds it undone. */
import { type Problem, problem, RondoError } from '../errors.ts';
import type { Effect } from '../plan/effect.ts';
import type { Outside } from '../ports.ts';

export function runEffects(outside: Outside, plan: string, effects: readonly Effect[]): readonly Problem[] {
  return effects.flatMap((effect) => {
    try {
      runEffect(outside, plan, effect);
      return [];
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

function runEffect({ workers, repo }: Outside, plan: string, effect: Effect): void {
  switch (effect.kind) {
    case 'start':
      return workers.start(effect.order);
    case 'enter':
      return workers.enter(effect.order);
    case 'stop':
      // A second look, some milliseconds after the first: an editor saves by removing a file and putting another there.
      if (effect.gone !== undefined && repo.whereIs(effect.gone.file, effect.gone.ref) !== 'gone') return;
      return workers.stop(effect.gone?.plan ?? plan, effect.task, effect.attempt);
    case 'adopt':
      return workers.adopt(plan, effect.run);
    case 'settle':
      return workers.settle(plan, effect.task, effect.attempt);
  }
}
