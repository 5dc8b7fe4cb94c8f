/**
 * Changes in the text of a plan: each replaces the bytes of one value, or inserts or deletes whole lines. The result is
 * parsed and compared with the changes applied to the plan; what cannot be shown to be right is refused.
 */
import { ERRORS, type ErrorCode, type Problem } from '../errors.ts';
import { placeAt } from '../excerpt.ts';
import { applyChange, applyChanges, type Change } from '../model/change.ts';
import type { Plan } from '../model/plan.ts';
import { sameValue } from '../model/same-value.ts';
import type { Codec } from './codec.ts';
import type { FieldEdit } from './edit-field.ts';
import { editSection, type Splice } from './edit-section.ts';
import { openWindow, type Window, widen } from './edit-window.ts';
import { OWN_PLAN_FIELDS, OWN_TASK_FIELDS } from './field-order.ts';
import { findLayout } from './find-layout.ts';
import { type KnownPieces, type KnownText, piecesOf } from './known-text.ts';
import type { Layout, TaskPlace } from './layout.ts';
import { decodeBlock, decodeFrontmatter, type Memo, type ParsedPlan, parseLayout } from './parse-plan.ts';
import { setPlainField } from './plain-edit.ts';

export type EditedPlan =
  /** `parsed` is what the new text was found to say, as `parsePlan` gives it. */
  | { readonly kind: 'edited'; readonly text: string; readonly plan: Plan; readonly parsed: ParsedPlan }
  /** `ambiguous-edit`, or the first problem of a text that was broken before. The text stays as it was. */
  | { readonly kind: 'refused'; readonly problem: Problem };

/** The text after the changes, every other byte as it was, and the plan it says. */
export function editPlan(
  text: string,
  file: string,
  changes: readonly Change[],
  options: { readonly known?: KnownText | undefined; readonly codec: Codec },
): EditedPlan {
  return edit(text, file, changes, options);
}

/** The same without yaml and zod; undefined where it takes the codec, or is refused. */
export function editPlainly(
  text: string,
  file: string,
  changes: readonly Change[],
  options: { readonly known?: KnownText | undefined },
): Extract<EditedPlan, { readonly kind: 'edited' }> | undefined {
  const edited = edit(text, file, changes, { ...options, codec: undefined });
  return edited.kind === 'edited' ? edited : undefined;
}

function edit(
  text: string,
  file: string,
  changes: readonly Change[],
  { known, codec }: { readonly known?: KnownText | undefined; readonly codec: Codec | undefined },
): EditedPlan {
  const same = known?.text === text ? known : undefined;
  const window = same === undefined ? undefined : openWindow(same, changes);
  const within = window === undefined ? undefined : editWithin(window, file, changes, codec);
  // What cannot be done there is refused by what the whole text says.
  return within ?? editWhole(text, file, changes, same === undefined ? undefined : piecesOf(same), codec);
}

function editWithin(window: Window, file: string, changes: readonly Change[], codec: Codec | undefined) {
  const edited = editWhole(window.text, file, changes, undefined, codec);
  if (edited.kind === 'refused') return undefined;
  const parsed = widen(window, edited, changes);
  return parsed === undefined ? undefined : { kind: 'edited' as const, ...parsed };
}

function editWhole(
  text: string,
  file: string,
  changes: readonly Change[],
  pieces: KnownPieces | undefined,
  codec: Codec | undefined,
): EditedPlan {
  const memo: Memo = new Map();
  const editing: Editing = { file, codec, pieces, memo, bodies: new Map(), text, layout: undefined };
  const before = parseNow(editing);
  if (before.plan === undefined) {
    const [first] = before.problems.filter((p) => p.severity === 'error');
    return { kind: 'refused', problem: first ?? refusal(editing, undefined, 0) };
  }
  let plan = before.plan;
  for (const change of changes) {
    const wanted = applyChange(plan, change);
    if (sameValue(wanted, plan)) continue;
    const offset = take(editing, change, plan);
    if (offset !== undefined) return { kind: 'refused', problem: refusal(editing, change, offset) };
    plan = wanted;
  }
  flush(editing);
  return verify(editing, text, before.plan, changes);
}

