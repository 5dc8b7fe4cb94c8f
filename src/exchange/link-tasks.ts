/** What an outline's tasks wait for: children before their parent, numbers one after the other, and `(after: x)`. */
import { type Problem, problem } from '../errors.ts';
import type { Task } from '../model/plan.ts';

/** A task with those below it, or without a task of its own a group of them. */
export interface OutlineTask {
  /** Whether it comes after its elder sibling of the same kind. */
  readonly ordered: boolean;
  readonly line: number;
  /** By what `(after: x)` may call it. */
  readonly names: readonly string[];
  readonly after: readonly string[];
  readonly task?: Task;
  readonly children: readonly OutlineTask[];
}

export function unplaced(file: string, line: number, what: string): Problem {
  return problem('outline-unplaced', `${file} has ${what}`, { severity: 'warning', file, line });
}

/** The tasks in an order in which each stands below what it waits for, as far as the outline's own order lets it. */
export function linkTasks(
  nodes: readonly OutlineTask[],
  file: string,
): { readonly tasks: readonly Task[]; readonly problems: readonly Problem[] } {
  const linking: Linking = { file, waits: new Map(), briefs: new Map(), problems: [], byName: new Map() };
  const all = [...below(nodes)];
  for (const node of all) for (const name of node.names) nameNode(linking, name, node);
  link(linking, nodes, []);
  for (const node of all) for (const name of node.after) linkAfter(linking, node, name);
  const tasks = all.flatMap(({ task }) => (task === undefined ? [] : [withLinks(linking, task)]));
  return { tasks, problems: linking.problems };
}

interface Linking {
  readonly file: string;
  /** By task id. */
  readonly waits: Map<string, Set<string>>;
  /** What is added to the briefs, by task id. */
  readonly briefs: Map<string, string[]>;
  readonly problems: Problem[];
  /** Undefined where several have the name. */
  readonly byName: Map<string, OutlineTask | undefined>;
}

/** Children first. */
function* below(nodes: readonly OutlineTask[]): Generator<OutlineTask> {
  for (const node of nodes) {
    yield* below(node.children);
    yield node;
  }
}

const keyOf = (name: string): string => name.toLowerCase().replace(/\s+/g, ' ').trim();

function nameNode({ byName }: Linking, name: string, node: OutlineTask): void {
  const key = keyOf(name);
  byName.set(key, byName.has(key) && byName.get(key) !== node ? undefined : node);
}

function link(linking: Linking, nodes: readonly OutlineTask[], before: readonly string[]): void {
  for (const run of runsOf(nodes)) {
    let first = before;
    for (const node of run) {
      link(linking, node.children, first);
      if (node.task !== undefined)
        wait(linking, node.task.id, node.children.length > 0 ? lastOf(node.children) : first);
      if (node.ordered) first = lastOf([node]);
    }
  }
}

function wait({ waits }: Linking, id: string, on: readonly string[]): void {
  const list = waits.get(id) ?? new Set();
  for (const other of on) list.add(other);
  waits.set(id, list);
}

/** Neighbours that are all numbered, or all not. */
function runsOf(nodes: readonly OutlineTask[]): readonly (readonly OutlineTask[])[] {
  const runs: OutlineTask[][] = [];
  for (const node of nodes) {
    const run = runs.at(-1);
    if (run?.[0]?.ordered === node.ordered) run.push(node);
    else runs.push([node]);
  }
  return runs;
}

/** The tasks that end these: whoever comes after waits for them. */
function lastOf(nodes: readonly OutlineTask[]): readonly string[] {
  return runsOf(nodes).flatMap((run) =>
    (run[0]?.ordered === true ? run.slice(-1) : run).flatMap(({ task, children }) =>
      task === undefined ? lastOf(children) : [task.id],
    ),
  );
}

/** The tasks that begin these. */
function firstOf(nodes: readonly OutlineTask[]): readonly string[] {
  return runsOf(nodes).flatMap((run) =>
    (run[0]?.ordered === true ? run.slice(0, 1) : run).flatMap(({ task, children }) =>
      children.length > 0 ? firstOf(children) : task === undefined ? [] : [task.id],
    ),
  );
}

/** What cannot be waited for is said, and stays in the brief. */
function linkAfter(linking: Linking, node: OutlineTask, name: string): void {
  const entries = firstOf([node]);
  const refuse = (why: string) => {
    linking.problems.push(unplaced(linking.file, node.line, `\`(after: ${name})\`, and ${why}`));
    const [id] = node.task === undefined ? entries : [node.task.id];
    if (id !== undefined) linking.briefs.set(id, [...(linking.briefs.get(id) ?? []), `(after: ${name})`]);
  };
  const key = keyOf(name);
  const other = linking.byName.get(key);
  if (other === undefined)
    return refuse(linking.byName.has(key) ? 'several go by that name' : 'nothing goes by that name');
  const ends = lastOf([other]);
  if (ends.some((end) => entries.some((entry) => waitsFor(linking, end, entry))))
    return refuse('that waits for this one already');
  for (const entry of entries) wait(linking, entry, ends);
}

/** Whether one task is the other, or waits for it in the end. */
function waitsFor({ waits }: Linking, from: string, to: string): boolean {
  const seen = new Set<string>();
  const left = [from];
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (id === to) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    left.push(...(waits.get(id) ?? []));
  }
  return false;
}

function withLinks({ waits, briefs }: Linking, task: Task): Task {
  const on = [...(waits.get(task.id) ?? [])];
  const brief = [task.brief, ...(briefs.get(task.id) ?? [])].filter((part) => part !== '').join('\n\n');
  const fields = on.length === 0 ? task.fields : { blocked_by: on, ...task.fields };
  return { ...task, fields, brief };
}
