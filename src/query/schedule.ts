/** `rondo next`, `batches` and `graph`: what can be done now, what comes after, and how it hangs together. */

import { dependencyId } from '../model/dependency.ts';
import type { BatchesDocument, NextDocument } from '../model/documents.ts';
import { planStatusOf, type Task, taskStatusOf } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import { Draft } from '../plan/draft.ts';
import { findCycle, graphProblems, openBatches, waitingOn } from '../plan/graph.ts';
import { needsOf } from '../plan/needs.ts';
import { prospectsOf } from '../plan/remedies.ts';
import { routeTask } from '../plan/routing.ts';
import { holdOf } from '../plan/rules/holds.ts';
import { readyTasks } from '../plan/rules/ready.ts';
import type { Outside } from '../ports.ts';
import type { PlanFile } from '../round/find-plans.ts';
import { problemAsDocument } from '../round/report.ts';
import { placeProblems } from '../state-file/place-problems.ts';
import { printMermaid } from '../state-file/print-mermaid.ts';
import { viewPlan } from './read-only.ts';

/** Ready tasks in the order in which they would start; those beyond the free slots are queued. */
export async function nextTasks(outside: Outside, target: PlanFile): Promise<NextDocument> {
  const { plan, settings } = await viewPlan(outside, target);
  const draft = new Draft(plan);
  const ready = readyTasks(draft);
  const busy = plan.tasks.filter((task) => taskStatusOf(task) === 'in_progress').length;
  const free = Math.max(0, settings.parallelism.max_parallel_tasks - busy);
  const commands = ready.filter((task) => routeTask(task, settings).kind === 'command');
  const queued = new Set(commands.slice(free).map((task) => task.id));
  const hold = holdOf(draft, { settings });
  return {
    plan: target.name,
    status: planStatusOf(plan),
    next_action: plan.fields.next_action ?? null,
    total: plan.tasks.length,
    held: hold?.reason ?? null,
    needs: [
      ...needsOf(plan, settings, waitsForPeople(outside, ready, settings), () => outside.local.machine()),
    ],
    ...prospectsOf(plan, settings),
    ready: ready
      .filter((task) => !queued.has(task.id))
      .map((task) => {
        const route = routeTask(task, settings);
        return {
          id: task.id,
          title: task.title,
          kind: route.kind,
          specialist: route.kind === 'command' ? route.specialist : route.who,
          brief_path: null,
        };
      }),
    waiting: plan.tasks
      .filter((task) => taskStatusOf(task) === 'pending')
      .map((task) => ({ id: task.id, on: [...waitingOn(task, (id) => draft.task(id))] }))
      .filter((waiting) => waiting.on.length > 0),
    queued: [...queued],
  };
}

function waitsForPeople({ local, trustAll }: Outside, ready: readonly Task[], settings: Settings) {
  const approved = local.approvedCommands();
  const forPeople: string[] = [];
  const untrusted: string[] = [];
  for (const task of ready) {
    const route = routeTask(task, settings);
    if (route.kind === 'person') forPeople.push(task.id);
    else if (!trustAll && !approved.has(route.command)) untrusted.push(task.id);
  }
  return { forPeople, untrusted };
}

/** What is left, in topological generations; a cycle is a problem, and the batches before it are given. */
export async function planBatches(outside: Outside, target: PlanFile): Promise<BatchesDocument> {
  const { plan, text } = await viewPlan(outside, target);
  return {
    plan: target.name,
    total: plan.tasks.length,
    batches: openBatches(plan).map((batch, i) => ({
      number: i + 1,
      parallel: batch.length > 1,
      tasks: batch.map((task) => task.id),
    })),
    problems: (await placeProblems(text, graphProblems(plan))).map(problemAsDocument),
  };
}

export type GraphFormat = 'mermaid' | 'dot' | 'text';

/** The graph as text to print. Ids never reach the output unquoted. */
export async function planGraph(outside: Outside, target: PlanFile, format: GraphFormat): Promise<string> {
  const { plan } = await viewPlan(outside, target);
  const nodes = plan.tasks.map((task) => ({
    id: task.id,
    title: task.title,
    status: taskStatusOf(task),
    on: (task.fields.blocked_by ?? []).map(dependencyId),
  }));
  switch (format) {
    case 'mermaid':
      return `${printMermaid(plan).join('\n')}\n`;
    case 'dot':
      return dot(nodes);
    case 'text':
      return text(nodes, findCycle(plan));
  }
}

interface Node {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly on: readonly string[];
}

function dot(nodes: readonly Node[]): string {
  const quote = (s: string) => `"${s.replace(/[\\"]/g, '\\$&')}"`;
  const lines = nodes.map(
    (node) =>
      `  ${quote(node.id)} [label=${quote(`${node.id}: ${node.title}`)}, class=${quote(node.status)}];`,
  );
  const edges = nodes.flatMap((node) => node.on.map((id) => `  ${quote(id)} -> ${quote(node.id)};`));
  return `${['digraph plan {', '  rankdir=LR;', ...lines, ...edges, '}'].join('\n')}\n`;
}

function text(nodes: readonly Node[], cycle: readonly string[] | undefined): string {
  const lines = nodes.map(
    (node) => `${node.id} (${node.status})${node.on.length === 0 ? '' : ` <- ${node.on.join(', ')}`}`,
  );
  if (cycle !== undefined) lines.push(`cycle: ${cycle.join(' -> ')}`);
  return `${lines.join('\n')}\n`;
}
