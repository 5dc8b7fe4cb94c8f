/** `rondo next` and `batches`: what can be done now, and what comes after. */

import type { BatchesDocument, NextDocument } from '../model/documents.ts';
import { planStatusOf, type Task, taskStatusOf } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import { isEnded } from '../model/status.ts';
import { formatDuration } from '../model/time.ts';
import { planBatches as batchesOf, type Estimate, estimateOf, partsOf, progressOf } from '../plan/batches.ts';
import { Draft } from '../plan/draft.ts';
import { graphProblems, waitingOn } from '../plan/graph.ts';
import { nameTasks } from '../plan/name-tasks.ts';
import { needsOf } from '../plan/needs.ts';
import { prospectsOf } from '../plan/remedies.ts';
import { routeTask } from '../plan/routing.ts';
import { holdOf } from '../plan/rules/holds.ts';
import { readyTasks } from '../plan/rules/ready.ts';
import { WriteSets } from '../plan/rules/write-sets.ts';
import type { Outside } from '../ports.ts';
import type { PlanFile } from '../round/find-plans.ts';
import { problemAsDocument } from '../round/report.ts';
import { placeProblems } from '../state-file/place-problems.ts';
import { viewPlan } from './read-only.ts';

/** How many of each kind are listed unless all are asked for: this is read often, and a plan can be large. */
const MOST = 10;

/** Ready tasks in the order in which they would start; those beyond the free slots are queued. */
export async function nextTasks(
  outside: Outside,
  target: PlanFile,
  options: { readonly all: boolean } = { all: false },
): Promise<NextDocument> {
  const { plan, settings } = await viewPlan(outside, target);
  const draft = new Draft(plan);
  const ready = readyTasks(draft);
  const busy = plan.tasks.filter((task) => taskStatusOf(task) === 'in_progress').length;
  const free = Math.max(0, settings.parallelism.max_parallel_tasks - busy);
  const commands = ready.filter((task) => routeTask(task, settings).kind === 'command');
  const started = free === 0 ? [] : notOverlapping(outside, draft, settings, commands).slice(0, free);
  const starts = new Set(started.map((task) => task.id));
  const queued = new Set(commands.flatMap(({ id }) => (starts.has(id) ? [] : [id])));
  const most = options.all ? Number.POSITIVE_INFINITY : MOST;
  const isWaiting = (task: Task) =>
    taskStatusOf(task) === 'pending' && waitingOn(task, (id) => draft.task(id)).length > 0;
  const shown = ready.filter((task) => !queued.has(task.id));
  const waiting = plan.tasks.filter(isWaiting);
  const needs = needsOf(plan, settings, waitsForPeople(outside, ready, settings), () =>
    outside.local.machine(),
  );
  const more = (n: number, listed = most) => Math.max(0, n - listed);
  const hold = holdOf(draft, { settings });
  return {
    plan: target.name,
    status: planStatusOf(plan),
    next_action: plan.fields.next_action ?? null,
    total: plan.tasks.length,
    held: hold?.reason ?? null,
    needs: nameTasks(needs.slice(0, most), target),
    ...prospectsOf(plan, settings, target),
    ready: shown.slice(0, most).map((task) => {
      const route = routeTask(task, settings);
      return {
        id: task.id,
        title: task.title,
        kind: route.kind,
        specialist: route.kind === 'command' ? route.specialist : route.who,
        brief_path: null,
      };
    }),
    waiting: (options.all ? waiting : []).map((task) => ({
      id: task.id,
      on: [...waitingOn(task, (id) => draft.task(id))],
    })),
    queued: [...queued].slice(0, most),
    more: {
      ready: more(shown.length),
      waiting: options.all ? 0 : waiting.length,
      queued: more(queued.size),
      needs: more(needs.length),
    },
  };
}

/** Those of the ready tasks that could be under way together: no two of them may change the same files. */
function notOverlapping(
  outside: Outside,
  draft: Draft,
  settings: Settings,
  ready: readonly Task[],
): readonly Task[] {
  if (ready.every((task) => task.fields.writes === undefined)) return ready;
  const seen = { machine: outside.local.machine(), runs: [], settings, writersElsewhere: [] };
  const writeSets = new WriteSets(draft, seen);
  return ready.filter((task) => {
    const free = writeSets.overlapOf(task) === undefined;
    if (free) writeSets.take(task);
    return free;
  });
}

function waitsForPeople({ local, trustAll }: Outside, ready: readonly Task[], settings: Settings) {
  const approved = local.approvedCommands();
  const forPeople: string[] = [];
  const untrusted: string[] = [];
  for (const task of ready) {
    const route = routeTask(task, settings);
    if (route.kind === 'person') forPeople.push(task.id);
    else if (route.kind === 'command' && !trustAll && !approved.has(route.command)) untrusted.push(task.id);
  }
  return { forPeople, untrusted };
}

/** What is left of each batch, with what it should take; a cycle is a problem, and the batches before it are given. */
export async function planBatches(outside: Outside, target: PlanFile): Promise<BatchesDocument> {
  const { plan, text, settings } = await viewPlan(outside, target);
  const { strategy, max_parallel_tasks } = settings.parallelism;
  const most = strategy === 'sequential' ? 1 : max_parallel_tasks;
  const left = batchesOf(plan.tasks).flatMap((batch) => {
    const tasks = batch.tasks.filter((task) => !isEnded(taskStatusOf(task)));
    return tasks.length === 0 ? [] : [{ ...progressOf(batch), tasks, estimate: estimateOf(tasks, most) }];
  });
  return {
    plan: target.name,
    total: plan.tasks.length,
    most_at_once: most,
    batches: left.map(({ number, done, total, tasks, estimate }) => ({
      number,
      parallel: tasks.length > 1 && most > 1,
      tasks: tasks.map((task) => task.id),
      parts: partsOf(tasks, most === 1 ? tasks.length : most).map((part) => ({
        label: `${number}${part.letter}`,
        tasks: part.tasks.map((task) => task.id),
      })),
      done,
      total,
      estimate: estimate.unknown === tasks.length ? null : formatDuration(estimate.together),
      unestimated: estimate.unknown,
    })),
    estimate: wholeEstimate(left.map(({ estimate }) => estimate)),
    problems: (await placeProblems(text, graphProblems(plan))).map(problemAsDocument),
  };
}

function wholeEstimate(batches: readonly Estimate[]): BatchesDocument['estimate'] {
  const sum = (of: (estimate: Estimate) => number) => batches.reduce((a, b) => a + of(b), 0);
  const [alone, together] = [sum((e) => e.alone), sum((e) => e.together)];
  if (alone === 0) return null;
  return {
    one_by_one: formatDuration(alone),
    batch_by_batch: formatDuration(together),
    saved: formatDuration(alone - together),
    saved_percent: Math.round((1 - together / alone) * 100),
    unestimated: sum((e) => e.unknown),
  };
}