interface Editing {
  readonly file: string;
  /** Where there is none, only plain pieces are edited. */
  readonly codec: Codec | undefined;
  readonly pieces: KnownPieces | undefined;
  readonly memo: Memo;
  /** Frontmatter and blocks changed since the last flush, by the offset of their place. */
  readonly bodies: Map<number, PendingBody>;
  text: string;
  layout: Layout | undefined;
}

interface PendingBody {
  readonly start: number;
  readonly end: number;
  /** What stands around the body where the task had no block. */
  readonly before: string;
  readonly after: string;
  body: string;
}

function parseNow(editing: Editing) {
  const layout = layoutOf(editing);
  return parseLayout(editing.text, editing.file, layout, editing);
}

function layoutOf(editing: Editing): Layout {
  editing.layout ??= findLayout(editing.text);
  return editing.layout;
}

function verify(editing: Editing, text: string, before: Plan, changes: readonly Change[]): EditedPlan {
  const after = parseLayout(editing.text, editing.file, findLayout(editing.text), editing);
  if (after.plan !== undefined && sameValue(after.plan, applyChanges(before, changes))) {
    return { kind: 'edited', text: editing.text, plan: after.plan, parsed: after };
  }
  const original: Editing = { ...editing, text, layout: undefined, bodies: new Map() };
  const culprit = changes.find((change) => placeOf(original, change) !== undefined) ?? changes[0];
  const offset = culprit === undefined ? 0 : (placeOf(original, culprit) ?? 0);
  return { kind: 'refused', problem: refusal(original, culprit, offset) };
}

/** Makes one change; gives the offset of the place where it cannot be made. */
function take(editing: Editing, change: Change, plan: Plan): number | undefined {
  switch (change.kind) {
    case 'plan-status':
      return takePlanField(editing, plan, 'status', change.to);
    case 'plan-field':
      return takePlanField(editing, plan, change.field, change.to);
    case 'task-status':
      return takeTaskField(editing, plan, change.task, 'status', change.to);
    case 'task-field':
      return takeTaskField(editing, plan, change.task, change.field, change.to);
    default: {
      flush(editing);
      const splices = editSection(editing.text, layoutOf(editing), plan, change);
      if (splices === undefined) return placeOf(editing, change) ?? 0;
      editing.text = applySplices(editing.text, splices);
      editing.layout = undefined;
      return undefined;
    }
  }
}

function takePlanField(editing: Editing, plan: Plan, field: string, to: unknown): number | undefined {
  const { frontmatter } = layoutOf(editing);
  if (frontmatter === undefined) return 0;
  const { start, bodyStart, bodyEnd, end } = frontmatter;
  const { text, bodies } = editing;
  const pending = bodies.get(start) ?? inPlace(text, bodyStart, bodyEnd);
  const fields: Readonly<Record<string, unknown>> = plan.fields;
  const head = text.slice(start, bodyStart);
  const foot = text.slice(bodyEnd, end);
  const wanted = { ...fields, [field]: to };
  const edited = setField(editing, pending.body, {
    field,
    from: fields[field],
    to,
    own: OWN_PLAN_FIELDS,
    spaced: true,
    lineEnd: lineEndAt(text, start),
    verify: (yaml) => sameValue(decodeFrontmatter(editing, head + yaml + foot).fields, wanted),
  });
  if (edited === undefined) return bodyStart;
  pending.body = edited;
  bodies.set(start, pending);
  return undefined;
}

function takeTaskField(
  editing: Editing,
  plan: Plan,
  id: string,
  field: string,
  to: unknown,
): number | undefined {
  const index = plan.tasks.findIndex((task) => task.id === id);
  const place = layoutOf(editing).tasks[index];
  const task = plan.tasks[index];
  if (place === undefined || task === undefined) return 0;
  const { text, bodies } = editing;
  const pending = bodies.get(place.start) ?? pendingBlock(text, place);
  const fields: Readonly<Record<string, unknown>> = task.fields;
  const wanted = { ...fields, [field]: to };
  const edited = setField(editing, pending.body, {
    field,
    from: fields[field],
    to,
    own: OWN_TASK_FIELDS,
    spaced: false,
    lineEnd: lineEndAt(text, place.start),
    verify: (yaml) => sameValue(decodeBlock(editing, yaml).fields, wanted),
  });
  if (edited === undefined) return place.block?.bodyStart ?? place.start;
  pending.body = edited;
  bodies.set(place.start, pending);
  return undefined;
}

