/** Finds the lines of problems that were met in the plan as a value, where its text is no longer at hand. */
import type { Problem } from '../errors.ts';
import { placeAt } from '../excerpt.ts';
import { findLayout } from './find-layout.ts';
import type { Layout } from './layout.ts';
import { type PlainEntry, type PlainNode, readPlainPiece } from './plain-piece.ts';

/** More than a person reads; each costs a walk over the text to find its line. */
const MOST_PLACED = 50;

/**
 * The problems, those that name a value by its path with line, column and excerpt. Loads the codec only where the value
 * stands in a piece that is not plain; a value that is not in the text gets no place.
 */
export async function placeProblems(text: string, problems: readonly Problem[]): Promise<readonly Problem[]> {
  let layout: Layout | undefined;
  let placed = 0;
  const out: Problem[] = [];
  for (const problem of problems) {
    const { path, ...rest } = problem;
    if (path === undefined || problem.line !== undefined || placed === MOST_PLACED) {
      out.push(rest);
      continue;
    }
    layout ??= findLayout(text);
    const offset = await offsetOf(text, layout, problem.task, path);
    placed++;
    out.push(offset === undefined ? rest : { ...rest, ...placeAt(text, offset) });
  }
  return out;
}

type Path = NonNullable<Problem['path']>;

async function offsetOf(
  text: string,
  layout: Layout,
  id: string | undefined,
  path: Path,
): Promise<number | undefined> {
  const task = layout.tasks.find((place) => text.slice(place.id.start, place.id.end) === id);
  const piece = id === undefined ? layout.frontmatter : task?.block;
  if (piece === undefined) return task?.id.start;
  const yaml = text.slice(piece.bodyStart, piece.bodyEnd);
  const entries = readPlainPiece(yaml);
  const offset =
    entries === undefined
      ? (await import('./codec.ts')).codec.offsetOf(yaml, path)
      : offsetInEntries(entries, path);
  return offset === undefined ? task?.id.start : piece.bodyStart + offset;
}

/** The offset of the value, or of the innermost one around it; undefined where its field is not there. */
function offsetInEntries(entries: readonly PlainEntry[], [name, ...rest]: Path): number | undefined {
  const entry = entries.find(({ key }) => key === name);
  if (entry === undefined) return undefined;
  return offsetInNode(entry.value, rest);
}

function offsetInNode(node: PlainNode, path: Path): number {
  const [step, ...rest] = path;
  if (step === undefined) return node.start;
  const inner = node.kind === 'list' ? node.items[Number(step)] : undefined;
  if (inner !== undefined) return offsetInNode(inner, rest);
  return (node.kind === 'map' ? offsetInEntries(node.entries, path) : undefined) ?? node.start;
}
