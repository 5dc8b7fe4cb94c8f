/**
 * A change of a few fields looks at the sections it touches and no others. The window is a small plan of its own: the
 * frontmatter, the touched sections, the heading behind the last of them. It is edited and proved like any plan; then its
 * sections go where the old ones were.
 *
 * Why what is proved there holds for the whole text: each section of the window begins with a heading at the very start of
 * its line, and in the window the heading behind it was read as one. So no fence, comment or HTML block is open where
 * the section ends, nor is one in the whole text, and what stands behind it is read as before.
 */
import { applyChanges, type Change } from '../model/change.ts';
import type { Plan } from '../model/plan.ts';
import { sameValue } from '../model/same-value.ts';
import type { KnownText, Places } from './known-text.ts';
import type { ParsedPlan } from './parse-plan.ts';

export interface Window {
  readonly text: string;
  readonly known: KnownText;
  /** Indexes of the tasks whose sections stand in it, in order. */
  readonly touched: readonly number[];
}

/** What stands between frontmatter and sections in a window; nothing of it reaches the file. */
const GLUE = '\n## Tasks\n\n';

const NUMBER_SIGN = 35;

/** Undefined where the whole text must be walked: other kinds of change, warnings, derived text, or nothing to be gained. */
export function openWindow(known: KnownText, changes: readonly Change[]): Window | undefined {
  const { text, plan, problems, places } = known;
  const { body, starts } = places;
  if (problems.length > 0 || starts.length !== plan.tasks.length + 1 || text.includes('rondo:progress'))
    return undefined;
  const ids = new Set<string>();
  for (const change of changes) {
    if (change.kind === 'task-status' || change.kind === 'task-field') ids.add(change.task);
    else if (change.kind !== 'plan-status' && change.kind !== 'plan-field') return undefined;
  }
  const touched = [...plan.tasks.keys()].filter((i) => ids.has(plan.tasks[i]?.id ?? ''));
  if (touched.length < ids.size || touched.length * 2 > plan.tasks.length) return undefined;
  let window = text.slice(0, body) + GLUE;
  for (const i of touched) {
    const [start, end] = [starts[i] ?? 0, starts[i + 1] ?? 0];
    if (text.charCodeAt(start) !== NUMBER_SIGN || (end < text.length && text.charCodeAt(end) !== NUMBER_SIGN))
      return undefined;
    window += text.slice(start, end);
  }
  const last = touched.at(-1);
  if (last !== undefined) window += lineAt(text, starts[last + 1] ?? text.length);
  return { text: window, known, touched };
}

function lineAt(text: string, start: number): string {
  const newline = text.indexOf('\n', start);
  return text.slice(start, newline < 0 ? text.length : newline + 1);
}

/** The whole text with the window's sections in it, and what it says; undefined where that cannot be shown. */
export function widen(
  { known, touched, text: before }: Window,
  { text: after, parsed }: { readonly text: string; readonly parsed: ParsedPlan },
  changes: readonly Change[],
): { readonly text: string; readonly plan: Plan; readonly parsed: ParsedPlan } | undefined {
  const { text, places } = known;
  const { body, starts } = parsed.places;
  const plan = applyChanges(known.plan, changes);
  const isProved =
    parsed.plan !== undefined &&
    after.startsWith(GLUE, body) &&
    (touched.length === 0 || starts[0] === body + GLUE.length) &&
    sameValue(parsed.plan.fields, plan.fields) &&
    touched.every((i, k) => sameValue(parsed.plan?.tasks[k], plan.tasks[i])) &&
    after.length - before.length === grownBy(places, parsed.places, touched);
  if (!isProved) return undefined;
  let out = after.slice(0, body);
  let at = places.body;
  const moved: number[] = [];
  let k = 0;
  for (const [i, start] of places.starts.entries()) {
    // Each start is where the text before it ends, as far as that has been put together.
    moved.push(out.length + start - at);
    if (touched[k] !== i) continue;
    out += text.slice(at, start) + after.slice(starts[k], starts[k + 1]);
    at = places.starts[i + 1] ?? text.length;
    k++;
  }
  return {
    text: out + text.slice(at),
    plan,
    parsed: { plan, problems: [], places: { body, starts: moved } },
  };
}

/** By how many characters frontmatter and sections have grown: all that the window may have grown by. */
function grownBy(old: Places, now: Places, touched: readonly number[]): number {
  let grown = now.body - old.body;
  for (const [k, i] of touched.entries()) grown += lengthOf(now, k) - lengthOf(old, i);
  return grown;
}

function lengthOf({ starts }: Places, i: number): number {
  return (starts[i + 1] ?? 0) - (starts[i] ?? 0);
}
