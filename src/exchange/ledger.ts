/** A plan as a ledger, and a plan from a ledger where the plan itself is gone. */
import { fail, type Problem, problem, RondoError } from '../errors.ts';
import type { TaskFields } from '../model/fields.ts';
import { isId } from '../model/id.ts';
import type { Checkpoint, Ledger } from '../model/ledger.ts';
import type { Plan, Task } from '../model/plan.ts';
import { slugOf, uniqueId } from '../model/slug.ts';
import { timeMs } from '../model/time.ts';
import { workflowName } from '../model/workflow-id.ts';
import { ledgerOf } from '../plan/ledger.ts';
import type { Outside } from '../ports.ts';
import { type FoundLedger, findLedger } from '../round/find-ledger.ts';
import { newPlanFile, type PlanFile } from '../round/find-plans.ts';
import { loadSettings } from '../round/load-settings.ts';
import { printLedger } from '../state-file/print-ledger.ts';

/** The ledger that follows from the plan, as text: what a round would write, were nothing there. */
export function exportLedger({ clock }: Outside, plan: Plan): string {
  const ends = plan.tasks.flatMap((task) => timeMs(task.fields.completed_at ?? '') ?? []);
  // The same plan gives the same ledger, whenever it is asked.
  const at = ends.length === 0 ? clock.now() : ends.reduce((a, b) => Math.max(a, b));
  return printLedger(ledgerOf(plan, undefined, at));
}

export interface ImportOptions {
  /** The ledger's path from the root; the setting's where not given. */
  readonly file: string | undefined;
  /** The name of the new plan; the workflow's where not given. */
  readonly name: string | undefined;
}

export interface Imported {
  readonly target: PlanFile;
  readonly plan: Plan;
  readonly problems: readonly Problem[];
}

/**
 * A new plan in which the completed steps of a ledger are completed, for the `new` request. Throws where there is nothing
 * to resume: no ledger, one of a run that is over, or an unreadable one unless `on_broken_ledger` is `fresh`.
 */
export async function importLedger(outside: Outside, options: ImportOptions): Promise<Imported> {
  const { settings } = await loadSettings(outside);
  const found = await findLedger(outside, options.file ?? settings.task_tracking.ledger_path);
  const ledger = resumable(found, settings.on_broken_ledger);
  const name = options.name ?? nameOf(ledger);
  if (name === undefined)
    fail('usage', 'the ledger does not say how the plan is to be called', {
      file: found.file,
      hint: 'Name it: rondo import --from ledger --as <topic>',
    });
  const target = newPlanFile(name);
  const plan = planFrom(outside, target, ledger);
  return { target, plan, problems: found.problems.map((p) => ({ ...p, severity: 'warning' })) };
}

/** Undefined where it starts afresh from one that cannot be read. */
function resumable(found: FoundLedger, onBroken: 'stop' | 'fresh'): Ledger | undefined {
  const { file, ledger, state } = found;
  switch (state) {
    case 'none':
      return fail('usage', `there is no ledger ${file}, so there is nothing to resume`, {
        file,
        hint: 'Start afresh: rondo new <topic>',
      });
    case 'completed':
      return fail('illegal-transition', `the run ${ledger?.workflow_id} is completed: nothing to resume`, {
        file,
        hint: 'Start afresh: rondo new <topic>',
      });
    case 'unreadable':
      if (onBroken === 'stop') throw new RondoError(found.problems);
      return undefined;
    case 'in_progress':
    case 'failed':
      return ledger;
  }
}

function nameOf(ledger: Ledger | undefined): string | undefined {
  const name = workflowName(ledger?.workflow_id ?? '');
  return isId(name) ? name : undefined;
}

function planFrom({ repo }: Outside, { name, file }: PlanFile, ledger: Ledger | undefined): Plan {
  const tasks: Task[] = [];
  for (const checkpoint of stepsOf(ledger)) {
    const taken = tasks.map((task) => task.id);
    const named = checkpoint.data?.task;
    const isFree =
      typeof named === 'string' &&
      isId(named) &&
      uniqueId(named.toLowerCase(), taken) === named.toLowerCase();
    const id = isFree ? named : uniqueId(slugOf(checkpoint.name), taken);
    tasks.push({ id, title: oneLine(checkpoint.name), fields: fieldsOf(checkpoint), brief: '' });
  }
  return {
    name,
    file,
    title: ledger?.workflow_type ?? name,
    fields: {
      rondo: 1,
      origin: repo.identity().name,
      ...(ledger === undefined ? {} : { workflow_id: ledger.workflow_id }),
      ...(ledger?.workflow_type === undefined ? {} : { workflow_type: ledger.workflow_type }),
      ...(ledger?.started_at === undefined ? {} : { started_at: ledger.started_at }),
      status: 'running',
    },
    criteria: [],
    tasks,
    decisions: [],
  };
}

/** The newest receipt of each step, in the order of the steps; and the step that was under way, where it has none. */
function stepsOf(ledger: Ledger | undefined): readonly Checkpoint[] {
  if (ledger === undefined) return [];
  const newest = new Map(ledger.checkpoints.map((each) => [`${each.step} ${each.name}`, each]));
  const steps = [...newest.values()].sort((a, b) => a.step - b.step);
  const { current_step: step } = ledger;
  if (step > 0 && !steps.some((each) => each.step === step))
    steps.push({ step, name: `Step ${step}`, status: ledger.status });
  return steps.sort((a, b) => a.step - b.step);
}

/** What is not completed is pending: a failed step is where the workflow goes on. */
function fieldsOf({ step, status, completed_at, data }: Checkpoint): TaskFields {
  if (status !== 'completed') return { step, milestone: true };
  const { task: _, summary, ...rest } = data ?? {};
  const result = {
    ...(typeof summary === 'string' ? { summary: oneLine(summary) } : {}),
    ...(Object.keys(rest).length === 0 ? {} : { metadata: rest }),
  };
  return {
    step,
    milestone: true,
    status: 'completed',
    ...(completed_at === undefined ? {} : { completed_at }),
    ...(Object.keys(result).length === 0 ? {} : { result }),
  };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Says that history has the plan itself, which is better than what a ledger knows of it. Throws where the plan is there. */
export async function planInHistory({ repo }: Outside, { file }: PlanFile): Promise<Problem | undefined> {
  const head = repo.head().commit;
  const isHere = repo.fileExists(file);
  if (isHere || (head !== null && repo.readAt(head, file) !== null))
    fail(
      'already-exists',
      `${file} is ${isHere ? 'there' : 'committed'}, and a plan counts for more than its ledger`,
      {
        file,
        hint: `${isHere ? 'Go on with it' : `Bring it back: git checkout HEAD -- ${file}`}; or choose another name with --as.`,
      },
    );
  const commit = await repo.lastGood(file, () => true);
  if (commit === null) return undefined;
  return problem('round-recovered', `git has the plan ${file} itself, with its open tasks and briefs`, {
    severity: 'warning',
    file,
    hint: `To have that one instead: git checkout ${commit.slice(0, 12)} -- ${file}`,
  });
}
