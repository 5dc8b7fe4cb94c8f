/**
 * Decodes plain pieces without yaml and zod. It gives what the codec gives, or nothing: an unknown field or a value that
 * the schema refuses is left to the codec, which says what is wrong with it.
 */
import {
  type FieldKind,
  type FieldKinds,
  type ObjectKind,
  PLAN_KINDS,
  TASK_KINDS,
} from '../model/field-kinds.ts';
import type { PlanFields, TaskFields } from '../model/fields.ts';
import { globFault } from '../model/globs.ts';
import { pathFault, readCount, readFlag, readInteger } from '../model/read-text.ts';
import { durationMs, timeMs } from '../model/time.ts';
import type { Piece } from './codec.ts';
import { type PlainEntry, type PlainNode, type PlainText, readPlainPiece } from './plain-piece.ts';

/** The body of a task's block; undefined where it takes the codec. */
export function decodePlainBlock(body: string): Piece<TaskFields> | undefined {
  const fields = decode<TaskFields>(body, TASK_KINDS);
  return fields === undefined ? undefined : { fields, faults: [] };
}

/** The frontmatter with its opening and closing line; undefined where it takes the codec. */
export function decodePlainFrontmatter(head: string): Piece<PlanFields> | undefined {
  const open = /^---\r?\n/.exec(head)?.[0].length;
  const close = /\n---(?:\r?\n)?$/.exec(head)?.index;
  if (open === undefined || close === undefined || close + 1 < open) return undefined;
  const fields = decode<PlanFields>(head.slice(open, close + 1), PLAN_KINDS);
  const isRead = fields?.rondo === 1 && fields.parallelism?.respect_dependencies !== false;
  return isRead ? { fields, faults: [] } : undefined;
}

function decode<Fields extends object>(yaml: string, kinds: FieldKinds): Fields | undefined {
  const entries = readPlainPiece(yaml);
  const fields = entries === undefined ? undefined : readFields(entries, kinds);
  return fields as Fields | undefined;
}

/** In the order of the kinds, as zod gives them. */
function readFields(
  entries: readonly PlainEntry[],
  kinds: FieldKinds,
): Readonly<Record<string, unknown>> | undefined {
  const read = new Map<string, unknown>();
  for (const { key, value } of entries) {
    const kind = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
    const said = kind === undefined ? undefined : readValue(kind, value);
    if (said === undefined) return undefined;
    read.set(key, said);
  }
  const out: Record<string, unknown> = {};
  for (const key in kinds) if (read.has(key)) out[key] = read.get(key);
  return out;
}

function readValue(kind: FieldKind, node: PlainNode): unknown {
  switch (kind.kind) {
    case 'other':
      return undefined;
    case 'list':
      return readList(kind.of, node);
    case 'object':
      return readObject(kind, node);
    case 'text-or':
      return node.kind === 'text' ? node.value : readObject(kind.object, node);
    default:
      return node.kind === 'text' ? readText(kind, node) : undefined;
  }
}

function readList(of: FieldKind, node: PlainNode): readonly unknown[] | undefined {
  if (node.kind === 'text' && node.value === '') return undefined;
  const items = (node.kind === 'list' ? node.items : [node]).map((item) => readValue(of, item));
  return items.includes(undefined) ? undefined : items;
}

function readObject(kind: ObjectKind, node: PlainNode): unknown {
  if (node.kind !== 'map') return undefined;
  const fields = readFields(node.entries, kind.fields);
  return fields === undefined || kind.required.some((key) => !Object.hasOwn(fields, key))
    ? undefined
    : fields;
}

type TextKind = Exclude<FieldKind, { readonly kind: 'other' | 'list' | 'object' | 'text-or' }>;

function readText(kind: TextKind, { value }: PlainText): unknown {
  switch (kind.kind) {
    case 'text':
      return value;
    case 'integer':
      return readInteger(value);
    case 'count':
      return readCount(value);
    case 'positive': {
      const count = readCount(value);
      return count === 0 ? undefined : count;
    }
    case 'flag':
      return readFlag(value);
    case 'duration':
      return durationMs(value) === undefined ? undefined : value;
    case 'time':
      return timeMs(value) === undefined ? undefined : value;
    case 'path':
      return pathFault(value) === undefined ? value : undefined;
    case 'glob':
      return globFault(value) === undefined ? value : undefined;
    case 'enum':
      return kind.values.includes(value) ? value : undefined;
  }
}
