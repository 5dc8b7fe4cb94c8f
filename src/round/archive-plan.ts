/**
 * `rondo archive`: a plan that is complete moves to `archive/` beside it, in a commit of its own. It is no request of the
 * round: a round edits one file in place, proves the edit and reports from the same file, and a move does none of it.
 */
import { fail, problem, RondoError } from '../errors.ts';
import { planStatusOf } from '../model/plan.ts';
import { durationMs } from '../model/time.ts';
import type { Outside } from '../ports.ts';
import { archivedName } from './archived-plans.ts';
import type { PlanFile } from './find-plans.ts';
import { roundMessage } from './message.ts';
import { read } from './read.ts';

export async function archivePlan(
  outside: Outside,
  target: PlanFile,
): Promise<{ readonly commit: string; readonly file: string }> {
  const lock = outside.local.lock(10_000);
  try {
    outside.repo.settle();
    const { seen, look, history } = await read(outside, target, { kind: 'watchdog' });
    const status = planStatusOf(seen.plan);
    if (status !== 'complete')
      fail('illegal-transition', `${target.name} is ${status}; only a complete plan is archived`, {
        file: target.file,
        hint: 'Finish it, or cancel what is left and accept it.',
      });
    // What it says by hand no round has looked at: it may not even be complete.
    if (look.edited)
      fail('edit-not-committed', `${target.file} has edits that no round has taken up`, {
        file: target.file,
        hint: `Take them up first: rondo round ${target.name}`,
      });
    const file = archivedName(target.file);
    if (outside.repo.fileExists(file)) fail('already-exists', `${file} is there already`, { file });
    const obstacle = outside.repo.commitObstacle(target.file);
    if (obstacle !== undefined) throw new RondoError(obstacle);
    if (look.head.kind === 'detached' || look.text === null)
      throw new RondoError(problem('moved', 'the branch moved', {}));
    const round = history.round + 1;
    const { commit } = seen.settings;
    const message = roundMessage({
      plan: target.name,
      round,
      status,
      machine: seen.machine,
      changes: [],
      adopted: [],
      attempts: {},
    });
    const outcome = outside.repo.commit({
      plan: target.name,
      files: [
        { file: target.file, before: look.text, after: null },
        { file, before: null, after: look.text },
      ],
      ref: look.head.ref,
      tip: look.head.commit,
      message: message.replace('\n', `, archived\n\n- plan: moved to ${file}\n`),
      round,
      attempts: {},
      settings: { hooks: commit.hooks, sign: commit.sign, timeoutMs: durationMs(commit.timeout) ?? 0 },
    });
    if (outcome.kind === 'committed') return { commit: outcome.commit, file };
    throw new RondoError(
      outcome.kind === 'deferred'
        ? outcome.problem
        : problem('moved', 'the plan or the branch moved meanwhile', { file: target.file }),
    );
  } finally {
    lock.release();
  }
}