function setField({ codec }: Editing, yaml: string, edit: FieldEdit): string | undefined {
  return codec === undefined ? setPlainField(yaml, edit) : codec.setField(yaml, edit);
}

function inPlace(text: string, start: number, end: number): PendingBody {
  return { start, end, before: '', after: '', body: text.slice(start, end) };
}

/** The task's block; where it has none, one to come under its heading, behind a blank line. */
function pendingBlock(text: string, place: TaskPlace): PendingBody {
  const { block, headingEnd, start } = place;
  if (block !== undefined) return inPlace(text, block.bodyStart, block.bodyEnd);
  const eol = lineEndAt(text, start);
  const ended = text[headingEnd - 1] === '\n';
  const before = `${ended ? '' : eol}${eol}\`\`\`yaml${eol}`;
  return { start: headingEnd, end: headingEnd, before, after: `\`\`\`${ended ? eol : ''}`, body: '' };
}

/** The line end of the line at the offset; of the text's first line where that one has none. */
export function lineEndAt(text: string, at: number): string {
  const newline = text.indexOf('\n', at);
  const found = newline === -1 ? text.indexOf('\n') : newline;
  return found > 0 && text[found - 1] === '\r' ? '\r\n' : '\n';
}

function flush(editing: Editing): void {
  if (editing.bodies.size === 0) return;
  const splices = [...editing.bodies.values()].map(({ start, end, before, body, after }) => {
    return { start, end, text: body === '' && start === end ? '' : `${before}${body}${after}` };
  });
  editing.text = applySplices(editing.text, splices);
  editing.bodies.clear();
  editing.layout = undefined;
}

function applySplices(text: string, splices: readonly Splice[]): string {
  const sorted = [...splices].sort((a, b) => a.start - b.start || a.end - b.end);
  let out = '';
  let at = 0;
  for (const splice of sorted) {
    out += text.slice(at, splice.start) + splice.text;
    at = splice.end;
  }
  return out + text.slice(at);
}

// ---------------------------------------------------------------- refusing

function refusal(editing: Editing, change: Change | undefined, offset: number): Problem {
  const code: ErrorCode = 'ambiguous-edit';
  const task = change !== undefined && 'task' in change ? { task: change.task } : {};
  const what = change === undefined ? 'The change' : nameChange(change);
  return {
    code,
    severity: 'error',
    message: `${what} cannot be made here without touching other bytes`,
    hint: ERRORS[code].hint,
    file: editing.file,
    ...placeAt(editing.text, offset),
    ...task,
  };
}

function nameChange(change: Change): string {
  switch (change.kind) {
    case 'task-field':
      return `The change of \`${change.field}\` of task ${change.task}`;
    case 'plan-field':
      return `The change of \`${change.field}\``;
    case 'task-status':
      return `The change of the status of task ${change.task}`;
    default:
      return `The change \`${change.kind}\`${'task' in change ? ` of task ${change.task}` : ''}`;
  }
}

function placeOf(editing: Editing, change: Change): number | undefined {
  const layout = layoutOf(editing);
  const { sections, frontmatter, title } = layout;
  switch (change.kind) {
    case 'plan-status':
    case 'plan-field':
      return frontmatter?.bodyStart;
    case 'plan-title':
      return title?.start ?? frontmatter?.end;
    case 'criterion-met':
    case 'criteria':
      return sections.criteria?.start;
    case 'decision-added':
    case 'decisions':
      return sections.decisions?.start;
    case 'task-order':
      return sections.tasks?.start;
    default: {
      const at = layout.tasks.find(({ id }) => editing.text.slice(id.start, id.end) === change.task);
      return at?.block?.bodyStart ?? at?.start ?? sections.tasks?.start;
    }
  }
}
