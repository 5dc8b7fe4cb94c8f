/** `rondo graph`: how the tasks of a plan hang together, as Mermaid, DOT or text; with the critical path where it is asked for. */
import { dependencyId } from '../model/dependency.ts';
import type { GraphDocument } from '../model/documents.ts';
import { type Plan, taskStatusOf } from '../model/plan.ts';
import { formatDuration } from '../model/time.ts';
import { type Critical, criticalPath } from '../plan/critical.ts';
import { findCycle } from '../plan/graph.ts';
import type { Outside } from '../ports.ts';
import type { PlanFile } from '../round/find-plans.ts';
import { type EdgeMarks, printMermaid } from '../state-file/print-mermaid.ts';
import { viewPlan } from './read-only.ts';

export type GraphFormat = 'mermaid' | 'dot' | 'text';

/** The graph as text to print. Ids never reach the output unquoted. */
export async function planGraph(
  outside: Outside,
  target: PlanFile,
  format: GraphFormat,
  options: { readonly critical: boolean } = { critical: false },
): Promise<GraphDocument> {
  const { plan } = await viewPlan(outside, target);
  const critical = options.critical ? criticalPath(plan) : undefined;
  return {
    plan: target.name,
    format,
    graph: draw(plan, format, critical),
    ...(critical === undefined ? {} : { critical: asDocument(critical) }),
  };
}

function draw(plan: Plan, format: GraphFormat, critical: Critical | undefined): string {
  const marks = critical === undefined ? undefined : marksOf(critical);
  switch (format) {
    case 'mermaid':
      return `${printMermaid(plan, marks).join('\n')}\n`;
    case 'dot':
      return dot(nodesOf(plan), marks);
    case 'text':
      return text(nodesOf(plan), findCycle(plan), critical);
  }
}

function asDocument(critical: Critical): GraphDocument['critical'] {
  const { path, length, slack, redundant, partly } = critical;
  return {
    path: [...path],
    length: lengthText(critical, length),
    slack: [...slack].map(([task, n]) => ({ task, slack: lengthText(critical, n) })),
    redundant: redundant.map((edge) => ({ ...edge })),
    partly,
  };
}

/** A duration, or a number of tasks where none says how long it takes. */
function lengthText({ timed }: Critical, length: number): string {
  return timed ? formatDuration(length) : `${length} ${length === 1 ? 'task' : 'tasks'}`;
}

/** The marks of edges on the critical path, and of those that add nothing. */
function marksOf({ path, redundant }: Critical): EdgeMarks {
  const after = new Map(path.map((id, i) => [path[i + 1], id]));
  const idle = new Set(redundant.map(({ task, blocker }) => JSON.stringify([blocker, task])));
  return {
    path,
    of: (blocker, task) => {
      if (after.get(task) === blocker) return 'critical';
      return idle.has(JSON.stringify([blocker, task])) ? 'redundant' : undefined;
    },
  };
}

interface Node {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly on: readonly string[];
}

function nodesOf({ tasks }: Plan): readonly Node[] {
  return tasks.map((task) => ({
    id: task.id,
    title: task.title,
    status: taskStatusOf(task),
    on: (task.fields.blocked_by ?? []).map(dependencyId),
  }));
}

function dot(nodes: readonly Node[], marks: EdgeMarks | undefined): string {
  const quote = (s: string) => `"${s.replace(/[\\"]/g, '\\$&')}"`;
  const path = new Set(marks?.path);
  const lines = nodes.map(
    (node) =>
      `  ${quote(node.id)} [label=${quote(`${node.id}: ${node.title}`)}, class=${quote(node.status)}${path.has(node.id) ? ', penwidth=3' : ''}];`,
  );
  const looks = { critical: ' [penwidth=3]', redundant: ' [style=dashed]' };
  const edges = nodes.flatMap((node) =>
    node.on.map((id) => {
      const mark = marks?.of(id, node.id);
      return `  ${quote(id)} -> ${quote(node.id)}${mark === undefined ? '' : looks[mark]};`;
    }),
  );
  return `${['digraph plan {', '  rankdir=LR;', ...lines, ...edges, '}'].join('\n')}\n`;
}

function text(
  nodes: readonly Node[],
  cycle: readonly string[] | undefined,
  critical: Critical | undefined,
): string {
  const lines = nodes.map(
    ({ id, status, on }) =>
      `${id} (${status}${standing(id, critical)})${on.length === 0 ? '' : ` <- ${on.join(', ')}`}`,
  );
  if (cycle !== undefined) lines.push(`cycle: ${cycle.join(' -> ')}`);
  if (critical !== undefined) lines.push(...criticalLines(critical));
  return `${lines.join('\n')}\n`;
}

/** `, critical` or `, slack 15m` of a task that is left. */
function standing(id: string, critical: Critical | undefined): string {
  const slack = critical?.slack.get(id);
  if (critical === undefined || slack === undefined) return '';
  return critical.path.includes(id) ? ', critical' : `, slack ${lengthText(critical, slack)}`;
}

function criticalLines(critical: Critical): readonly string[] {
  if (critical.path.length === 0) return [];
  return [
    `critical path: ${critical.path.join(' -> ')} (${lengthText(critical, critical.length)})`,
    ...critical.redundant.map(
      ({ task, blocker, through }) => `adds nothing: ${task} <- ${blocker}, since ${through} waits for it`,
    ),
    ...(critical.partly ? ['the graph is too dense to look at all its edges'] : []),
  ];
}
