/** A plan's tasks and what they wait for, as a Mermaid graph. */
import { dependencyId } from '../model/dependency.ts';
import { type Plan, type Task, taskStatusOf } from '../model/plan.ts';

/** The lines of the graph: a node for each task with its status as class, an edge from each blocker. No title can end its label. */
export function printMermaid(plan: Plan, marks: EdgeMarks = NO_MARKS): readonly string[] {
  const names = new Map(plan.tasks.map((task, i) => [task.id, `t${i}`]));
  const nodes = plan.tasks.map((task) => `  ${names.get(task.id)}["${label(task)}"]:::${taskStatusOf(task)}`);
  const edges = plan.tasks.flatMap((task) =>
    (task.fields.blocked_by ?? [])
      .map(dependencyId)
      .flatMap((id) =>
        names.has(id) ? [`  ${names.get(id)} ${arrow(marks.of(id, task.id))} ${names.get(task.id)}`] : [],
      ),
  );
  const critical = marks.path.flatMap((id) => names.get(id) ?? []);
  const marked = critical.length === 0 ? [] : [`  class ${critical.join(',')} critical`, CRITICAL];
  return ['graph TD', ...nodes, ...edges, ...CLASSES, ...marked];
}

/** How edges stand out, and the tasks that do. */
export interface EdgeMarks {
  readonly path: readonly string[];
  of(blocker: string, task: string): 'critical' | 'redundant' | undefined;
}

const NO_MARKS: EdgeMarks = { path: [], of: () => undefined };

function arrow(mark: ReturnType<EdgeMarks['of']>): string {
  return mark === 'critical' ? '==>' : mark === 'redundant' ? '-.->' : '-->';
}

const CRITICAL = '  classDef critical stroke-width:4px';

const CLASSES = [
  '  classDef completed fill:#d3f2dc,stroke:#2a8a4a,color:#111',
  '  classDef in_progress fill:#d6e6ff,stroke:#2b62c4,color:#111',
  '  classDef blocked fill:#ffe9c7,stroke:#b57614,color:#111',
  '  classDef failed fill:#ffd6d6,stroke:#c42b2b,color:#111',
  '  classDef cancelled fill:#eee,stroke:#999,color:#666',
];

/** Quotes end a label, `%%{` opens a directive, `<` HTML, a dollar sign or backtick other markup within it. */
function label({ id, title }: Task): string {
  return oneLine(`${id}: ${title}`).replace(/["#<>&%{}$`\\]/g, (mark) => `#${mark.charCodeAt(0)};`);
}

/** The text on one line, without characters that break, hide or reorder what is read. */
export function oneLine(text: string): string {
  return text
    .replace(NO_TEXT, ' ')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .trim();
}

const NO_TEXT = /[\s\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;
