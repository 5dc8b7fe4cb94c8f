/** DECIDE: the request, then the rules in a fixed order, turn what was seen into changes, effects and reasons. Pure. */
import type { Problem } from '../errors.ts';
import { planStatusOf } from '../model/plan.ts';
import type { Run } from '../ports.ts';
import type { Draft } from './draft.ts';
import { type Effect, effectId } from './effect.ts';
import { hasGates } from './gates.ts';
import { endedWell } from './graph.ts';
import { notSupported } from './not-supported.ts';
import { mayDispatch, type Request } from './request.ts';
import { applyRequest } from './requests/apply-request.ts';
import { askForRoutes } from './rules/ask-route.ts';
import { breakCycles } from './rules/break-cycles.ts';
import { dropStaleChecks, settleCriteria } from './rules/criteria.ts';
import { settleGates } from './rules/gates.ts';
import { withoutEarly } from './rules/groups.ts';
import { holdOf } from './rules/holds.ts';
import { nameWorkflow } from './rules/name-workflow.ts';
import { derivePlanFields } from './rules/outcome.ts';
import { reportBatchOverruns } from './rules/overrun.ts';
import { readyTasks } from './rules/ready.ts';
import { dueReworks, reworkFailed } from './rules/rework.ts';
import { watchdogOnly } from './rules/roles.ts';
import { specialistProblems } from './rules/specialists.ts';
import { type StartOutcome, startTasks } from './rules/start.ts';
import { allowedByStrategy } from './rules/strategy.ts';
import { holdOfCycle, pausedInside, settleSubPlans } from './rules/sub-plans.ts';
import type { Seen } from './seen.ts';

const NOTHING: StartOutcome = {
  started: [],
  startable: [],
  queued: [],
  waiting: [],
  forPeople: [],
  untrusted: [],
  overlaps: [],
  busy: 0,
  most: 0,
};

export type Decision =
  | {
      readonly kind: 'decided';
      readonly started: StartOutcome;
      /** Whether the next round has more to do at once: what this one saved leads to another decision. */
      readonly leadsOn: boolean;
    }
  /** The request breaks a rule: nothing of this round is to be kept. */
  | { readonly kind: 'refused'; readonly problem: Problem };

/** Moves the draft on. What it did is in the draft; the decision says what is queued, held back or refused. */
export function decide(draft: Draft, seen: Seen, request: Request): Decision {
  const before = draft.changes.length;
  const refusal = applyRequest(draft, seen, request);
  if (refusal !== undefined) return { kind: 'refused', problem: refusal };
  settleSubPlans(draft, seen);
  reworkFailed(draft, seen);
  stopMoved(draft, seen, request, before);
  const ungated = hasGates(draft, seen) ? settleGates(draft, seen, request) : [];
  breakCycles(draft, seen);
  askForRoutes(draft, seen);
  const watching = mayDispatch(request) ? watchdogOnly(draft.plan, seen.person) : undefined;
  if (watching !== undefined) draft.problems.push(watching);
  const start = mayDispatch(request) && watching === undefined;
  if (start)
    draft.problems.push(
      ...notSupported(draft.plan, seen.settings),
      ...specialistProblems(draft.plan, seen.settings),
    );
  const hold = holdOf(draft, seen) ?? holdOfCycle(draft, seen);
  draft.problems.push(...(hold?.problems ?? []));
  const allowed =
    hold === undefined
      ? allowedByStrategy(draft, seen, readyTasks(draft))
      : { tasks: [], awaitsLaunch: undefined };
  const sorted =
    hold === undefined ? startTasks(draft, seen, withoutEarly(draft, seen, allowed.tasks), start) : NOTHING;
  const started = ungated.length === 0 ? sorted : { ...sorted, untrusted: [...sorted.untrusted, ...ungated] };
  const allEnded = draft.tasks.length > 0 && draft.tasks.every(endedWell);
  const recheck =
    request.kind === 'resume' || (request.kind === 'tick' && request.recheck && watching === undefined);
  const mayCheck = (start || recheck) && hold?.kind !== 'paused';
  const criteria = allEnded
    ? settleCriteria(draft, seen, mayCheck, recheck && mayCheck, isAccepted(seen, request))
    : undefined;
  if (!allEnded) dropStaleChecks(draft, seen);
  nameWorkflow(draft, seen);
  const reworks = dueReworks(draft);
  derivePlanFields(draft, seen, {
    hold,
    started,
    criteria,
    awaitsLaunch: allowed.awaitsLaunch,
    reworks,
    pausedInside: pausedInside(draft, seen),
    overrunsDue: reportBatchOverruns(draft, seen),
  });
  return { kind: 'decided', started, leadsOn: reworks.length > 0 || goesOn(draft, request) };
}

/** Work that is taken up again is merged by the next round. */
function goesOn(draft: Draft, request: Request): boolean {
  return request.kind === 'unblock' && draft.effects.some((effect) => effect.kind === 'collect');
}

/**
 * Whether `accepted_by` covers checks, too: it was said, or is said now, of a plan whose work is over, which is complete by
 * it. Said earlier, or followed by new tasks, it covers only what no command can check.
 */
function isAccepted(seen: Seen, request: Request): boolean {
  return request.kind === 'accept' || planStatusOf(seen.plan) === 'complete';
}

/**
 * A request that ends an attempt ends its worker, too, and takes back a start that recovery has just ordered. Who says
 * `done` may be that very worker: it is left to end by itself.
 */
function stopMoved(draft: Draft, seen: Seen, request: Request, before: number): void {
  const moved = draft.changes.slice(before);
  if (moved.length === 0) return;
  draft.dropEffects((effect) => effect.kind === 'start' && !isAnnounced(draft, effect));
  if (request.kind === 'done') return;
  const alive = new Map(seen.runs.filter(isWorkerAlive).map((run) => [run.task, run]));
  const stopped = new Set(draft.effects.flatMap((effect) => (effect.kind === 'stop' ? [effect.id] : [])));
  for (const change of moved) {
    if (change.kind !== 'task-status' || change.from !== 'in_progress') continue;
    const run = alive.get(change.task);
    if (run === undefined) continue;
    const id = effectId(seen.plan.name, run.task, run.attempt);
    if (stopped.has(id)) continue;
    draft.effects.push({ kind: 'stop', id, task: run.task, attempt: run.attempt, reason: change.reason });
  }
}

/** What a caller runs by itself is not ours to stop. */
function isWorkerAlive({ state }: Run): boolean {
  return state.kind === 'alive' && state.step !== true;
}

function isAnnounced(draft: Draft, effect: Effect): boolean {
  return (
    draft.status(effect.task) === 'in_progress' &&
    draft.task(effect.task)?.fields.attempt?.number === effect.attempt
  );
}
